/** Probes of every kind, asked of real servers, and when a kubelet begins and ends to ask them. */
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import type { Cluster, KubeObject } from "../../../lib/cluster/types.ts"
import { createAuthority } from "../../../lib/practice/certificates.ts"
import type { PracticeContainer, PracticeImage } from "../../../lib/practice/types/images.ts"
import { namespace, ref, start, until } from "./clusters.ts"

/** Serves by what its first argument names; what stands in the file at $FILE makes it unhealthy. */
const SERVER = `
const { readFileSync, existsSync } = require("node:fs")
const [kind, port] = [process.env.KIND, Number(process.env.PORT)]
const good = () => !existsSync(process.env.FILE)
const answer = (_, response) => { response.statusCode = good() ? 200 : 503; response.end() }
const tls = { key: process.env.KEY, cert: process.env.CERT }
if (kind === "http") require("node:http").createServer(answer).listen(port, "127.0.0.1")
if (kind === "https") require("node:https").createServer(tls, answer).listen(port, "127.0.0.1")
if (kind === "tcp") require("node:net").createServer((socket) => socket.on("error", () => {})).listen(port, "127.0.0.1")
if (kind === "grpc") require("node:http2").createServer().on("stream", (stream, headers) => {
  const known = headers[":path"] === "/grpc.health.v1.Health/Check"
  stream.respond({ ":status": 200, "content-type": "application/grpc" }, { waitForTrailers: true })
  stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": known ? "0" : "12" }))
  stream.end(known ? Buffer.from([0, 0, 0, 0, 2, 8, good() ? 1 : 2]) : Buffer.alloc(0))
}).listen(port, "127.0.0.1")
setInterval(() => {}, 1000)
`

let pair: { key: string; certificate: string }
const server: PracticeImage = {
  image: /example\/server/,
  probed: true,
  start(container) {
    const begin = async (): Promise<void> => {
      const port = await container.serve(8080)
      const file = await container.path("/shared/bad")
      const [kind = "http"] = container.args
      const env = { PATH: process.env.PATH ?? "", KIND: kind, PORT: String(port), FILE: file }
      const certificates = { KEY: pair.key, CERT: pair.certificate }
      container.run({ command: process.execPath, args: ["-e", SERVER], env: { ...env, ...certificates } })
      container.ready()
    }
    void begin()
  },
}
const touch: PracticeImage = {
  image: /example\/touch/,
  start(container: PracticeContainer) {
    container.ready()
    const [after = "0"] = container.args
    void container.path("/shared/bad").then((file) => {
      const script = `sleep ${after}; echo bad > "$FILE"; sleep 60`
      const env = { PATH: process.env.PATH ?? "", FILE: file }
      container.run({ command: "/bin/sh", args: ["-c", script], env })
    })
  },
}
/** Played: it says what its probe is told, and stays silent until it is told that it has started. */
let starts: (() => void) | undefined
const played: PracticeImage = {
  image: /example\/played/,
  probed: true,
  exec: ([command]) => (command === "true" ? undefined : "it said no"),
  start(container) {
    container.ready()
    container.listen(8081, {
      health: { http: (path: string) => (path === "/health" ? 200 : 404), tls: true },
    })
    starts = () => container.listen(8080, { health: { grpc: () => true } })
  },
}

let cluster: Cluster
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "probes-"))
  const authority = await createAuthority("probes")
  pair = await authority.issue("server", { hosts: ["localhost"], server: true })
  const { worlds } = await start({ names: ["one"], images: [server, touch, played], folder })
  cluster = worlds[0]!.cluster
  await namespace(cluster, "here")
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const quick = { failureThreshold: 1, periodSeconds: 1, timeoutSeconds: 5 }
const volumeMounts = [{ name: "shared", mountPath: "/shared" }]
const pod = (name: string, containers: object[]): KubeObject => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name, namespace: "here" },
  spec: {
    volumes: [{ name: "shared", emptyDir: {} }],
    containers: containers.map((one) => ({ volumeMounts, ...one })),
  },
})
const podRef = (name: string) => ref("Pod", "here", name)
// biome-ignore lint/suspicious/noExplicitAny: a status.
const first = (found: KubeObject | undefined): any => found?.status?.containerStatuses?.[0]
const messages = async (): Promise<string[]> =>
  (await cluster.list({ apiVersion: "v1", kind: "Event", namespace: "here" })).map(({ message }) => message)

const KINDS = [
  ["http", { httpGet: { path: "/health", port: 8080 } }, /HTTP probe failed with statuscode: 503/],
  [
    "https",
    { httpGet: { path: "/health", port: 8080, scheme: "HTTPS" } },
    /HTTP probe failed with statuscode: 503/,
  ],
  ["grpc", { grpc: { port: 8080 } }, /service unhealthy \(responded with "NOT_SERVING"\)/],
] as const

