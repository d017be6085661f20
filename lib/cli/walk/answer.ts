import { parseText } from "../../inputs/input-values.ts"
import { emptyLayer, type Given, layerOf } from "../../inputs/layers.ts"
import { isPermanent } from "../../inputs/precedence.ts"
import { originKey, resolveInputs } from "../../inputs/resolve.ts"
import { UsageError } from "../../notebook/errors.ts"
import { assertSameFederation } from "../../runner/same-federation.ts"
import type { Call } from "../call.ts"
import type { OpenedFederation } from "../open-federation.ts"

/**
 * The federation with another answer, which takes precedence over every other source.
 * @returns what is wrong with the answer, or the federation with a `note` about the answer
 */
export function withAnswer(
  call: Call,
  opened: OpenedFederation,
  name: string,
  site: string | undefined,
  text: string,
): { readonly opened: OpenedFederation; readonly note?: string } | { readonly wrong: string } {
  const { notebook, io } = call
  const { sources, federation: before } = opened
  const input = notebook.inputs[name]!
  const scheme = input.type === "url" && !text.includes("://") ? "https://" : ""
  const parsed = parseText(input, scheme + text.trim(), io.cwd)
  if ("wrong" in parsed) return parsed
  const layer = emptyLayer()
  const values = new Map<string, Given>([[name, { value: parsed.value, where: "your answer" }]])
  if (site === undefined) layer.values = values
  else layer.bySite.set(site, values)
  const layers = [{ ...layerOf("prompt", layer), overrides: true } as const, ...sources.layers]
  const { federation, missing, problems } = resolveInputs(notebook, layers, sources.settings)
  const all = [
    ...problems,
    ...(notebook.validate?.(federation) ?? []).map(({ what, fix }) => `${what} (${fix})`),
    ...otherFederation(call, opened, federation),
  ]
  if (all.length > 0) return { wrong: all.join("\n  ") }
  const key = originKey(name, site === undefined ? undefined : { name: site })
  const origin = before.origins[key]
  return {
    opened: { ...opened, federation, missing, sources: { ...sources, layers } },
    ...(isPermanent(origin) && {
      note: `the ${origin} sets it too: change it there as well, because it wins the next time`,
    }),
  }
}

/** What makes it another federation: another server under the name of a site would be another site. */
function otherFederation(
  { notebook }: Call,
  { memory, folder }: OpenedFederation,
  federation: OpenedFederation["federation"],
): string[] {
  if (memory === undefined) return []
  try {
    assertSameFederation(notebook, federation, memory, folder)
    return []
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    return [error.fix === undefined ? error.message : `${error.message} (${error.fix})`]
  }
}
