/** Deployments, their pods, what a kubelet says of them, and their logs. */
import { beforeAll, expect, test } from "vitest"
import type { Cluster, KubeObject } from "../../../lib/cluster/types.ts"
import type { FaultTable } from "../../../lib/practice/types/faults.ts"
import type { PracticeImage } from "../../../lib/practice/types/images.ts"
import { deployment, is, namespace, record, ref, site, start, until } from "./clusters.ts"

let cluster: Cluster
let faults: FaultTable
const ended: string[] = []

const images: PracticeImage[] = [
  {
    image: /example\/talks/,
    start(container) {
      for (const line of ["one", "two", "three"]) container.log(line)
      container.log(container.args.join(" "))
      container.ready()
      return () => {
        ended.push(container.pod.name)
      }
    },
  },
  {
    image: /example\/ends/,
    start(container) {
      container.log("ends")
      container.exit(3)
    },
  },
]

beforeAll(async () => {
  const started = await start({ names: ["here"], images, openshift: false })
  cluster = started.worlds[0]!.cluster
  faults = started.faults
  await namespace(cluster, "app")
})

const pods = (name: string) =>
  cluster.list({ apiVersion: "v1", kind: "Pod", namespace: "app", labels: `app=${name}` })
const available = (it: KubeObject | undefined) =>
  it?.status?.observedGeneration === it?.metadata.generation &&
  it?.status?.updatedReplicas === it?.spec.replicas &&
  it?.status?.availableReplicas === it?.spec.replicas &&
  it?.status?.replicas === it?.spec.replicas

test("a Deployment runs, and is rolled out and restarted without a gap", async () => {
  await cluster.create(deployment("web", "app", "example/talks:1", { args: ["--insecure", "x"] }))
  const first = await until(cluster, ref("Deployment", "app", "web"), available)
  expect(first.status.conditions).toMatchObject([
    { type: "Available", status: "True", reason: "MinimumReplicasAvailable" },
    { type: "Progressing", status: "True", reason: "NewReplicaSetAvailable" },
  ])
  expect(first.metadata.annotations).toMatchObject({ "deployment.kubernetes.io/revision": "1" })
  const [before] = await pods("web")
  expect(before!.status).toMatchObject({ phase: "Running", hostIP: "127.0.0.1" })

  const seen = record(
    cluster,
    { apiVersion: "apps/v1", kind: "Deployment", namespace: "app" },
    (it) => it.status?.availableReplicas ?? 0,
  )
  await cluster.merge(ref("Deployment", "app", "web"), {
    spec: { template: { metadata: { annotations: { "kubectl.kubernetes.io/restartedAt": "now" } } } },
  })
  await until(cluster, ref("Deployment", "app", "web"), available)
  await until(cluster, ref("Pod", "app", before!.metadata.name), (it) => it === undefined)
  seen.end()
  expect(Math.min(...seen.seen)).toBe(1)
  expect(ended).toContain(before!.metadata.name)
  const [after] = await pods("web")
  expect(after!.metadata.name).not.toBe(before!.metadata.name)
  const second = (await cluster.get(ref("Deployment", "app", "web")))!
  expect(second.metadata.annotations).toMatchObject({ "deployment.kubernetes.io/revision": "2" })

  // Back to the first template: its ReplicaSet is used again.
  await cluster.merge(ref("Deployment", "app", "web"), {
    spec: { template: { metadata: { annotations: { "kubectl.kubernetes.io/restartedAt": null } } } },
  })
  const third = await until(cluster, ref("Deployment", "app", "web"), available)
  expect(third.metadata.annotations).toMatchObject({ "deployment.kubernetes.io/revision": "3" })
  expect(await cluster.list({ apiVersion: "apps/v1", kind: "ReplicaSet", namespace: "app" })).toHaveLength(2)
})

test("scaled, and down to nothing", async () => {
  await cluster.merge(ref("Deployment", "app", "web"), { spec: { replicas: 3 } })
  await until(cluster, ref("Deployment", "app", "web"), available)
  expect(await pods("web")).toHaveLength(3)
  await cluster.merge(ref("Deployment", "app", "web"), { spec: { replicas: 0 } })
  await until(
    cluster,
    ref("Deployment", "app", "web"),
    (it) => it?.status?.observedGeneration === it?.metadata.generation && !it?.status?.replicas,
  )
  await expect.poll(() => pods("web")).toHaveLength(0)
})

