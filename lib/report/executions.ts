/** Executions as people read them: what was carried out, apart from what was only looked at; what was written. */
import type { Execution, ReportPlace } from "./types.ts"

/** Those in which the step itself was carried out. */
export const executed = ({ executions }: ReportPlace): readonly Execution[] =>
  executions.filter(({ onlyChecked }) => onlyChecked !== true)

/** The runs in which it was only looked at, because another step needs it. */
export const checkedIn = ({ executions }: ReportPlace): readonly number[] =>
  executions
    .filter(
      ({ onlyChecked, before, commands }) =>
        onlyChecked === true && (before !== undefined || commands.length > 0),
    )
    .map(({ run }) => run)

/** It was there before us and is used as it is, or a person made it since: in words, nothing where it is ours. */
export function notOurs(place: ReportPlace): "was there" | "by hand" | undefined {
  if (place.adopted !== true) return undefined
  const isManual = executed(place).some(({ actions }) => actions.some(({ manual }) => manual === true))
  return isManual ? "by hand" : "was there"
}

type Write = Execution["written"][number]

/** What an execution did to objects; each once, also where an attempt was made again. */
export interface Written {
  /** Written whole: its hash says what. */
  readonly whole: readonly Write[]
  /** What else, object by object: `labelled or patched`, `Site superlink`. */
  readonly objects: ReadonlyMap<string, readonly string[]>
}

/** A hash says nothing of what was only changed in part, and there is none of what was removed. */
const IN_PART: readonly (readonly [verb: string, words: string])[] = [
  ["patch ", "labelled or patched"],
  ["remove ", "removed"],
]

export function writtenIn({ written }: Execution): Written {
  const isInPart = ({ what }: Write) => IN_PART.some(([verb]) => what.startsWith(verb))
  const whole = written.filter((one) => !isInPart(one))
  const objects = IN_PART.map(([verb, words]): [string, string[]] => {
    const mine = written.filter(({ what }) => what.startsWith(verb))
    return [words, [...new Set(mine.map(({ what }) => what.slice(verb.length)))]]
  })
  return {
    whole: [...Map.groupBy(whole, ({ what, sha256 }) => `${what} ${sha256}`).values()].map(([one]) => one!),
    objects: new Map(objects.filter(([, names]) => names.length > 0)),
  }
}
