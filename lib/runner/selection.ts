import type { Notebook } from "../notebook/notebook.ts"
import type { Cell } from "./graph.ts"
import type { Selection } from "./types.ts"

/**
 * Which cells are selected. Steps by `only`, or by the range `from`…`to` in the notebook's order, without `skip`; sites by
 * name. With sites named, `federation` steps are selected only if `only` names them.
 */
export function selector(notebook: Notebook, selection: Selection): (cell: Cell) => boolean {
  const place = new Map(notebook.steps.map((step, index) => [step.id, index]))
  const from = selection.from === undefined ? 0 : place.get(selection.from)!
  const to = selection.to === undefined ? notebook.steps.length : place.get(selection.to)!
  const only = selection.only?.length ? new Set(selection.only) : undefined
  const skip = new Set(selection.skip)
  const sites = selection.sites?.length ? new Set(selection.sites) : undefined
  return ({ step, site }) => {
    const index = place.get(step.id)!
    if (index < from || index > to || skip.has(step.id)) return false
    if (only !== undefined && !only.has(step.id)) return false
    if (sites === undefined) return true
    return site === undefined ? step.on === "here" || (only?.has(step.id) ?? false) : sites.has(site.name)
  }
}
