/** What the pages name as holding a promise exists. */
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { expect, test } from "vitest"

const ROOT = fileURLToPath(new URL("../", import.meta.url))
const text = (name: string) => readFileSync(join(ROOT, name), "utf8")
const CAMPAIGNS = ["kills", "faults", "fuzz", "hostile", "secrets"]

test.each(["README.md", "SECURITY.md"])("in %s", (page) => {
  const paths = [...text(page).matchAll(/`(test\/[\w/.-]+)`/g)].map(([, path]) => path!)
  expect(paths.length).toBeGreaterThan(3)
  expect(paths.filter((path) => !existsSync(join(ROOT, path)))).toEqual([])
})

test("each promise of README's Safety has a campaign or a test, and each campaign a promise", () => {
  const table = /\| promise [\s\S]*?\n\n/.exec(text("README.md"))![0].trim().split("\n").slice(2)
  const holders = table.map((row) => [...row.split("|")[2]!.matchAll(/`([^`]+)`/g)].map(([, name]) => name!))
  for (const [index, names] of holders.entries())
    expect(
      names.some((name) => CAMPAIGNS.includes(name) || name.startsWith("test/")),
      table[index],
    ).toBe(true)
  expect(CAMPAIGNS.filter((name) => !holders.flat().includes(name))).toEqual([])
  const all = /const CAMPAIGNS[\s\S]*?\n}/.exec(text("test/campaign/index.ts"))![0]
  expect([...all.matchAll(/^ {2}(\w+):/gm)].map(([, name]) => name)).toEqual(CAMPAIGNS)
})