test("Recreate waits for the old pod", async () => {
  const recreate = deployment("alone", "app", "example/talks:1")
  recreate.spec.strategy = { type: "Recreate" }
  await cluster.create(recreate)
  await until(cluster, ref("Deployment", "app", "alone"), available)
  const watched = record(
    cluster,
    { apiVersion: "v1", kind: "Pod", namespace: "app", labels: "app=alone" },
    (it) => [it.metadata.name, it.metadata.deletionTimestamp === undefined],
  )
  await cluster.merge(ref("Deployment", "app", "alone"), {
    spec: { template: { spec: { containers: [{ name: "alone", image: "example/talks:2" }] } } },
  })
  await until(cluster, ref("Deployment", "app", "alone"), available)
  watched.end()
  const names = watched.seen.map(([name]) => name)
  const old = watched.seen.findIndex(([name, alive]) => name === names[0] && !alive)
  expect(old).toBeGreaterThan(0)
  expect(old).toBeLessThan(names.findIndex((name) => name !== names[0]))
})

test("logs through the API server", async () => {
  await cluster.create(deployment("logs", "app", "example/talks:1", { args: ["--insecure", "x"] }))
  await until(cluster, ref("Deployment", "app", "logs"), available)
  const [pod] = await pods("logs")
  const options = { namespace: "app", pod: pod!.metadata.name }
  expect(await cluster.log(options)).toBe("one\ntwo\nthree\n--insecure x\n")
  expect(await cluster.log({ ...options, tail: 2 })).toBe("three\n--insecure x\n")
  await expect(cluster.log({ ...options, previous: true })).rejects.toThrow(/previous terminated container/)
})

test("a crash loop", async () => {
  await cluster.create(deployment("loop", "app", "example/ends:1"))
  const pod = async () => (await pods("loop"))[0]
  await expect
    .poll(async () => (await pod())?.status?.containerStatuses?.[0].restartCount, { timeout: 5000 })
    .toBeGreaterThan(1)
  const name = (await pod())!.metadata.name
  const waiting = await until(
    cluster,
    ref("Pod", "app", name),
    (it) => it?.status?.containerStatuses[0].state.waiting !== undefined,
  )
  const [container] = waiting.status.containerStatuses
  expect(container.state.waiting.reason).toBe("CrashLoopBackOff")
  expect(container.state.waiting.message).toMatch(
    /^back-off (\d+m)?\d+s restarting failed container=loop pod=loop-\S+_app\(\S+\)$/,
  )
  expect(container.lastState.terminated).toMatchObject({ exitCode: 3, reason: "Error" })
  expect(is("Ready")(waiting)).toBe(false)
  expect(await cluster.log({ namespace: "app", pod: name, previous: true })).toBe("ends\n")
  await cluster.remove(ref("Deployment", "app", "loop"))
})

test("fault image: ErrImagePull, ImagePullBackOff, and cured", async () => {
  faults.set([{ where: "pod", match: "^pulled-", what: "image" }])
  await cluster.create(deployment("pulled", "app", "flwr/superlink:9.9.9"))
  const reason = async () => (await pods("pulled"))[0]?.status?.containerStatuses?.[0].state.waiting
  await expect.poll(async () => (await reason())?.reason, { interval: 5 }).toBe("ImagePullBackOff")
  expect((await reason()).message).toBe(
    'Back-off pulling image "flwr/superlink:9.9.9": ErrImagePull: initializing source docker://flwr/superlink:9.9.9: reading manifest 9.9.9 in docker.io/flwr/superlink: manifest unknown',
  )
  faults.set([])
  await until(cluster, ref("Deployment", "app", "pulled"), available)
})

