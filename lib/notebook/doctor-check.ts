/** What a check of `doctor` found: `said` in one sentence. A warning stops nothing. */
export interface Diagnosis {
  readonly ok: boolean | "warn"
  readonly said: string
  readonly fix?: string
  /** The exact command to type. */
  readonly next?: string
}

/**
 * A check that `doctor` runs beside its own. It only reads. `run` gets the context of a step at that place; an error that
 * it throws is shown as a failed check, never as a crash.
 */
export interface DoctorCheck {
  readonly id: string
  readonly title: string
  readonly on: "here" | "every site"
  // biome-ignore lint/suspicious/noExplicitAny: as with steps, each check gets the context that its notebook promised.
  run(context: any): Diagnosis | Promise<Diagnosis>
}
