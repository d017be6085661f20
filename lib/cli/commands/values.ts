import { camel } from "../../notebook/inputs.ts"
import { type ValueRow, valuesTable } from "../../terminal/values-table.ts"
import { type Call, textOptions } from "../call.ts"
import { formatValue } from "../input-values.ts"
import { siteInputs } from "../layers.ts"
import { waysToGive } from "../missing.ts"
import { chosenSites, openFederation } from "../open-federation.ts"
import { originKey } from "../resolve.ts"

/** `values`: every input with its value and origin, and what is still missing. */
export async function values(call: Call): Promise<number> {
  const { notebook, io } = call
  const opened = await openFederation(call, { complete: false })
  const { federation, folder, missing } = opened
  const row = (name: string, holder: Readonly<Record<string, unknown>>, site?: string): ValueRow => {
    const input = notebook.inputs[name]!
    const value = holder[camel(name)]
    const origin = federation.origins[originKey(name, site === undefined ? undefined : { name: site })]
    return {
      ...(site !== undefined && { site }),
      name,
      value: value === undefined ? undefined : formatValue(input, value),
      ...(origin !== undefined && { origin }),
      ...(input.secret === true && { secret: true }),
    }
  }
  const wide = Object.keys(notebook.inputs).filter((name) => notebook.inputs[name]!.per === "federation")
  const rows = [
    ...wide.map((name) => row(name, federation.values)),
    ...chosenSites(call, federation).flatMap((site) =>
      siteInputs(notebook, site.role).map((name) => row(name, site, site.name)),
    ),
  ]
  io.stdout.write(`${federation.name}, in ${folder}\n\n`)
  io.stdout.write(call.redactor.text(valuesTable(rows, await textOptions(call))))
  if (missing.length > 0) {
    const lines = missing.map((one) => {
      const { flag, variable } = waysToGive(notebook, one)
      return `  ${flag ?? variable}`
    })
    io.stdout.write(`\nMissing for a run:\n${lines.join("\n")}\n`)
  }
  return 0
}
