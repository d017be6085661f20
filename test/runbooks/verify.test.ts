import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest"
import type { KubeObject } from "../../lib/cluster/types.ts"
import type { Context } from "../../runbooks/context.ts"
import { covers } from "../../runbooks/flower/proof-record.ts"
import { missingPushes } from "../../runbooks/flower/proof-run.ts"
import type { Running } from "../../runbooks/flower/running.ts"
import { activationHop, onlineHop, registrationHop } from "../../runbooks/flower/verify-hops.ts"
import { makeNetwork, only, startWorld, type World, waitFor } from "./practice.ts"

let westProject = "flower-openshift-demo"
let eastProject = "flower-supernode-1"
const notebook = only(
  "deploy-superlink",
  "connector",
  "listener",
  "deploy-supernode",
  "verify",
  "verify-federation",
)
const verifyAlone = only("verify", "verify-federation")
const deployment = (namespace: string, name: string) => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  namespace,
  name,
})
const exposure = (kind: string, namespace: string) => ({
  apiVersion: "skupper.io/v2alpha1",
  kind,
  namespace,
  name: "fleet-api",
})

describe("the chain", () => {
  let world: World
  beforeAll(async () => {
    world = await startWorld()
  })
  beforeEach(async () => {
    await world.begin()
    westProject = world.project("superlink")
    eastProject = world.project("supernode-1")
    await makeNetwork(world)
    const spec = { routingKey: "fleet-api", port: 9092 }
    await world
      .cluster("superlink")
      .create(object("Connector", westProject, { ...spec, selector: "app=superlink" }))
    await world.cluster("supernode-1").create(object("Listener", eastProject, { ...spec, host: "fleet-api" }))
  })
  afterAll(() => world.close())

  const object = (kind: string, namespace: string, spec: object): KubeObject => ({
    apiVersion: "skupper.io/v2alpha1",
    kind,
    metadata: { name: "fleet-api", namespace },
    spec,
  })
  const west = () => world.cluster("superlink")
  const east = () => world.cluster("supernode-1")
  const verified = async (version = "1.34.0") => {
    const outcomes = await world.run({ notebook, values: { "flower-version": version } })
    expect(outcomes["supernode-1/verify"]).toMatch(
      /^unchanged: link up, connector and listener matched, listener port [^,]+, node \d{1,20} active$/,
    )
    expect(outcomes["verify-federation"]).toBe("unchanged: 1 of 1 SuperNodes verified")
  }
  /** What `verify` reports now. */
  const seen = async () => (await world.plan({ notebook: verifyAlone }))["supernode-1/verify"]
  /** Waits until `verify` reports it, because the cluster takes a moment. */
  const sees = (expected: RegExp) => expect.poll(seen, { timeout: 8000, interval: 50 }).toMatch(expected)
  const logOf = (world: World, site: string, namespace: string, text: RegExp) =>
    waitFor(world.cluster(site), async (reader) => {
      const pods = await reader.list({ apiVersion: "v1", kind: "Pod", namespace, labels: "app" })
      const logs = await Promise.all(pods.map((pod) => reader.log({ namespace, pod: pod.metadata.name })))
      return logs.some((log) => text.test(log)) || undefined
    })
  const removePods = async (site: string, namespace: string, app: string) => {
    const cluster = world.cluster(site)
    for (const { metadata } of await cluster.list({
      apiVersion: "v1",
      kind: "Pod",
      namespace,
      labels: `app=${app}`,
    })) {
      await cluster.remove({ apiVersion: "v1", kind: "Pod", namespace, name: metadata.name })
    }
  }

  test("any deleted hop is reported, in order from the far end", async () => {
    await verified()
    await east().remove(deployment(eastProject, "supernode-1"))
    await sees(/^blocked: supernode: no Deployment supernode-1/)
    await east().remove(exposure("Listener", eastProject))
    await sees(/^blocked: listener: no Listener fleet-api/)
    await west().remove(exposure("Connector", westProject))
    await sees(/^blocked: connector: no Connector fleet-api/)
    await west().remove(deployment(westProject, "superlink"))
    await sees(/^blocked: superlink: no Deployment superlink/)
    world.practice.faults.set([{ where: "link", what: "down" }])
    await sees(
      /^wait: link: .* is not up: Not operational since \S+Z; its router says: \S+:443: refused .*\(skupper link status -n flower-supernode-1-\d+\)/i,
    )
    for (const link of await east().list({
      apiVersion: "skupper.io/v2alpha1",
      kind: "Link",
      namespace: eastProject,
    })) {
      await east().remove({ ...exposure("Link", eastProject), name: link.metadata.name })
    }
    await sees(/^blocked: link: no Link in flower-supernode-1-\d+ leads to Site superlink/)
  })

  test("a SuperLink that was restarted: the SuperNode hangs, is restarted, and is verified with a new id", async () => {
    await verified("1.28.0")
    await removePods("superlink", westProject, "superlink")
    await logOf(world, "supernode-1", eastProject, /Invalid node ID/)
    await sees(
      /^blocked: registration: the SuperLink no longer knows node \d+ \(details = "Invalid node ID"\)/,
    )
    const values = { "flower-version": "1.28.0" }
    expect((await world.plan({ notebook, values }))["supernode-1/deploy-supernode"]).toMatch(
      /^update: the SuperLink no longer knows/,
    )
    await verified("1.28.0")
  })

  test.each(["1.34.0", "1.41.0"])(
    "from 1.29 on the SuperNode registers again by itself (%s)",
    async (version) => {
      await verified(version)
      await removePods("superlink", westProject, "superlink")
      await sees(/^ok: link up/)
      await verified(version)
    },
  )

  test("another site that serves the routing key is named, although every status is ready", async () => {
    await verified()
    const spec = { routingKey: "fleet-api", port: 9092, selector: "app=supernode-1" }
    await east().create(object("Connector", eastProject, spec))
    await sees(
      /^blocked: routing key: site supernode-1 \(namespace flower-supernode-1-\d+, platform kubernetes\) also serves fleet-api/,
    )
    await east().remove(exposure("Connector", eastProject))
    await sees(/^ok: link up/)
  })

  test("versions before and after 1.40 cannot communicate", async () => {
    await verified()
    const { image, ...rest } = (await east().get(deployment(eastProject, "supernode-1")))!.spec.template.spec
      .containers[0]
    expect(image).toMatch(/flwr\/supernode:1\.34\.0$/)
    const containers = [
      { ...rest, image: "flwr/supernode:1.41.0", args: ["--insecure", "--superlink", "fleet-api:9092"] },
    ]
    await east().merge(deployment(eastProject, "supernode-1"), {
      spec: { template: { spec: { containers } } },
    })
    await sees(/^blocked: registration: SuperLink 1\.34\.0 and SuperNode 1\.41\.0 cannot communicate/)
  })

  test("a SuperNode that cannot run", async () => {
    await verified()
    await east().merge(deployment(eastProject, "supernode-1"), { spec: { replicas: 0 } })
    await sees(/^blocked: supernode: Deployment supernode-1 is scaled to 0/)
    world.practice.faults.set([{ where: "pod", what: "quota" }])
    await east().merge(deployment(eastProject, "supernode-1"), { spec: { replicas: 1 } })
    await sees(/^blocked: supernode: no pod was created: .*exceeded quota/)
  })

  test("the federation names the SuperNodes that are not verified", async () => {
    await verified()
    await east().remove(exposure("Listener", eastProject))
    const outcomes = await world.run({ notebook: verifyAlone })
    expect(outcomes["supernode-1/verify"]).toMatch(/^blocked: listener/)
    expect(outcomes["verify-federation"]).toMatch(/^skipped: .*supernode-1\/verify is blocked/)
  })
})

