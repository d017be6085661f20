import type { Origin } from "../notebook/federation.ts"
import type { InputTable } from "../notebook/inputs.ts"
import type { Notebook } from "../notebook/notebook.ts"

/** A site as a layer names it; its position in the list is its position among the sites of its role. */
export interface SiteName {
  readonly name: string
  readonly role: string
  /** The party that it belongs to, where that is another one. */
  readonly party?: string
}

/** A value and where it was found: `--server`, `MY_NOTEBOOK_SERVER`, `federation.yaml:3:5`. */
export interface Given {
  readonly value: unknown
  readonly where: string
}

/** One source of values. Which of several wins is in `precedence.ts`. */
export interface Layer {
  readonly origin: Origin
  /** Stronger than every source, whatever its origin. */
  readonly overrides?: true
  /** The name of the federation, if this source sets it. */
  readonly federation?: string
  /** Sites that this source names. */
  readonly sites: readonly SiteName[]
  /** How many sites of a role there are at least. */
  readonly counts: ReadonlyMap<string, number>
  /** A federation-wide value. */
  value(input: string): Given | undefined
  /** The value of a site: its own, else the source's value for all sites. */
  siteValue(input: string, site: SiteName): Given | undefined
}

/** A layer as data, for flags, files and memories. Site values are keyed by site name. */
export interface LayerData {
  federation?: string
  /** The whole text that it was read from, of a file. */
  text?: string
  sites: SiteName[]
  counts: Map<string, number>
  values: Map<string, Given>
  /** For all sites that have the input. */
  defaults: Map<string, Given>
  bySite: Map<string, Map<string, Given>>
}

export const emptyLayer = (): LayerData => ({
  sites: [],
  counts: new Map(),
  values: new Map(),
  defaults: new Map(),
  bySite: new Map(),
})

/** @param only the sites that `defaults` apply to (a selection); all without it */
export function layerOf(origin: Origin, data: LayerData, only?: readonly string[]): Layer {
  return {
    origin,
    ...(data.federation !== undefined && { federation: data.federation }),
    sites: data.sites,
    counts: data.counts,
    value: (input) => data.values.get(input),
    siteValue: (input, site) =>
      data.bySite.get(site.name)?.get(input) ??
      (only === undefined || only.includes(site.name) ? data.defaults.get(input) : undefined),
  }
}

/** The per-site inputs that a role's sites have, in the notebook's order. */
export function siteInputs(notebook: Notebook, role: string): string[] {
  return Object.keys(notebook.inputs).filter((name) => hasInput(notebook.inputs, name, role))
}

export function hasInput(inputs: InputTable, name: string, role: string): boolean {
  const input = inputs[name]
  return input?.per === "site" && (input.roles === undefined || input.roles.includes(role))
}
