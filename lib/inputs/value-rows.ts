import type { Federation, ValueRow } from "../notebook/federation.ts"
import { camel } from "../notebook/inputs.ts"
import type { Notebook } from "../notebook/notebook.ts"
import type { Site } from "../notebook/roles.ts"
import { formatValue } from "./input-values.ts"
import { siteInputs } from "./layers.ts"
import { originKey } from "./resolve.ts"

/** Every input with its value as text and its origin: the federation's own first, then site by site. */
export function valueRows(notebook: Notebook, federation: Federation, sites: readonly Site[]): ValueRow[] {
  const row = (name: string, holder: Readonly<Record<string, unknown>>, site?: Site): ValueRow => {
    const input = notebook.inputs[name]!
    const value = holder[camel(name)]
    const origin = federation.origins[originKey(name, site)]
    return {
      ...(site !== undefined && { site: site.name }),
      name,
      value: value === undefined ? undefined : formatValue(input, value),
      ...(origin !== undefined && { origin }),
      ...(input.secret === true && { secret: true }),
    }
  }
  const wide = Object.keys(notebook.inputs).filter((name) => notebook.inputs[name]!.per === "federation")
  return [
    ...wide.map((name) => row(name, federation.values)),
    ...sites.flatMap((site) => siteInputs(notebook, site.role).map((name) => row(name, site, site))),
  ]
}