describe("what logs prove, and what the list proves", () => {
  const context = {
    site: { name: "supernode-1", project: eastProject },
    the: () => ({ project: westProject }),
    inputs: { flowerVersion: "1.34.0" },
  } as unknown as Context
  const running = (log: string, startedAt: number, args: string[] = [], version = "1.34.0"): Running => ({
    deployment: {
      metadata: {},
      spec: { template: { spec: { containers: [{ name: "x", image: `flwr/superlink:${version}`, args }] } } },
    } as never,
    pod: "pod",
    uid: "uid",
    node: "node",
    restarts: 0,
    startedAt,
    log,
  })
  const start = "Starting Flower SuperLink\n"
  const node = (version = "1.34.0") => running("", 10, ["--insecure"], version)
  const active = (superlink: Running, supernode = node()) =>
    activationHop(context, "42", superlink, supernode)

  test("a line about the node proves it", () => {
    expect(active(running(`${start}[Fleet.ActivateNode] Activated node_id=42\n`, 0))).toEqual({
      holds: "node 42 active",
    })
  })

  test("a log that has rotated away leaves it unproven, and reports how to prove it", () => {
    expect(active(running("[Fleet.PullMessages] node_id=7\n", 0))).toMatchObject({
      state: "blocked",
      code: "unproven",
      next: "flower-runbook step deploy-supernode --site supernode-1 --rerun",
      fix: expect.stringContaining("--proof list"),
    })
  })

  test("a whole log of an older SuperLink that does not name it yet is waited for", () => {
    expect(active(running(start, 0))).toMatchObject({ state: "progressing" })
  })

  test("a SuperLink that is younger than the SuperNode has forgotten it, or keeps it in a database", () => {
    expect(active(running(start, 20), node("1.28.0"))).toMatchObject({ state: "blocked", code: "forgotten" })
    expect(active(running(start, 20))).toMatchObject({
      state: "progressing",
      // It does so only once it reaches the SuperLink.
      reason: expect.stringContaining("exits with its next call that reaches the SuperLink"),
    })
    expect(active(running(start, 20, ["--database", "x"]))).toMatchObject({
      state: "blocked",
      code: "unproven",
    })
  })

  test.each([
    [{ id: "42", status: "online" }, [], { holds: "node 42 online" }],
    [
      { id: "42", status: "offline" },
      [],
      { state: "progressing", reason: expect.stringContaining("as offline") },
    ],
    // Another id that would be equal as a JavaScript number.
    [
      { id: "420", status: "online" },
      [],
      { state: "progressing", reason: expect.stringContaining("does not know") },
    ],
    [{ id: "420", status: "online" }, ["--database", "x"], { state: "progressing", reason: /does not list/ }],
  ])("the list has %j (SuperLink %j)", (listed, args, expected) => {
    // Its log has rotated away, and it is younger than the SuperNode.
    const hop = onlineHop(context, "42", [listed], running("", 20, args), node())
    expect({ ...hop, reason: "reason" in hop ? hop.reason : undefined }).toMatchObject({
      ...expected,
      ...("reason" in expected &&
        expected.reason instanceof RegExp && { reason: expect.stringMatching(expected.reason) }),
    })
  })

  test("a SuperNode that lost its connection is waited for, and so is one that was forgotten meanwhile", () => {
    const at = (time: string, text: string) => `2026-11-30T02:${time}.000000000Z ${text}\n`
    const log =
      at("00:00", "Starting Flower SuperNode") +
      at("00:01", "SuperNode ID: 42") +
      at("01:00", "Connection attempt failed, retrying in 9.1 seconds") +
      at("01:41", "Connection attempt failed, retrying in 12.3 seconds")
    for (const superlink of [running(start, 0), running(start, 20)]) {
      expect(registrationHop(context, superlink, running(log, 10))).toMatchObject({
        state: "progressing",
        reason:
          "registration: node 42 lost its connection and has tried to get it back for 41 s: Connection attempt failed, retrying in 12.3 seconds; once the network works again, Flower needs 20 to 60 s (oc logs pod/pod -n flower-supernode-1)",
      })
    }
    const back = log + at("02:40", "Connection successful after 168.27 seconds and 13 tries.")
    expect(registrationHop(context, running(start, 0), running(back, 10))).toEqual({ id: "42" })
  })

  test("a SuperNode whose log has rotated away", () => {
    const rotated = running("Receiving: query message\n", 0)
    expect(registrationHop(context, running(start, 0), rotated)).toMatchObject({ code: "unproven" })
  })

  test.each([
    ["versions", "1.41.0", ["--insecure"], /SuperLink 1.34.0 and SuperNode 1.41.0 cannot communicate/],
    [
      "tls",
      "1.34.0",
      ["--root-certificates", "ca"],
      /the SuperNode has Flower's own TLS, and the SuperLink is --insecure/,
    ],
    [undefined, "1.34.0", ["--insecure"], /retrying in 3/],
  ])("a SuperNode that never registers: the possible reason (%s)", (code, version, args, reason) => {
    const trying = running(
      "Starting Flower SuperNode\nConnection attempt failed, retrying in 3\n",
      10,
      args,
      version,
    )
    const hop = registrationHop(context, running(start, 0, ["--insecure"]), trying)
    expect(hop).toMatchObject({ ...(code && { code }), reason: expect.stringMatching(reason) })
  })
})

