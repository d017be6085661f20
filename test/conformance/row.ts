/** What a row of the table is: one behaviour of an API server, and the words that every server is held to. */
import type { Scene } from "./scene.ts"

/** An outcome as a row writes it down, volatile values replaced (see normal.ts). */
export type Outcome = unknown

export interface Row {
  readonly name: string
  /** Returns what is compared. */
  readonly does: (scene: Scene) => Promise<unknown>
  readonly gives: Outcome
  /** Where the practice server answers otherwise, on purpose. */
  readonly practice?: { readonly why: `left out, because ${string}`; readonly gives: Outcome }
}

export interface Theme {
  readonly theme: string
  readonly rows: readonly Row[]
}

export const row = (
  name: string,
  does: Row["does"],
  gives: Outcome,
  practice?: NonNullable<Row["practice"]>,
): Row => ({ name, does, gives, ...(practice === undefined ? {} : { practice }) })
