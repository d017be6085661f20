/** One node: binds pods, runs their containers as their images' code says, reports their status, serves their logs. */
import { rm } from "node:fs/promises"
import { release } from "node:os"
import { join } from "node:path"
import type { KubeObject } from "../../../cluster/types.ts"
import type { Controller, ControllerContext } from "../../types/controllers.ts"
import type { SimulatedPort } from "../../types/images.ts"
import { wireTime, withCondition } from "../conditions.ts"
import { keyOf, type QueueController, splitKey, startController } from "../controller.ts"
import { note, warn } from "../events.ts"
import { faultStrikes } from "../faulty.ts"
import { paceOf } from "../pace.ts"
import { storeOf } from "../store.ts"
import { claimsOf, unboundClaims } from "../volumes.ts"
import { dialler, throughRouter } from "./dial.ts"
import { startHeartbeat } from "./heartbeat.ts"
import { TcpService } from "./loopback.ts"
import { RunningPod } from "./pod.ts"
import { startKubeletServer } from "./server.ts"

const NODE = "practice-node"
/** Seconds that a node which is shut down leaves its pods at most. */
const SHUTDOWN = 30

const say = (type: string, status: "True" | "False", reason: string, message: string) => ({
  ...{ type, status, reason, message },
  ...{ lastTransitionTime: wireTime(), lastHeartbeatTime: wireTime() },
})

