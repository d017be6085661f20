import { variablePart } from "../notebook/inputs.ts"
import { nearest } from "../notebook/nearest.ts"
import type { Notebook } from "../notebook/notebook.ts"
import { defaultSiteName, fileKey } from "../notebook/roles.ts"
import { type SiteName, siteInputs } from "./layers.ts"
import { variableName } from "./variable-layer.ts"

/** What the program itself sets or reads, beside the inputs. */
const OWN = ["site", "trust-file"]

/**
 * The variables that have the program's prefix and mean nothing: mistyped, or of a site that is not in the federation. A value
 * that is silently ignored is found late. One sentence each, with the nearest name.
 */
export function unknownVariables(
  notebook: Notebook,
  env: Readonly<Record<string, string | undefined>>,
  sites: readonly SiteName[],
): string[] {
  const prefix = `${variablePart(notebook.name)}_`
  const given = Object.keys(env).filter((name) => name.startsWith(prefix) && (env[name] ?? "") !== "")
  if (given.length === 0) return []
  const known = new Set(knownVariables(notebook, [...sites, ...numberedSites(notebook, given, prefix)]))
  return given
    .filter((name) => !known.has(name))
    .flatMap((name) => {
      const near = nearest(
        name.slice(prefix.length),
        [...known].map((one) => one.slice(prefix.length)),
      )
      if (near !== undefined) return [`${name}: unknown variable; did you mean ${prefix}${near}?`]
      // A notebook with a name of one word shares its prefix with other programs.
      return notebook.name.includes("-") ? [`${name}: unknown variable; unset it, or correct its name`] : []
    })
}

/** The sites that the variables number: a mistyped input does not make one, but is one of its inputs. */
function numberedSites(notebook: Notebook, given: readonly string[], prefix: string): SiteName[] {
  return Object.entries(notebook.roles).flatMap(([role, cardinality]) => {
    const own = `${prefix}${variablePart(role)}_`
    return given.flatMap((name) => {
      const number = name.startsWith(own) ? /^[1-9]\d{0,3}(?=_)/.exec(name.slice(own.length)) : null
      return cardinality === "one" || number === null
        ? []
        : [{ name: defaultSiteName(role, cardinality, Number(number[0])), role }]
    })
  })
}

function knownVariables(notebook: Notebook, sites: readonly SiteName[]): string[] {
  const books = [notebook, ...(notebook.teardown === undefined ? [] : [notebook.teardown])]
  const counts = Object.entries(notebook.roles).filter(([, many]) => many === "many")
  return [
    ...[...OWN, ...counts.map(([role]) => fileKey(role, "many"))].map((name) => variableName(notebook, name)),
    ...books.flatMap((book) => [
      ...Object.keys(book.inputs).map((input) => variableName(notebook, input)),
      ...sites.flatMap(({ name, role }) =>
        siteInputs(book, role).map((input) => variableName(notebook, input, name)),
      ),
    ]),
  ]
}
