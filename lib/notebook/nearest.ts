/** The known word that was most likely meant, or nothing where none is near. */
export function nearest(word: string, known: Iterable<string>): string | undefined {
  const asked = word.toLowerCase()
  let best: string | undefined
  // A third of the letters may be wrong, at least two; of a short word one: `sit` finds `site`, `foo` does not find `log`.
  let least = (word.length < 5 ? 1 : Math.max(2, Math.floor(word.length / 3))) + 1
  for (const candidate of known) {
    const apart = distance(asked, candidate.toLowerCase())
    if (apart < least && apart < candidate.length) {
      best = candidate
      least = apart
    }
  }
  return best ?? only([...known].filter((candidate) => asked.length > 2 && candidate.startsWith(asked)))
}

/** ` Did you mean site-create?`, or an empty text. */
export function didYouMean(word: string, known: Iterable<string>, prefix = ""): string {
  const found = nearest(word, known)
  return found === undefined ? "" : `; did you mean ${prefix}${found}?`
}

const only = (found: readonly string[]): string | undefined => (found.length === 1 ? found[0] : undefined)

/** Levenshtein distance, with two neighbours swapped counting as one change. */
function distance(a: string, b: string): number {
  let older: number[] = []
  let before = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const now = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1]
      now[j] = Math.min(before[j]! + 1, now[j - 1]! + 1, before[j - 1]! + (same ? 0 : 1))
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        now[j] = Math.min(now[j]!, older[j - 2]! + 1)
      }
    }
    older = before
    before = now
  }
  return before[b.length]!
}
