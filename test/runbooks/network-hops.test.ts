/** The hops through the network, by what two Sites and the two ends of the routing key say (shapes of router 3.5.1, Skupper 2.2.1). */
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import type { KubeObject } from "../../lib/cluster/types.ts"
import { doctor } from "../../runbooks/doctor-checks.ts"
import { matchedHop, portHop, settledHop, takeoverHop } from "../../runbooks/flower/network-hops.ts"
import type { Exposure } from "../../runbooks/interconnect/exposure.ts"
import { verify } from "../../runbooks/verify.ts"
import {
  type Clusters,
  conditions,
  namespace,
  put,
  type ServedSite,
  setStatus,
  skupper,
  startClusters,
} from "./clusters.ts"
import { putRouter } from "./routers.ts"

const NODE = "flower-supernode-1"

let clusters: Clusters
let hub: KubeObject
let node: KubeObject
beforeEach(async () => {
  clusters = await startClusters()
  for (const one of [clusters.superlink, clusters.supernode]) {
    await one.login()
    await one.admin.create(namespace(String(one.site.project)))
  }
  const site = (at: ServedSite, name: string) => put(at.admin, skupper("Site", String(at.site.project), name))
  hub = await site(clusters.superlink, "superlink-interconnect")
  node = await site(clusters.supernode, "supernode-1-interconnect")
})
afterEach(() => clusters.close())

const context = () => clusters.context(verify, clusters.supernode)
/** A Site's record of itself or of another one. */
const record = (site: KubeObject, services: object, more: object = {}) => ({
  id: site.metadata.uid,
  name: site.metadata.name,
  namespace: site.metadata.namespace,
  platform: "kubernetes",
  version: "2.2.1",
  services: [{ routingKey: "fleet-api", ...services }],
  ...more,
})
const CONNECTOR = { connectors: ["10.128.0.2"] }
const LISTENER = { listeners: ["listener/fleet-api"] }
const knows = async (at: ServedSite, site: KubeObject, ...network: object[]) => {
  await setStatus(at.admin, site, { conditions: conditions({ Configured: "True" }), network })
}

describe("matched", () => {
  const end = (kind: string, matched?: true): Exposure => ({
    apiVersion: "skupper.io/v2alpha1",
    kind,
    metadata: { name: "fleet-api" },
    spec: { routingKey: "fleet-api" },
    status: {
      message: kind === "Connector" ? "No matching listeners" : "No matching connectors",
      conditions: conditions({
        Configured: "True",
        Matched: matched
          ? "True"
          : ["False", "Pending", kind === "Connector" ? "No matching listeners" : "No matching connectors"],
      }),
    },
  })
  const hop = (connector?: true, listener?: true) =>
    matchedHop(context(), end("Connector", connector), end("Listener", listener))
  const HOLDS = { holds: "connector and listener matched" }
  const CONNECTOR_BROKEN = {
    state: "progressing",
    reason: "connector: fleet-api: No matching listeners (skupper connector status -n flower-openshift-demo)",
  }

  test("each Site lists only its own end: two networks that do not know each other do not match", async () => {
    await knows(clusters.superlink, hub, record(hub, CONNECTOR))
    await knows(clusters.supernode, node, record(node, LISTENER))
    expect(await hop()).toEqual(CONNECTOR_BROKEN)
    expect(await hop(true)).toMatchObject({
      state: "progressing",
      reason: expect.stringContaining("listener: fleet-api: No matching connectors"),
    })
  })

  test("an end whose condition was lost matches if the other Site's record shows the other end", async () => {
    await knows(clusters.superlink, hub, record(hub, CONNECTOR), record(node, LISTENER))
    await knows(clusters.supernode, node, record(hub, CONNECTOR), record(node, LISTENER))
    expect(await hop()).toEqual(HOLDS)
    expect(await hop(true, true)).toEqual(HOLDS)
  })

  test("the listener of another SuperNode, and the connector of another site, do not count", async () => {
    const other = { metadata: { uid: "other", name: "other", namespace: "other" } } as KubeObject
    await knows(clusters.superlink, hub, record(hub, CONNECTOR), record(other, LISTENER))
    await knows(clusters.supernode, node, record(other, CONNECTOR), record(node, LISTENER))
    expect(await hop(undefined, true)).toEqual(CONNECTOR_BROKEN)
    expect(await hop(true)).toMatchObject({ state: "progressing" })
  })
})

