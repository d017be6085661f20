import { variablePart } from "../notebook/inputs.ts"
import type { Notebook } from "../notebook/notebook.ts"
import { defaultSiteName, fileKey } from "../notebook/roles.ts"
import { parseText } from "./input-values.ts"
import { type Given, hasInput, type Layer, type SiteName } from "./layers.ts"

type Env = Readonly<Record<string, string | undefined>>

/** `MY_NOTEBOOK_GREETING`, `MY_NOTEBOOK_SPOKE_1_SERVER`. */
export function variableName(notebook: Notebook, input: string, site?: string): string {
  return [notebook.name, ...(site === undefined ? [] : [site]), input].map(variablePart).join("_")
}

/**
 * The inputs of the environment. An empty variable counts as unset. A numbered site (`…_SUPERNODE_2_…`) exists once a
 * variable names it; other sites come from the other layers. Every mistake is added to `problems`, once.
 */
export function variableLayer(notebook: Notebook, env: Env, folder: string, problems: Set<string>): Layer {
  const read = (name: string, variable: string): Given | undefined => {
    const text = env[variable]
    if (text === undefined || text === "") return undefined
    const parsed = parseText(notebook.inputs[name]!, text, folder)
    if ("wrong" in parsed) {
      problems.add(`${variable}: ${parsed.wrong}`)
      return undefined
    }
    return { value: parsed.value, where: variable }
  }
  return {
    origin: "variable",
    sites: namedByVariables(notebook, env),
    counts: countsOf(notebook, env, problems),
    value: (name) => read(name, variableName(notebook, name)),
    siteValue: (name, site) =>
      read(name, variableName(notebook, name, site.name)) ?? read(name, variableName(notebook, name)),
  }
}

function namedByVariables(notebook: Notebook, env: Env): SiteName[] {
  const sites: SiteName[] = []
  for (const [role, cardinality] of Object.entries(notebook.roles)) {
    if (cardinality === "one") continue
    const prefix = `${variablePart(notebook.name)}_${variablePart(role)}_`
    const inputs = Object.keys(notebook.inputs).filter((name) => hasInput(notebook.inputs, name, role))
    const suffixes = new Map(inputs.map((name) => [variablePart(name), name]))
    const numbers = new Set<number>()
    for (const [variable, text] of Object.entries(env)) {
      if (!variable.startsWith(prefix) || text === undefined || text === "") continue
      const [, number, input] = /^([1-9]\d{0,3})_(.+)$/.exec(variable.slice(prefix.length)) ?? []
      if (number !== undefined && suffixes.has(input!)) numbers.add(Number(number))
    }
    for (const number of [...numbers].sort((a, b) => a - b)) {
      sites.push({ name: defaultSiteName(role, cardinality, number), role })
    }
  }
  return sites
}

function countsOf(notebook: Notebook, env: Env, problems: Set<string>): Map<string, number> {
  const counts = new Map<string, number>()
  for (const [role, cardinality] of Object.entries(notebook.roles)) {
    if (cardinality === "one") continue
    const variable = variableName(notebook, fileKey(role, cardinality))
    const text = env[variable]
    if (text === undefined || text === "") continue
    if (/^[1-9]\d{0,3}$/.test(text)) counts.set(role, Number(text))
    else problems.add(`${variable}: ${JSON.stringify(text)} is not a whole number of at least 1`)
  }
  return counts
}
