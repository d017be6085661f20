/** `report --force --out` over a file that the program keeps or reads: refused, and every file is as before. */
import { cpSync, existsSync, lstatSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { beforeEach, expect, test } from "vitest"
import { call, room } from "./world.ts"

let at: string
let folder: string
beforeEach(async () => {
  at = room()
  folder = join(at, "state", "mirror-pages", "pages")
  writeFileSync(join(at, "footer.md"), "bye\n")
  writeFileSync(
    join(at, "federation.yaml"),
    `version: 1\nfederation: pages\noriginal: { folder: ${at}/o, footer: footer.md }\nmirrors:\n  - { folder: ${at}/m1 }\n`,
  )
  expect((await call(at, ["run", "--yes", ...FILE])).code).toBe(0)
})
const FILE = ["--federation", "federation.yaml"]
const flat = (text: string) => text.replace(/\s+/g, " ")
const textOf = (path: string) => (existsSync(path) ? readFileSync(path, "utf8") : undefined)

async function refused(out: string, words: string, ...more: string[]): Promise<void> {
  const path = join(at, out)
  const before = textOf(path)
  for (const force of [["--force"], []]) {
    const argv = ["report", "--format", "json", "--out", out, ...force, ...more, ...FILE]
    const { code, stdout, stderr } = await call(at, argv)
    expect({ code, stdout, stderr: flat(stderr) }, out).toEqual({
      code: 2,
      stdout: "",
      stderr: expect.stringContaining(words),
    })
    expect(textOf(path), out).toBe(before)
  }
}

test("a file of the state folder, one that is not there yet, and one that a link leads to", async () => {
  const ours = `is in ${folder}, where mirror-pages keeps what it needs`
  writeFileSync(join(folder, "kubeconfigs", "mirror-1"), "a session", { mode: 0o600 })
  for (const name of ["journal.jsonl", "lock", "kubeconfigs/mirror-1", "private/new.json"])
    await refused(join("state/mirror-pages/pages", name), ours)
  symlinkSync(join(folder, "journal.jsonl"), join(at, "walk.json"))
  symlinkSync(folder, join(at, "linked"))
  await refused("walk.json", ours)
  await refused("linked/journal.jsonl", ours)
  expect(lstatSync(join(at, "walk.json")).isSymbolicLink()).toBe(true)
  // Not even an earlier report, which any other report replaces.
  const argv = ["report", "--format", "json", ...FILE]
  writeFileSync(join(folder, "walk.json"), (await call(at, argv)).stdout, { mode: 0o600 })
  await refused("state/mirror-pages/pages/walk.json", ours)
})

test("keys of parties, and what another federation keeps, wherever its folder is", async () => {
  const root = join(at, "state", "mirror-pages")
  mkdirSync(join(root, ".parties", "me"), { recursive: true, mode: 0o700 })
  writeFileSync(join(root, ".parties", "me", "identity.json"), "keys", { mode: 0o600 })
  await refused("state/mirror-pages/.parties/me/identity.json", `is in ${root}`)
  cpSync(folder, join(at, "another"), { recursive: true })
  await refused("another/journal.jsonl", `is in ${join(at, "another")}`)
  await refused("another/private/x.json", `is in ${join(at, "another")}`)
})

test("the federation file, a file that an input names, and a report that is joined", async () => {
  await refused("federation.yaml", "is the file that --federation names")
  await refused("footer.md", "is the file that footer names")
  const other = await call(at, ["report", "--format", "json", ...FILE])
  writeFileSync(join(at, "theirs.json"), other.stdout)
  await refused("theirs.json", "is the file that --join names", "--join", "theirs.json")
  symlinkSync(join(at, "federation.yaml"), join(at, "f.yaml"))
  await refused("f.yaml", "is the file that --federation names")
  expect(await call(at, ["report", "--out", "beside.md", ...FILE])).toMatchObject({ code: 0 })
})
