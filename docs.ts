/** Writes what is generated from the notebook: the README's table of inputs and the schema of the federation file. */
import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { generated } from "./test/generated.ts"

for (const { file, text } of await generated()) {
  if (!existsSync(file) || readFileSync(file, "utf8") !== text) {
    writeFileSync(file, text)
    console.log(`written: ${file}`)
  }
}
