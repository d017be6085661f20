import type { Origin } from "../notebook/federation.ts"
import type { Layer } from "./layers.ts"

/**
 * The order of sources: where two know a value, the one with the smaller number wins. A `prompt` is an answer of this very
 * call: it is only asked for where flag, variable and file say nothing, and it replaces what was answered earlier.
 */
const RANK: Readonly<Record<Origin, number>> = {
  flag: 1,
  variable: 2,
  file: 3,
  prompt: 4,
  "earlier answer": 5,
  default: 6,
}

/** As help tells it. */
export const ORDER_OF_SOURCES = Object.keys(RANK)
  .filter((origin) => origin !== "prompt")
  .join(", ")

/** Layers in the order in which they are asked. What was changed in a walk (`overrides`) is stronger than every source. */
export const strongestFirst = (layers: readonly Layer[]): Layer[] =>
  layers.toSorted((a, b) => rankOf(a) - rankOf(b))

const rankOf = ({ origin, overrides }: Layer): number => (overrides === true ? 0 : RANK[origin])

/** Flag, variable and file say the same at the next call: it is not asked for, and another answer does not last. */
export const saysItEachTime = (origin: Origin | undefined): boolean =>
  origin !== undefined && RANK[origin] < RANK.prompt
