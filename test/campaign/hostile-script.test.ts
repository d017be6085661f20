import { mkdtempSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { expect, test } from "vitest"
import { batch, tryScript } from "./hostile-script.ts"
import { hostileText, PWNED } from "./hostile-values.ts"
import { Random } from "./random.ts"

const folder = () => join(mkdtempSync(join(tmpdir(), "script-")), "here")

test("inputs with line breaks run nothing in the script of a report", async () => {
  const lines = ["bin", "source", "token", "a", "ca", "m.yaml"].map((word) => `${word}\n${PWNED}\n#`)
  expect(await tryScript(folder(), lines)).toBeUndefined()
})

test("here-documents and quotes of dash hold hostile values", async () => {
  const values = ["x\nEOF\npwned\n", "source", `/a/\${HOME}'`, "EOF", "<<EOF", "a|$'"]
  expect(await tryScript(folder(), values)).toBeUndefined()
})

test("a batch of hostile values runs nothing (more: npm run campaign -- hostile)", async () => {
  const random = new Random(9)
  const values = random.list(batch(10), () => hostileText(random))
  expect(await tryScript(folder(), values)).toBeUndefined()
})
