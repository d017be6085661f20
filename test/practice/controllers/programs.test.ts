/** Containers that are real programs: their logs, their ends, their files, and that nothing outlives them. */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, expect, test } from "vitest"
import type { Cluster, KubeObject } from "../../../lib/cluster/types.ts"
import type { Container } from "../../../lib/practice/controllers/kubelet/container.ts"
import { RunningPod } from "../../../lib/practice/controllers/kubelet/pod.ts"
import type { ControllerContext } from "../../../lib/practice/types/controllers.ts"
import type { PracticeContainer, PracticeImage } from "../../../lib/practice/types/images.ts"
import { deployment, namespace, ref, start, until } from "./clusters.ts"
import { marked } from "./marked.ts"

const env = { PATH: process.env.PATH ?? "" }
/** Answers a pull of `:slow`, or the second one of `:missing`. */
let pulling: PromiseWithResolvers<void> | undefined
const refused = new Set<string>()

/** Runs its first argument as a shell script. */
const shell: PracticeImage = {
  image: /example\/shell/,
  async pull(image) {
    if (image.endsWith(":slow")) await pulling!.promise
    if (!image.endsWith(":missing")) return
    if (!refused.has(image)) {
      refused.add(image)
      throw new Error("no such image, says the test")
    }
    await pulling!.promise
  },
  start(container) {
    run(container, container.args[0]!)
    container.ready()
  },
}
const run = (container: PracticeContainer, script: string, more: Record<string, string> = {}) =>
  container.run({ command: "/bin/sh", args: ["-c", script], env: { ...env, ...container.env, ...more } })

/** Tells its script where the paths lie that its variables name. */
const files: PracticeImage = {
  image: /example\/files/,
  start(container) {
    const paths = Object.entries(container.env).map(
      async ([name, inside]) => [name, await container.path(inside)] as const,
    )
    void Promise.all(paths).then((found) => {
      run(container, container.args[0]!, Object.fromEntries(found))
      container.ready()
    })
  },
}

let cluster: Cluster
let context: ControllerContext
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "programs-"))
  const images = [shell, files]
  const { worlds, ...shared } = await start({ names: ["one"], images, folder })
  cluster = worlds[0]!.cluster
  context = { ...shared, name: "one", cluster, delays: "none", images }
  await namespace(cluster, "here")
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const pod = (name: string, script: string, more: object = {}, spec: object = {}): KubeObject => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name, namespace: "here" },
  spec: { containers: [{ name, image: "example/shell:1", args: [script], ...more }], ...spec },
})
const podRef = (name: string) => ref("Pod", "here", name)
const logOf = (name: string, previous = false) => cluster.log({ namespace: "here", pod: name, previous })
const logs = (name: string, text: string | RegExp) =>
  expect.poll(() => logOf(name).catch(() => ""), { interval: 10 }).toMatch(text)
const state = (object: KubeObject | undefined) => object?.status?.containerStatuses?.[0]
const ready = (object: KubeObject | undefined) => state(object)?.ready === true
const gone = (object: KubeObject | undefined) => object === undefined

test("its lines are the log, colours kept; its exit is the container's, and it is started again", async () => {
  await cluster.create(
    pod("lines", String.raw`printf '\033[92mINFO\033[0m one\n' ; echo two >&2; printf unended; exit 3`),
  )
  const ended = await until(cluster, podRef("lines"), (it) => state(it)?.lastState?.terminated !== undefined)
  expect(state(ended).lastState.terminated).toMatchObject({ exitCode: 3, reason: "Error" })
  await until(cluster, podRef("lines"), (it) => state(it)?.restartCount >= 2)
  const text = await logOf("lines", true)
  expect(text.split("\n").sort()).toEqual(["", "\u001b[92mINFO\u001b[0m one", "two", "unended"])
  await cluster.remove(podRef("lines"), { grace: 0 })
})

test.for([
  ["exit 0", 0, "Completed", "Succeeded"],
  ["kill -9 $$", 137, "Error", "Failed"],
  ["kill -15 $$", 143, "Error", "Failed"],
  ["exec no-such-command", 127, "Error", "Failed"],
] as const)("%s ends the container with %i", async ([script, exitCode, reason, phase]) => {
  const name = `ends-${exitCode}`
  await cluster.create(pod(name, script, {}, { restartPolicy: "Never" }))
  const ended = await until(cluster, podRef(name), (it) =>
    ["Succeeded", "Failed"].includes(it?.status?.phase),
  )
  expect(ended.status.phase).toBe(phase)
  expect(state(ended).state.terminated).toMatchObject({ exitCode, reason })
})

