import type { Notebook } from "../notebook/notebook.ts"
import type { Memory } from "../runner/journal-memory.ts"
import { emptyLayer, hasInput, type LayerData } from "./layers.ts"

/**
 * The values of earlier runs in this folder. Inputs and roles that the notebook no longer has are ignored.
 * @param withSites false if a file says which sites exist: sites may have been removed, the values of the others stay
 */
export function memoryLayer(
  notebook: Notebook,
  memory: Memory,
  folder: string,
  withSites: boolean,
): LayerData {
  const layer = emptyLayer()
  const where = `an earlier answer, saved in ${folder}`
  for (const [name, value] of Object.entries(memory.given)) {
    const input = notebook.inputs[name]
    // An earlier version of the program kept approvals too: they held for their own run.
    if (input?.per === "federation" && input.approval !== true) layer.values.set(name, { value, where })
  }
  for (const [name, { role, given, party }] of memory.known) {
    if (notebook.roles[role] === undefined) continue
    if (withSites && memory.sites.has(name))
      layer.sites.push({ name, role, ...(party !== undefined && { party }) })
    layer.bySite.set(
      name,
      new Map(
        Object.entries(given)
          .filter(
            ([input]) => hasInput(notebook.inputs, input, role) && notebook.inputs[input]!.approval !== true,
          )
          .map(([input, value]) => [input, { value, where }]),
      ),
    )
  }
  return layer
}
