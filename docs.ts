/**
 * Writes what is generated from the notebook: the README's table of inputs, the schemas, and `docs/guide.md` by a run on
 * practice clusters.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { generated } from "./tools/generated.ts"
import { guide } from "./tools/guide.ts"

const page = { file: fileURLToPath(new URL("docs/guide.md", import.meta.url)), text: await guide() }
for (const { file, text } of [...(await generated()), page]) {
  if (!existsSync(file) || readFileSync(file, "utf8") !== text) {
    writeFileSync(file, text)
    console.log(`written: ${file}`)
  }
}
