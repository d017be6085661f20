/** How a pod starts and is found ready: init containers, probes, projected volumes. */
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, expect, test } from "vitest"
import type { Cluster, KubeObject } from "../../../lib/cluster/types.ts"
import type { PracticeContainer, PracticeImage } from "../../../lib/practice/types/images.ts"
import { namespace, record, ref, start, until } from "./clusters.ts"

/** Runs its first argument as a shell script, in the folder /shared. */
const run = (container: PracticeContainer): void => {
  void container.path("/shared/it").then((file) =>
    container.run({
      command: "/bin/sh",
      args: ["-c", container.args[0]!],
      env: { PATH: process.env.PATH ?? "", FILE: file, ...container.env },
    }),
  )
}
const shell: PracticeImage = { image: /example\/shell/, start: run, init: run }
const plain: PracticeImage = { image: /example\/plain/, start: (container) => container.ready() }

/** Serves /healthz at port 8080: what the file says that its environment names. */
const server: PracticeImage = {
  image: /example\/server/,
  start(container) {
    const begin = async (): Promise<void> => {
      const port = await container.serve(8080)
      const file = await container.path("/shared/code")
      const script = `
        const { createServer } = require("node:http"), { readFileSync } = require("node:fs")
        const code = () => { try { return Number(readFileSync(process.env.FILE, "utf8")) } catch { return 200 } }
        createServer((_, answer) => { answer.statusCode = code(); answer.end() }).listen(process.env.PORT, "127.0.0.1")`
      const env = { ...container.env, FILE: file, PORT: String(port) }
      container.run({ command: process.execPath, args: ["-e", script], env })
    }
    void begin()
  },
}
/** Writes the code that the server beside it answers from then on. */
const writes = (code: number): string => `echo ${code} > "$(dirname "$FILE")/code"`

let cluster: Cluster
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "pod-starts-"))
  const { worlds } = await start({ names: ["one"], images: [shell, plain, server], folder })
  cluster = worlds[0]!.cluster
  await namespace(cluster, "here")
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const volumeMounts = [{ name: "shared", mountPath: "/shared" }]
const container = (name: string, script: string, image = "example/shell:1", more: object = {}) => ({
  ...{ name, image, args: [script], volumeMounts },
  ...more,
})
const pod = (name: string, spec: { containers: object[]; [field: string]: unknown }): KubeObject => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name, namespace: "here" },
  spec: { volumes: [{ name: "shared", emptyDir: {} }], ...spec },
})
const podRef = (name: string) => ref("Pod", "here", name)
const log = (name: string, container: string) => cluster.log({ namespace: "here", pod: name, container })
const conditions = (object: KubeObject): string =>
  ((object.status?.conditions ?? []) as { type: string; status: string; message?: string }[])
    .filter(({ type }) => ["Initialized", "Ready"].includes(type))
    .map(({ type, status, message = "" }) => `${type}=${status} ${message}`.trim())
    .join(", ")
const initial = (object: KubeObject | undefined, index = 0) => object?.status?.initContainerStatuses?.[index]
const state = (object: KubeObject | undefined) => object?.status?.containerStatuses?.[0]

test("init containers run one after the other, and the others once all of them are done", async () => {
  const { seen, end } = record(cluster, { apiVersion: "v1", kind: "Pod", namespace: "here" }, (it) =>
    it.status === undefined ? "" : `${state(it)?.state.waiting?.reason ?? ""}: ${conditions(it)}`,
  )
  await cluster.create(
    pod("order", {
      initContainers: [
        container("first", 'sleep 0.3; echo one >> "$FILE"'),
        container("second", 'echo two >> "$FILE"; cat "$FILE"'),
        container("unknown", "", "example/nobody-knows-it:1"),
      ],
      containers: [container("main", "", "example/plain:1")],
    }),
  )
  const ready = await until(cluster, podRef("order"), (it) => state(it)?.ready === true)
  end()
  expect(await log("order", "second")).toBe("one\ntwo\n")
  expect(seen).toContain(
    "PodInitializing: Initialized=False containers with incomplete status: [first second unknown], Ready=False containers with unready status: [main]",
  )
  expect(conditions(ready)).toBe("Initialized=True, Ready=True")
  for (const index of [0, 1, 2])
    expect(initial(ready, index)).toMatchObject({
      ready: true,
      started: false,
      restartCount: 0,
      state: { terminated: { exitCode: 0, reason: "Completed" } },
    })
})

