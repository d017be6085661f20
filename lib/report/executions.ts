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

/** It was there before us and is used as it is, or a person made it since: in words, nothing where it is ours. */
export function notOurs(place: WalkPlace): "was there" | "by hand" | undefined {
  if (place.adopted !== true) return undefined
  const isByHand = carriedOut(place).some(({ acts }) => acts.some(({ byHand }) => byHand === true))
  return isByHand ? "by hand" : "was there"
}

type Applied = Execution["applied"][number]

/** What an execution did to objects; each once, also where an attempt was made again. */
export interface Written {
  /** Written whole: its hash says what. */
  readonly whole: readonly Applied[]
  /** What else, object by object: `labelled or patched`, `Site superlink`. */
  readonly objects: ReadonlyMap<string, readonly string[]>
}

/** A hash says nothing of what was only changed in part, and there is none of what was removed. */
const IN_PART: readonly (readonly [verb: string, words: string])[] = [
  ["patch ", "labelled or patched"],
  ["remove ", "removed"],
]

export function writtenIn({ applied }: Execution): Written {
  const isInPart = ({ what }: Applied) => IN_PART.some(([verb]) => what.startsWith(verb))
  const whole = applied.filter((one) => !isInPart(one))
  const objects = IN_PART.map(([verb, words]): [string, string[]] => {
    const mine = applied.filter(({ what }) => what.startsWith(verb))
    return [words, [...new Set(mine.map(({ what }) => what.slice(verb.length)))]]
  })
  return {
    whole: [...Map.groupBy(whole, ({ what, sha256 }) => `${what} ${sha256}`).values()].map(([one]) => one!),
    objects: new Map(objects.filter(([, names]) => names.length > 0)),
  }
}
