import type { Origin } from "../notebook/federation.ts"
import type { Layer } from "./layers.ts"

/**
 * The order of sources: if two have a value, the one with the smaller number wins. A `prompt` is an answer of this
 * call: it is only asked for if flag, variable and file have no value, and it replaces an earlier answer.
 */
const RANK: Readonly<Record<Origin, number>> = {
  flag: 1,
  variable: 2,
  file: 3,
  prompt: 4,
  "earlier answer": 5,
  default: 6,
}

/** As help shows it. */
export const ORDER_OF_SOURCES = Object.keys(RANK)
  .filter((origin) => origin !== "prompt")
  .join(", ")

/** Layers, strongest first. What was changed in a walk (`overrides`) is stronger than every source. */
export const strongestFirst = (layers: readonly Layer[]): Layer[] =>
  layers.toSorted((a, b) => rankOf(a) - rankOf(b))

const rankOf = ({ origin, overrides }: Layer): number => (overrides === true ? 0 : RANK[origin])

/** Whether the source sets the value again at the next call: then it is not asked for, and another answer does not last. */
export const isPermanent = (origin: Origin | undefined): boolean =>
  origin !== undefined && RANK[origin] < RANK.prompt