test("pulled before it starts", async () => {
  pulling = Promise.withResolvers()
  await cluster.create(pod("pulled", "sleep 60", { image: "example/shell:slow" }))
  const waiting = await until(cluster, podRef("pulled"), (it) => state(it) !== undefined)
  expect(state(waiting).state).toEqual({ waiting: { reason: "ContainerCreating" } })
  pulling.resolve()
  await until(cluster, podRef("pulled"), ready)
  await cluster.remove(podRef("pulled"))
})

const backOff = (image: string) => ({
  reason: "ImagePullBackOff",
  message: `Back-off pulling image "${image}": ErrImagePull: no such image, says the test`,
})

test("a pull that fails is tried again", async () => {
  const image = "example/shell:missing"
  // The second pull is not answered before the test has seen the state in which the container waits for it.
  pulling = Promise.withResolvers()
  await cluster.create(pod("missing", "sleep 60", { image }))
  const waiting = await until(
    cluster,
    podRef("missing"),
    (it) => state(it)?.state?.waiting?.reason === "ImagePullBackOff",
  )
  expect(state(waiting).state).toEqual({ waiting: backOff(image) })
  pulling.resolve()
  await until(cluster, podRef("missing"), ready)
  await cluster.remove(podRef("missing"))
})

/** A kubelet reports the state that it finds when it writes, so this test reads each state where it is set. */
test("a pull that fails: ErrImagePull first, then ImagePullBackOff until the next one", async () => {
  const image = "example/shell-2:missing"
  const states: unknown[] = []
  const object = pod("states", "sleep 60", { image })
  const running = new RunningPod(
    {
      context,
      pod: { ...object, metadata: { ...object.metadata, uid: "states" } },
      dial: () => () => undefined,
      changed: () => {
        const [container] = running.containers as [Container]
        states.push((container.status() as { state: object }).state)
      },
      warn: () => undefined,
      note: () => undefined,
    },
    "10.128.0.2",
    undefined,
  )
  pulling = Promise.withResolvers()
  pulling.resolve()
  await expect.poll(() => running.containers[0]!.ready).toBe(true)
  expect(states.slice(0, 2)).toEqual([
    { waiting: { reason: "ErrImagePull", message: "no such image, says the test" } },
    { waiting: backOff(image) },
  ])
  await running.stop("kill")
})

const CHILDREN = "(trap '' TERM; sleep 300) & setsid sh -c \"trap '' TERM; sleep 300; :\" &"

test("deleted: SIGTERM, and the pod goes when the program and all it started has gone", async () => {
  const script = `${CHILDREN} trap 'echo bye; sleep 0.3; exit 0' TERM; echo up; while :; do sleep 0.02; done`
  await cluster.create(pod("polite", script))
  await logs("polite", /^up$/m)
  const id = state(await cluster.get(podRef("polite"))).containerID.slice("cri-o://".length)
  // The program goes on before its children have started theirs.
  await expect.poll(() => marked(id).length).toBeGreaterThanOrEqual(4)
  const at = performance.now()
  await cluster.remove(podRef("polite"))
  await logs("polite", /^bye$/m)
  expect(await cluster.get(podRef("polite"))).toHaveProperty("metadata.deletionTimestamp")
  await until(cluster, podRef("polite"), gone)
  expect(performance.now() - at).toBeGreaterThan(290)
  expect(marked(id)).toEqual([])
})

test("SIGKILL after the grace period, and at once where it is deleted without any", async () => {
  const script = `${CHILDREN} trap '' TERM; echo up; while :; do sleep 0.05; done`
  for (const [name, grace] of [
    ["stubborn", 1],
    ["forced", 0],
  ] as const) {
    await cluster.create(pod(name, script, {}, { terminationGracePeriodSeconds: 1 }))
    await logs(name, /^up$/m)
    const id = state(await cluster.get(podRef(name))).containerID.slice("cri-o://".length)
    const at = performance.now()
    await cluster.remove(podRef(name), grace === 0 ? { grace } : {})
    await until(cluster, podRef(name), gone)
    if (grace > 0) expect(performance.now() - at).toBeGreaterThan(grace * 1000 - 50)
    await expect.poll(() => marked(id), { interval: 10 }).toEqual([])
  }
})

test("its main process's end is everything's end; so is the end of its whole group from outside", async () => {
  await cluster.create(pod("main", `${CHILDREN} echo up; sleep 0.2; exit 5`))
  await cluster.create(pod("struck", `${CHILDREN} echo up; sleep 300`))
  await logs("struck", /^up$/m)
  const struck = state(await cluster.get(podRef("struck"))).containerID.slice("cri-o://".length)
  const group = readFileSync(`/proc/${marked(struck)[0]}/stat`, "utf8")
    .replace(/^.*\) /s, "")
    .split(" ")[2]
  process.kill(-Number(group), "SIGKILL")
  for (const [name, code] of [
    ["main", 5],
    ["struck", 137],
  ] as const) {
    const ended = await until(cluster, podRef(name), (it) => state(it)?.lastState?.terminated !== undefined)
    const { exitCode, containerID } = state(ended).lastState.terminated
    expect(exitCode).toBe(code)
    expect(marked(containerID.slice("cri-o://".length))).toEqual([])
    await cluster.remove(podRef(name), { grace: 0 })
  }
})

