/** One container of a pod: pulled, started, ended and started again as a kubelet would. */
import { randomBytes } from "node:crypto"
import type { KubeObject } from "../../../cluster/types.ts"
import type { ControllerContext, PracticeContainer, PracticeImage } from "../../types.ts"
import { wireTime } from "../conditions.ts"
import { faultStrikes } from "../faulty.ts"
import { type Pace, paceOf } from "../pace.ts"
import { ContainerLog } from "./logs.ts"

/** What a container needs from its pod and kubelet. */
export interface Surroundings {
  readonly context: ControllerContext
  readonly pod: KubeObject
  readonly dial: PracticeContainer["dial"]
  /** Something about its status changed. */
  changed(): void
}

interface Spec {
  name: string
  image: string
  command?: string[]
  args?: string[]
  env?: { name: string; value?: string; valueFrom?: { fieldRef?: { fieldPath: string } } }[]
}

type State =
  | { waiting: { reason: string; message?: string } }
  | { running: { startedAt: string } }
  | {
      terminated: {
        exitCode: number
        reason: string
        startedAt: string
        finishedAt: string
        containerID: string
      }
    }

/** An image that nothing is known about: it runs. */
const UNKNOWN: PracticeImage = { image: /.*/, start: (container) => container.ready() }

/** Back-off as a kubelet's: ten seconds, doubled up to five minutes. */
const backOff = (pace: Pace, failures: number): number =>
  pace(Math.min(300_000, 10_000 * 2 ** (failures - 1)), Math.min(1000, 200 * 2 ** (failures - 1))) || 50

export class Container {
  readonly spec: Spec
  readonly #around: Surroundings
  readonly #pace: Pace
  #state: State = { waiting: { reason: "ContainerCreating" } }
  #last: State | undefined
  #ready = false
  #restarts: number
  #failures = 0
  #pulls = 0
  #id = ""
  #timer: NodeJS.Timeout | undefined
  #onTerm: (() => void) | undefined
  /** Undoes what this run of it took: ports, dialled connections. */
  #held = new Set<() => void>()
  #run = 0
  log: ContainerLog | undefined
  previous: ContainerLog | undefined

  constructor(spec: Spec, around: Surroundings, restarts: number) {
    this.spec = spec
    this.#around = around
    this.#restarts = restarts
    this.#pace = paceOf(around.context.delays)
    this.#later(this.#pace(1500, 80), () => this.#pull())
  }

  get ready(): boolean {
    return this.#ready
  }

  /** How it ended for good; undefined while it runs or will run again. */
  get exitCode(): number | undefined {
    return "terminated" in this.#state ? this.#state.terminated.exitCode : undefined
  }

