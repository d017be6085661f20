import { expect, test } from "vitest"
import { start, install, until, record, conditionsOf, SKUPPER, namespace, is, OLM, CSV, deployment } from "./clusters.ts"

test("all of it", async () => {
  const t0 = performance.now()
  const lap = (w: string) => console.log(w, Math.round(performance.now() - t0))
  const { worlds: [a, b] } = await start({ names: ["west", "east"], delays: (process.env.DELAYS as any) ?? "short" , images: [
    { image: /server/, start(c) { c.listen(9092, "hello"); c.log("serving"); c.ready() } },
    { image: /client/, start(c) { c.log("dialling"); c.dial("fleet-api:9092", { open(s) { c.log("open " + s); c.ready() }, lost() { c.log("lost") } }) } },
  ]})
  lap("started")
  await namespace(a!.cluster, "west"); await namespace(b!.cluster, "east")
  const csv = record(a!.cluster, { apiVersion: OLM, kind: "ClusterServiceVersion", namespace: "openshift-operators" }, (o) => [o.metadata.name, o.status?.phase, o.status?.reason])
  await Promise.all([install(a!.cluster), install(b!.cluster)])
  lap("installed"); console.log(csv.seen)
  const site = record(a!.cluster, { apiVersion: SKUPPER, kind: "Site", namespace: "west" }, (o) => [Math.round(performance.now() - t0), o.status?.status, o.status?.message, conditionsOf(o)])
  await a!.cluster.create({ apiVersion: SKUPPER, kind: "Site", metadata: { name: "west", namespace: "west" }, spec: { linkAccess: "default" } })
  await b!.cluster.create({ apiVersion: SKUPPER, kind: "Site", metadata: { name: "east", namespace: "east" }, spec: {} })
  try {
  await until(a!.cluster, { apiVersion: SKUPPER, kind: "Site", name: "west", namespace: "west" }, is("Ready"), 5000)
  } finally { console.log(site.seen) }
  lap("site ready")
  await until(b!.cluster, { apiVersion: SKUPPER, kind: "Site", name: "east", namespace: "east" }, is("Ready"))
  const g = await a!.cluster.create({ apiVersion: SKUPPER, kind: "AccessGrant", metadata: { name: "g", namespace: "west" }, spec: { redemptionsAllowed: 1, expirationWindow: "15m0s" } })
  const grant = await until(a!.cluster, { apiVersion: SKUPPER, kind: "AccessGrant", name: "g", namespace: "west" }, is("Ready"))
  lap("grant"); console.log(grant.status)
  const tok = record(b!.cluster, { apiVersion: SKUPPER, kind: "AccessToken", namespace: "east" }, (o) => [o.status?.status, o.status?.message, conditionsOf(o)])
  const ln = record(b!.cluster, { apiVersion: SKUPPER, kind: "Link", namespace: "east" }, (o) => [Math.round(performance.now() - t0), o.status?.status, o.status?.message, conditionsOf(o)])
  await b!.cluster.create({ apiVersion: SKUPPER, kind: "AccessToken", metadata: { name: "g", namespace: "east" }, spec: { ca: grant.status.ca, code: grant.status.code, url: grant.status.url, linkCost: 1 } })
  try {
    await until(b!.cluster, { apiVersion: SKUPPER, kind: "Link", name: "g", namespace: "east" }, is("Ready"), 5000)
  } finally { console.log(tok.seen, ln.seen) }
  lap("link")
  await a!.cluster.create(deployment("superlink", "west", "x/server:1"))
  const con = record(a!.cluster, { apiVersion: SKUPPER, kind: "Connector", namespace: "west" }, (o) => [Math.round(performance.now() - t0), o.status?.status, o.status?.message, conditionsOf(o)])
  const lis = record(b!.cluster, { apiVersion: SKUPPER, kind: "Listener", namespace: "east" }, (o) => [Math.round(performance.now() - t0), o.status?.status, o.status?.message, conditionsOf(o)])
  await a!.cluster.create({ apiVersion: SKUPPER, kind: "Connector", metadata: { name: "fleet-api", namespace: "west" }, spec: { routingKey: "fleet-api", port: 9092, selector: "app=superlink" } })
  await b!.cluster.create({ apiVersion: SKUPPER, kind: "Listener", metadata: { name: "fleet-api", namespace: "east" }, spec: { routingKey: "fleet-api", host: "fleet-api", port: 9092 } })
  await b!.cluster.create(deployment("node", "east", "x/client:1"))
  try {
    await until(b!.cluster, { apiVersion: "apps/v1", kind: "Deployment", name: "node", namespace: "east" }, (o) => o?.status?.availableReplicas === 1, 5000)
  } finally { console.log(con.seen, lis.seen) }
  lap("client up")
  const [pod] = await b!.cluster.list({ apiVersion: "v1", kind: "Pod", namespace: "east", labels: "app=node" })
  console.log(await b!.cluster.log({ namespace: "east", pod: pod!.metadata.name }))
  console.log((await b!.cluster.get({ apiVersion: "v1", kind: "ConfigMap", name: "skupper-network-status", namespace: "east" }))!.data)
  const s = await b!.cluster.get({ apiVersion: SKUPPER, kind: "Site", name: "east", namespace: "east" })
  console.log(JSON.stringify(s!.status, undefined, 1))
})
