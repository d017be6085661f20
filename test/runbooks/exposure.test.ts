import { afterEach, beforeEach, describe, expect, test } from "vitest"
import type { KubeObject } from "../../lib/cluster/types.ts"
import { actionFor } from "../../lib/notebook/action-for.ts"
import connector from "../../runbooks/connector.ts"
import listener from "../../runbooks/listener.ts"
import { ADOPTED, labels } from "../../runbooks/shared/labels.ts"
import { type Clusters, conditions, namespace, put, setStatus, skupper, startClusters } from "./clusters.ts"
import { foreign } from "./practice.ts"

const WEST = "flower-openshift-demo"
const EAST = "flower-supernode-1"
const CONFIGURED = conditions({ Configured: "True", Ready: ["False", "Pending", "Not Matched"] })
const MATCHED = conditions({ Configured: "True", Matched: "True", Ready: "True" })
const mine = { name: "fleet-api", namespace: WEST, labels: labels("trial") }

let clusters: Clusters
beforeEach(async () => {
  clusters = await startClusters()
  for (const one of [clusters.superlink, clusters.supernode]) {
    await one.login()
    await one.admin.create(namespace(String(one.site.project)))
  }
})
afterEach(() => clusters.close())

describe("connector", () => {
  const check = (more = {}) => clusters.check(connector, clusters.superlink, more)
  const superlink = (args: string[] = []) =>
    put(
      clusters.superlink.admin,
      foreign(WEST, "superlink", { name: "superlink", image: "flwr/superlink:1.34.0", args }),
    )
  const make = (spec: object = {}, more: object = {}, name = "fleet-api"): Promise<KubeObject> =>
    put(
      clusters.superlink.admin,
      skupper("Connector", WEST, name, {
        spec: { routingKey: "fleet-api", port: 9092, selector: "app=superlink", ...spec },
        ...more,
      }),
    )

  test("needs the SuperLink's Deployment, whose pods it selects", async () => {
    expect(await check()).toMatchObject({ state: "unknown", because: "missing" })
  })

  test("none exists", async () => {
    await superlink()
    expect(await check()).toMatchObject({ state: "missing", reason: `no Connector fleet-api in ${WEST}` })
  })

  test("without a status: no pod matches yet", async () => {
    await superlink()
    await make()
    expect(await check()).toMatchObject({
      state: "progressing",
      reason: "no pod matches app=superlink yet; the Connector waits for one",
    })
  })

  test("not configured: the controller's words", async () => {
    await superlink()
    await make(
      {},
      { status: { conditions: conditions({ Configured: ["False", "Error", "No matches for selector"] }) } },
    )
    expect(await check()).toMatchObject({
      state: "progressing",
      reason: "Connector fleet-api: No matches for selector",
    })
  })

  test("configured is ready, matched or not", async () => {
    await superlink()
    const made = await make({}, { status: { conditions: CONFIGURED } })
    expect(await check()).toMatchObject({
      state: "ready",
      reason: expect.stringContaining("not matched yet"),
      adopted: true,
    })
    await setStatus(clusters.superlink.admin, made, { conditions: MATCHED })
    expect(await check({ applyInterrupted: true })).toMatchObject({
      state: "ready",
      reason: "Connector fleet-api is configured, matched",
    })
    expect(await check({ applyInterrupted: true })).not.toHaveProperty("adopted")
  })

  test.each([
    [{ port: 9093 }, "port is 9093, should be 9092"],
    [{ routingKey: "fleet" }, "routing key is fleet, should be fleet-api"],
    [{ selector: "app=other" }, "selector is app=other, should be app=superlink"],
    [
      { selector: undefined, host: "10.1.2.3" },
      "host is 10.1.2.3, should be none; selector is none, should be app=superlink",
    ],
  ])("%o has drifted", async (spec, reason) => {
    await superlink()
    await make(spec, { status: { conditions: CONFIGURED } })
    expect(await check()).toMatchObject({ state: "drifted", reason })
  })

  test("one of another name with the routing key is used", async () => {
    await superlink()
    await make({}, { status: { conditions: MATCHED } }, "theirs")
    expect(await check()).toMatchObject({
      state: "ready",
      reason: expect.stringContaining("Connector theirs"),
      adopted: true,
    })
  })

  test("a SuperLink that existed before may have its Fleet API at another port", async () => {
    await superlink(["--fleet-api-address", "0.0.0.0:7777"])
    await make({}, { status: { conditions: CONFIGURED } })
    expect(await check()).toMatchObject({ state: "drifted", reason: "port is 9092, should be 7777" })
  })

  test("an update writes the wanted fields, and an adopted object stays adopted", async () => {
    await superlink()
    await make({ port: 9093, selector: undefined, host: "10.1.2.3" })
    await actionFor(connector, "drifted")!.run(clusters.context(connector, clusters.superlink))
    await connector.takeOwnership!(clusters.context(connector, clusters.superlink))
    const found = await clusters.superlink.admin.get({
      apiVersion: "skupper.io/v2alpha1",
      kind: "Connector",
      namespace: WEST,
      name: "fleet-api",
    })
    expect(found?.spec).toEqual({ routingKey: "fleet-api", port: 9092, selector: "app=superlink" })
    expect(found?.metadata.labels ?? {}).toEqual({})
    expect(found?.metadata.annotations).toHaveProperty([ADOPTED])
  })

  test("what was created is labelled, and a deletion is waited for", async () => {
    await superlink()
    await make()
    await connector.takeOwnership!(clusters.context(connector, clusters.superlink))
    const ref = { apiVersion: "skupper.io/v2alpha1", kind: "Connector", namespace: WEST, name: "fleet-api" }
    expect((await clusters.superlink.admin.get(ref))?.metadata.labels).toEqual(labels("trial"))
    await clusters.superlink.admin.merge(ref, { metadata: { finalizers: ["test/hold"] } })
    await clusters.superlink.admin.remove(ref)
    expect(await check()).toMatchObject({
      state: "progressing",
      reason: expect.stringContaining("being deleted"),
    })
  })
})

