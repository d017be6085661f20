/** What statuses say, and whether traffic passes, while routers and their links break: as measured on real ones. */
import { afterEach, beforeAll, describe, expect, test, vi } from "vitest"
import type { Cluster, KubeObject, Ref } from "../../../lib/cluster/types.ts"
import type { Fault, FaultTable } from "../../../lib/practice/types/faults.ts"
import type { PracticeImage } from "../../../lib/practice/types/images.ts"
import { deployment, install, is, link, ref, site, skupper, start, until } from "./clusters.ts"

let west: Cluster
let east: Cluster
let faults: FaultTable
const heard: string[] = []

const images: PracticeImage[] = [
  {
    image: /example\/server/,
    start(container) {
      container.listen(9092, { name: "server" })
      container.ready()
    },
  },
  {
    image: /example\/client/,
    start(container) {
      container.ready()
      container.dial("api:9092", { open: () => heard.push("open"), lost: () => heard.push("lost") })
    },
  },
]

const hears = (what: string) =>
  vi.waitFor(() => expect(heard.at(-1)).toBe(what), { timeout: 10_000, interval: 5 })
const says = (cluster: Cluster, kind: string, where: string, name: string, message: string) =>
  until(cluster, ref(kind, where, name), (it) => it?.status?.message === message)
const isReady = async (cluster: Cluster, kind: string, where: string, name: string) =>
  is("Ready")(await cluster.get(ref(kind, where, name)))
const routerPods = (cluster: Cluster, namespace: string) =>
  cluster.list({ apiVersion: "v1", kind: "Pod", namespace, labels: "skupper.io/component=router" })
const routerOf = (pod: KubeObject | undefined) =>
  pod?.status?.containerStatuses?.find((one: { name: string }) => one.name === "router")

/** The router's container has ended and runs again. */
async function restarted(cluster: Cluster, namespace: string): Promise<KubeObject> {
  const [pod] = await routerPods(cluster, namespace)
  return until(cluster, ref("Pod", namespace, pod!.metadata.name), (it) => {
    const status = routerOf(it)
    return status?.restartCount > 0 && status.ready === true
  })
}

const config = (namespace: string): Ref => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  namespace,
  name: "skupper-router",
})
const touch = (cluster: Cluster, namespace: string) =>
  cluster.merge(config(namespace), { metadata: { annotations: { touched: `${performance.now()}` } } })
const log = async (cluster: Cluster, namespace: string): Promise<string> => {
  const [pod] = await routerPods(cluster, namespace)
  return cluster.log({ namespace, pod: pod!.metadata.name, container: "router" })
}
const replaced = async (cluster: Cluster, namespace: string): Promise<void> => {
  const [before] = await routerPods(cluster, namespace)
  await cluster.remove(ref("Pod", namespace, before!.metadata.name))
  await expect
    .poll(async () => {
      const pods = await routerPods(cluster, namespace)
      return pods.length === 1 && pods[0]!.metadata.uid !== before!.metadata.uid && routerOf(pods[0])?.ready
    })
    .toBe(true)
}

const allReady = () =>
  Promise.all([
    until(east, ref("Link", "east", "token"), is("Ready")),
    until(east, ref("Listener", "east", "api"), is("Ready")),
    until(west, ref("Connector", "west", "api"), is("Ready")),
    hears("open"),
  ])

beforeAll(async () => {
  const started = await start({ names: ["west", "east"], images, delays: "short" })
  west = started.worlds[0]!.cluster
  east = started.worlds[1]!.cluster
  faults = started.faults
  await Promise.all([install(west), install(east)])
  await Promise.all([site(west, "west", { linkAccess: "default" }), site(east, "east")])
  await Promise.all([
    west.create(deployment("server", "west", "example/server:1")),
    east.create(deployment("client", "east", "example/client:1")),
    link(east, "east", west, "west", "token"),
  ])
  await east.create(skupper("Listener", "east", "api", { routingKey: "api", host: "api", port: 9092 }))
  await west.create(
    skupper("Connector", "west", "api", { routingKey: "api", port: 9092, selector: "app=server" }),
  )
  await allReady()
})

/** Whatever a test broke is whole again before the next. */
afterEach(async () => {
  faults.set([])
  await Promise.all([touch(west, "west"), touch(east, "east")])
  await allReady()
})

const strike = (...all: Omit<Fault, "cluster">[]) =>
  faults.set(all.map((fault) => ({ cluster: "east", ...fault })))

