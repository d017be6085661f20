import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { inputsTable } from "../lib/inputs/inputs-table.ts"
import { schemaText } from "../lib/inputs/schema.ts"
import { exitCodes } from "../lib/notebook/exit-codes.ts"
import { messagesSchema } from "../lib/parties/payloads.ts"
import { program } from "../runbooks/index.ts"

/** Every generated file as it must be. */
export async function generated(): Promise<{ file: string; text: string }[]> {
  return [
    withPart("README.md", "inputs", inputsTable(program.notebook)),
    withPart("docs/design.md", "exit codes", exitCodesTable()),
    { file: at("schema/messages.schema.json"), text: messagesText(program.notebook.name) },
    { file: at("schema/federation.schema.json"), text: schemaText(program.notebook) },
  ]
}

const messagesText = (notebook: string): string =>
  `${JSON.stringify(messagesSchema(notebook), undefined, 2)}\n`

const at = (name: string): string => fileURLToPath(new URL(`../${name}`, import.meta.url))

/** A page whose part between two comments is generated. */
function withPart(name: string, part: string, text: string): { file: string; text: string } {
  const begin = `<!-- ${part}: made by \`npm run docs\` -->`
  const end = `<!-- /${part} -->`
  const [before, rest] = readFileSync(at(name), "utf8").split(begin)
  const [, after] = (rest ?? "").split(end)
  if (after === undefined) throw new Error(`${name} has no ${begin} … ${end}`)
  return { file: at(name), text: `${before}${begin}\n${text}\n${end}${after}` }
}

function exitCodesTable(): string {
  const rows = exitCodes().map(([code, means]) => `| ${String(code).padEnd(4)} | ${means} |`)
  return ["| code | means |", "| ---- | ----- |", ...rows].join("\n")
}
