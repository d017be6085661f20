import type { Input } from "../notebook/inputs.ts"
import { didYouMean } from "../notebook/nearest.ts"
import type { Notebook } from "../notebook/notebook.ts"
import { checked, parseText } from "./input-values.ts"
import { emptyLayer, hasInput, type Layer, layerOf } from "./layers.ts"

/** Inputs that a program passes as data: texts are parsed like flags, other values are used as they are. */
export function dataLayer(
  notebook: Notebook,
  data: {
    readonly name: string
    readonly values?: Readonly<Record<string, unknown>>
    readonly sites: readonly { readonly name: string; readonly role: string; readonly party?: string }[]
  },
  problems: Set<string>,
): Layer {
  const layer = emptyLayer()
  layer.federation = data.name
  const take = (
    input: Input,
    where: string,
    value: unknown,
    into: Map<string, { value: unknown; where: string }>,
    name: string,
  ) => {
    if (value === undefined) return
    const parsed = typeof value === "string" ? parseText(input, value, process.cwd()) : checked(input, value)
    if ("wrong" in parsed) problems.add(`${where}: ${parsed.wrong}`)
    else into.set(name, { value: parsed.value, where })
  }
  const known = Object.keys(notebook.inputs)
  for (const [name, value] of Object.entries(data.values ?? {})) {
    const input = notebook.inputs[name]
    if (input?.per === "federation") take(input, name, value, layer.values, name)
    else if (input !== undefined) take(input, name, value, layer.defaults, name)
    else problems.add(`${name} is not an input${didYouMean(name, known)}`)
  }
  for (const { name: site, role, party, ...own } of data.sites) {
    if (notebook.roles[role] === undefined) {
      problems.add(
        `${site}: the notebook has no role ${role}${didYouMean(role, Object.keys(notebook.roles))}`,
      )
      continue
    }
    layer.sites.push({ name: site, role, ...(party !== undefined && { party }) })
    const values = new Map<string, { value: unknown; where: string }>()
    for (const [name, value] of Object.entries(own)) {
      if (hasInput(notebook.inputs, name, role))
        take(notebook.inputs[name]!, `${site}.${name}`, value, values, name)
      else problems.add(`${site}.${name} is not an input of a ${role}${didYouMean(name, known)}`)
    }
    layer.bySite.set(site, values)
  }
  return layerOf("flag", layer)
}
