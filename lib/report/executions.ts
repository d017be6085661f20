/** Executions of a step apart from mere checks, and what they wrote. */
import type { Execution, ReportPlace } from "./types.ts"

/** Those in which the step itself ran. */
export const executed = ({ executions }: ReportPlace): readonly Execution[] =>
  executions.filter(({ onlyChecked }) => onlyChecked !== true)

/** The runs in which it was only checked, because another step needs it. */
export const checkedIn = ({ executions }: ReportPlace): readonly number[] =>
  executions
    .filter(
      ({ onlyChecked, before, commands }) =>
        onlyChecked === true && (before !== undefined || commands.length > 0),
    )
    .map(({ run }) => run)

/** Whether it existed before, or a person created it since; undefined where this program created it. */
export function adoption(place: ReportPlace): "adopted" | "manual" | undefined {
  if (place.adopted !== true) return undefined
  const isManual = executed(place).some(({ actions }) => actions.some(({ manual }) => manual === true))
  return isManual ? "manual" : "adopted"
}

type Write = Execution["written"][number]

/** What an execution wrote; each object once, even after several attempts. */
export interface Written {
  /** Whole objects, identified by their hash. */
  readonly whole: readonly Write[]
  /** Other writes, object by object: `labelled or patched`, `Site superlink`. */
  readonly objects: ReadonlyMap<string, readonly string[]>
}

/** The hash of a patch says nothing about the object, and a deleted object has none. */
const IN_PART: readonly (readonly [verb: string, words: string])[] = [
  ["patch ", "labelled or patched"],
  ["delete ", "deleted"],
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
