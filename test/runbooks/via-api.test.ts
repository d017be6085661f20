import { afterAll, beforeAll, describe, expect, test } from "vitest"
import type { Cluster, KubeObject } from "../../lib/cluster/types.ts"
import { type Call, startWorld, teardown, type World } from "./practice.ts"

const SITES = ["superlink", "supernode-1"]
const SKUPPER = "skupper.io/v2alpha1"
/** What the notebook leaves behind in a project. */
const KINDS = [
  ...["Site", "Link", "Connector", "Listener", "AccessGrant", "AccessToken", "Certificate"].map(
    (kind) => [SKUPPER, kind] as const,
  ),
  ["apps/v1", "Deployment"],
  ["v1", "Service"],
  ["v1", "Secret"],
] as const

const viaCommands: Call = { values: { via: "commands" } }
const viaApi: Call = { values: { via: "api" } }

/** Names that differ from run to run: of a token, with its Link and credentials; and addresses. */
const steady = (text: string): string =>
  text
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, "UUID")
    .replace(/172\.30(?:\.\d+){2}/g, "SERVICE")
    .replace(/127\.0\.0\.1:\d+|"port":"\d+"/g, "PORT")

/** Everything of an object that whoever created it has decided. */
function decided({ kind, metadata, spec, type }: KubeObject): string {
  const { name, labels, annotations = {} } = metadata
  const kept = Object.fromEntries(Object.entries(annotations).filter(([key]) => !/nudged|revision/.test(key)))
  return steady(JSON.stringify({ kind, name, labels, annotations: kept, type, spec }, sorted))
}

/** Keys in one order. */
const sorted = (_: string, value: unknown): unknown =>
  value !== null && typeof value === "object" && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value

async function everything(world: World): Promise<Record<string, string[]>> {
  const found = await Promise.all(
    SITES.map(async (site) => [site, await inProject(world.cluster(site), world.project(site))] as const),
  )
  return Object.fromEntries(found)
}

async function inProject(cluster: Cluster, namespace: string): Promise<string[]> {
  const lists = await Promise.all(
    KINDS.map(([apiVersion, kind]) => cluster.list({ apiVersion, kind, namespace })),
  )
  const operator = await cluster.list({
    apiVersion: "operators.coreos.com/v1alpha1",
    kind: "Subscription",
    namespace: "openshift-operators",
  })
  return [...lists.flat(), ...operator].map(decided).sort()
}

const isOk = (outcomes: Record<string, string>): string[] =>
  Object.entries(outcomes).flatMap(([place, text]) =>
    /^(?:applied|updated|unchanged)/.test(text) ? [] : [`${place} ${text}`],
  )

/** The processes that the last run started for sites, and what it wrote to clusters itself. */
const commands = (world: World): string[] =>
  world.events.flatMap((event) => (event.type === "command" && event.site ? [event.line] : []))
const writes = (world: World): string[] =>
  world.events.flatMap((event) => (event.type === "written" ? [event.what] : []))

describe.each(["token", "file"])("a federation with --link-with %s", (linkWith) => {
  const worlds: World[] = []
  const call = (one: Call): Call => ({ ...one, values: { ...one.values, "link-with": linkWith } })
  beforeAll(async () => {
    worlds.push(...(await Promise.all([startWorld(), startWorld()])))
    await Promise.all(worlds.map((world) => world.begin()))
  }, 120_000)
  afterAll(() => Promise.all(worlds.map((world) => world.close())))

  test("has the same objects by commands and by requests, and switching changes nothing", {
    timeout: 300_000,
  }, async () => {
    const [byCommands, byRequests] = worlds as [World, World]
    expect(isOk(await byCommands.run(call(viaCommands)))).toEqual([])
    expect(commands(byCommands).length).toBeGreaterThan(8)

    expect(isOk(await byRequests.run(call(viaApi)))).toEqual([])
    expect(commands(byRequests)).toEqual([])
    expect(writes(byRequests)).toEqual(
      expect.arrayContaining([
        "create Connector fleet-api",
        "create Listener fleet-api",
        "create Site superlink-interconnect",
        "create Site supernode-1-interconnect",
        "apply Deployment superlink",
        "apply Subscription skupper-operator",
      ]),
    )
    const made = await everything(byCommands)
    expect(await everything(byRequests)).toEqual(made)

    for (const [world, other] of [
      [byCommands, viaApi],
      [byRequests, viaCommands],
    ] as const) {
      const outcomes = await world.run(call(other))
      expect(
        Object.values(outcomes).filter((text) => !/^(?:unchanged|skipped: not needed)/.test(text)),
      ).toEqual([])
      expect(writes(world)).toEqual([])
      expect(await everything(world)).toEqual(made)
    }
  })

  test("is taken down by either way, whoever made it", { timeout: 300_000 }, async () => {
    for (const [at, one] of [viaApi, viaCommands].entries()) {
      const world = worlds[at]!
      const outcomes = await world.run({ ...call(one), notebook: teardown })
      expect(Object.values(outcomes).filter((text) => !/^(?:deleted|unchanged)/.test(text))).toEqual([])
      if (one === viaApi) expect(commands(world).filter((line) => !line.includes("logout"))).toEqual([])
      const left = await everything(world)
      expect(
        Object.values(left)
          .flatMap((all) => all.filter((text) => text.includes('flower-runbook/federation":"trial')))
          .filter((text) => !text.includes("Subscription")),
      ).toEqual([])
    }
  })
})
