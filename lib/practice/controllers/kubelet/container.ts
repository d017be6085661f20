/** One container of a pod: pulled, started, ended and started again as a kubelet would. */
import { randomBytes } from "node:crypto"
import { waitable } from "../../longest.ts"
import { guarded, report } from "../../stray.ts"
import type { ContainerProgram, PracticeContainer, PracticeImage } from "../../types/images.ts"
import { wireTime } from "../conditions.ts"
import { faultStrikes } from "../faulty.ts"
import { type Pace, paceOf } from "../pace.ts"
import type { ContainerContext, ContainerSpec } from "./container-spec.ts"
import { backOff, crashLoop, endOf, type State } from "./container-state.ts"
import { handleOf } from "./handle.ts"
import { ContainerLog } from "./logs.ts"
import { startProbes } from "./probes.ts"
import { type RunningProgram, startProgram } from "./program.ts"
import { pullImage } from "./pull.ts"

/** An image that nothing is known about: it runs. */
const UNKNOWN: PracticeImage = { image: /.*/, start: (container) => container.ready() }

export class Container {
  readonly spec: ContainerSpec
  readonly #around: ContainerContext
  readonly #pace: Pace
  #state: State
  #last: State | undefined
  #ready = false
  #restarts: number
  #failures = 0
  #pulls = 0
  #mounts = 0
  readonly #initial: boolean
  /** Its image's code said that it is ready: unless the image is probed, its probe has no word in it. */
  #said = false
  /** Its startup probe has succeeded, or it has none. */
  #startedUp = false
  #id = ""
  #timer: NodeJS.Timeout | undefined
  #onTerm: (() => void) | undefined
  #program: RunningProgram | undefined
  /** Set where its image's code, not its program, said how it ends. */
  #exitAs: { code: number; reason?: string } | undefined
  #pulling = false
  /** It is being ended, and starts no more. */
  #stopping = false
  /** Undoes what this run of it took: ports, dialled connections. */
  #held = new Set<() => void>()
  #run = 0
  log: ContainerLog | undefined
  previous: ContainerLog | undefined

  /** @param initial it is an init container */
  constructor(spec: ContainerSpec, around: ContainerContext, restarts: number, initial = false) {
    this.spec = spec
    this.#around = around
    this.#restarts = restarts
    this.#initial = initial
    this.#pace = paceOf(around.context.delays)
    const initialising = (around.pod.spec.initContainers ?? []).length > 0
    this.#state = { waiting: { reason: initialising ? "PodInitializing" : "ContainerCreating" } }
  }

