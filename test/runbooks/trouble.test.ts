import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest"
import type { KubeObject } from "../../lib/cluster/types.ts"
import { checkRollout, incomplete } from "../../runbooks/openshift/rollout.ts"
import { troubleOf } from "../../runbooks/openshift/trouble.ts"
import type { Deployment } from "../../runbooks/openshift/workload.ts"
import { type Clusters, namespace, put, startClusters } from "./clusters.ts"
import { foreign } from "./practice.ts"

describe("a rollout", () => {
  const made = (spec: object, status: object | undefined, generation = 3) =>
    incomplete({ metadata: { generation }, spec, status } as unknown as Deployment)
  const whole = { observedGeneration: 3, replicas: 1, updatedReplicas: 1, availableReplicas: 1 }
  test.each([
    [{}, whole, undefined],
    [{ replicas: 2 }, whole, "1 of 2 new pods created"],
    [{}, { ...whole, observedGeneration: 2 }, "the cluster has not processed the change yet"],
    [{}, { ...whole, replicas: 2 }, "1 old pods still running"],
    [{}, { ...whole, availableReplicas: 0 }, "0 of 1 pods ready"],
    [{}, undefined, "the cluster has not processed the change yet"],
  ])("%o with status %o", (spec, status, expected) => {
    expect(made(spec, status)).toBe(expected)
  })
})

