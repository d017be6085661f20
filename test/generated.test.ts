import { readFileSync } from "node:fs"
import { basename } from "node:path"
import { expect, it } from "vitest"
import { generated } from "../tools/generated.ts"

const files = await generated()

it.each(files.map(({ file, text }) => [basename(file), file, text]))(
  "%s is up to date (npm run docs)",
  (_, file, text) => {
    expect(readFileSync(file, "utf8")).toBe(text)
  },
)