describe("after a short silence", () => {
  const at = (seconds: number) => new Date(Date.now() - seconds * 1000).toISOString().replace(/\.\d+Z$/, "Z")
  const settled = (up: number, matched: number) =>
    settledHop(
      context(),
      {
        status: { conditions: [{ type: "Operational", status: "True", lastTransitionTime: at(up) }] },
      } as never,
      {
        status: { conditions: [{ type: "Matched", status: "True", lastTransitionTime: at(matched) }] },
      } as never,
    )

  test("a Listener that was matched before the link came back is not believed at once", async () => {
    expect(await settled(3, 600)).toMatchObject({
      state: "progressing",
      reason: expect.stringMatching(
        /^listener: the link came back [1-4] s ago, and its ends may be lost again until 15 s after that/,
      ),
    })
  })

  test("it is believed after 15 s, and if it was matched after the link came up", async () => {
    expect(await settled(20, 600)).toBeUndefined()
    expect(await settled(5, 3)).toBeUndefined()
    expect(await settled(600, 500)).toBeUndefined()
  })
})

describe("a site that takes the routing key over", () => {
  const intruder = {
    metadata: { uid: "89555820", name: "supernode-2-interconnect", namespace: "flower-supernode-2" },
  } as KubeObject
  const BLOCKED = {
    state: "blocked",
    code: "taken over",
    reason:
      "routing key: site supernode-2-interconnect (namespace flower-supernode-2, platform kubernetes) also serves fleet-api, so SuperNodes may connect to it instead of the SuperLink",
    fix: expect.stringContaining("delete the Connector with the routing key fleet-api there"),
    next: expect.stringMatching(
      /oc get sites.skupper.io superlink-interconnect -n flower-openshift-demo -o jsonpath='\{.status.network\}'$/,
    ),
  }
  const examined = () =>
    doctor.find(({ id }) => id === "routing key")!.run(clusters.context(verify, clusters.superlink))

  test("is named by verify and by doctor, whichever Site knows it", async () => {
    const both = [record(hub, CONNECTOR), record(intruder, CONNECTOR)]
    await knows(clusters.supernode, node, ...both)
    expect(await takeoverHop(context())).toMatchObject(BLOCKED)
    // The command is for the SuperLink's cluster, wherever it was noticed.
    expect(await takeoverHop(context())).toMatchObject({
      next: expect.stringMatching(/^KUBECONFIG=\S.*kubeconfigs\/superlink'? oc /),
    })
    expect(await examined()).toEqual({ ok: true, said: "no other site serves fleet-api" })
    await knows(clusters.superlink, hub, ...both)
    await knows(clusters.supernode, node)
    expect(await clusters.check(verify, clusters.supernode)).toMatchObject(BLOCKED)
    expect(await examined()).toMatchObject({ ok: false, said: BLOCKED.reason, next: BLOCKED.next })
  })

  test("is not a site that has other services, or a listener", async () => {
    await knows(
      clusters.superlink,
      hub,
      record(hub, CONNECTOR),
      record(node, LISTENER),
      record(intruder, {}, { services: [{ routingKey: "db", ...CONNECTOR }] }),
    )
    expect(await takeoverHop(context())).toBeUndefined()
  })

  test("may be the record of a Site that was created again: it is waited for until it disappears", async () => {
    const former = { metadata: { ...hub.metadata, uid: "former" } } as KubeObject
    await knows(clusters.superlink, hub, record(hub, CONNECTOR), record(former, CONNECTOR))
    expect(await takeoverHop(context())).toMatchObject({
      state: "progressing",
      reason: expect.stringContaining("a former Site superlink-interconnect of flower-openshift-demo"),
    })
    await knows(clusters.superlink, hub, record(former, CONNECTOR), record(intruder, CONNECTOR))
    expect(await takeoverHop(context())).toMatchObject(BLOCKED)
  })
})

test("who may neither forward ports nor create pods is told so", async () => {
  const { admin } = clusters.supernode
  await putRouter(admin, NODE, { router: 60, adaptor: 60 })
  await admin.create({
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "fleet-api", namespace: NODE },
    spec: { ports: [{ port: 9092, targetPort: 1024, protocol: "TCP" }] },
  })
  await admin.create({
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "RoleBinding",
    metadata: { name: "alice", namespace: NODE },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "view" },
    subjects: [{ kind: "User", name: "alice", apiGroup: "rbac.authorization.k8s.io" }],
  })
  const listener = { spec: { routingKey: "fleet-api", host: "fleet-api", port: 9092 } } as Exposure
  const tried = (probe: string) =>
    portHop(clusters.context(verify, clusters.supernode, { inputs: { probe } }), listener)
  await clusters.supernode.login("alice")
  expect(await tried("auto")).toEqual({
    holds: "listener port not tried (no right to create pods/portforward)",
  })
  expect(await tried("pod")).toEqual({
    holds: "listener port not tried (no right to create pods/portforward or pods)",
  })
  expect(await tried("off")).toEqual({ holds: "listener port not tried (--probe off)" })
})
