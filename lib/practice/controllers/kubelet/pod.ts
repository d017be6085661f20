/** A pod that runs here, and its status. */
import type { KubeObject } from "../../../cluster/types.ts"
import { report } from "../../stray.ts"
import { type Condition, wireTime, withCondition } from "../conditions.ts"
import { Container } from "./container.ts"
import type { ContainerContext } from "./container-spec.ts"
import { PodVolumes } from "./volumes.ts"

/** The containers of one pod object. Init containers are taken as done. */
export class RunningPod {
  readonly uid: string
  readonly containers: readonly Container[]
  /** Seconds from SIGTERM to SIGKILL. */
  readonly grace: number
  readonly #ip: string
  readonly #startTime = wireTime()
  readonly #volumes: PodVolumes
  readonly #changed: () => void
  /** Nothing of it runs any more, and its files are gone. */
  ended = false

  /** @param folder where its files lie, if it may have any */
  constructor(given: Omit<ContainerContext, "volumes">, ip: string, folder: string | undefined) {
    const { pod } = given
    const volumes = new PodVolumes(given.context.cluster, pod, folder)
    const around = { ...given, volumes }
    this.#volumes = volumes
    this.#changed = given.changed
    this.uid = pod.metadata.uid!
    this.grace = pod.spec.terminationGracePeriodSeconds ?? 30
    this.#ip = ip
    this.containers = pod.spec.containers.map((spec: Container["spec"]) => {
      // It ran before, under a kubelet that is gone: this is its next start.
      const before = pod.status?.containerStatuses?.find((one: { name: string }) => one.name === spec.name)
      return new Container(
        spec,
        around,
        before === undefined ? 0 : before.restartCount + (before.started ? 1 : 0),
      )
    })
  }

  container(name: string): Container | undefined {
    return this.containers.find((one) => one.spec.name === name)
  }

  /**
   * Ends its containers, see {@link Container.stop}. Called again, the shorter grace holds.
   * @returns when the pod has ended, which its kubelet is told as well
   */
  async stop(how: "term" | "kill", grace = 0): Promise<void> {
    await Promise.all(this.containers.map((one) => one.stop(how, grace)))
    if (this.ended) return
    // What cannot be removed now goes with the folder of practice.
    await this.#volumes.remove().catch(report)
    this.ended = true
    this.#changed()
  }

  /** As the kubelet reports it, going on from the pod's conditions. */
  status(pod: KubeObject): object {
    const ended = this.containers.every((one) => one.exitCode !== undefined && !one.restarting)
    const begun = this.containers.every(
      (one) => (one.status() as { containerID?: string }).containerID !== undefined,
    )
    const ready = !ended && this.containers.every((one) => one.ready)
    const failed = this.containers.some((one) => one.exitCode !== 0)
    const unready = this.containers.filter((one) => !one.ready).map((one) => one.spec.name)
    const reason = ended ? (failed ? "PodFailed" : "PodCompleted") : "ContainersNotReady"
    const message = ended ? "" : `containers with unready status: [${unready.join(" ")}]`
    const say = (type: string, good: boolean) => ({
      type,
      status: good ? ("True" as const) : ("False" as const),
      reason: good ? "" : reason,
      message: good ? "" : message,
    })
    let conditions: Condition[] = pod.status?.conditions ?? []
    for (const next of [
      say("PodReadyToStartContainers", true),
      say("Initialized", true),
      say("Ready", ready),
      say("ContainersReady", ready),
      say("PodScheduled", true),
    ]) {
      conditions = withCondition(conditions, next)
    }
    return {
      ...pod.status,
      phase: ended ? (failed ? "Failed" : "Succeeded") : begun ? "Running" : "Pending",
      conditions,
      hostIP: "127.0.0.1",
      podIP: this.#ip,
      podIPs: [{ ip: this.#ip }],
      startTime: pod.status?.startTime ?? this.#startTime,
      containerStatuses: this.containers.map((one) => one.status()),
    }
  }
}
