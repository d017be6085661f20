/** The tables of calls as tests: the same for every server and every set of commands. */
import { afterAll, beforeAll, describe, type TestContext, test } from "vitest"
import type { Case } from "./case.ts"
import type { World } from "./harness.ts"
import { logins, plain } from "./oc-login-cases.ts"
import manifests from "./oc-manifest-cases.ts"
import projects from "./oc-project-cases.ts"
import reading from "./oc-reading-cases.ts"
import lines from "./skupper-line-cases.ts"
import links from "./skupper-link-cases.ts"
import services, { slow as slowServices } from "./skupper-service-cases.ts"
import sites, { slow as slowSites } from "./skupper-site-cases.ts"
import tokens, { slow as slowTokens } from "./skupper-token-cases.ts"

type Start = () => Promise<World>

const during = (start: Start): (() => World) => {
  let world: World
  beforeAll(async () => {
    world = await start()
  })
  afterAll(() => world?.close())
  return () => world
}

const row =
  (world: () => World, one: Case) =>
  async ({ skip }: TestContext): Promise<void> => {
    const why = await world().run(one)
    if (why !== undefined) skip(why)
  }

const group = (name: string, world: () => World, cases: readonly Case[]): void => {
  describe(name, () => {
    for (const one of cases) test.concurrent(one.name, row(world, one))
  })
}

export type Command = Case["command"]

/** One call of each command, the first. */
export const firsts = (cases: readonly Case[]): readonly Case[] => {
  const seen = new Set<string>()
  return cases.filter(({ command, argv }) => {
    const verb = command === "skupper" || ["rollout", "config"].includes(argv[0]!) ? argv[1] : ""
    const name = `${command} ${argv[0]} ${verb}`
    return !seen.has(name) && seen.add(name)
  })
}

/**
 * Every call of these commands on an OpenShift cluster with Skupper.
 * @param more further tests in the same world
 * @param chosen which rows of a table, but for the logins, which count on each other
 */
export const tables = (
  start: Start,
  which: readonly Command[],
  more?: (world: () => World) => void,
  chosen: (cases: readonly Case[]) => readonly Case[] = (cases) => cases,
): void => {
  const world = during(start)
  if (which.includes("skupper")) {
    group("waiting in vain", world, chosen([...slowSites, ...slowTokens, ...slowServices]))
    group("command line", world, chosen(lines))
    group("site", world, chosen(sites))
    group("token", world, chosen(tokens))
    group("link", world, chosen(links))
    group("connector and listener", world, chosen(services))
  }
  if (!which.includes("oc")) return
  group("manifests", world, chosen(manifests))
  group("reading", world, chosen(reading))
  // Run one after the other: what a user sees depends on what was there before.
  describe("sessions", () => {
    for (const one of [...logins, ...chosen(projects)]) test(one.name, row(world, one))
    more?.(world)
  })
}

const MISSING =
  'The Skupper CRDs are not yet installed. To install them, run\n"kubectl apply -f https://skupper.io/v2/install.yaml"\n'
const UNSERVED = [
  ["site status", 1],
  ["site create x", 2],
  ["token issue f", 2],
  ["link status", 2],
  ["listener status", 2],
] as const
const bare = UNSERVED.map(
  ([argv, exit]): Case => ({
    name: argv,
    command: "skupper",
    argv: argv.split(" "),
    exit,
    stdout: MISSING,
    stderr: "",
  }),
)

/** On a server that is no OpenShift, and has none of Skupper's kinds. */
export const bareTables = (start: Start, which: readonly Command[]): void => {
  describe("a server that is no OpenShift, without Skupper's kinds", () => {
    const world = during(start)
    if (which.includes("skupper")) group("skupper", world, bare)
    if (which.includes("oc")) group("oc", world, plain)
  })
}