describe("what the network is configured with", () => {
  test("the ConfigMap has the link, the listener and the pod behind the connector, and the leader has its lease", async () => {
    const entities = async (cluster: Cluster, namespace: string) =>
      JSON.parse((await cluster.get(config(namespace)))!.data["skrouterd.json"]) as [
        string,
        Record<string, unknown>,
      ][]
    const [server] = await west.list({
      apiVersion: "v1",
      kind: "Pod",
      namespace: "west",
      labels: "app=server",
    })
    expect((await entities(east, "east")).map(([type, { name }]) => `${type} ${name ?? ""}`)).toEqual(
      expect.arrayContaining(["connector token", "tcpListener listener/api"]),
    )
    const connector = (await entities(west, "west")).find(([type]) => type === "tcpConnector")
    expect(connector?.[1]).toMatchObject({
      name: `connector/api@${server!.status.podIP}`,
      host: server!.status.podIP,
      port: "9092",
      address: "api",
      processId: server!.metadata.uid,
    })
    const [pod] = await routerPods(east, "east")
    const lease = {
      apiVersion: "coordination.k8s.io/v1",
      kind: "Lease",
      namespace: "east",
      name: "skupper-site-leader",
    }
    expect((await east.get(lease))!.spec.holderIdentity).toBe(pod!.metadata.name)
    expect((await east.get(lease))!.metadata.ownerReferences).toBeUndefined()
  })

  test("each site's status lists the network as the real one does", async () => {
    const { status } = (await east.get(ref("Site", "east", "east")))!
    const [server] = await west.list({
      apiVersion: "v1",
      kind: "Pod",
      namespace: "west",
      labels: "app=server",
    })
    const uid = async (cluster: Cluster, name: string) =>
      (await cluster.get(ref("Site", name, name)))!.metadata.uid
    const common = { platform: "kubernetes", version: "2.2.1" }
    const id = { west: await uid(west, "west"), east: await uid(east, "east") }
    expect(
      status.network.toSorted((a: { name: string }, b: { name: string }) => a.name.localeCompare(b.name)),
    ).toEqual([
      {
        ...{ id: id.east, name: "east", namespace: "east", ...common },
        links: [{ name: "token", remoteSiteId: id.west, remoteSiteName: "west", operational: true }],
        services: [{ routingKey: "api", listeners: ["listener/api"] }],
      },
      {
        ...{ id: id.west, name: "west", namespace: "west", ...common },
        services: [{ routingKey: "api", connectors: [server!.status.podIP] }],
      },
    ])
  })
})

describe("a router whose container is restarted in its pod", () => {
  test("where the link leads from: no connection, the Link stays Ready, both ends are unmatched; until the ConfigMap changes", async () => {
    strike({ where: "router", what: "restart" })
    await restarted(east, "east")
    await hears("lost")
    await says(east, "Listener", "east", "api", "No matching connectors")
    await says(west, "Connector", "west", "api", "No matching listeners")
    expect(await isReady(east, "Link", "east", "token")).toBe(true)
    expect(await isReady(east, "Site", "east", "east")).toBe(true)
    const alone = await until(east, ref("Site", "east", "east"), (it) => it?.status.sitesInNetwork === 1)
    expect(alone.status.network[0].links).toBeUndefined()
    expect(heard.at(-1)).toBe("lost")
    await touch(east, "east")
    await hears("open")
  })

  test("where the link leads to: everything is Ready again, and nothing passes until the ConfigMap changes", async () => {
    faults.set([{ where: "router", cluster: "west", what: "oom" }])
    const pod = await restarted(west, "west")
    expect(routerOf(pod).lastState.terminated).toMatchObject({ exitCode: 137, reason: "OOMKilled" })
    await until(east, ref("Link", "east", "token"), is("Ready"))
    await until(west, ref("Site", "west", "west"), is("Ready"))
    for (const [cluster, kind, where] of [
      [east, "Listener", "east"],
      [west, "Connector", "west"],
    ] as const)
      expect(await isReady(cluster, kind, where, "api")).toBe(true)
    expect(heard.at(-1)).toBe("lost")
    await touch(west, "west")
    await hears("open")
  })

  test("a pod that was made after everything had been configured loses nothing", async () => {
    await replaced(east, "east")
    await allReady()
    strike({ where: "router", what: "restart" })
    await restarted(east, "east")
    await hears("open")
  })
})

test("a router that hangs: its own site forgets the network, and liveness restarts it", async () => {
  strike({ where: "router", what: "hang" })
  await hears("lost")
  await until(east, ref("Link", "east", "token"), is("Ready"))
  await restarted(east, "east")
  await says(east, "Listener", "east", "api", "No matching connectors")
})

test("a router pod replaced while the other site is away: its Link stays Ready, and its log says why it is not", async () => {
  strike({ where: "link", what: "dns" })
  await hears("lost")
  await says(east, "Link", "east", "token", "Not operational")
  faults.set([])
  await allReady()
  strike({ where: "link", what: "reset" }, { where: "router", what: "replace" })
  await says(west, "Connector", "west", "api", "No matching listeners")
  await expect
    .poll(() => log(east, "east"))
    .toMatch(/failed: proton:io Connection reset by peer - disconnected \S+:443/)
  expect(heard.at(-1)).toBe("lost")
})

test.each([
  [
    "down",
    /SERVER \(error\) \[C\d+\] Connection to \S+:443 failed: proton:io Connection refused - disconnected \S+:443/,
  ],
  ["drop", /failed: amqp:resource-limit-exceeded local-idle-timeout expired/],
  ["dns", /failed: proton:io Temporary failure in name resolution - connect to {2}\S+:443/],
])("link %s: the reason is in the router's log; a number of times, then it is over", async (what, reason) => {
  strike({ where: "link", what })
  await hears("lost")
  await says(east, "Link", "east", "token", "Not operational")
  expect(await log(east, "east")).toMatch(reason)
  strike({ where: "link", what, times: 3 })
  await allReady()
})
