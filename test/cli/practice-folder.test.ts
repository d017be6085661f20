import { spawnSync } from "node:child_process"
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  symlinkSync,
  writeFileSync,
} from "node:fs"
import { hostname, tmpdir } from "node:os"
import { join } from "node:path"
import { expect, test } from "vitest"
import { keptFolder, temporaryFolder } from "../../lib/cli/practice-folder.ts"
import { thisProcess } from "../../lib/runner/processes.ts"

const own = thisProcess()
/** It has ended, and nobody has its number again so soon. */
const deadPid = spawnSync("true").pid
const dead = { ...own, pid: deadPid, started: "1" }

/** Folders as practice clusters name theirs, by what says whose they are. */
const LEFT: Readonly<Record<string, { gone: boolean; owner: unknown }>> = {
  "of a dead process": { gone: true, owner: dead },
  "of a process whose number is another one's now": { gone: true, owner: { ...own, started: "1" } },
  "of this process": { gone: false, owner: own },
  "of another machine": { gone: false, owner: { ...dead, host: `not-${hostname()}` } },
  "of another container": { gone: false, owner: { ...dead, space: "pid:[1]" } },
  "of nobody": { gone: false, owner: undefined },
  "of something else": { gone: false, owner: ["a", "list"] },
  "with half an owner": { gone: false, owner: { pid: deadPid } },
}

test("leftovers of practice are removed where their process can be shown to have ended, and nothing else", () => {
  const before = process.env.TMPDIR
  const base = mkdtempSync(join(tmpdir(), "left-"))
  process.env.TMPDIR = base
  try {
    const folders = Object.entries(LEFT).map(([what, { gone, owner }], index) => {
      const path = join(base, `book-practice-${deadPid}-aaaaa${index}`)
      mkdirSync(path)
      writeFileSync(join(path, "token"), "t")
      if (owner !== undefined) writeFileSync(join(path, ".owner"), JSON.stringify(owner))
      return { what, gone, path }
    })
    // Names that only look like ours, and ways out of the folder.
    const theirs = join(base, "theirs")
    mkdirSync(theirs)
    writeFileSync(join(theirs, ".owner"), JSON.stringify(dead))
    symlinkSync(theirs, join(base, `book-practice-${deadPid}-linked`))
    for (const name of [
      "book-practice-notes",
      `other-practice-${deadPid}-aaaaaa`,
      "book-practice-1-toolong7",
    ]) {
      mkdirSync(join(base, name))
      writeFileSync(join(base, name, ".owner"), JSON.stringify(dead))
    }
    const piped = join(base, `book-practice-${deadPid}-pipe00`)
    mkdirSync(piped)
    spawnSync("mkfifo", [join(piped, ".owner")])

    const fresh = temporaryFolder("book")

    expect(Object.fromEntries(folders.map(({ what, path }) => [what, !existsSync(path)]))).toEqual(
      Object.fromEntries(folders.map(({ what, gone }) => [what, gone])),
    )
    for (const name of ["theirs/.owner", "book-practice-notes", `other-practice-${deadPid}-aaaaaa`])
      expect(existsSync(join(base, name)), name).toBe(true)
    expect([existsSync(join(base, "book-practice-1-toolong7")), existsSync(piped)]).toEqual([true, true])
    expect(existsSync(join(fresh, ".owner"))).toBe(true)
  } finally {
    process.env.TMPDIR = before
  }
})

test("practice that is kept (--state) is put into no folder of the user's", () => {
  const folder = mkdtempSync(join(tmpdir(), "kept-"))
  writeFileSync(join(folder, "db.20240101"), "mine")
  expect(() => keptFolder(folder)).toThrow(/is not a folder of this program/)
  expect(readdirSync(folder)).toEqual(["db.20240101"])
  const ours = join(mkdtempSync(join(tmpdir(), "kept-")), "state")
  expect(keptFolder(ours)).toBe(join(ours, "practice"))
  writeFileSync(join(ours, "practice", "federation.yaml"), "")
  expect(keptFolder(ours)).toBe(join(ours, "practice"))
  writeFileSync(join(ours, "practice", "notes"), "mine")
  expect(() => keptFolder(ours)).toThrow(/is not a folder of this program/)
  chmodSync(join(ours, "practice"), 0o755)
  expect(() => keptFolder(ours)).toThrow(/can be used by other users/)
})