describe("listener", () => {
  const check = () => clusters.check(listener, clusters.supernode)
  const make = (spec: object, status: object | undefined, metadata: object = {}): Promise<KubeObject> =>
    put(clusters.supernode.admin, {
      ...skupper("Listener", EAST, "fleet-api", {
        spec: { routingKey: "fleet-api", port: 9092, host: "fleet-api", ...spec },
      }),
      ...(status && { status }),
      metadata: { name: "fleet-api", namespace: EAST, ...metadata },
    })
  const service = () =>
    clusters.supernode.admin.create({
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "fleet-api", namespace: EAST },
      spec: { ports: [{ port: 9092 }] },
    })

  test("none exists", async () => {
    expect(await check()).toMatchObject({ state: "missing", reason: `no Listener fleet-api in ${EAST}` })
  })

  test("configured, and its Service exists", async () => {
    await make({}, { conditions: CONFIGURED })
    expect(await check()).toMatchObject({
      state: "progressing",
      reason: "Service fleet-api does not exist yet",
    })
    await service()
    expect(await check()).toMatchObject({ state: "ready", adopted: true })
  })

  test("one of this federation is not adopted", async () => {
    await make({}, { conditions: MATCHED }, { labels: mine.labels })
    await service()
    expect(await check()).not.toHaveProperty("adopted")
  })

  test("a Service of the same name: blocked, with the fix", async () => {
    const words = "Service fleet-api already exists in namespace"
    await make({}, { conditions: conditions({ Configured: ["False", "Error", words] }) })
    expect(await check()).toMatchObject({
      state: "blocked",
      code: "service",
      reason: `Listener fleet-api: ${words}`,
      next: `oc get service fleet-api -n ${EAST} -o yaml`,
    })
  })

  test("another Listener on the same host and port", async () => {
    const words = "Listener other with host fleet-api and port 9092 already exists in namespace"
    await make({}, { conditions: conditions({ Configured: ["False", "Error", words] }) })
    expect(await check()).toMatchObject({ state: "blocked", code: "listener" })
  })

  test("no Site yet is waited for", async () => {
    await make(
      {},
      { conditions: conditions({ Configured: ["False", "Error", "No active site in namespace"] }) },
    )
    expect(await check()).toMatchObject({
      state: "progressing",
      reason: "Listener fleet-api: No active site in namespace",
    })
  })

  test.each([
    [{ host: "other" }, "host is other, should be fleet-api"],
    [{ routingKey: "" }, "routing key is none, should be fleet-api"],
  ])("%o has drifted", async (spec, reason) => {
    await make(spec, { conditions: CONFIGURED })
    expect(await check()).toMatchObject({ state: "drifted", reason })
  })

  test("one that existed before keeps its port", async () => {
    await make({ port: 8000 }, { conditions: CONFIGURED })
    expect((await check()).state).not.toBe("drifted")
  })

  test("ours has the port that we chose", async () => {
    await make({ port: 8000 }, { conditions: CONFIGURED }, { labels: mine.labels })
    expect(await check()).toMatchObject({ state: "drifted", reason: "port is 8000, should be 9092" })
  })

  test("an update restores the routing key that skupper's own update drops", async () => {
    await make({ routingKey: "" }, undefined, { labels: mine.labels })
    await actionFor(listener, "drifted")!.run(clusters.context(listener, clusters.supernode))
    expect(await check()).toMatchObject({ state: "progressing" })
    expect(clusters.notes.join()).toContain("patched directly")
  })
})
