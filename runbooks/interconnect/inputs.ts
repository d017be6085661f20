/** The inputs that say which SuperNodes share an application network. */
import { input } from "../../lib/index.ts"

/** Stands for the party's name in the pattern of the project. */
export const PARTY = "{party}"

export const networkInputs = {
  network: input.choice(["shared", "per-party"], {
    help: "shared: all sites in one application network, as in the guide; per-party: one network for each institution; default: per-party if a SuperNode has a party",
    default: (_: unknown, __: unknown, sites: readonly Readonly<Record<string, unknown>>[]) =>
      sites.some(({ party }) => party !== undefined) ? "per-party" : "shared",
  }),
  "network-project": input.text({
    help: `With network per-party: the project of a party's network in the SuperLink's cluster; ${PARTY} is the party's name`,
    default: `net-${PARTY}`,
    check: (value: string) =>
      value.includes(PARTY) && /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/.test(value.replaceAll(PARTY, "x"))
        ? undefined
        : `${value} is not the name of a project with ${PARTY} in it, such as net-${PARTY}`,
  }),
} as const

export const partyInput = {
  party: input.name({
    per: "site",
    roles: ["supernode"],
    help: "The institution that this SuperNode belongs to: with network per-party, all its SuperNodes share one network; default: each SuperNode has its own",
  }),
} as const
