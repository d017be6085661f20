/** `superlink-state: disk`: nodes and runs outlive the SuperLink's pod; what a claim cannot become is refused and explained. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest"
import type { KubeObject, Ref } from "../../lib/cluster/types.ts"
import { labels } from "../../runbooks/shared/labels.ts"
import { only, startWorld, teardown, type World, waitFor } from "./practice.ts"

const DEPLOY = "superlink/deploy-superlink"
const VERIFY = "supernode-1/verify"
const disk = { "superlink-state": "disk" }

let world: World
let ns: string
let claim: Ref
const pods = { apiVersion: "v1", kind: "Pod" }
const idIn = (reason = ""): string => /\bnode (\d+) active/.exec(reason)?.[1] ?? reason

beforeAll(async () => {
  world = await startWorld()
})
beforeEach(async () => {
  await world.begin()
  ns = world.project("superlink")
  claim = { apiVersion: "v1", kind: "PersistentVolumeClaim", namespace: ns, name: "superlink-state" }
})
afterAll(() => world.close())

const superlinkPod = async (): Promise<KubeObject> =>
  (await world.cluster("superlink").list({ ...pods, namespace: ns, labels: "app=superlink" }))[0]!
const supernodePod = async (): Promise<KubeObject> =>
  (
    await world
      .cluster("supernode-1")
      .list({ ...pods, namespace: world.project("supernode-1"), labels: "app=supernode-1" })
  )[0]!

/** Deletes the SuperLink's pod, and waits for the next one. */
async function replacePod(): Promise<void> {
  const before = await superlinkPod()
  const cluster = world.cluster("superlink")
  await cluster.remove({ ...pods, namespace: ns, name: before.metadata.name })
  await waitFor(cluster, async (reader) => {
    const found = await reader.list({ ...pods, namespace: ns, labels: "app=superlink" })
    return found.find(
      ({ metadata, status }) =>
        metadata.uid !== before.metadata.uid &&
        status?.containerStatuses?.[0]?.ready === true &&
        metadata.deletionTimestamp === undefined,
    )
  })
}

describe.each(["1.34.0", "1.38.0", "1.42.0"])("on disk, Flower %s", (version) => {
  test("a pod that is replaced keeps the ids, and no SuperNode is restarted", async () => {
    const values = { ...disk, "flower-version": version }
    const first = await world.run({ values })
    const id = idIn(first[VERIFY])
    expect(id).toMatch(/^\d+$/)
    expect(first[DEPLOY]).toContain("its nodes and runs are on PersistentVolumeClaim superlink-state")
    const node = await supernodePod()
    await replacePod()
    const log = await world
      .cluster("superlink")
      .log({ namespace: ns, pod: (await superlinkPod()).metadata.name })
    const again = await world.run({ values })
    expect(again[VERIFY]).toMatch(/^unchanged: /)
    expect(idIn(again[VERIFY])).toBe(id)
    expect(log).not.toContain("Activated")
    expect(again["supernode-1/deploy-supernode"]).toMatch(/^unchanged: /)
    const after = await supernodePod()
    expect(after.metadata.uid).toBe(node.metadata.uid)
    expect(after.status.containerStatuses[0].restartCount).toBe(0)
  })
})

test("back in memory, the volume stays unused, as the plan says; a teardown deletes it and says what is lost", async () => {
  const notebook = only("deploy-superlink")
  await world.run({ notebook, values: disk })
  const found = (await world.cluster("superlink").get(claim))!
  expect(found).toMatchObject({
    metadata: { labels: labels("trial") },
    spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
    status: { phase: "Bound" },
  })
  const memory = await world.plan({ notebook })
  expect(memory[DEPLOY]).toMatch(
    /^update: arguments is --insecure --database \S+, should be --insecure; persistent volume is superlink-state at \/app\/state, should be none/,
  )
  await world.run({ notebook })
  expect((await world.cluster("superlink").get(claim))?.metadata.uid).toBe(found.metadata.uid)
  expect((await superlinkPod()).spec.volumes.map(({ name }: { name: string }) => name)).not.toContain("state")
  const gone = await world.plan({ notebook: teardown })
  expect(gone["superlink/remove-superlink"]).toBe(
    "delete: deletes Deployment superlink, Service superlink-service, PersistentVolumeClaim superlink-state; lost for good: the SuperLink's nodes and runs on PersistentVolumeClaim superlink-state",
  )
  await world.run({ notebook: teardown })
  expect(await world.cluster("superlink").get(claim)).toBeUndefined()
})