describe("trouble", () => {
  let clusters: Clusters
  let deployment: Deployment
  let project = 0
  let ns: string
  beforeAll(async () => {
    clusters = await startClusters({ skupper: false })
  })
  afterAll(() => clusters.close())

  const admin = () => clusters.superlink.admin
  const owner = (object: KubeObject) => ({
    ownerReferences: [
      {
        apiVersion: "apps/v1",
        kind: object.kind,
        name: object.metadata.name,
        uid: object.metadata.uid!,
        controller: true,
      },
    ],
  })
  let set: KubeObject
  beforeEach(async () => {
    ns = `trouble-${++project}`
    await admin().create(namespace(ns))
    const made = foreign(ns, "superlink", { name: "superlink", image: "flwr/superlink:1.34.0" })
    deployment = (await admin().create(made)) as Deployment
    set = await admin().create({
      apiVersion: "apps/v1",
      kind: "ReplicaSet",
      metadata: {
        name: "superlink-abc",
        namespace: ns,
        labels: { app: "superlink" },
        annotations: { "deployment.kubernetes.io/revision": "2" },
        ...owner(deployment),
      },
      spec: { selector: { matchLabels: { app: "superlink" } }, template: made.spec.template },
    })
  })

  const pod = (status: object) =>
    put(admin(), {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "superlink-abc-1", namespace: ns, labels: { app: "superlink" }, ...owner(set) },
      spec: { containers: [{ name: "superlink", image: "flwr/superlink:1.34.0" }] },
      status,
    })
  const waiting = (reason: string, message?: string) =>
    pod({
      phase: "Pending",
      containerStatuses: [
        {
          name: "superlink",
          image: "flwr/superlink:1.34.0",
          ready: false,
          restartCount: 0,
          imageID: "",
          state: { waiting: { reason, message } },
        },
      ],
    })
  const event = (object: { kind: string; name: string }, reason: string, message: string, ago = 0) =>
    admin().create({
      apiVersion: "v1",
      kind: "Event",
      metadata: { generateName: "e-", name: "", namespace: ns },
      involvedObject: { ...object, namespace: ns },
      type: "Warning",
      reason,
      message,
      lastTimestamp: new Date(Date.now() - ago).toISOString().replace(/\.\d+Z/, "Z"),
    })
  const trouble = () => troubleOf(admin(), deployment)

  test("an init container that has succeeded is done", async () => {
    await pod({
      phase: "Pending",
      initContainerStatuses: [
        { name: "config-init", image: "a/b:1", state: { terminated: { exitCode: 0, reason: "Completed" } } },
      ],
      containerStatuses: [
        { name: "superlink", image: "a/b:1", state: { waiting: { reason: "PodInitializing" } } },
      ],
    })
    expect(await troubleOf(admin(), deployment)).toBeUndefined()
  })

  test("none", async () => {
    expect(await trouble()).toBeUndefined()
  })

  test.each([
    [
      'pods "superlink-abc-" is forbidden: exceeded quota: small, requested: limits.cpu=2',
      "quota",
      "describe quota",
    ],
    ['pods "x" is forbidden: failed quota: q: must specify limits.cpu', "no limits", "describe quota"],
    [
      'pods "x" is forbidden: cpu max limit to request ratio per Container is 2, but provided ratio is 10.000000',
      "ratio",
      "describe limitrange",
    ],
    [
      'pods "x" is forbidden: maximum memory usage per Container is 1Gi, but limit is 2Gi',
      "limits",
      "describe limitrange",
    ],
    [
      'pods "x" is forbidden: unable to validate against any security context constraint: []',
      "security",
      "get events",
    ],
    ['pods "x" is forbidden: violates PodSecurity "restricted:latest"', "security", "get events"],
  ])("pods are refused: %s", async (message, code, next) => {
    const status = { type: "ReplicaFailure", status: "True", reason: "FailedCreate", message }
    const ref = { apiVersion: "apps/v1", kind: "Deployment", namespace: ns, name: "superlink" }
    await admin().merge(ref, { status: { conditions: [status] } }, { subresource: "status" })
    deployment = (await admin().get<Deployment>(ref))!
    await event({ kind: "ReplicaSet", name: "superlink-abc" }, "FailedCreate", `Error creating: ${message}`)
    expect(await trouble()).toMatchObject({
      terminal: true,
      code,
      reason: `no pod was created: Error creating: ${message}`,
      next: expect.stringContaining(next),
      fix: expect.any(String),
    })
  })

  const refusal = async (message: string) => {
    const status = { type: "ReplicaFailure", status: "True", reason: "FailedCreate", message }
    const ref = { apiVersion: "apps/v1", kind: "Deployment", namespace: ns, name: "superlink" }
    await admin().merge(ref, { status: { conditions: [status] } }, { subresource: "status" })
    deployment = (await admin().get<Deployment>(ref))!
  }

  test("a quota that demands limits is not a quota that is too small: a LimitRange fixes it", async () => {
    await refusal('pods "x" is forbidden: failed quota: q: must specify limits.cpu for: superlink')
    const { fix } = (await trouble())!
    expect(fix).toContain("kind: LimitRange")
    expect(fix).not.toContain("higher quota")
  })

  test.each([
    'pods "x" is forbidden: error looking up service account ns/default: serviceaccount "default" not found',
    'Internal error occurred: failed calling webhook "m.example": failed to call webhook: Post "https://m": context deadline exceeded',
    'Operation cannot be fulfilled on pods "x": the object has been modified; please apply your changes',
  ])("a refusal that passes by itself: %s", async (message) => {
    await refusal(message)
    const found = await trouble()
    expect(found).toMatchObject({ terminal: false, reason: `no pod was created: ${message}` })
    expect(found).not.toHaveProperty("fix")
  })

  test("a refusal that no rule knows: its own words, what shows more, and no advice", async () => {
    const message = 'admission webhook "policy.example" denied the request: label ward is missing'
    await refusal(message)
    const found = await trouble()
    expect(found).toMatchObject({ terminal: true, code: "refused", reason: `no pod was created: ${message}` })
    expect(found).toMatchObject({ next: expect.stringContaining("oc get events") })
    expect(found).not.toHaveProperty("fix")
  })

  test("no sandbox: its event is the reason, and the kubelet tries again", async () => {
    await waiting("ContainerCreating")
    const message =
      "Failed to create pod sandbox: rpc error: code = Unknown desc = failed to set up: no IP addresses available in range set"
    await event({ kind: "Pod", name: "superlink-abc-1" }, "FailedCreatePodSandBox", message)
    expect(await trouble()).toMatchObject({ terminal: false, code: "sandbox", reason: message })
  })

  test("an image: first its message, and terminal when the cluster backs off", async () => {
    await waiting("ErrImagePull", "reading manifest 1.34.0: manifest unknown")
    expect(await trouble()).toMatchObject({
      terminal: false,
      reason: expect.stringContaining("manifest unknown"),
    })
  })

  test.each([
    ["toomanyrequests: You have reached your pull rate limit", "limits anonymous pulls"],
    ["unauthorized: authentication required", "requires credentials"],
    ["manifest unknown", "check flower-version"],
    [
      'short name mode is enforcing, but image name "flwr/superlink:1.34.0" returns ambiguous list',
      "does not pull short image names",
    ],
    ["tls: failed to verify certificate: x509: certificate signed by unknown authority", "does not trust"],
    ["dial tcp: lookup registry.example: no such host", "do not reach the registry"],
    ["Source image rejected: A signature was required, but no signature exists", "only runs signed images"],
  ])("an image that is backed off from: %s", async (why, fix) => {
    await waiting("ImagePullBackOff", 'Back-off pulling image "flwr/superlink:1.34.0"')
    await event(
      { kind: "Pod", name: "superlink-abc-1" },
      "Failed",
      `Failed to pull image "flwr/superlink:1.34.0": ${why}`,
    )
    expect(await trouble()).toMatchObject({
      terminal: true,
      code: "image",
      reason: expect.stringContaining(why),
      fix: expect.stringContaining(fix),
    })
  })

  test("an image that is backed off from, for a reason that no rule knows: no advice", async () => {
    await waiting("ImagePullBackOff", 'Back-off pulling image "flwr/superlink:1.34.0"')
    const why = 'Failed to pull image "flwr/superlink:1.34.0": something that no rule knows'
    await event({ kind: "Pod", name: "superlink-abc-1" }, "Failed", why)
    const found = await trouble()
    expect(found).toMatchObject({ terminal: true, reason: expect.stringContaining("something that no rule") })
    expect(found).not.toHaveProperty("fix")
  })

  test.each(["ImageInspectError", "RegistryUnavailable", "ErrImageNeverPull"])(
    "an image: %s",
    async (reason) => {
      await waiting(reason, 'short-name "flwr/superlink:1.34.0" did not resolve to an alias')
      expect(await trouble()).toMatchObject({
        code: "image",
        fix: expect.stringContaining("with its registry"),
      })
    },
  )

  test("out of memory: the limit, and how to raise it", async () => {
    const at = new Date().toISOString()
    const lastState = { terminated: { exitCode: 137, finishedAt: at, startedAt: at, reason: "OOMKilled" } }
    const state = { waiting: { reason: "CrashLoopBackOff", message: "back-off" } }
    await pod({
      phase: "Running",
      containerStatuses: [
        { name: "superlink", image: "x", ready: false, restartCount: 3, imageID: "", state, lastState },
      ],
    })
    expect(await trouble()).toMatchObject({
      code: "memory",
      reason: expect.stringContaining("out of memory"),
      fix: expect.stringContaining("limits.memory"),
    })
  })

  test.each([
    [2, true],
    [0, false],
  ])("a container that ended with %i: terminal %s", async (exitCode, terminal) => {
    const finishedAt = new Date().toISOString()
    const state = { waiting: { reason: "CrashLoopBackOff", message: "back-off" } }
    const lastState = { terminated: { exitCode, finishedAt, startedAt: finishedAt, reason: "x" } }
    await pod({
      phase: "Running",
      containerStatuses: [
        { name: "superlink", image: "x", ready: false, restartCount: 3, imageID: "", state, lastState },
      ],
    })
    expect(await trouble()).toMatchObject({
      terminal,
      reason: `container superlink is crash-looping (exit code ${exitCode})`,
    })
  })

  test("a Secret that is missing", async () => {
    await waiting("ContainerCreating")
    expect(await trouble()).toBeUndefined()
    await event(
      { kind: "Pod", name: "superlink-abc-1" },
      "FailedMount",
      'MountVolume.SetUp failed for volume "certificates" : secret "flower-tls" not found',
    )
    expect(await trouble()).toMatchObject({ terminal: true, code: "mount", next: `oc get secrets -n ${ns}` })
  })

  test("no cluster node: waited for, because clusters can grow", async () => {
    await pod({
      phase: "Pending",
      conditions: [
        { type: "PodScheduled", status: "False", message: "0/3 nodes are available: 3 Insufficient memory." },
      ],
    })
    expect(await trouble()).toMatchObject({
      terminal: false,
      reason: expect.stringContaining("Insufficient memory"),
    })
  })

  test("a pod of an earlier template does not count", async () => {
    const old = { ...set.metadata, ownerReferences: undefined }
    await put(admin(), {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "old", namespace: ns, labels: old.labels! },
      spec: { containers: [{ name: "superlink", image: "x" }] },
      status: {
        phase: "Pending",
        containerStatuses: [
          { name: "superlink", image: "x", state: { waiting: { reason: "InvalidImageName" } } },
        ],
      },
    })
    expect(await trouble()).toBeUndefined()
  })

  test("an old failure is retried for a Deployment of this federation, and blocks for others", async () => {
    await waiting("ImagePullBackOff", 'Back-off pulling image "flwr/superlink:1.34.0"')
    await event({ kind: "Pod", name: "superlink-abc-1" }, "Failed", "Failed to pull image: x: y", 60_000)
    expect(await checkRollout(admin(), deployment, true)).toMatchObject({
      state: "drifted",
      fields: [{ field: "pods" }],
    })
    expect(await checkRollout(admin(), deployment, false)).toMatchObject({ state: "blocked" })
    await event({ kind: "Pod", name: "superlink-abc-1" }, "Failed", "Failed to pull image: x: y")
    expect(await checkRollout(admin(), deployment, true)).toMatchObject({ state: "blocked", code: "image" })
  })
})
