/** A pod that runs here, and its status. */
import type { KubeObject } from "../../../cluster/types.ts"
import { type Condition, wireTime, withCondition } from "../conditions.ts"
import { Container, type Surroundings } from "./container.ts"

/** The containers of one pod object. Init containers are taken as done. */
export class RunningPod {
  readonly uid: string
  readonly containers: readonly Container[]
  readonly #ip: string
  readonly #startTime = wireTime()

  constructor(around: Surroundings, ip: string) {
    const { pod } = around
    this.uid = pod.metadata.uid!
    this.#ip = ip
    this.containers = pod.spec.containers.map((spec: Container["spec"]) => {
      // It ran before, under a kubelet that is gone: this is its next start.
      const before = pod.status?.containerStatuses?.find((it: { name: string }) => it.name === spec.name)
      return new Container(
        spec,
        around,
        before === undefined ? 0 : before.restartCount + (before.started ? 1 : 0),
      )
    })
  }

  container(name: string): Container | undefined {
    return this.containers.find((it) => it.spec.name === name)
  }

  stop(how: "term" | "kill"): void {
    for (const container of this.containers) container.stop(how)
  }

  /** As the kubelet reports it, going on from the pod's conditions. */
  status(pod: KubeObject): object {
    const ended = this.containers.every((it) => it.exitCode !== undefined && !it.restarting)
    const begun = this.containers.every(
      (it) => (it.status() as { containerID?: string }).containerID !== undefined,
    )
    const ready = !ended && this.containers.every((it) => it.ready)
    const failed = this.containers.some((it) => it.exitCode !== 0)
    const unready = this.containers.filter((it) => !it.ready).map((it) => it.spec.name)
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
      containerStatuses: this.containers.map((it) => it.status()),
    }
  }
}
