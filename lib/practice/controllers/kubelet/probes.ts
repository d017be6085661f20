/** A container's probes: the startup probe first, then readiness and liveness, each at its own pace. */
import type { Pace } from "../pace.ts"
import { type Asked, ask, portOf } from "./ask.ts"
import type { ContainerSpec, Probe } from "./container-spec.ts"
import { TcpService } from "./loopback.ts"

/** What the probes of one run of a container need and tell. */
export interface Probed extends Asked {
  readonly pace: Pace
  /** Every answer counts. Otherwise only a program's does: what is only played, and does not know its probes, says itself that it is ready. */
  readonly strict: boolean
  /** The startup probe has succeeded, or there is none. */
  started(): void
  ready(ready: boolean): void
  warn(message: string): void
  /** It is to be ended, and started again. */
  dead(which: "startup" | "liveness"): void
}

type Kind = "Startup" | "Readiness" | "Liveness"

class Prober {
  readonly #probe: Probe
  readonly #port: number | undefined
  readonly #kind: Kind
  readonly #probed: Probed
  readonly #good: () => void
  readonly #bad: (failures: number) => void
  #failures = 0
  #successes = 0
  #timer: NodeJS.Timeout | undefined
  #over = false

  constructor(
    probe: Probe,
    ports: ContainerSpec["ports"],
    kind: Kind,
    probed: Probed,
    told: { good(): void; bad(failures: number): void },
  ) {
    this.#probe = probe
    this.#port = portOf(probe, ports)
    this.#kind = kind
    this.#probed = probed
    this.#good = told.good
    this.#bad = told.bad
    this.#timer = setTimeout(() => this.#ask(), this.#after(probe.initialDelaySeconds ?? 0))
  }

  /** Liveness at its real pace always: on a busy machine a shorter one would kill what only takes its time. */
  #after(seconds: number): number {
    return this.#kind === "Liveness" ? seconds * 1000 : this.#probed.pace(seconds * 1000, 200) || 100
  }

  async #ask(): Promise<void> {
    const { periodSeconds = 10, successThreshold = 1 } = this.#probe
    const counts = this.#probed.strict || this.#serves()
    const why = counts ? await ask(this.#probe, this.#port, this.#probed) : undefined
    if (this.#over) return
    if (counts && why === undefined) {
      this.#failures = 0
      if (++this.#successes >= successThreshold) this.#good()
    } else if (counts) {
      this.#successes = 0
      this.#probed.warn(`${this.#kind} probe failed: ${why}`)
      this.#bad(++this.#failures)
    }
    if (!this.#over) this.#timer = setTimeout(() => this.#ask(), this.#after(periodSeconds))
  }

  #serves(): boolean {
    return this.#port !== undefined && this.#probed.service(this.#port) instanceof TcpService
  }

  end(): void {
    this.#over = true
    clearTimeout(this.#timer)
  }
}

/** Starts the probes of a run of a container. Returns how to end them. */
export function startProbes(
  { startupProbe, readinessProbe, livenessProbe, ports }: ContainerSpec,
  probed: Probed,
): () => void {
  const probers: Prober[] = []
  const start = (
    probe: Probe | undefined,
    kind: Kind,
    good: () => void,
    bad: (failures: number) => void,
  ): Prober | undefined => {
    if (probe === undefined) return undefined
    const prober = new Prober(probe, ports, kind, probed, { good, bad })
    probers.push(prober)
    return prober
  }
  const others = (): void => {
    probed.started()
    start(
      readinessProbe,
      "Readiness",
      () => probed.ready(true),
      (failures) => failures >= (readinessProbe?.failureThreshold ?? 3) && probed.ready(false),
    )
    start(
      livenessProbe,
      "Liveness",
      () => undefined,
      (failures) => failures >= (livenessProbe?.failureThreshold ?? 3) && probed.dead("liveness"),
    )
  }
  if (startupProbe === undefined || !probed.strict) {
    others()
    return () => probers.forEach((one) => void one.end())
  }
  // It is asked more often than it says, and given up no earlier.
  const { failureThreshold = 3, periodSeconds = 10, initialDelaySeconds = 0 } = startupProbe
  const patience = performance.now() + (initialDelaySeconds + failureThreshold * periodSeconds) * 1000
  const first = start(
    startupProbe,
    "Startup",
    () => {
      first!.end()
      others()
    },
    () => performance.now() >= patience && probed.dead("startup"),
  )
  return () => probers.forEach((one) => void one.end())
}
