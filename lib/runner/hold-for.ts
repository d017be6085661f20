import type { Blocked } from "../notebook/check-result.ts"
import type { Cell } from "./graph.ts"
import type { RunScope } from "./run-scope.ts"

/**
 * Takes the federation before an action, as far as that is possible by now: it is held on the cluster of one of its sites.
 * @returns why the action must not begin
 */
export async function holdFor(
  { hold, options, source, selected }: RunScope,
  cell: Cell,
): Promise<Blocked | undefined> {
  const { lease } = options.notebook
  const site = source.federation.sites.find(({ role }) => role === lease?.role)
  if (hold === undefined || lease === undefined || site === undefined) return undefined
  // A session is each person's own.
  if (cell.step.session === true || cell.site === undefined) return undefined
  if (cell.step.id === lease.until) {
    if (cell.site === site) await hold.release(true)
    return undefined
  }
  const after = lease.after === undefined ? undefined : source.graph.find(lease.after, site)
  const isOpen =
    after !== undefined && selected(after) && source.outcome(after.step.id, site.name)?.ok !== true
  return isOpen ? undefined : hold.take()
}