test("fault quota: ReplicaFailure, and cured", async () => {
  faults.set([{ where: "pod", match: "^full-", what: "quota" }])
  await cluster.create(deployment("full", "app", "example/talks:1"))
  const failed = await until(cluster, ref("Deployment", "app", "full"), is("ReplicaFailure"))
  const condition = failed.status.conditions.find((it: { type: string }) => it.type === "ReplicaFailure")
  expect(condition.reason).toBe("FailedCreate")
  expect(condition.message).toMatch(/^pods "full-\S+" is forbidden: exceeded quota: practice/)
  const events = await cluster.list({ apiVersion: "v1", kind: "Event", namespace: "app" })
  expect(events.some((it) => it.reason === "FailedCreate" && it.involvedObject.kind === "ReplicaSet")).toBe(
    true,
  )
  faults.set([])
  const cured = await until(cluster, ref("Deployment", "app", "full"), available)
  expect(is("ReplicaFailure")(cured)).toBe(false)
})

test("fault pending: nowhere to run, and cured", async () => {
  faults.set([{ where: "pod", match: "^nowhere-", what: "pending" }])
  await cluster.create(deployment("nowhere", "app", "example/talks:1"))
  await expect
    .poll(async () => (await pods("nowhere"))[0]?.status?.conditions?.[0]?.reason)
    .toBe("Unschedulable")
  faults.set([])
  await until(cluster, ref("Deployment", "app", "nowhere"), available)
})

test("plain Kubernetes: Skupper is there without OLM, load balancers are its link access", async () => {
  const made = await site(cluster, "plain", { linkAccess: "default" })
  expect(made.status.controller.namespace).toBe("skupper")
  expect(made.status.endpoints).toContainEqual({
    name: "inter-router",
    host: "skupper-router-plain.lb.here.practice.test",
    port: "55671",
    group: "skupper-router",
  })
})

test("paused: a changed template waits until the rollout is resumed", async () => {
  await cluster.create(deployment("paused", "app", "example/talks:1"))
  const where = ref("Deployment", "app", "paused")
  await until(cluster, where, available)
  const progressing = (it: KubeObject | undefined) =>
    it?.status?.conditions?.find((one: { type: string }) => one.type === "Progressing")
  await cluster.merge(where, { spec: { paused: true } })
  await until(cluster, where, (it) => progressing(it)?.reason === "DeploymentPaused")
  const containers = [{ name: "paused", image: "example/talks:2" }]
  const { metadata } = await cluster.merge(where, { spec: { template: { spec: { containers } } } })
  const waits = await until(cluster, where, (it) => it?.status?.observedGeneration === metadata.generation)
  expect(waits.status.updatedReplicas ?? 0).toBe(0)
  expect((await pods("paused")).map((it) => it.spec.containers[0].image)).toEqual(["example/talks:1"])
  await cluster.merge(where, { spec: { paused: null } })
  await until(cluster, where, available)
})

test("events tell what happened as it should", async () => {
  await cluster.create(deployment("told", "app", "example/talks:1"))
  await until(cluster, ref("Deployment", "app", "told"), available)
  const reasons = async () =>
    (await cluster.list({ apiVersion: "v1", kind: "Event", namespace: "app" }))
      .filter((it) => it.involvedObject.name.startsWith("told"))
      .map((it) => `${it.type} ${it.reason}`)
      .sort()
  await expect
    .poll(reasons)
    .toEqual(["Normal ScalingReplicaSet", "Normal Scheduled", "Normal Started", "Normal SuccessfulCreate"])
})

test("Services: endpoints of ready pods", async () => {
  await cluster.create({
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "full", namespace: "app" },
    spec: { selector: { app: "full" }, ports: [{ name: "http", port: 80, targetPort: 8080 }] },
  })
  const slice = await until(
    cluster,
    { apiVersion: "discovery.k8s.io/v1", kind: "EndpointSlice", namespace: "app", name: "full-practice" },
    (it) => it?.endpoints?.length === 1,
  )
  expect(slice.ports).toEqual([{ name: "http", port: 8080, protocol: "TCP" }])
  expect(slice.endpoints[0].conditions.ready).toBe(true)
  const endpoints = await cluster.get({ apiVersion: "v1", kind: "Endpoints", namespace: "app", name: "full" })
  expect(endpoints!.subsets[0].addresses).toHaveLength(1)
})
