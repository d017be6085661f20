import { readFileSync } from "node:fs"
import { expect, test } from "vitest"
import { guide } from "../tools/guide.ts"

test("docs/guide.md is what the steps and practice clusters say (else: npm run docs)", {
  timeout: 120_000,
}, async () => {
  const text = readFileSync(new URL("../docs/guide.md", import.meta.url), "utf8")
  expect(text, "docs/guide.md is stale: run `npm run docs`").toBe(await guide())
})