  /** Tries again now what waits in a back-off because of a fault. */
  nudge(): void {
    if ("waiting" in this.#state && this.#state.waiting.reason.includes("ImagePull")) this.#pull()
  }

  /** Ends it: with SIGTERM, or without asking. */
  stop(how: "term" | "kill"): void {
    clearTimeout(this.#timer)
    if (how === "term") this.#onTerm?.()
    this.#release()
  }

  status(): object {
    const { name, image } = this.spec
    const started = "running" in this.#state
    return {
      name,
      image,
      imageID: started ? image : "",
      ready: this.#ready,
      started,
      restartCount: this.#restarts,
      state: this.#state,
      lastState: this.#last ?? {},
      ...(this.#id === "" ? {} : { containerID: this.#id }),
    }
  }

  #later(after: number, then: () => void): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(then, after)
  }

  #set(state: State): void {
    this.#state = state
    this.#around.changed()
  }

  #pull(): void {
    const { context, pod } = this.#around
    const { image } = this.spec
    if (faultStrikes(context.faults, "pod", context.name, pod.metadata.name, "image") === undefined) {
      this.#start()
      return
    }
    this.#pulls++
    const [path, tag = "latest"] = image.split(/:(?=[^/]*$)/) as [string, string?]
    const reference = path.includes(".") ? path : `docker.io/${path}`
    const why = `initializing source docker://${image}: reading manifest ${tag} in ${reference}: manifest unknown`
    this.#set({ waiting: { reason: "ErrImagePull", message: why } })
    this.#later(this.#pace(2000, 150) || 20, () => {
      const message = `Back-off pulling image "${image}": ErrImagePull: ${why}`
      this.#set({ waiting: { reason: "ImagePullBackOff", message } })
      this.#later(backOff(this.#pace, this.#pulls), () => this.#pull())
    })
  }

  #start(): void {
    const { context, pod } = this.#around
    this.#pulls = 0
    this.#id = `cri-o://${randomBytes(32).toString("hex")}`
    this.log = new ContainerLog()
    const startedAt = wireTime()
    this.#set({ running: { startedAt } })
    const behaviour = context.images.find((it) => it.image.test(this.spec.image)) ?? UNKNOWN
    const run = ++this.#run
    const crash = faultStrikes(context.faults, "pod", context.name, pod.metadata.name, "crash")
    const container = this.#handle(run)
    if (crash !== undefined) {
      container.log("practice fault: this container crashes")
      this.#later(this.#pace(1000, 50), () => container.exit(1))
      return
    }
    const end = behaviour.start(container)
    if (run === this.#run && "running" in this.#state) this.#onTerm = end ?? undefined
  }

  /** What its image's code sees. A handle of an earlier run does nothing any more. */
  #handle(run: number): PracticeContainer {
    const { context, pod, dial } = this.#around
    const live = () => run === this.#run && "running" in this.#state
    const hold = (end: () => void) => {
      this.#held.add(end)
      return () => {
        this.#held.delete(end)
        end()
      }
    }
    const { namespace = "", name, labels = {} } = pod.metadata
    return {
      image: this.spec.image,
      args: [...(this.spec.command ?? []), ...(this.spec.args ?? [])],
      env: environment(this.spec, pod),
      pod: { name, namespace, labels, cluster: context.name },
      log: (line) => live() && this.log!.write(line),
      ready: () => {
        if (!live() || this.#ready) return
        this.#ready = true
        this.#around.changed()
      },
      exit: (code) => live() && this.#exited(code),
      listen: (port, service) => {
        if (live())
          hold(context.network.listen({ cluster: context.name, namespace, pod: name, port }, service))
      },
      dial: (address, on) => (live() ? hold(dial(address, on)) : () => undefined),
    }
  }

  #release(): void {
    this.#run++
    this.#onTerm = undefined
    this.#ready = false
    for (const end of [...this.#held]) end()
    this.#held.clear()
    this.log?.end()
  }

  #exited(exitCode: number): void {
    const startedAt = "running" in this.#state ? this.#state.running.startedAt : wireTime()
    this.#release()
    this.previous = this.log
    const reason = exitCode === 0 ? "Completed" : "Error"
    const ended = {
      terminated: { exitCode, reason, startedAt, finishedAt: wireTime(), containerID: this.#id },
    }
    const policy = this.#around.pod.spec.restartPolicy ?? "Always"
    if (policy === "Never" || (policy === "OnFailure" && exitCode === 0)) {
      this.#set(ended)
      return
    }
    // Ten minutes of running forgive everything before.
    if (Date.now() - Date.parse(startedAt) > 600_000) this.#failures = 0
    const wait = this.#failures === 0 ? this.#pace(1000, 50) : backOff(this.#pace, this.#failures)
    const real = Math.min(300, 10 * 2 ** Math.max(0, this.#failures - 1))
    const { name, namespace, uid } = this.#around.pod.metadata
    const message = `back-off ${real < 60 ? `${real}s` : `${Math.floor(real / 60)}m${real % 60}s`} restarting failed container=${this.spec.name} pod=${name}_${namespace}(${uid})`
    this.#last = ended
    this.#set(this.#failures === 0 ? ended : { waiting: { reason: "CrashLoopBackOff", message } })
    this.#failures++
    this.#later(wait, () => {
      this.#restarts++
      this.#pull()
    })
  }

  /** Whether it ended and will be started again. */
  get restarting(): boolean {
    return "terminated" in this.#state && this.#last === this.#state
  }
}

const environment = (spec: Spec, pod: KubeObject): Record<string, string> => {
  const field = (path = "") =>
    ({
      "metadata.name": pod.metadata.name,
      "metadata.namespace": pod.metadata.namespace,
      "spec.nodeName": pod.spec.nodeName,
    })[path]
  return Object.fromEntries(
    (spec.env ?? []).map((it) => [it.name, it.value ?? field(it.valueFrom?.fieldRef?.fieldPath) ?? ""]),
  )
}
