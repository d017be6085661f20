/** Traffic needs every hop: pod, connector, routers, link, listener, Service. */
import { beforeAll, expect, test } from "vitest"
import type { Cluster, Ref } from "../../../lib/cluster/types.ts"
import type { FaultTable } from "../../../lib/practice/types/faults.ts"
import type { PracticeImage } from "../../../lib/practice/types/images.ts"
import {
  deployment,
  install,
  is,
  issue,
  link,
  namespace,
  ref,
  site,
  skupper,
  start,
  until,
} from "./clusters.ts"

let west: Cluster
let east: Cluster
let faults: FaultTable
const heard: string[] = []

const images: PracticeImage[] = [
  {
    image: /example\/server/,
    start(container) {
      container.listen(9092, container.pod.name)
      container.ready()
    },
  },
  {
    image: /example\/client/,
    start(container) {
      container.ready()
      container.dial("api:9092", {
        open: (service) => heard.push(`open ${String(service).split("-")[0]}`),
        lost: () => heard.push("lost"),
      })
    },
  },
]

beforeAll(async () => {
  const started = await start({ names: ["west", "east"], images })
  west = started.worlds[0]!.cluster
  east = started.worlds[1]!.cluster
  faults = started.faults
  await Promise.all([install(west), install(east)])
  await Promise.all([site(west, "west", { linkAccess: "default" }), site(east, "east")])
  await west.create(deployment("server", "west", "example/server:1"))
  await east.create(deployment("client", "east", "example/client:1"))
})

const hears = async (what: string) => {
  await expect.poll(() => heard.at(-1), { timeout: 10_000, interval: 5 }).toBe(what)
}

test("nothing is heard until the last hop is there", async () => {
  await until(east, ref("Deployment", "east", "client"), (it) => it?.status?.availableReplicas === 1)
  await until(west, ref("Deployment", "west", "server"), (it) => it?.status?.availableReplicas === 1)
  await link(east, "east", west, "west", "token")
  await east.create(skupper("Listener", "east", "api", { routingKey: "api", host: "api", port: 9092 }))
  const alone = await until(east, ref("Listener", "east", "api"), is("Configured"))
  expect(alone.status).toMatchObject({ status: "Pending", message: "Not Matched" })
  expect(heard).toEqual([])
  await west.create(
    skupper("Connector", "west", "api", { routingKey: "api", port: 9092, selector: "app=server" }),
  )
  await hears("open server")
  expect(heard).toEqual(["open server"])
  await until(east, ref("Listener", "east", "api"), is("Ready"))
})

test("link down and up again", async () => {
  faults.set([{ where: "link", cluster: "east", what: "down" }])
  const down = await until(
    east,
    ref("Link", "east", "token"),
    (it) => it?.status?.message === "Not operational",
  )
  expect(down.status.remoteSiteName).toBe("west")
  await until(east, ref("Listener", "east", "api"), (it) => it?.status?.message === "No matching connectors")
  await hears("lost")
  faults.set([])
  await until(east, ref("Link", "east", "token"), is("Ready"))
  await hears("open server")
})

test("each object that goes takes the path with it; it comes back with the object", async () => {
  const hops: [Cluster, string, string, string][] = [
    [west, "Connector", "west", "api"],
    [east, "Listener", "east", "api"],
    [east, "Secret", "east", "token"],
  ]
  for (const [cluster, kind, where, name] of hops) {
    const { metadata, status: _, ...object } = (await cluster.get(ref(kind, where, name)))!
    await cluster.remove(ref(kind, where, name))
    await hears("lost")
    await cluster.create({ ...object, metadata: { name, namespace: where } } as never)
    await hears("open server")
    expect(metadata.name).toBe(name)
  }
})

test("a pod that is replaced is dialled anew", async () => {
  const before = heard.length
  const [pod] = await west.list({ apiVersion: "v1", kind: "Pod", namespace: "west", labels: "app=server" })
  await west.remove(ref("Pod", "west", pod!.metadata.name))
  await expect
    .poll(() => heard.slice(before), { timeout: 5000, interval: 5 })
    .toEqual(["lost", "open server"])
})

