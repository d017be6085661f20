/** Faults of the application network in the whole program: what is broken is named, whatever the statuses say, and a run heals it. */
import { afterAll, beforeAll, expect, test } from "vitest"
import type { Fault } from "../../lib/practice/types/faults.ts"
import { flat, startWorld, type World } from "./harness.ts"

let world: World
beforeAll(async () => {
  world = await startWorld({ supernodes: 1 })
  await succeeds("run", "--federation", world.practice.federationFile)
}, 240_000)
afterAll(() => world?.close())

const strike = (fault: Fault): void => world.practice.faults.set([fault])
async function succeeds(...argv: string[]): Promise<string> {
  const { code, stdout, stderr } = await world.call([...argv, "--yes"])
  expect({ code, stderr, stdout: code === 0 ? "" : stdout }).toEqual({ code: 0, stderr: "", stdout: "" })
  return flat(stdout)
}
/** What the program says, again and again until it says that. */
const says = (argv: string[], words: RegExp) =>
  expect
    .poll(async () => flat((await world.call(argv)).stdout), { timeout: 120_000, interval: 100 })
    .toMatch(words)
const SLOW = { timeout: 400_000 }

test.each([
  ["superlink", "flower-openshift-demo"],
  ["supernode-1", "flower-supernode-1"],
])("the router of %s comes back without its configuration", SLOW, async (name, project) => {
  strike({ where: "router", cluster: name, what: "restart" })
  const LOST = `the router in ${project} \\(pod \\S+, \\d+ restarts?\\) was restarted at \\S+Z, and lacks what was configured`
  await says(["status", "--live"], new RegExp(`site-create update Site ${name}-interconnect: ${LOST}`))
  await says(["doctor"], new RegExp(`Router ${LOST}`))
  const { code, stdout } = await world.call(["step", "verify"])
  expect(code).toBe(1)
  expect(flat(stdout)).toMatch(
    new RegExp(`${name}/site-create was not selected and drifted: Site ${name}-interconnect: ${LOST}`),
  )
  expect(stdout).toContain(`next: flower-runbook step site-create --site ${name}`)
  // What it does is shown before, and requires approval.
  const plan = await world.call(["plan"])
  expect(flat(plan.stdout)).toMatch(
    new RegExp(`replaces the router's pod \\S+ in ${project}, which passes nothing on as it is`),
  )
  world.practice.faults.set([])
  const healed = await succeeds("run")
  expect(healed).toContain("the next one starts with the router's whole configuration")
  // Nothing is done twice.
  expect(await succeeds("run")).not.toContain("the next one starts with the router's whole configuration")
})

test.each(["hang", "replace"])("a router's %s ends with a run", SLOW, async (what) => {
  strike({ where: "router", cluster: "supernode-1", what })
  await succeeds("run")
  world.practice.faults.set([])
  await succeeds("step", "verify")
})

test.each([
  ["down", "refused"],
  ["reset", "reset"],
  ["dns", "the name does not resolve in the cluster"],
])("a link that is %s: the router's own reason, with host and port", SLOW, async (what, reason) => {
  strike({ where: "link", cluster: "supernode-1", what })
  await says(
    ["status", "--live"],
    new RegExp(
      `link-status wait Link \\S+: Not operational since \\S+Z; it connects to \\S+:\\d+.*; its router says: \\S+:\\d+: ${reason} \\(`,
    ),
  )
  world.practice.faults.set([])
  await succeeds("run")
})

test(
  "a site that takes the routing key over is named by verify, status, doctor and the report",
  SLOW,
  async () => {
    const connector = {
      apiVersion: "skupper.io/v2alpha1",
      kind: "Connector",
      metadata: { name: "fleet-api", namespace: "flower-supernode-1" },
      spec: { routingKey: "fleet-api", port: 9092, selector: "app=supernode-1" },
    }
    await world.cluster("supernode-1").create(connector)
    const TAKEN =
      /routing key: site supernode-1-interconnect \(namespace flower-supernode-1, platform kubernetes\) also serves fleet-api/
    await says(["status", "--live"], new RegExp(`verify blocked ${TAKEN.source}`))
    const { code, stdout } = await world.call(["step", "verify"])
    expect({ code, said: flat(stdout) }).toEqual({ code: 1, said: expect.stringMatching(TAKEN) })
    const examined = await world.call(["doctor"])
    expect({ code: examined.code, said: flat(examined.stdout) }).toEqual({
      code: 1,
      said: expect.stringMatching(TAKEN),
    })
    expect(flat((await world.call(["report"])).stdout)).toMatch(TAKEN)
    const { apiVersion, kind, metadata } = connector
    await world.cluster("supernode-1").remove({ apiVersion, kind, ...metadata })
    await succeeds("run")
  },
)

test("the port of the listener is tried, or the result says that it is not", SLOW, async () => {
  expect(await succeeds("step", "verify")).toMatch(/matched, listener port open, node \d+ active/)
  expect(await succeeds("step", "verify", "--probe", "off")).toContain(
    "listener port not tried (--probe off)",
  )
})

test(
  "without the right to forward ports, a pod of a few seconds tries the port if it is asked to",
  SLOW,
  async () => {
    strike({ where: "api", cluster: "supernode-1", what: "forbidden", match: "portforward" })
    // Without a flag, the answer that was given last counts.
    expect(await succeeds("step", "verify", "--probe", "auto")).toContain(
      "listener port not tried (no right to create pods/portforward)",
    )
    const made = await succeeds("step", "verify", "--probe", "pod")
    expect(made).toContain("pod supernode-1-probe tries fleet-api:9092 and is deleted then")
    expect(made).toMatch(/verify applied .*listener port open, node \d+ active/)
    const pods = await world.cluster("supernode-1").list({
      apiVersion: "v1",
      kind: "Pod",
      namespace: "flower-supernode-1",
      labels: "flower-runbook/probe",
    })
    expect(pods).toEqual([])
    // What it found out counts until the router is started again.
    expect(await succeeds("step", "verify", "--probe", "pod")).not.toContain("supernode-1-probe")
    world.practice.faults.set([])
  },
)
