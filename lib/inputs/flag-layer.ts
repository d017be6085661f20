import { didYouMean } from "../notebook/nearest.ts"
import type { Notebook } from "../notebook/notebook.ts"
import { defaultSiteName, fileKey } from "../notebook/roles.ts"
import { parseText } from "./input-values.ts"
import { emptyLayer, type Given, type LayerData, type SiteName, siteInputs } from "./layers.ts"
import { readName } from "./names.ts"
import { splitPairs } from "./split.ts"

/** Flags as the command line read them. */
interface Flags {
  text(name: string): string | undefined
  count(name: string): number | undefined
  all(name: string): readonly string[]
}

/**
 * The sites and inputs of the command line. Every mistake is added to `problems`.
 * @param single names of the sites whose role has one site: a flag without `name=` means that site
 */
export function flagLayer(
  notebook: Notebook,
  flags: Flags,
  folder: string,
  single: ReadonlyMap<string, string>,
  problems: string[],
): LayerData {
  const layer = emptyLayer()
  for (const [name, input] of Object.entries(notebook.inputs)) {
    const text = flags.text(name)
    if (text === undefined || input.secret === true) continue
    const parsed = parseText(input, text, folder)
    const given = { where: `--${name}` }
    if ("wrong" in parsed) problems.push(`--${name}: ${parsed.wrong}`)
    else if (input.per === "site") layer.defaults.set(name, { ...given, value: parsed.value })
    else layer.values.set(name, { ...given, value: parsed.value })
  }
  for (const [role, cardinality] of Object.entries(notebook.roles)) {
    if (cardinality === "many") {
      const count = flags.count(fileKey(role, cardinality))
      if (count !== undefined) layer.counts.set(role, count)
    }
    for (const [index, text] of flags.all(role).entries()) {
      const name = single.get(role) ?? defaultSiteName(role, cardinality, index + 1)
      readSiteFlag(notebook, { role, name }, text, folder, layer, problems)
    }
  }
  return layer
}

/** `name=supernode-1,server=https://…`: commas inside a value by quotes or backslash. */
function readSiteFlag(
  notebook: Notebook,
  { role, name: byPlace }: SiteName,
  text: string,
  folder: string,
  layer: LayerData,
  problems: string[],
): void {
  const known = siteInputs(notebook, role)
  let pairs: [string, string][]
  try {
    pairs = splitPairs(text, ",")
  } catch (error) {
    problems.push(`--${role} ${text}: ${(error as Error).message}`)
    return
  }
  const name = pairs.find(([key]) => key === "name")?.[1].trim() ?? byPlace
  const values = new Map<string, Given>()
  let party: string | undefined
  for (const [key, value] of pairs) {
    if (key === "name") continue
    const where = `--${role} name=${name}: ${key}`
    if (key === "party" && notebook.hasParties === true) {
      const parsed = readName(value.trim())
      if ("wrong" in parsed) problems.push(`${where}: ${parsed.wrong}`)
      else party = parsed.value
      continue
    }
    const input = known.includes(key) ? notebook.inputs[key]! : undefined
    if (input === undefined) {
      const other = notebook.inputs[key]
      problems.push(
        other?.per === "federation"
          ? `${where} applies to the whole federation; use --${key}`
          : other !== undefined
            ? `${where} applies only to sites with the role ${other.roles!.join(" or ")}`
            : `${where} is not a key of a site${didYouMean(key, [...known, "name"])}`,
      )
    } else if (input.secret === true) {
      problems.push(`${where} is secret, and everybody on this machine can see the command line`)
    } else {
      const parsed = parseText(input, value, folder)
      if ("wrong" in parsed) problems.push(`${where}: ${parsed.wrong}`)
      else values.set(key, { value: parsed.value, where })
    }
  }
  if (layer.bySite.has(name)) problems.push(`--${role}: the site ${name} is given twice`)
  layer.sites.push({ name, role, ...(party !== undefined && { party }) })
  layer.bySite.set(name, values)
}