describe("what a run has proven", () => {
  const log = (pushes: number) =>
    [
      "Push replies from node_id=7",
      "Created run 99 in federation @none/default",
      ...Array.from({ length: pushes }, () => "[Fleet.PushMessages] Push replies from node_id=7"),
      ...Array.from({ length: 3 }, () => "[Fleet.PushMessages] Push replies from node_id=77"),
    ].join("\n")

  test("a reply of every SuperNode in every round, since it was created", () => {
    expect(missingPushes(log(3), "99", ["7", "77"])).toEqual([])
    expect(missingPushes(log(2), "99", ["7", "77"])).toEqual(["node 7: 2 of 3 replies"])
    expect(missingPushes(log(3), "98", ["7"])).toEqual(["the log does not contain the creation of run 98"])
  })

  test("it holds for exactly the same SuperLink and SuperNodes", () => {
    const record = { superlink: "a 0", nodes: ["1", "2"], run: "9", finished: true, rounds: [] }
    expect(covers(record, { superlink: "a 0", nodes: ["1", "2"] })).toBe(true)
    expect(covers(record, { superlink: "a 1", nodes: ["1", "2"] })).toBe(false)
    expect(covers(record, { superlink: "a 0", nodes: ["1", "2", "3"] })).toBe(false)
    expect(covers(undefined, { superlink: "a 0", nodes: [] })).toBe(false)
  })
})