const nodeStatus = (port: number) => ({
  addresses: [
    { type: "InternalIP", address: "127.0.0.1" },
    { type: "Hostname", address: NODE },
  ],
  daemonEndpoints: { kubeletEndpoint: { Port: port } },
  capacity: { cpu: "8", memory: "32Gi", pods: "250" },
  allocatable: { cpu: "8", memory: "32Gi", pods: "250" },
  nodeInfo: {
    kubeletVersion: "v1.33.6",
    kubeProxyVersion: "",
    operatingSystem: "linux",
    architecture: "amd64",
    osImage: "Practice node of this machine",
    kernelVersion: release(),
    containerRuntimeVersion: "cri-o://1.33.5",
    ...{ machineID: "", systemUUID: "", bootID: "" },
  },
  conditions: [
    say("MemoryPressure", "False", "KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
    say("DiskPressure", "False", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
    say("PIDPressure", "False", "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
    say("Ready", "True", "KubeletReady", "kubelet is posting ready status"),
  ],
})

/**
 * Starts the node and waits until it is registered.
 * @param watched a real node controller is at work, which takes a node without a heartbeat for gone
 */
export async function startKubelet(context: ControllerContext, watched: boolean): Promise<Controller> {
  const { cluster, network, faults } = context
  const store = storeOf(cluster)
  const pods = store.of("v1", "Pod")
  const running = new Map<string, RunningPod>()
  const again = paceOf(context.delays)(10_000, 500) || 100
  /** What is being killed and belongs to no pod object any more. */
  const leaving = new Set<Promise<void>>()
  const folder = context.folder === undefined ? undefined : join(context.folder, "pods", context.name)
  // Left by a practice that was killed.
  if (folder !== undefined) await rm(folder, { recursive: true, force: true })
  let addresses = 0

  const node: KubeObject = {
    apiVersion: "v1",
    kind: "Node",
    metadata: {
      name: NODE,
      labels: { "kubernetes.io/hostname": NODE, "node-role.kubernetes.io/worker": "" },
    },
    spec: {},
  }
  const known = await cluster.get({ apiVersion: "v1", kind: "Node", name: NODE })
  const before = known?.status?.daemonEndpoints?.kubeletEndpoint?.Port ?? 0
  const server = await startKubeletServer(
    {
      pod: (namespace, name) => running.get(`${namespace}/${name}`),
      service(namespace, name, port) {
        const place = { cluster: context.name, namespace, pod: name, port }
        const through = throughRouter(network, place)
        const found = through === undefined ? network.listening(place, true) : through[0]?.service
        if (found instanceof TcpService) return found
        return found === undefined ? undefined : (found as SimulatedPort)
      },
    },
    before,
  )
  await store.status(known ?? (await store.create(node)), nodeStatus(server.port))

  const served = (namespace = ""): void => network.served({ cluster: context.name, namespace })
  const bind = async (pod: KubeObject): Promise<number | void> => {
    const fault = faultStrikes(faults, "pod", context.name, pod.metadata.name, "pending")
    const unbound = unboundClaims(store, pod)
    // A scheduler that waits for a volume says nothing of it.
    if (fault === undefined && unbound.waits && unbound.why === undefined) return
    if (fault === undefined && !unbound.waits) {
      await cluster.post(`/api/v1/namespaces/${pod.metadata.namespace}/pods/${pod.metadata.name}/binding`, {
        apiVersion: "v1",
        kind: "Binding",
        metadata: { name: pod.metadata.name, namespace: pod.metadata.namespace },
        target: { apiVersion: "v1", kind: "Node", name: NODE },
      })
      const where = `${pod.metadata.namespace}/${pod.metadata.name} to ${NODE}`
      note(store, pod, "default-scheduler", "Scheduled", `Successfully assigned ${where}`)
      return
    }
    const reason = fault === undefined ? unbound.why : "1 Insufficient memory"
    const victims =
      fault === undefined
        ? "1 Preemption is not helpful for scheduling"
        : "1 No preemption victims found for incoming pod"
    const message = `0/1 nodes are available: ${reason}. preemption: 0/1 nodes are available: ${victims}.`
    const condition = { type: "PodScheduled", status: "False" as const, reason: "Unschedulable", message }
    await store.status(pod, { ...pod.status, conditions: withCondition(pod.status?.conditions, condition) })
    await warn(store, pod, "default-scheduler", "FailedScheduling", message)
    return again
  }

  const queue: QueueController = startController({
    name: "kubelet",
    watches: [
      { informer: pods },
      {
        informer: store.of("v1", "PersistentVolumeClaim"),
        keys: ({ metadata }) =>
          pods
            .list(metadata.namespace)
            .filter((pod) => pod.spec.nodeName === undefined && claimsOf(pod).includes(metadata.name))
            .map(keyOf),
      },
    ],
    async reconcile(key) {
      const pod = pods.get(...splitKey(key))
      let here = running.get(key)
      if (here !== undefined && here.uid !== pod?.metadata.uid) {
        const gone = here.stop("kill")
        leaving.add(gone)
        void gone.finally(() => leaving.delete(gone))
        running.delete(key)
        here = undefined
        served(splitKey(key)[0])
      }
      if (pod === undefined) return
      if (pod.spec.nodeName === undefined)
        return pod.metadata.deletionTimestamp === undefined ? bind(pod) : undefined
      if (pod.spec.nodeName !== NODE) return
      if (pod.metadata.deletionTimestamp !== undefined) {
        if (here !== undefined && !here.ended) {
          const { deletionGracePeriodSeconds } = pod.metadata as { deletionGracePeriodSeconds?: number }
          void here.stop("term", deletionGracePeriodSeconds ?? here.grace)
          served(splitKey(key)[0])
          return // it tells when it has ended
        }
        running.delete(key)
        served(splitKey(key)[0])
        // As kubelets do since 1.27: first the end of its containers, then of the pod.
        const { conditions: before, ...status } = pod.status ?? {}
        const over = { type: "Ready", status: "False" as const, reason: "PodCompleted", message: "" }
        await store.status(pod, { ...status, phase: "Succeeded", conditions: withCondition(before, over) })
        await store.remove(pod, { grace: 0 })
        return
      }
      if (["Succeeded", "Failed"].includes(pod.status?.phase)) return
      if (here === undefined) {
        const dial = dialler(store, network, context.name, {
          namespace: pod.metadata.namespace!,
          pod: pod.metadata.name,
        })
        const warning = (reason: string, message: string) =>
          void warn(store, pod, "kubelet", reason, message).catch(() => undefined)
        const told = (reason: string, message: string) => note(store, pod, "kubelet", reason, message)
        const ip = `10.128.${Math.floor(addresses / 250) % 250}.${(addresses++ % 250) + 2}`
        const files = folder && join(folder, pod.metadata.uid!)
        here = new RunningPod(
          { context, pod, dial, changed: () => queue.add(key), warn: warning, note: told },
          ip,
          files,
        )
        running.set(key, here)
      }
      await store.status(pod, here.status(pod))
    },
  })

  const ends = [
    faults.onChange(() => {
      for (const pod of pods.list()) queue.add(keyOf(pod))
      for (const pod of running.values()) for (const container of pod.containers) container.nudge()
    }),
    pods.on((pod) => served(pod.metadata.namespace)),
    store.of("v1", "Service").on((service) => served(service.metadata.namespace)),
    // What may connect to what concerns the routers as well.
    store
      .of("networking.k8s.io/v1", "NetworkPolicy")
      .on(({ metadata }) => network.changed({ cluster: context.name, namespace: metadata.namespace ?? "" })),
    ...(watched ? [await startHeartbeat(store, NODE)] : []),
  ]
  return {
    name: "kubelet",
    async stop() {
      for (const end of ends) end()
      await queue.stop()
      // A node that is shut down ends its pods properly; they start again when it is back.
      const ending = [...running.values()].map((one) => one.stop("term", Math.min(one.grace, SHUTDOWN)))
      await Promise.all([...ending, ...leaving])
      await server.close()
    },
  }
}