describe.each(KINDS)("%s", (kind, question, refusal) => {
  test("a good answer makes it ready, a bad one unready, and it is not ended for that", async () => {
    const name = `ready-${kind}`
    const readinessProbe = { ...question, ...quick }
    await cluster.create(
      pod(name, [
        { name: "server", image: "example/server:1", args: [kind], readinessProbe },
        { name: "later", image: "example/touch:1", args: ["2"] },
      ]),
    )
    await until(cluster, podRef(name), (it) => first(it)?.ready === true)
    const unready = await until(cluster, podRef(name), (it) => first(it)?.ready === false)
    expect(first(unready).restartCount).toBe(0)
    expect((await messages()).some((one) => refusal.test(one))).toBe(true)
    await cluster.remove(podRef(name), { grace: 0 })
  })
})

test("a wrong scheme, a wrong protocol and a closed port are no good answers", async () => {
  const cases = [
    ["http", { httpGet: { path: "/", port: 8080, scheme: "HTTPS" } }],
    ["https", { httpGet: { path: "/", port: 8080 } }],
    ["http", { grpc: { port: 8080 } }],
    ["tcp", { httpGet: { path: "/", port: 8080 } }],
    ["tcp", { tcpSocket: { port: 8079 } }],
    ["grpc", { grpc: { port: 9099 } }],
  ] as const
  await Promise.all(
    cases.map(([kind, question], index) =>
      cluster.create(
        pod(`wrong-${index}`, [
          {
            name: "server",
            image: "example/server:1",
            args: [kind],
            readinessProbe: { ...question, ...quick, timeoutSeconds: 1 },
          },
        ]),
      ),
    ),
  )
  for (const index of cases.keys()) {
    const { uid } = (await cluster.get(podRef(`wrong-${index}`)))!.metadata
    await expect
      .poll(
        async () =>
          (await cluster.list({ apiVersion: "v1", kind: "Event", namespace: "here" })).some(
            ({ involvedObject, message }) =>
              involvedObject.uid === uid && /^Readiness probe failed/.test(message),
          ),
        { timeout: 30_000 },
      )
      .toBe(true)
    expect(first(await cluster.get(podRef(`wrong-${index}`))).ready).toBe(false)
    await cluster.remove(podRef(`wrong-${index}`), { grace: 0 })
  }
})

test("a command is run in the container, with its environment", async () => {
  const exec = (script: string) => ({ exec: { command: ["/bin/sh", "-c", script] }, ...quick })
  await cluster.create(
    pod("exec", [
      {
        name: "server",
        image: "example/server:1",
        args: ["tcp"],
        readinessProbe: exec('test "$KIND" = tcp'),
      },
      {
        name: "other",
        image: "example/server:1",
        args: ["tcp"],
        readinessProbe: exec("echo no >&2; exit 3"),
      },
    ]),
  )
  const found = await until(cluster, podRef("exec"), (it) => first(it)?.ready === true)
  expect(found!.status.containerStatuses[1].ready).toBe(false)
  await expect.poll(messages).toContain("Readiness probe failed: no")
  await cluster.remove(podRef("exec"), { grace: 0 })
})

test("until the startup probe has succeeded, liveness and readiness are not asked; what is played answers too", async () => {
  const startupProbe = { grpc: { port: 8080 }, periodSeconds: 1, failureThreshold: 60, timeoutSeconds: 1 }
  const readinessProbe = { httpGet: { path: "/health", port: 8081, scheme: "HTTPS" }, ...quick }
  const livenessProbe = { exec: { command: ["true"] }, ...quick }
  await cluster.create(
    pod("started", [
      { name: "main", image: "example/played:1", startupProbe, readinessProbe, livenessProbe },
    ]),
  )
  await expect
    .poll(messages)
    .toContain(
      'Startup probe failed: timeout: failed to connect service "10.128.0.2:8080" within 1s: dial tcp :8080: connect: connection refused'.replace(
        "10.128.0.2",
        (await until(cluster, podRef("started"), (it) => it?.status?.podIP !== undefined))!.status.podIP,
      ),
    )
  expect(first(await cluster.get(podRef("started")))).toMatchObject({
    ready: false,
    started: false,
    restartCount: 0,
  })
  starts!()
  const ready = await until(cluster, podRef("started"), (it) => first(it)?.ready === true)
  expect(first(ready)).toMatchObject({ started: true, restartCount: 0 })
  await cluster.remove(podRef("started"), { grace: 0 })
})

test("a startup probe that never succeeds, and a liveness probe that fails, restart the container", async () => {
  const never = { exec: { command: ["false"] }, periodSeconds: 1, failureThreshold: 1 }
  await cluster.create(pod("never", [{ name: "main", image: "example/played:1", startupProbe: never }]))
  await cluster.create(pod("dies", [{ name: "main", image: "example/played:1", livenessProbe: never }]))
  const ended = await until(cluster, podRef("never"), (it) => first(it)?.restartCount >= 1)
  expect(first(ended).lastState.terminated.exitCode).toBe(137)
  await until(cluster, podRef("dies"), (it) => first(it)?.restartCount >= 1)
  expect(await messages()).toEqual(
    expect.arrayContaining([
      "Container main failed startup probe, will be restarted",
      "Container main failed liveness probe, will be restarted",
      "Liveness probe failed: it said no",
    ]),
  )
  for (const name of ["never", "dies"]) await cluster.remove(podRef(name), { grace: 0 })
})
