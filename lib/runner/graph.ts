import type { Federation } from "../notebook/federation.ts"
import { appliesTo, isWanted, type Notebook, ownerOf } from "../notebook/notebook.ts"
import { linkRoles, type Site } from "../notebook/roles.ts"
import type { Step } from "../notebook/step.ts"
import { readsEverySite } from "../notebook/value.ts"
import { type At, placeName } from "./events.ts"

/** A step at a site: what the runner executes. `here` and `federation` cells have no site. */
export interface Cell {
  readonly step: Step
  readonly site: Site | undefined
  readonly at: At
  /** `supernode-1/site-create`. */
  readonly key: string
  /** Others wait for it, so it never waits behind them for a slot: it has no site, or is at the one that others link to. */
  readonly first?: true
  /** The party whose cluster it works on, where that is another one: it runs there, never here. */
  readonly party?: string
}

export interface Lane {
  /** The site's name, or `here`, `federation`. */
  readonly name: string
  readonly cells: readonly Cell[]
}

/** All cells of a notebook for a federation, and what each needs. */
export interface Graph {
  readonly here: Lane
  readonly lanes: readonly Lane[]
  readonly federation: Lane
  /** In the notebook's order, a step's sites in theirs. */
  readonly cells: readonly Cell[]
  find(step: string, site?: Site): Cell | undefined
  /** The cells that come before: the step's `needs` at this site, at both ends of a link, or at every place that they have. */
  needs(cell: Cell): readonly Cell[]
  /** The other end of a link step. */
  peer(cell: Cell): Site | undefined
  /** The second site that a step works with: see `Step.side`. */
  other(cell: Cell): Site | undefined
}

/**
 * The sites at which a step at a site (or without one) waits for a step that it needs: its own, both ends of a link, or
 * all that there are. `undefined` stands for a step without a site.
 * @param everywhere it waits for all of them, whichever its own site is
 */
export function neededAt(
  notebook: Notebook,
  federation: Federation,
  { step, site }: Pick<Cell, "step" | "site">,
  needed: Step,
  everywhere = readsEverySite(step, needed),
): readonly (Site | undefined)[] {
  if (needed.on === "here" || needed.on === "federation") return [undefined]
  if (site === undefined || !appliesTo(notebook, needed, site) || everywhere)
    return federation.sites.filter((one) => appliesTo(notebook, needed, one))
  const other = needed.on === "every site" ? otherEnd(notebook, federation, step) : undefined
  return other === undefined || other === site ? [site] : [site, other]
}

/** The second site that a step works with: the one that it links to, or the one on whose cluster it works. */
function otherEnd(notebook: Notebook, federation: Federation, { on, side }: Step): Site | undefined {
  if (on === "link") return peerIn(notebook, federation)
  return side === undefined ? undefined : federation.sites.find(({ role }) => role === side)
}

/** The site that others link to. */
function peerIn({ roles }: Notebook, { sites }: Federation): Site | undefined {
  const to = linkRoles(roles)?.to
  return sites.find(({ role }) => role === to)
}

/** The steps that have cells: those that the inputs ask for. */
export function wantedSteps({ steps }: Notebook, cells: readonly Cell[]): readonly Step[] {
  const wanted = new Set(cells.map(({ step }) => step.id))
  return steps.filter(({ id }) => wanted.has(id))
}

export function buildGraph(notebook: Notebook, federation: Federation): Graph {
  const cells: Cell[] = []
  const byKey = new Map<string, Cell>()
  const far = peerIn(notebook, federation)
  const add = (step: Step, site?: Site): void => {
    const at: At = site === undefined ? { step: step.id } : { step: step.id, site: site.name }
    const party = ownerOf(step, site, federation)
    const first = (site === undefined || site === far) && { first: true as const }
    const cell: Cell = { step, site, at, key: placeName(at), ...first, ...(party !== undefined && { party }) }
    cells.push(cell)
    byKey.set(cell.key, cell)
  }
  for (const step of notebook.steps) {
    if (step.on === "here" || step.on === "federation") {
      if (isWanted(step, federation)) add(step)
    } else {
      for (const site of federation.sites)
        if (appliesTo(notebook, step, site) && isWanted(step, federation, site)) add(step, site)
    }
  }
  const stepOf = new Map(notebook.steps.map((step) => [step.id, step]))
  const find = (step: string, site?: Site) => byKey.get(placeName({ step, site: site?.name }))

  const needs = (cell: Cell): readonly Cell[] =>
    (cell.step.needs ?? []).flatMap((id) =>
      neededAt(notebook, federation, cell, stepOf.get(id)!).flatMap((site) => find(id, site) ?? []),
    )

  const lane = (name: string, mine: (cell: Cell) => boolean): Lane => ({ name, cells: cells.filter(mine) })
  return {
    here: lane("here", (cell) => cell.step.on === "here"),
    lanes: federation.sites.map((site) => lane(site.name, (cell) => cell.site === site)),
    federation: lane("federation", (cell) => cell.step.on === "federation"),
    cells,
    find,
    needs,
    peer: (cell) => (cell.step.on === "link" ? far : undefined),
    other: (cell) => otherEnd(notebook, federation, cell.step),
  }
}
