/** Executions as people read them: what was carried out, apart from what was only looked at; what was written. */
import type { Execution, WalkPlace } from "./types.ts"

/** Those in which the step itself was carried out. */
export const carriedOut = ({ executions }: WalkPlace): readonly Execution[] =>
  executions.filter(({ onlyLooked }) => onlyLooked !== true)

/** The runs in which it was only looked at, because another step needs it. */
export const lookedIn = ({ executions }: WalkPlace): readonly number[] =>
  executions
    .filter(
      ({ onlyLooked, before, commands }) =>
        onlyLooked === true && (before !== undefined || commands.length > 0),
    )
    .map(({ run }) => run)

type Applied = Execution["applied"][number]

/**
 * What was written whole, with its hash, and what was only labelled or changed in part (`Site superlink`), where a hash
 * says nothing. Each once, also where an attempt was made again.
 */
export function writtenIn({ applied }: Execution): { whole: readonly Applied[]; inPart: readonly string[] } {
  const patch = /^patch /
  const once = applied.filter(
    ({ what, sha256 }, index) =>
      applied.findIndex((other) => other.what === what && (other.sha256 === sha256 || patch.test(what))) ===
      index,
  )
  return {
    whole: once.filter(({ what }) => !patch.test(what)),
    inPart: once.flatMap(({ what }) => (patch.test(what) ? what.replace(patch, "") : [])),
  }
}
