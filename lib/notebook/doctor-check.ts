/** What a check of `doctor` found: `said` in one sentence; a warning lets everything go on. */
export interface Diagnosis {
  readonly ok: boolean | "warn"
  readonly said: string
  readonly fix?: string
  /** The exact command to type. */
  readonly next?: string
}

/**
 * A check that `doctor` makes beside its own. It only reads. `run` is handed what a step is handed there; an error it
 * throws is shown as a failed check, never as a crash.
 */
export interface DoctorCheck {
  readonly id: string
  readonly title: string
  readonly on: "here" | "every site"
  // biome-ignore lint/suspicious/noExplicitAny: as with steps, each check gets the context its notebook promised it.
  run(context: any): Diagnosis | Promise<Diagnosis>
}
