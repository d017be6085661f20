import type { Notebook } from "../notebook/notebook.ts"
import type { By, Recorded } from "../runner/events.ts"
import type { ReportChange } from "./types.ts"

/** Which inputs were given other values on the way. What was given first is no change. */
export function changesOf(
  lines: readonly Recorded[],
  { inputs }: Notebook,
  textOf: (name: string, value: unknown) => string,
): ReportChange[] {
  /** What was not given is its default, where that is the same for all. */
  const text = (name: string, given: unknown): string | undefined => {
    const fallback: unknown = inputs[name]!.default
    const value = given ?? (typeof fallback === "function" ? undefined : fallback)
    return value === undefined ? undefined : textOf(name, value)
  }
  const changes: ReportChange[] = []
  let before: Given | undefined
  for (const [index, line] of lines.entries()) {
    if (line.type !== "run started" && line.type !== "answered") continue
    const now = givenBy(line)
    const by = line.type === "run started" ? line.by : nextBy(lines, index)
    const was = before ?? now
    for (const [site, given] of now) {
      // A site that joined is no change of its inputs.
      const earlier = was.get(site)
      if (earlier === undefined) continue
      for (const name of new Set([...Object.keys(earlier), ...Object.keys(given)])) {
        if (inputs[name] === undefined || inputs[name].secret === true) continue
        const [from, to] = [text(name, earlier[name]), text(name, given[name])]
        if (from === to) continue
        changes.push({
          t: line.t,
          ...(by && { by }),
          ...(site !== undefined && { site }),
          name,
          ...(from !== undefined && { from }),
          ...(to !== undefined && { to }),
        })
      }
    }
    // A site that is away for a run is remembered.
    before = new Map([...was, ...now])
  }
  return changes
}

/** By site, and of the whole federation. */
type Given = ReadonlyMap<string | undefined, Readonly<Record<string, unknown>>>

const givenBy = (line: Extract<Recorded, { type: "run started" | "answered" }>): Given =>
  new Map<string | undefined, Readonly<Record<string, unknown>>>([
    [undefined, line.given],
    ...line.sites.map(({ name, given }) => [name, given] as const),
  ])

/** Answers do not say whose they are: the next run's, it is the same session. */
const nextBy = (lines: readonly Recorded[], index: number): By | undefined => {
  const next = lines.slice(index).find(({ type }) => type === "run started")
  return next?.type === "run started" ? next.by : undefined
}