  /** Its turn has come. */
  begin(): void {
    if (!this.#stopping) this.#later(this.#pace(1500, 80), () => this.#mount())
  }

  get ready(): boolean {
    return this.#ready
  }

  /** An init container that has succeeded. */
  get done(): boolean {
    return this.#initial && this.exitCode === 0
  }

  /** How it ended for good; undefined while it runs or will run again. */
  get exitCode(): number | undefined {
    return "terminated" in this.#state ? this.#state.terminated.exitCode : undefined
  }

  /** Tries again now what waits in a back-off because of a fault. */
  nudge(): void {
    if ("waiting" in this.#state && /ImagePull|ImageInspect/.test(this.#state.waiting.reason))
      this.#go(() => this.#pull())
  }

  /**
   * Ends it: with SIGTERM, or without asking. Resolves once nothing of it runs.
   * @param grace seconds that a program has from SIGTERM on
   */
  async stop(how: "term" | "kill", grace: number): Promise<void> {
    clearTimeout(this.#timer)
    const program = this.#program
    const run = this.#run
    if (how === "term" && !this.#stopping)
      guarded(
        (error) => this.#broke(run, error),
        () => this.#onTerm?.(),
      )
    if (!this.#stopping && "running" in this.#state)
      this.#around.note("Killing", `Stopping container ${this.spec.name}`)
    this.#stopping = true
    if (program === undefined) {
      this.#release()
      return
    }
    if (how === "term") program.stop(grace)
    else program.kill()
    await program.ended
  }

  status(): object {
    const { name, image } = this.spec
    const running = "running" in this.#state
    return {
      name,
      image,
      imageID: running ? image : "",
      ready: this.#ready,
      started: running && this.#startedUp,
      restartCount: this.#restarts,
      state: this.#state,
      lastState: this.#last ?? {},
      ...(this.#id === "" ? {} : { containerID: this.#id }),
    }
  }

  #later(after: number, then: () => void | Promise<void>): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#go(then), waitable(after))
  }

  /** Does something whose failure is this container's, and nobody else's. */
  #go(then: () => void | Promise<void>): void {
    const run = this.#run
    guarded(
      (error) => this.#broke(run, error),
      () => void Promise.resolve(then()).catch((error) => this.#broke(run, error)),
    )
  }

  /** Its image's code failed: as a program that crashes, it leaves its last words and ends. */
  #broke(run: number, error: unknown): void {
    // A start is a run of its own, and may fail before it has begun.
    const isIts = run === this.#run || run === this.#run - 1
    if (!isIts || !("running" in this.#state)) {
      report(error)
      return
    }
    this.log?.write(error instanceof Error ? (error.stack ?? error.message) : String(error))
    this.#end(1)
  }

  /** Ends it, and its program with it. */
  #end(code: number, reason?: string): void {
    this.#exitAs = { code, ...(reason !== undefined && { reason }) }
    if (this.#program === undefined) this.#exited(code)
    else this.#program.kill()
  }

  #set(state: State): void {
    this.#state = state
    this.#around.changed()
  }

  /** Its volumes first, as a kubelet does: without them it stays ContainerCreating. */
  async #mount(): Promise<void> {
    const { volumes, warn } = this.#around
    if (volumes.needed) {
      try {
        await volumes.read()
      } catch (error) {
        if (this.#stopping) return
        warn("FailedMount", (error as Error).message)
        const real = Math.min(122_000, 500 * 2 ** this.#mounts++)
        this.#later(this.#pace(real, 300) || 50, () => this.#mount())
        return
      }
    }
    if (!this.#stopping) await this.#pull()
  }

  async #pull(): Promise<void> {
    if (this.#pulling) return
    clearTimeout(this.#timer)
    this.#pulling = true
    const { context, pod, warn } = this.#around
    const { image } = this.spec
    const why = await pullImage(context, pod, image, this.#behaviour)
    this.#pulling = false
    if (this.#stopping) return
    if (why === undefined) {
      this.#start()
      return
    }
    this.#pulls++
    this.#set({ waiting: why })
    if (why.reason === "ImageInspectError") {
      // Nothing was pulled, so nothing is backed off: the next look at the pod tries it again.
      warn("InspectFailed", why.message)
      this.#later(this.#pace(10_000, 300) || 50, () => this.#pull())
      return
    }
    this.#later(this.#pace(2000, 150) || 20, () => {
      const message = `Back-off pulling image "${image}": ErrImagePull: ${why.message}`
      this.#set({ waiting: { reason: "ImagePullBackOff", message } })
      this.#later(backOff(this.#pace, this.#pulls), () => this.#pull())
    })
  }

  get #behaviour(): PracticeImage {
    return this.#around.context.images.find((one) => one.image.test(this.spec.image)) ?? UNKNOWN
  }

  #start(): void {
    const { context, pod } = this.#around
    this.#pulls = 0
    this.#id = `cri-o://${randomBytes(32).toString("hex")}`
    this.log = new ContainerLog()
    this.#around.note("Started", `Started container ${this.spec.name}`)
    const startedAt = wireTime()
    this.#set({ running: { startedAt } })
    const run = ++this.#run
    const container = this.#handle(run)
    if (this.#initial) {
      const { init = (it: PracticeContainer) => it.exit(0) } = this.#behaviour
      guarded(
        (error) => this.#broke(run, error),
        () => init(container),
      )
      return
    }
    const crash = faultStrikes(context.faults, "pod", context.name, pod.metadata.name, "crash")
    if (crash !== undefined) {
      container.log("practice fault: this container crashes")
      this.#later(this.#pace(1000, 50), () => container.exit(1))
      return
    }
    this.#held.add(this.#probe())
    const end = guarded(
      (error) => this.#broke(run, error),
      () => this.#behaviour.start(container),
    )
    if (run === this.#run && "running" in this.#state) this.#onTerm = end ?? undefined
  }

  #probe(): () => void {
    const { context, pod, ip, warn, note } = this.#around
    const { name, namespace = "" } = pod.metadata
    const strict = this.#behaviour.probed === true
    return startProbes(this.spec, {
      ip,
      strict,
      pace: this.#pace,
      service: (port) => context.network.listening({ cluster: context.name, namespace, pod: name, port }),
      exec: (command, signal) => this.#exec(command, signal),
      started: () => {
        this.#startedUp = true
        if (strict && this.#said) this.#setReady(this.spec.readinessProbe === undefined)
        else if (this.spec.startupProbe !== undefined) this.#around.changed()
      },
      ready: (ready) => {
        if (strict || !this.#said) this.#setReady(ready)
      },
      warn: (message) => warn("Unhealthy", message),
      dead: (which) => {
        note("Killing", `Container ${this.spec.name} failed ${which} probe, will be restarted`)
        if (this.#program !== undefined) this.#program.stop(pod.spec.terminationGracePeriodSeconds ?? 30)
        // What is not probed has no program yet, and is about to run one.
        else if (strict) this.#end(137)
      },
    })
  }

  #setReady(ready: boolean): void {
    if (this.#ready === ready) return
    this.#ready = ready
    this.#around.changed()
  }

  /** Its image's code says that its process is ready. */
  #says(): void {
    this.#said = true
    const probed = this.#behaviour.probed === true
    if (probed && !(this.#startedUp && this.spec.readinessProbe === undefined)) return
    this.#setReady(true)
  }

  async #exec(command: readonly string[], signal: AbortSignal): Promise<string | undefined> {
    if (this.#program !== undefined) return this.#program.exec(command, signal)
    const exec = this.#behaviour.exec
    return exec === undefined ? `exec: "${command[0]}": executable file not found in $PATH` : exec(command)
  }

  /** What its image's code sees. A handle of an earlier run does nothing any more. */
  #handle(run: number): PracticeContainer {
    const live = () => run === this.#run && "running" in this.#state
    return handleOf({
      spec: this.spec,
      around: this.#around,
      live,
      guard: (call) => guarded((error) => this.#broke(run, error), call),
      log: (line) => this.log!.write(line),
      ready: () => this.#says(),
      exit: (code, reason) => this.#end(code, reason),
      run: (program) => this.#runProgram(program),
      hold: (end) => {
        this.#held.add(end)
        return () => {
          this.#held.delete(end)
          end()
        }
      },
    })
  }

  #runProgram(program: ContainerProgram): void {
    if (this.#program !== undefined) throw new Error(`container ${this.spec.name} runs a program already`)
    if (this.#stopping) return
    const running = startProgram(this.#id.slice("cri-o://".length), program, (line) => this.log!.write(line))
    this.#program = running
    void running.ended.then((code) => {
      this.#program = undefined
      this.#exited(this.#exitAs?.code ?? code)
    })
  }

  #release(): void {
    this.#run++
    this.#onTerm = undefined
    this.#exitAs = undefined
    this.#said = false
    this.#startedUp = false
    this.#ready = false
    for (const end of [...this.#held]) end()
    this.#held.clear()
    this.log?.end()
  }

  #exited(exitCode: number): void {
    const ended = endOf(this.#state, exitCode, this.#id, this.#exitAs?.reason)
    this.#release()
    this.previous = this.log
    const policy = this.#around.pod.spec.restartPolicy ?? "Always"
    const forGood = policy === "OnFailure" || this.#initial ? exitCode === 0 : false
    if (this.#stopping || policy === "Never" || forGood) {
      this.#ready = this.#initial && exitCode === 0
      this.#set(ended)
      return
    }
    // Ten minutes of running forgive everything before.
    if (Date.now() - Date.parse(ended.terminated.startedAt) > 600_000) this.#failures = 0
    const wait = this.#failures === 0 ? this.#pace(1000, 50) : backOff(this.#pace, this.#failures)
    this.#last = ended
    this.#set(this.#failures === 0 ? ended : crashLoop(this.#failures, this.spec.name, this.#around.pod))
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