test("an init container that fails is started again, and the others wait for it", async () => {
  await cluster.create(
    pod("fails", {
      initContainers: [container("init", 'echo once >> "$FILE"; [ $(wc -l < "$FILE") -gt 2 ]')],
      containers: [container("main", 'cat "$FILE"; exec sleep 60')],
    }),
  )
  const waiting = await until(cluster, podRef("fails"), (it) => initial(it)?.restartCount === 1)
  expect(waiting.status).toMatchObject({ phase: "Pending" })
  expect(initial(waiting).lastState.terminated).toMatchObject({ exitCode: 1 })
  const running = await until(cluster, podRef("fails"), (it) => state(it)?.state.running !== undefined)
  expect(initial(running)).toMatchObject({ restartCount: 2, ready: true })
  await expect.poll(() => log("fails", "main")).toBe("once\nonce\nonce\n")
  await cluster.remove(podRef("fails"), { grace: 0 })
})

test("a container that is started again has no new init container", async () => {
  await cluster.create(
    pod("again", {
      initContainers: [container("init", 'echo init >> "$FILE"')],
      containers: [
        container("main", 'cat "$FILE"; echo main >> "$FILE"; [ $(wc -l < "$FILE") -le 2 ] || exec sleep 60'),
      ],
    }),
  )
  await until(cluster, podRef("again"), (it) => state(it)?.restartCount === 1 && state(it)?.state.running)
  await expect.poll(() => log("again", "main")).toBe("init\nmain\n")
  await cluster.remove(podRef("again"), { grace: 0 })
})

test("with restartPolicy Never, an init container that fails is the end of the pod", async () => {
  await cluster.create(
    pod("never", {
      restartPolicy: "Never",
      initContainers: [container("init", "exit 3")],
      containers: [container("main", "", "example/plain:1")],
    }),
  )
  const ended = await until(cluster, podRef("never"), (it) => it?.status?.phase === "Failed")
  expect(initial(ended).state.terminated).toMatchObject({ exitCode: 3 })
  expect(state(ended).state).toEqual({ waiting: { reason: "PodInitializing" } })
})

const probe = { httpGet: { path: "/healthz", port: 8080 }, failureThreshold: 1, periodSeconds: 1 }

test("what a program serves at its probe's port says whether it is ready", async () => {
  await cluster.create(
    pod("probed", {
      containers: [
        container("server", "", "example/server:1", { readinessProbe: probe }),
        container("operator", `${writes(503)}; sleep 60`),
      ],
    }),
  )
  const refused = await until(cluster, podRef("probed"), (it) => state(it)?.state.running !== undefined)
  expect(state(refused).ready).toBe(false)
  const events = () => cluster.list({ apiVersion: "v1", kind: "Event", namespace: "here" })
  await expect
    .poll(async () => (await events()).map((it) => it.message))
    .toContain("Readiness probe failed: HTTP probe failed with statuscode: 503")
  await cluster.remove(podRef("probed"), { grace: 0 })

  await cluster.create(
    pod("good", { containers: [container("server", "", "example/server:1", { readinessProbe: probe })] }),
  )
  await until(cluster, podRef("good"), (it) => state(it)?.ready === true)
  await cluster.remove(podRef("good"), { grace: 0 })
})

test("a liveness probe that fails ends the program, and the container is started again in the same pod", async () => {
  await cluster.create(
    pod("hangs", {
      containers: [
        container("server", "", "example/server:1", { livenessProbe: probe }),
        container("operator", `${writes(500)}; sleep 60`),
      ],
    }),
  )
  const again = await until(cluster, podRef("hangs"), (it) => state(it)?.restartCount >= 1)
  expect(state(again).lastState.terminated.exitCode).toBe(143)
  await cluster.remove(podRef("hangs"), { grace: 0 })
})

test("a projected volume holds what its sources say", async () => {
  await cluster.create({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "ca", namespace: "here" },
    data: { "ca.crt": "a certificate" },
  })
  const sources = [
    { configMap: { name: "ca", items: [{ key: "ca.crt", path: "ca.crt" }] } },
    { downwardAPI: { items: [{ path: "namespace", fieldRef: { fieldPath: "metadata.namespace" } }] } },
  ]
  await cluster.create(
    pod("projected", {
      volumes: [{ name: "shared", projected: { sources } }],
      containers: [
        container(
          "main",
          'cd "$(dirname "$FILE")"; for it in *; do echo "$it: $(cat $it)"; done; exec sleep 60',
        ),
      ],
    }),
  )
  await until(cluster, podRef("projected"), (it) => state(it)?.state.running !== undefined)
  await expect.poll(() => log("projected", "main")).toBe("ca.crt: a certificate\nnamespace: here\n")
  await cluster.remove(podRef("projected"), { grace: 0 })
})
