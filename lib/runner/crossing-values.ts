/** Values that cross between parties: collected from this folder for a message, and kept in it from one. */

import { randomUUID } from "node:crypto"
import { isDeepStrictEqual } from "node:util"
import type { Federation } from "../notebook/federation.ts"
import type { Notebook } from "../notebook/notebook.ts"
import type { CrossingKind, CrossingValue } from "../notebook/parties.ts"
import type { Redactor } from "../notebook/secrets.ts"
import { remember } from "./checkpoints.ts"
import { placeName } from "./events.ts"
import { buildGraph, type Cell } from "./graph.ts"
import { readSecret, writeSecret } from "./secret-file.ts"
import type { State } from "./state.ts"
import { fileOfSecret } from "./values.ts"

/** The sites that a message is about, by both names. */
export type SiteNames = readonly { readonly theirs: string; readonly ours: string }[]

interface Place {
  readonly notebook: Notebook
  readonly federation: Federation
  readonly state: State
}

/**
 * The cells that a message stands for: its sender's steps at the coordinator's site, and at the sites that it is about.
 * @param sender the party that it comes from; nothing: whoever runs this
 */
export function cellsOf(
  { notebook, federation }: Omit<Place, "state">,
  kind: CrossingKind,
  sites: SiteNames,
  sender?: string,
): Cell[] {
  const { parties } = notebook
  const ids = new Set(parties?.[kind]?.steps)
  return buildGraph(notebook, federation).cells.filter(
    ({ step, site, party }) =>
      party === sender &&
      ids.has(step.id) &&
      (site === undefined ||
        site.role === parties?.coordinator ||
        sites.some(({ ours }) => ours === site.name)),
  )
}

/**
 * Whether all that a message stands for is ready here.
 * @param ended how the cells of the run that has just ended ended; the journal speaks for the others
 */
export function isReady(
  place: Place,
  cells: readonly Cell[],
  ended: ReadonlyMap<string, boolean> = new Map(),
): boolean {
  const { notebook, federation, state } = place
  return cells.every((cell) => {
    const found = ended.get(cell.key)
    if (found !== undefined) return found
    const { checkpoint, stale } = remember(notebook, federation, state.journal.memory, cell)
    return checkpoint !== undefined && stale.length === 0
  })
}

/** What crosses with a message: public values, and those to seal. `undefined` where one is missing. */
export function collect(
  place: Place,
  kind: CrossingKind,
  cells: readonly Cell[],
  sites: SiteNames,
): { plain: CrossingValue[]; sealed: CrossingValue[] } | undefined {
  const plain: CrossingValue[] = []
  const sealed: CrossingValue[] = []
  for (const value of place.notebook.parties?.[kind]?.values ?? []) {
    for (const cell of cells) {
      if (!cell.step.provides?.some(({ name }) => name === value.name)) continue
      const kept = place.state.journal.memory.values.get(cell.key)?.get(value.name)
      const content =
        kept === undefined
          ? undefined
          : "value" in kept
            ? kept.value
            : readSecret(place.state.privateFile(...fileOfSecret(cell.at.site, value.name)))?.content
      if (content === undefined) return undefined
      const site = sites.find(({ ours }) => ours === cell.site?.name)?.theirs
      const crossing = { step: cell.step.id, ...(site !== undefined && { site }), name: value.name, content }
      ;(value.secret ? sealed : plain).push(crossing)
    }
  }
  return { plain, sealed }
}

/**
 * What is wrong with the values of a message; nothing where all of them, and no others, are there.
 * @param cells those of the sender's that the message stands for
 */
export function wrongValues(
  { notebook }: Pick<Place, "notebook">,
  kind: CrossingKind,
  cells: readonly Cell[],
  sites: SiteNames,
  given: { readonly plain: readonly CrossingValue[]; readonly sealed: readonly CrossingValue[] },
): string | undefined {
  const wanted = new Map<string, boolean>()
  for (const value of notebook.parties?.[kind]?.values ?? []) {
    for (const cell of cells) {
      if (cell.step.provides?.some(({ name }) => name === value.name))
        wanted.set(`${cell.key} ${value.name}`, value.secret)
    }
  }
  const seen = new Set<string>()
  for (const [values, secret] of [
    [given.plain, false],
    [given.sealed, true],
  ] as const) {
    for (const value of values) {
      const key = `${placeOf(cells, sites, value)} ${value.name}`
      if (wanted.get(key) !== secret || seen.has(key))
        return `it has the value ${value.name} of step ${value.step}${value.site === undefined ? "" : ` at ${value.site}`}, which no ${kind} of this notebook has there`
      if (secret && (typeof value.content !== "string" || value.content.trim().length < 6))
        return `its secret ${value.name} is not a text of at least 6 characters`
      seen.add(key)
    }
  }
  const lacking = [...wanted.keys()].find((key) => !seen.has(key))
  return lacking === undefined
    ? undefined
    : `the value ${lacking.split(" ")[1]} of ${lacking.split(" ")[0]} is missing in it`
}

/** Keeps the values of a message, as if the steps had provided them here. What is kept already stays as it is. */
export async function keep(
  { state }: Pick<Place, "state">,
  redactor: Redactor,
  cells: readonly Cell[],
  sites: SiteNames,
  given: { readonly plain: readonly CrossingValue[]; readonly sealed: readonly CrossingValue[] },
): Promise<void> {
  const { journal } = state
  const byPlace = new Map(cells.map((cell) => [cell.key, cell]))
  const cellFor = (value: CrossingValue): Cell => byPlace.get(placeOf(cells, sites, value)!)!
  for (const value of given.sealed) {
    const { key, at } = cellFor(value)
    const content = value.content as string
    redactor.add(content)
    const file = state.privateFile(...fileOfSecret(at.site, value.name))
    const kept = journal.memory.values.get(key)?.get(value.name)
    const before = readSecret(file)
    if (
      before?.content === content &&
      kept !== undefined &&
      "revision" in kept &&
      kept.revision === before.revision
    )
      continue
    const revision = randomUUID().slice(0, 8)
    writeSecret(file, { revision, content })
    await journal.append({ type: "value", name: value.name, revision, ...at }).durable
  }
  for (const value of given.plain) {
    const { key, at } = cellFor(value)
    const kept = journal.memory.values.get(key)?.get(value.name)
    if (kept !== undefined && "value" in kept && isDeepStrictEqual(kept.value, value.content)) continue
    await journal.append(
      redactor.deep({ type: "value" as const, name: value.name, value: value.content, ...at }),
    ).durable
  }
}

/** The place that a value of a message has here. */
function placeOf(
  cells: readonly Cell[],
  sites: SiteNames,
  { step, site }: CrossingValue,
): string | undefined {
  const ours = sites.find(({ theirs }) => theirs === site)?.ours
  if (site !== undefined) return ours === undefined ? undefined : placeName({ step, site: ours })
  return cells.find((cell) => cell.step.id === step && !sites.some((one) => one.ours === cell.site?.name))
    ?.key
}
