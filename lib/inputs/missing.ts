import { UsageError } from "../notebook/errors.ts"
import type { Notebook } from "../notebook/notebook.ts"
import { fileKey } from "../notebook/roles.ts"
import { fileToFill } from "./file-to-fill.ts"
import type { Missing } from "./resolve.ts"
import { variableName } from "./variable-layer.ts"

/** The three ways to give a value: flag, variable, key of the federation file. */
export interface Ways {
  /** Nothing for a secret: everybody can see the command line. */
  readonly flag: string | undefined
  readonly variable: string
  readonly key: string | undefined
}

/** How to give a missing value, as you would type it. */
export function waysToGive(notebook: Notebook, missing: Missing): Ways {
  if (missing.kind === "count") {
    const key = fileKey(missing.role, "many")
    return {
      flag: `--${missing.role} name=…,… (or --${key} N)`,
      variable: variableName(notebook, key),
      key: `${key}:`,
    }
  }
  const input = notebook.inputs[missing.input]!
  const variable = variableName(notebook, missing.input, missing.site?.name)
  if (input.secret === true) return { flag: undefined, variable, key: undefined }
  const value = input.placeholder === undefined || input.placeholder.includes(" ") ? "…" : input.placeholder
  if (missing.site === undefined) {
    return { flag: `--${missing.input} ${value}`, variable, key: input.file ?? missing.input }
  }
  const { name, role } = missing.site
  const many = notebook.roles[role] === "many"
  return {
    flag: `--${role} ${many ? `name=${name},` : ""}${missing.input}=${value}`,
    variable,
    key: many
      ? `${fileKey(role, "many")}: - { name: ${name}, ${missing.input}: … }`
      : `${role}: { ${missing.input}: … }`,
  }
}

/** How the values that are missing can be given, other than by flags and variables. */
export interface MissingPlaces {
  /** A federation file to write first, if there is none yet. */
  readonly file?: string
  /** The federation file is that of practice clusters: the program writes it. */
  readonly practice?: boolean
}

/**
 * All missing inputs in one message, each with its meaning, flag, variable and file key.
 * @param next the command to type then
 */
export function missingError(
  notebook: Notebook,
  missing: readonly Missing[],
  next: string,
  { file, practice = false }: MissingPlaces = {},
): UsageError {
  const lines = missing.flatMap((one) => {
    const { flag, variable, key } = waysToGive(notebook, one)
    return [
      `- ${titleOf(notebook, one)}`,
      ...(flag === undefined ? [] : [`    flag      ${flag}`]),
      `    variable  ${variable}`,
      ...(key === undefined || practice ? [] : [`    file      ${key}`]),
    ]
  })
  const number = missing.length === 1 ? "An input is" : `${missing.length} inputs are`
  const written = file === undefined ? [] : [`All of them as ${file}:`, ...fileToFill(notebook, missing)]
  return new UsageError([`${number} missing:`, ...lines, ...written].join("\n"), {
    fix: practice
      ? `set each by its flag or variable${practiceValuesFix(missing)}`
      : file === undefined
        ? "set each by its flag, its variable or its key in the federation file; on a terminal the program asks"
        : "write that file, or set each by its flag or variable; on a terminal the program asks",
    next,
  })
}

/** Inputs of sites are in the file that practice clusters come with, if the program says so. */
function practiceValuesFix(missing: readonly Missing[]): string {
  const names = missing.flatMap((one) => (one.kind === "input" && one.site !== undefined ? [one.input] : []))
  if (names.length === 0) return ""
  const keys = [...new Set(names)].map((name) => `${/^\w+$/.test(name) ? name : JSON.stringify(name)}: …`)
  return `; if the notebook is yours, add to its program: practiceValues: (site) => ({ ${keys.join(", ")} })`
}

function titleOf(notebook: Notebook, missing: Missing): string {
  if (missing.kind === "count") return `${fileKey(missing.role, "many")}: at least one site`
  const place = missing.site === undefined ? "" : `${missing.site.name} `
  return `${place}${missing.input}: ${missing.why ?? notebook.inputs[missing.input]!.help}`
}