describe("a claim", () => {
  const notebook = only("deploy-superlink")
  const sized = (size: string, more = {}) => ({
    notebook,
    values: disk,
    sites: { superlink: { "superlink-state-size": size, ...more } },
  })

  test("grows where its class allows it, without a restart", async () => {
    await world.run(sized("1Gi"))
    const pod = await superlinkPod()
    expect((await world.plan(sized("2Gi")))[DEPLOY]).toBe(
      "update: PersistentVolumeClaim superlink-state is size 1Gi, should be size 2Gi",
    )
    expect((await world.run(sized("2Gi")))[DEPLOY]).toMatch(/^updated: /)
    expect((await world.cluster("superlink").get(claim))?.spec.resources.requests.storage).toBe("2Gi")
    expect((await superlinkPod()).metadata.uid).toBe(pod.metadata.uid)
  })

  test("does not grow where its class does not allow it", async () => {
    await world.cluster("superlink").apply({
      apiVersion: "storage.k8s.io/v1",
      kind: "StorageClass",
      metadata: { name: "fixed" },
      provisioner: "practice.test/folders",
    } as unknown as KubeObject)
    const fixed = { "superlink-state-class": "fixed" }
    await world.run(sized("1Gi", fixed))
    expect((await world.plan(sized("2Gi", fixed)))[DEPLOY]).toMatch(
      /^blocked: PersistentVolumeClaim superlink-state has the size 1Gi, and 2Gi is requested: StorageClass fixed does not let volumes grow/,
    )
  })

  test("never shrinks: what is asked for is refused, what an administrator has enlarged is used", async () => {
    await world.run(sized("2Gi"))
    expect((await world.plan(sized("1Gi")))[DEPLOY]).toMatch(
      /^blocked: PersistentVolumeClaim superlink-state has the size 2Gi, and 1Gi is requested: a volume cannot shrink/,
    )
    expect((await world.plan({ notebook, values: disk }))[DEPLOY]).toMatch(/^ok: /)
  })

  test("does not change its class", async () => {
    await world.run(sized("1Gi"))
    expect((await world.plan(sized("1Gi", { "superlink-state-class": "fast" })))[DEPLOY]).toMatch(
      /^blocked: PersistentVolumeClaim superlink-state has the StorageClass practice, and fast is requested: a claim cannot change its class/,
    )
  })

  test("of a class that does not exist is explained", async () => {
    const ended = await world.run({ ...sized("1Gi", { "superlink-state-class": "fast" }), timeout: 5 })
    expect(ended[DEPLOY]).toMatch(
      /^blocked: PersistentVolumeClaim superlink-state is not bound: storageclass.storage.k8s.io "fast" not found/,
    )
    expect(world.ended.get(DEPLOY)).toMatchObject({
      fix: expect.stringContaining("superlink-state-class"),
      next: `oc describe pvc superlink-state -n ${ns}`,
    })
  })

  test("without any class is explained", async () => {
    const storage = { apiVersion: "storage.k8s.io/v1", kind: "StorageClass", name: "practice" }
    const cluster = world.cluster("superlink")
    const practice = (await cluster.get(storage))!
    await cluster.remove(storage)
    try {
      const ended = await world.run({ notebook, values: disk, timeout: 5 })
      expect(ended[DEPLOY]).toMatch(
        /^blocked: PersistentVolumeClaim superlink-state is not bound: .*no storage class is set/,
      )
    } finally {
      const { metadata, ...rest } = practice
      await cluster.create({
        ...rest,
        metadata: { name: metadata.name, annotations: metadata.annotations },
      } as KubeObject)
    }
    // Retroactively, as since Kubernetes 1.28.
    expect((await world.run({ notebook, values: disk }))[DEPLOY]).toMatch(/: docker.io/)
  })
})
