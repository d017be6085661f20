/** A pod that runs here, and its status. */
import type { KubeObject } from "../../../cluster/types.ts"
import { report } from "../../stray.ts"
import { type Condition, wireTime, withCondition } from "../conditions.ts"
import { claimedFolder } from "../volumes.ts"
import { Container } from "./container.ts"
import type { ContainerContext } from "./container-spec.ts"
import { PodVolumes } from "./volumes.ts"

interface ContainerStatus {
  readonly name: string
  readonly restartCount: number
  readonly started?: boolean
}

/** The containers of one pod object: its init containers one after the other, then all others at once. */
export class RunningPod {
  readonly uid: string
  readonly containers: readonly Container[]
  readonly #initial: readonly Container[]
  /** How many init containers have had their turn. */
  #begun = 0
  /** Seconds from SIGTERM to SIGKILL. */
  readonly grace: number
  readonly #ip: string
  readonly #startTime = wireTime()
  readonly #volumes: PodVolumes
  readonly #changed: () => void
  /** Nothing of it runs any more, and its files are gone. */
  ended = false

  /** @param folder where its files lie, if it may have any */
  constructor(given: Omit<ContainerContext, "volumes" | "ip">, ip: string, folder: string | undefined) {
    const { pod } = given
    const { context } = given
    const claimed = (claim: string) => claimedFolder(context, pod.metadata.namespace, claim)
    const volumes = new PodVolumes(context.cluster, pod, folder, claimed)
    this.#volumes = volumes
    this.#changed = given.changed
    const around = {
      ...{ ...given, volumes, ip },
      changed: () => {
        this.#goOn()
        given.changed()
      },
    }
    this.uid = pod.metadata.uid!
    this.grace = pod.spec.terminationGracePeriodSeconds ?? 30
    this.#ip = ip
    const create = (spec: Container["spec"], statuses: ContainerStatus[] = [], initial = false) => {
      // It ran before, under a kubelet that is gone: this is its next start.
      const before = statuses.find((one) => one.name === spec.name)
      const restarts = before === undefined ? 0 : before.restartCount + (before.started ? 1 : 0)
      return new Container(spec, around, restarts, initial)
    }
    const { initContainers = [], containers } = pod.spec
    const { initContainerStatuses, containerStatuses } = pod.status ?? {}
    this.#initial = initContainers.map((one: Container["spec"]) => create(one, initContainerStatuses, true))
    this.containers = containers.map((one: Container["spec"]) => create(one, containerStatuses))
    this.#goOn()
  }

  /** Begins what is next: an init container once the one before it is done, the others once all of them are. */
  #goOn(): void {
    if (this.#begun > this.#initial.length) return
    if (this.#begun > 0 && !this.#initial[this.#begun - 1]!.done) return
    const next = this.#initial[this.#begun++]
    if (next === undefined) for (const one of this.containers) one.begin()
    else next.begin()
  }

  container(name: string): Container | undefined {
    return [...this.#initial, ...this.containers].find((one) => one.spec.name === name)
  }

  /**
   * Ends its containers, see {@link Container.stop}. Called again, the shorter grace holds.
   * @returns when the pod has ended, which its kubelet is told as well
   */
  async stop(how: "term" | "kill", grace = 0): Promise<void> {
    await Promise.all([...this.#initial, ...this.containers].map((one) => one.stop(how, grace)))
    if (this.ended) return
    // What cannot be removed now goes with the folder of practice.
    await this.#volumes.remove().catch(report)
    this.ended = true
    this.#changed()
  }

  /** As the kubelet reports it, going on from the pod's conditions. */
  status(pod: KubeObject): object {
    const incomplete = this.#initial.filter((one) => !one.done)
    const hopeless = incomplete.some((one) => one.exitCode !== undefined && !one.restarting)
    const ended = hopeless || this.containers.every((one) => one.exitCode !== undefined && !one.restarting)
    const begun = this.containers.every(
      (one) => (one.status() as { containerID?: string }).containerID !== undefined,
    )
    const ready = !ended && this.containers.every((one) => one.ready)
    const failed = this.containers.some((one) => one.exitCode !== 0)
    const unready = this.containers.filter((one) => !one.ready).map((one) => one.spec.name)
    const reason = ended ? (failed ? "PodFailed" : "PodCompleted") : "ContainersNotReady"
    const message = ended ? "" : `containers with unready status: [${unready.join(" ")}]`
    const say = (type: string, good: boolean, why = { reason, message }) => ({
      type,
      status: good ? ("True" as const) : ("False" as const),
      reason: good ? "" : why.reason,
      message: good ? "" : why.message,
    })
    const initialising = {
      reason: "ContainersNotInitialized",
      message: `containers with incomplete status: [${incomplete.map((one) => one.spec.name).join(" ")}]`,
    }
    let conditions: Condition[] = pod.status?.conditions ?? []
    for (const next of [
      say("PodReadyToStartContainers", true),
      say("Initialized", incomplete.length === 0, initialising),
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
      ...(this.#initial.length > 0 && {
        initContainerStatuses: this.#initial.map((one) => one.status()),
      }),
      containerStatuses: this.containers.map((one) => one.status()),
    }
  }
}
