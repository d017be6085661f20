/** The inputs that say which SuperNodes share an application network. */
import { input } from "../../lib/index.ts"

/** Stands for the network's name in the pattern of its project. */
export const NAME = "{name}"

export const networkInputs = {
  network: input.choice(["shared", "per-party"], {
    help: "shared: all sites in one application network, as in the guide; per-party: one network for each institution; default: per-party if a SuperNode belongs to another party",
    default: (_: unknown, __: unknown, sites: readonly Readonly<Record<string, unknown>>[]) =>
      sites.some(({ role, party }) => role === "supernode" && party !== undefined) ? "per-party" : "shared",
  }),
  owners: input.choice(["one", "several"], {
    help: "several: a site belongs to another party, which shares no credentials; follows from party in the federation file",
    default: (_: unknown, __: unknown, sites: readonly Readonly<Record<string, unknown>>[]) =>
      sites.some(({ party }) => party !== undefined) ? "several" : "one",
  }),
  "network-project": input.text({
    help: `With network per-party: the project of a network in the SuperLink's cluster; ${NAME} is the network's name`,
    default: `net-${NAME}`,
    check: (value: string) =>
      value.includes(NAME) && /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/.test(value.replaceAll(NAME, "x"))
        ? undefined
        : `${value} is not the name of a project with ${NAME} in it, such as net-${NAME}`,
  }),
} as const

export const networkNameInput = {
  "network-name": input.name({
    per: "site",
    roles: ["supernode"],
    help: "With network per-party: the name of this SuperNode's network, which all SuperNodes of that name share; default: its party, otherwise its own name",
  }),
} as const
