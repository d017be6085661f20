/** The Listener's port, tried by a port forward: a program listens in the place of a router, behind a real WebSocket. */
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest"
import { type OpenCluster, openCluster } from "../../lib/cluster/index.ts"
import { startApiServer } from "../../lib/practice/apiserver/index.ts"
import { createAuthority } from "../../lib/practice/certificates.ts"
import { startControllers } from "../../lib/practice/controllers/index.ts"
import { createFaultTable } from "../../lib/practice/faults.ts"
import { createNetwork } from "../../lib/practice/network.ts"
import type { ApiServer } from "../../lib/practice/types/apiserver.ts"
import type { PracticeImage } from "../../lib/practice/types/images.ts"
import { askPort } from "../../runbooks/interconnect/listener-port.ts"
import { waitFor } from "./practice.ts"

/** Answers HTTP at the first port, unless it hangs, and only accepts at the second one. */
const ROUTER = `const { createServer } = require("node:net")
const [health, listener, hangs] = process.argv.slice(1)
const listen = (port, answer) => port === "0" || createServer((socket) => {
  socket.on("error", () => {})
  socket.on("data", () => answer && socket.end("HTTP/1.0 200 OK\\r\\n\\r\\n"))
}).listen(Number(port), "127.0.0.1", () => console.log("listening"))
listen(health, hangs === "no")
listen(listener, false)
// It runs on, also where it listens to nothing.
setInterval(() => {}, 60_000)`

const images: readonly PracticeImage[] = [
  {
    image: /example\/router/,
    start(container) {
      const serve = (name: string, port: number) =>
        container.args.includes(name) ? container.serve(port) : Promise.resolve(0)
      void Promise.all([serve("health", 9090), serve("listener", 1024)]).then(([health, listener]) => {
        const hangs = container.args.includes("hangs") ? "yes" : "no"
        const args = ["-e", ROUTER, String(health), String(listener), hangs]
        container.run({ command: process.execPath, args, env: {} })
        container.ready()
      })
    },
  },
  { image: /example\/kube-adaptor/, start: (container) => container.ready() },
]

const opened: OpenCluster[] = []
let server: ApiServer
let admin: OpenCluster
let stop: () => Promise<void>
const open = (token: string) => {
  const { url, ca } = server
  const cluster = openCluster({ fieldManager: "test", server: url, ca: ca.certificate, token })
  opened.push(cluster)
  return cluster
}
beforeAll(async () => {
  const faults = createFaultTable()
  const users = [
    { name: "system:practice", token: "system-token", groups: ["system:masters"], admin: true },
    { name: "admin", token: "admin-token", groups: [], admin: true },
    { name: "reader", token: "reader-token", groups: [], admin: false },
  ]
  server = await startApiServer({ name: "east", users, ca: await createAuthority("east"), faults })
  const controllers = await startControllers({
    name: "east",
    cluster: open("system-token"),
    delays: "none",
    faults,
    network: createNetwork(),
    images,
  })
  stop = () => controllers.stop()
  admin = open("admin-token")
})
afterAll(async () => {
  await stop?.()
  await Promise.all(opened.map((cluster) => cluster.close()))
  await server?.close()
})

let round = 0
let namespace: string
beforeEach(async () => {
  namespace = `east-${++round}`
  await admin.create({ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } })
  await admin.create({
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "fleet-api", namespace },
    spec: { selector: { app: "router" }, ports: [{ port: 9092, targetPort: 1024, protocol: "TCP" }] },
  })
})

/** A router whose program serves these. */
const router = async (...args: string[]) => {
  const labels = { app: "router", "skupper.io/component": "router" }
  await admin.create({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "skupper-router", namespace },
    spec: {
      replicas: 1,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          containers: [
            { name: "router", image: "example/router", args },
            { name: "kube-adaptor", image: "example/kube-adaptor" },
          ],
        },
      },
    },
  })
  return waitFor(admin, async (reader) => {
    const [pod] = await reader.list({ apiVersion: "v1", kind: "Pod", namespace })
    const containers = (pod?.status?.containerStatuses ?? []) as { ready: boolean }[]
    if (pod === undefined || containers.length < 2 || containers.some(({ ready }) => !ready)) return
    const listens = args.includes("health") || args.includes("listener")
    const log = await reader.log({ namespace, pod: pod.metadata.name, container: "router" })
    return !listens || log.includes("listening") ? pod : undefined
  })
}
const LISTENER = { spec: { routingKey: "fleet-api", host: "fleet-api", port: 9092 } } as never
const ask = (cluster = admin) => askPort(cluster, namespace, LISTENER, new AbortController().signal)

test("open", async () => {
  await router("health", "listener")
  expect(await ask()).toEqual({ is: "open" })
})

test("refused by a router that answers otherwise", async () => {
  const pod = await router("health")
  expect(await ask()).toMatchObject({
    is: "closed",
    what: "the router refuses connections to fleet-api:9092",
    pod: { name: pod.metadata.name },
  })
})

test("a router that hangs", { timeout: 20_000 }, async () => {
  await router("health", "listener", "hangs")
  expect(await ask()).toMatchObject({ is: "closed", what: "the router does not answer at its own port 9090" })
})

test("where no forward reaches the router, a refusal says nothing", async () => {
  await router()
  expect(await ask()).toEqual({
    is: "not asked",
    why: "no port forward to the router",
  })
})

test("who may only read is told which right is missing, and who may not read, that", async () => {
  expect(await ask()).toEqual({ is: "not asked", why: "no access to the router's pod" })
  await router("health", "listener")
  const reader = open("reader-token")
  expect(await ask(reader)).toEqual({ is: "not asked", why: "no access to the router's pod" })
  await admin.create({
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "RoleBinding",
    metadata: { name: "reader", namespace },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "view" },
    subjects: [{ kind: "User", name: "reader", apiGroup: "rbac.authorization.k8s.io" }],
  })
  expect(await ask(reader)).toMatchObject({ is: "not asked", why: "no right to create pods/portforward" })
})
