import type { Federation } from "../notebook/federation.ts"
import { canonical, type FingerprintInputs, shortHash } from "../notebook/fingerprint.ts"
import type { Notebook } from "../notebook/notebook.ts"
import type { Site } from "../notebook/roles.ts"
import type { Step } from "../notebook/step.ts"
import type { Value } from "../notebook/value.ts"
import { placeName } from "./events.ts"
import { type Cell, neededAt } from "./graph.ts"
import type { KeptValue, KeptValues } from "./journal-memory.ts"

/** A value that a cell reads, with the step that provides it and the sites of that step which the cell waits for. */
export interface ValueSource {
  readonly value: Value
  readonly step: Step
  /** `undefined` for a step without a site. */
  readonly sites: readonly (Site | undefined)[]
}

/** The sources of what a cell reads. */
export function sourcesOf(
  notebook: Notebook,
  federation: Federation,
  { step: reader, site }: Pick<Cell, "step" | "site">,
): ValueSource[] {
  return (reader.reads ?? []).flatMap((value) => {
    const step = notebook.steps.find(({ provides }) => provides?.some(({ name }) => name === value.name))
    if (step === undefined) return []
    const sites = neededAt(notebook, federation, { step: reader, site }, step, value.at === "every site")
    return [{ value, step, sites }]
  })
}

/** What a cell reads, as part of its fingerprint: `value address`, or one for each site. */
export function valueInputs(
  notebook: Notebook,
  federation: Federation,
  cell: Pick<Cell, "step" | "site">,
  kept: KeptValues,
): FingerprintInputs {
  const inputs: Record<string, string> = {}
  for (const { value, step, sites } of sourcesOf(notebook, federation, cell)) {
    for (const site of sites) {
      const found = kept.get(placeName({ step: step.id, site: site?.name }))?.get(value.name)
      if (found === undefined) continue
      const where = sites.length === 1 || site === undefined ? "" : ` of ${site.name}`
      inputs[`value ${value.name}${where}`] = textOf(found)
    }
  }
  return inputs
}

/** Short enough for a line that says what changed. */
function textOf(kept: KeptValue): string {
  if ("revision" in kept) return kept.revision
  const text = typeof kept.value === "string" ? kept.value : canonical(kept.value)
  return text.length > 80 || text.includes("\n") ? shortHash(text) : text
}