test("what is written over or taken away comes back, without any other change", async () => {
  const status: Ref = {
    apiVersion: "v1",
    kind: "ConfigMap",
    namespace: "east",
    name: "skupper-network-status",
  }
  await east.merge(status, { data: { NetworkStatus: "{}" } })
  await until(east, status, (it) => it?.data.NetworkStatus.includes('"status":"up"'))
  const certificate = ref("Certificate", "west", "skupper-site-server")
  const { uid } = (await west.get(certificate))!.metadata
  await west.remove(certificate)
  await until(west, certificate, (it) => it !== undefined && it.metadata.uid !== uid)
})

test("a link by file, through a third site", async () => {
  await site(east, "third")
  const { status } = (await east.get(ref("Site", "east", "east")))!
  expect(status.endpoints).toBeUndefined()
  await namespace(west, "spare")
  await west.create(
    skupper("Certificate", "west", "link-west", { ca: "skupper-site-ca", subject: "third", client: true }),
  )
  const secret = await until(west, ref("Secret", "west", "link-west"), (it) => it !== undefined)
  const endpoints = (await west.get(ref("Site", "west", "west")))!.status.endpoints
  await east.create({
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "link-west", namespace: "third" },
    type: secret.type,
    data: secret.data,
  })
  await east.create(
    skupper("Link", "third", "link-west", { endpoints, tlsCredentials: "link-west", cost: 1 }),
  )
  await until(east, ref("Link", "third", "link-west"), is("Ready"))
  // east and third have no link to each other: both reach west.
  await until(east, ref("Site", "third", "third"), (it) => it?.status?.sitesInNetwork === 3)
  await until(east, ref("Site", "east", "east"), (it) => it?.status?.sitesInNetwork === 3)
})

test("a link to a site that was made anew never comes up", async () => {
  await west.remove(ref("Site", "west", "west"))
  await hears("lost")
  await until(west, ref("Secret", "west", "skupper-site-ca"), (it) => it === undefined)
  await west.create(skupper("Site", "west", "west", { linkAccess: "default" }))
  const anew = await until(west, ref("Site", "west", "west"), is("Ready"))
  const old = (await east.get(ref("Link", "east", "token")))!
  expect(is("Ready")(old)).toBe(false)
  expect(old.status.remoteSiteId).not.toBe(anew.metadata.uid)
  expect(heard.at(-1)).toBe("lost")
  await east.create(skupper("AccessToken", "east", "again", await issue(west, "west", "again")))
  await until(east, ref("Link", "east", "again"), is("Ready"))
  await hears("open server")
})

test("other link access", async () => {
  for (const [type, host] of [
    ["loadbalancer", "skupper-router-at-loadbalancer.lb.west.practice.test"],
    ["nodeport", "node.west.practice.test"],
    ["local", "skupper-router.at-local"],
  ]) {
    const made = await site(west, `at-${type}`, { linkAccess: type })
    expect(made.status.endpoints[0].host).toBe(host)
  }
  await namespace(west, "at-nowhere")
  await west.create(skupper("Site", "at-nowhere", "s", { linkAccess: "ingress" }))
  const wrong = await until(west, ref("Site", "at-nowhere", "s"), (it) => it?.status?.status === "Error")
  expect(wrong.status.message).toBe("Unsupported value for LinkAccess: ingress")
})

test("a project with a long name: the Route is not admitted", async () => {
  const name = `a${"b".repeat(40)}`
  await namespace(west, name)
  await west.create(skupper("Site", name, "s", { linkAccess: "route" }))
  const route = await until(
    west,
    {
      apiVersion: "route.openshift.io/v1",
      kind: "Route",
      namespace: name,
      name: "skupper-router-inter-router",
    },
    (it) => it?.status?.ingress !== undefined,
  )
  expect(route.status.ingress[0].conditions[0]).toMatchObject({
    type: "Admitted",
    status: "False",
    reason: "InvalidHost",
  })
  const stuck = await until(west, ref("Site", name, "s"), is("Running"))
  expect(stuck.status).toMatchObject({ status: "Pending", message: "Pending" })
})
