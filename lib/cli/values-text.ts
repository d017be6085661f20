import { waysToGive } from "../inputs/missing.ts"
import { valueRows } from "../inputs/value-rows.ts"
import { buildGraph } from "../runner/graph.ts"
import type { Memory } from "../runner/journal-memory.ts"
import { table, valuesTable } from "../terminal/index.ts"
import { type Call, textOptions } from "./call.ts"
import { chosenSites, type OpenedFederation } from "./open-federation.ts"

/** Every input with its value and origin, what is still missing, and the results of finished cells. */
export async function valuesText(
  call: Call,
  opened: OpenedFederation,
  memory: Memory | undefined,
): Promise<string> {
  const options = await textOptions(call)
  const { federation, folder, missing } = opened
  const parts = [
    `${federation.name}, in ${folder}\n`,
    valuesTable(valueRows(call.notebook, federation, chosenSites(call, federation)), options),
  ]
  if (missing.length > 0) {
    const lines = missing.map((one) => {
      const { flag, variable } = waysToGive(call.notebook, one)
      return `  ${flag ?? variable}`
    })
    parts.push(`Missing inputs:\n${lines.join("\n")}\n`)
  }
  const cells = buildGraph(call.notebook, federation).cells
  const results = cells.flatMap(({ key }) => {
    const checkpoint = memory?.checkpoints.get(key)
    return checkpoint === undefined ? [] : [[key, checkpoint.reason]]
  })
  if (results.length > 0)
    parts.push(`Results of finished cells\n${table(results, { columns: options.columns, indent: 2 })}`)
  return parts.join("\n")
}

/** The same as an object. */
export function valuesAnswer(call: Call, opened: OpenedFederation, memory: Memory | undefined): object {
  const { federation, folder, missing } = opened
  const rows = valueRows(call.notebook, federation, chosenSites(call, federation))
  return {
    federation: federation.name,
    folder,
    inputs: rows.map(({ value, secret, ...row }) => ({
      ...row,
      secret,
      value: secret === true ? undefined : value,
    })),
    missing: missing.map((one) => waysToGive(call.notebook, one)),
    results: buildGraph(call.notebook, federation).cells.flatMap(({ key, at }) => {
      const checkpoint = memory?.checkpoints.get(key)
      return checkpoint === undefined ? [] : [{ ...at, reason: checkpoint.reason }]
    }),
  }
}
