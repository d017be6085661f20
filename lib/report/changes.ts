import type { Notebook } from "../notebook/notebook.ts"
import type { By, Recorded } from "../runner/events.ts"
import type { ReportChange } from "./types.ts"

/** Inputs whose values changed between runs. The first value is not a change. */
export function changesOf(
  lines: readonly Recorded[],
  { inputs }: Notebook,
  textOf: (name: string, value: unknown) => string,
): ReportChange[] {
  /** An input without a value has its default, if that is the same for all sites. */
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
      // That a site joined does not change its inputs.
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
    // Keeps sites that are not in this run.
    before = new Map([...was, ...now])
  }
  return changes
}

/** By site; undefined is the whole federation. */
type Given = ReadonlyMap<string | undefined, Readonly<Record<string, unknown>>>

const givenBy = (line: Extract<Recorded, { type: "run started" | "answered" }>): Given =>
  new Map<string | undefined, Readonly<Record<string, unknown>>>([
    [undefined, line.given],
    ...line.sites.map(({ name, given }) => [name, given] as const),
  ])

/** Answers do not say who gave them: the user of the next run, which belongs to the same session. */
const nextBy = (lines: readonly Recorded[], index: number): By | undefined => {
  const next = lines.slice(index).find(({ type }) => type === "run started")
  return next?.type === "run started" ? next.by : undefined
}
