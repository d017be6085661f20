import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest"
import type { KubeObject } from "../../lib/cluster/types.ts"
import type { Context } from "../../runbooks/context.ts"
import { activationHop, type Running, registrationHop } from "../../runbooks/flower/chain.ts"
import { makeNetwork, only, type Played, play, waitFor } from "./practice.ts"

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
  let played: Played
  beforeAll(async () => {
    played = await play()
  })
  beforeEach(async () => {
    await played.begin()
    westProject = played.project("superlink")
    eastProject = played.project("supernode-1")
    await makeNetwork(played)
    const spec = { routingKey: "fleet-api", port: 9092 }
    await played
      .cluster("superlink")
      .create(object("Connector", westProject, { ...spec, selector: "app=superlink" }))
    await played
      .cluster("supernode-1")
      .create(object("Listener", eastProject, { ...spec, host: "fleet-api" }))
  })
  afterAll(() => played.close())

  const object = (kind: string, namespace: string, spec: object): KubeObject => ({
    apiVersion: "skupper.io/v2alpha1",
    kind,
    metadata: { name: "fleet-api", namespace },
    spec,
  })
  const west = () => played.cluster("superlink")
  const east = () => played.cluster("supernode-1")
  const verified = async (version = "1.34.0") => {
    const outcomes = await played.run({ notebook, values: { "flower-version": version } })
    expect(outcomes["supernode-1/verify"]).toMatch(
      /^done: link up, connector and listener matched, node \d{1,20} active$/,
    )
    expect(outcomes["verify-federation"]).toBe("done: 1 of 1 SuperNodes verified")
  }
  /** What `verify` sees now. */
  const seen = async () => (await played.plan({ notebook: verifyAlone }))["supernode-1/verify"]
  /** Waits until `verify` sees it so: the cluster needs its moment. */
  const sees = (expected: RegExp) => expect.poll(seen, { timeout: 8000, interval: 50 }).toMatch(expected)
  const logOf = (played: Played, site: string, namespace: string, text: RegExp) =>
    waitFor(played.cluster(site), async (reader) => {
      const pods = await reader.list({ apiVersion: "v1", kind: "Pod", namespace, labels: "app" })
      const logs = await Promise.all(pods.map((pod) => reader.log({ namespace, pod: pod.metadata.name })))
      return logs.some((log) => text.test(log)) || undefined
    })
  const removePods = async (site: string, namespace: string, app: string) => {
    const cluster = played.cluster(site)
    for (const { metadata } of await cluster.list({
      apiVersion: "v1",
      kind: "Pod",
      namespace,
      labels: `app=${app}`,
    })) {
      await cluster.remove({ apiVersion: "v1", kind: "Pod", namespace, name: metadata.name })
    }
  }

  test("any hop that is taken away is named, in order from the far end", async () => {
    await verified()
    await east().remove(deployment(eastProject, "supernode-1"))
    await sees(/^blocked: supernode: no Deployment supernode-1/)
    await east().remove(exposure("Listener", eastProject))
    await sees(/^blocked: listener: no Listener fleet-api/)
    await west().remove(exposure("Connector", westProject))
    await sees(/^blocked: connector: no Connector fleet-api/)
    await west().remove(deployment(westProject, "superlink"))
    await sees(/^blocked: superlink: no Deployment superlink/)
    played.practice.faults.set([{ where: "link", what: "down" }])
    await sees(
      /^wait: link: .* is not up: Not operational \(skupper link status -n flower-supernode-1-\d+\)/i,
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

  test("a SuperLink that was started anew: the SuperNode hangs, is started anew, and is verified under a new id", async () => {
    await verified()
    await removePods("superlink", westProject, "superlink")
    await logOf(played, "supernode-1", eastProject, /Invalid node ID/)
    await sees(
      /^blocked: registration: the SuperLink no longer knows node \d+ \(details = "Invalid node ID"\)/,
    )
    expect((await played.plan({ notebook }))["supernode-1/deploy-supernode"]).toMatch(
      /^change: pods the SuperLink no longer knows/,
    )
    await verified()
  })

  test("from 1.40 on the SuperNode comes back by itself", async () => {
    await verified("1.41.0")
    await removePods("superlink", westProject, "superlink")
    await sees(/^nothing: link up/)
    await verified("1.41.0")
  })

  test("versions on either side of 1.40 do not talk", async () => {
    await verified()
    const { image, ...rest } = (await east().get(deployment(eastProject, "supernode-1")))!.spec.template.spec
      .containers[0]
    expect(image).toBe("flwr/supernode:1.34.0")
    const containers = [
      { ...rest, image: "flwr/supernode:1.41.0", args: ["--insecure", "--superlink", "fleet-api:9092"] },
    ]
    await east().merge(deployment(eastProject, "supernode-1"), {
      spec: { template: { spec: { containers } } },
    })
    await sees(/^wait: registration: Connection attempt failed, retrying in .* \(oc logs pod\/supernode-1-/)
  })

  test("a SuperNode that cannot run", async () => {
    await verified()
    await east().merge(deployment(eastProject, "supernode-1"), { spec: { replicas: 0 } })
    await sees(/^blocked: supernode: Deployment supernode-1 is scaled to 0/)
    played.practice.faults.set([{ where: "pod", what: "quota" }])
    await east().merge(deployment(eastProject, "supernode-1"), { spec: { replicas: 1 } })
    await sees(/^blocked: supernode: no pod: .*exceeded quota/)
  })

  test("the federation names who is not verified", async () => {
    await verified()
    await east().remove(exposure("Listener", eastProject))
    const outcomes = await played.run({ notebook: verifyAlone })
    expect(outcomes["supernode-1/verify"]).toMatch(/^blocked: listener/)
    expect(outcomes["verify-federation"]).toMatch(/^not run: .*supernode-1\/verify is blocked/)
  })
})

describe("what logs prove", () => {
  const context = {
    site: { name: "supernode-1", project: eastProject },
    the: () => ({ project: westProject }),
  } as unknown as Context
  const running = (log: string, startedAt: number, args: string[] = []): Running => ({
    deployment: {
      spec: { template: { spec: { containers: [{ name: "superlink", image: "x", args }] } } },
    } as never,
    pod: "pod",
    restarts: 0,
    startedAt,
    log,
  })
  const start = "Starting Flower SuperLink\n"
  const active = (superlink: Running) => activationHop(context, "42", superlink, running("", 10))

  test("a line about the node proves it", () => {
    expect(active(running(`${start}[Fleet.ActivateNode] Activated node_id=42\n`, 0))).toEqual({
      holds: "node 42 active",
    })
  })

  test("a log that has rotated away leaves it unproven, and says how to prove it", () => {
    const answer = active(running("[Fleet.PullMessages] node_id=7\n", 0))
    expect(answer).toMatchObject({
      is: "blocked",
      code: "unproven",
      next: "flower-runbook step deploy-supernode --site supernode-1 --again",
      fix: expect.stringContaining("flwr supernode list"),
    })
  })

  test("a whole log of an older SuperLink that does not name it yet is waited for", () => {
    expect(active(running(start, 0))).toMatchObject({ is: "under way" })
  })

  test("a SuperLink that is younger than the SuperNode has forgotten it, or keeps it in a database", () => {
    expect(active(running(start, 20))).toMatchObject({ is: "blocked", code: "forgotten" })
    expect(active(running(start, 20, ["--database", "x"]))).toMatchObject({ is: "blocked", code: "unproven" })
  })

  test("a SuperNode whose log has rotated away", () => {
    expect(registrationHop(context, running("Receiving: query message\n", 0))).toMatchObject({
      code: "unproven",
    })
  })
})
