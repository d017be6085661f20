/** State on disk, probes, hardened pods and NetworkPolicies, on real Flower: what they promise when the SuperLink goes and comes. */
import { readdirSync, readFileSync } from "node:fs"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import type { KubeObject } from "../../../lib/cluster/types.ts"
import { cannot, type FlowerWorld, programsOf, projectOf, startFlowerWorld } from "./world.ts"

const ROWS = [
  ...["--superlink-state", "disk", "--probes", "on"],
  ...["--pod-hardening", "on", "--network-policy", "on"],
]
const SUPERNODES = ["supernode-1", "supernode-2"]

describe.skipIf(cannot !== undefined).each(["1.34.0", "1.38.0", "1.42.0"])("Flower %s", (version) => {
  let world: FlowerWorld
  let ids: string[]
  beforeAll(async () => {
    world = await startFlowerWorld(version, SUPERNODES.length)
  })
  afterAll(() => world?.close())

  const currentIds = () => Promise.all(SUPERNODES.map((site) => world.id(site)))
  const status = (pod: KubeObject | undefined) => pod?.status?.containerStatuses?.[0]
  const restarts = async (): Promise<number[]> =>
    Promise.all(SUPERNODES.map(async (site) => status(await world.pod(site)).restartCount))
  /** The whole notebook again: nothing to do, under the same ids, without an activation in the SuperLink's log. */
  const holds = async (): Promise<void> => {
    const before = await restarts()
    const { stdout } = await world.ends(0, "run", "--yes", ...ROWS)
    for (const id of ids) expect(stdout).toContain(`node ${id} active`)
    expect(await currentIds()).toEqual(ids)
    expect(await world.log("superlink")).not.toContain("Activated node_id")
    expect(await restarts()).toEqual(before)
  }
  const newPod = (uid: string | undefined) =>
    world.waitFor(
      "superlink",
      async (reader) => {
        const namespace = projectOf("superlink")
        const pods = await reader.list({ apiVersion: "v1", kind: "Pod", namespace, labels: "app=superlink" })
        return pods.find((pod) => pod.metadata.uid !== uid && status(pod)?.ready === true)
      },
      120,
    )
  const events = async (site: string) =>
    (await world.cluster(site).list({ apiVersion: "v1", kind: "Event", namespace: projectOf(site) })).map(
      ({ message }) => String(message),
    )

  test("from nothing to a federated run; probes say when it is ready", async () => {
    const { stdout } = await world.ends(0, "run", "--yes", "--proof", "run", ...ROWS)
    expect(stdout).toContain("round 3: 2 of 2 SuperNodes")
    ids = await currentIds()
    for (const site of ["superlink", ...SUPERNODES])
      expect(status(await world.pod(site))).toMatchObject({ ready: true, started: true, restartCount: 0 })
    expect((await events("superlink")).filter((one) => /Liveness probe failed/.test(one))).toEqual([])
  })

  test("nothing is written outside the volumes: a read-only root file system suffices", async () => {
    for (const site of ["superlink", ...SUPERNODES]) {
      const homes = programsOf(await world.pod(site)).flatMap(
        (pid) => /(?:^|\0)HOME=([^\0]*)/.exec(readFileSync(`/proc/${pid}/environ`, "utf8"))?.[1] ?? [],
      )
      expect(homes.length).toBeGreaterThan(0)
      const files = readdirSync(homes[0]!, { recursive: true, withFileTypes: true })
      expect(files.filter((one) => one.isFile()).map(({ name }) => name)).toEqual([])
    }
  })

  test("a SuperLink that hangs is not ready, and is again once it goes on", async () => {
    const pod = await world.pod("superlink")
    const ready = (wanted: boolean) =>
      world.waitFor(
        "superlink",
        async (reader) => {
          const { name, namespace = "" } = pod.metadata
          const found = await reader.get({ apiVersion: "v1", kind: "Pod", name, namespace })
          return status(found)?.ready === wanted || undefined
        },
        60,
      )
    const pids = programsOf(pod)
    for (const pid of pids) process.kill(pid, "SIGSTOP")
    try {
      await ready(false)
    } finally {
      for (const pid of pids) process.kill(pid, "SIGCONT")
    }
    await ready(true)
    expect((await events("superlink")).some((one) => /^Readiness probe failed/.test(one))).toBe(true)
  })

  test("killed: its container starts again, and the nodes are the same", async () => {
    const before = await world.pod("superlink")
    for (const pid of programsOf(before)) process.kill(pid, "SIGKILL")
    await world.waitFor(
      "superlink",
      async (reader) => {
        const { name, namespace = "" } = before.metadata
        const pod = await reader.get({ apiVersion: "v1", kind: "Pod", name, namespace })
        return (status(pod)?.restartCount > 0 && status(pod).ready) || undefined
      },
      120,
    )
    await holds()
  })

  test("restarted: its pod is another one, and the nodes are the same", async () => {
    const { uid } = (await world.pod("superlink")).metadata
    await world.ends(0, "step", "deploy-superlink", "--rerun", "--yes", ...ROWS)
    await newPod(uid)
    await holds()
  })

  test("drained: it is evicted, and the nodes are the same", async () => {
    const { name, namespace = "", uid } = (await world.pod("superlink")).metadata
    await world.cluster("superlink").post(`/api/v1/namespaces/${namespace}/pods/${name}/eviction`, {
      apiVersion: "policy/v1",
      kind: "Eviction",
      metadata: { name, namespace },
    })
    await newPod(uid)
    await holds()
  })

  test("a federated run finishes after all that, and a teardown leaves nothing", async () => {
    const { stdout } = await world.ends(0, "run", "--yes", "--proof", "run", ...ROWS)
    expect(stdout).toMatch(/run \d+ completed/)
    await world.ends(0, "teardown", "--yes")
    for (const [apiVersion, kind] of [
      ["v1", "PersistentVolumeClaim"],
      ["networking.k8s.io/v1", "NetworkPolicy"],
    ] as const) {
      const left = await world
        .cluster("superlink")
        .list({ apiVersion, kind, namespace: projectOf("superlink") })
      expect(left).toEqual([])
    }
  })
})
