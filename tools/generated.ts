import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { inputsTable } from "../lib/inputs/inputs-table.ts"
import { schemaText } from "../lib/inputs/schema.ts"
import { program } from "../runbooks/index.ts"

const BEGIN = "<!-- inputs: made by `npm run docs` -->"
const END = "<!-- /inputs -->"

/** Every generated file as it must be. */
export async function generated(): Promise<{ file: string; text: string }[]> {
  const at = (name: string) => fileURLToPath(new URL(`../${name}`, import.meta.url))
  const readme = readFileSync(at("README.md"), "utf8")
  const [before, rest] = readme.split(BEGIN)
  const [, after] = (rest ?? "").split(END)
  if (after === undefined) throw new Error(`README.md has no ${BEGIN} … ${END}`)
  return [
    { file: at("README.md"), text: `${before}${BEGIN}\n${inputsTable(program.notebook)}\n${END}${after}` },
    { file: at("schema/federation.schema.json"), text: schemaText(program.notebook) },
  ]
}