test("paths: Secrets, ConfigMaps and empty folders as mounted, the rest a folder that is empty at each start", async () => {
  const volumes = [
    { name: "tls", secret: { secretName: "tls", items: [{ key: "tls.crt", path: "sub/cert.pem" }] } },
    { name: "whole", secret: { secretName: "tls" } },
    { name: "maybe", configMap: { name: "nowhere", optional: true } },
    { name: "config", configMap: { name: "config" } },
    { name: "data", emptyDir: {} },
  ]
  const volumeMounts = [
    { name: "tls", mountPath: "/etc/tls" },
    { name: "whole", mountPath: "/etc/tls/whole/" },
    { name: "maybe", mountPath: "/maybe" },
    { name: "config", mountPath: "/etc/one.conf", subPath: "one" },
    { name: "data", mountPath: "/data" },
  ]
  const paths = { CERT: "/etc/tls/sub/cert.pem", KEY: "/etc/tls/whole/tls.key", CONF: "/etc/one.conf" }
  const folders = { MAYBE: "/maybe", DATA: "/data/state", OWN: "/app/../app/home" }
  const script = `
    cat $CERT $KEY $CONF; echo
    ls -A $MAYBE
    mkdir -p $DATA $OWN; echo x >>$DATA/x; echo x >>$OWN/x
    echo data $(cat $DATA/x) own $(cat $OWN/x)
    echo $KEY; sleep 0.1; [ $(wc -l <$DATA/x) = 2 ] && exec sleep 60`
  const spec = { image: "example/files:1", volumeMounts }
  const variables = Object.entries({ ...paths, ...folders }).map(([name, value]) => ({ name, value }))
  await cluster.create(pod("paths", script, { ...spec, env: variables }, { volumes }))
  await expect
    .poll(
      async () => {
        const events = await cluster.list({ apiVersion: "v1", kind: "Event", namespace: "here" })
        return events.find((it) => it.reason === "FailedMount")?.message
      },
      { interval: 20 },
    )
    .toBe('MountVolume.SetUp failed for volume "tls" : secret "tls" not found')
  expect(state(await cluster.get(podRef("paths"))).state).toEqual({
    waiting: { reason: "ContainerCreating" },
  })
  const data = { "tls.crt": btoa("CERT "), "tls.key": btoa("KEY ") }
  const about = (name: string) => ({ apiVersion: "v1", metadata: { name, namespace: "here" } })
  await cluster.create({ ...about("config"), kind: "ConfigMap", data: { one: "ONE" } })
  await cluster.create({ ...about("tls"), kind: "Secret", data })
  await logs("paths", /^data x x own x$/m)
  const [first, , key = ""] = (await logOf("paths")).split("\n")
  expect(first).toBe("CERT KEY ONE")
  expect(readFileSync(key, "utf8")).toBe("KEY ")
  expect(statSync(key).mode & 0o777).toBe(0o600)
  expect(statSync(join(key, "..")).mode & 0o777).toBe(0o700)
  expect(key.startsWith(folder)).toBe(true)
  await cluster.remove(podRef("paths"), { grace: 1 })
  await until(cluster, podRef("paths"), gone)
  expect(existsSync(key)).toBe(false)
  const { uid } = (await cluster.create(pod("other", "sleep 60"))).metadata
  await until(cluster, podRef("other"), ready)
  expect(readdirSync(join(folder, "pods", "one"))).not.toContain(uid)
})

test("a Deployment that is scaled to nothing ends its program", async () => {
  await cluster.create(deployment("scaled", "here", "example/shell:1", { args: ["echo up; exec sleep 300"] }))
  const pods = { apiVersion: "v1", kind: "Pod", namespace: "here", labels: "app=scaled" }
  await expect.poll(async () => (await cluster.list(pods)).some(ready)).toBe(true)
  const id = state((await cluster.list(pods))[0]).containerID.slice("cri-o://".length)
  // While a program replaces itself (exec), its environment cannot be read for a moment.
  await expect.poll(() => marked(id)).toHaveLength(1)
  await cluster.merge(
    { apiVersion: "apps/v1", kind: "Deployment", namespace: "here", name: "scaled" },
    { spec: { replicas: 0 } },
  )
  await expect.poll(async () => (await cluster.list(pods)).length).toBe(0)
  expect(marked(id)).toEqual([])
})
