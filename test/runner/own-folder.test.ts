import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { openState } from "../../lib/runner/open-state.ts"
import { folder } from "./world.ts"

const open = (at: string) => openState(at, { command: "t" })
const usage = (message: RegExp) => ({ exitCode: 2, message: expect.stringMatching(message) })

/** A folder with one run behind it. */
async function used(): Promise<string> {
  const at = folder()
  const state = await open(at)
  await state.journal.append({ type: "warning", text: "x" }).durable
  await state.close()
  return at
}

describe("the folder of a federation", () => {
  it("leaves a folder of the user's as it is, and says why", async () => {
    const at = folder()
    const names = ["db.20240101", "model.4242", "report.2023.csv", "x.2024"]
    for (const name of names)
      name === "x.2024" ? mkdirSync(join(at, name)) : writeFileSync(join(at, name), "mine")
    chmodSync(at, 0o700)
    await expect(open(at)).rejects.toMatchObject({
      ...usage(/is not a folder of this program/),
      why: expect.stringContaining("db.20240101 and 3 more"),
    })
    expect(readdirSync(at).sort()).toEqual(names)
    // A file that only has the journal's name.
    rmSync(join(at, "x.2024"), { recursive: true })
    writeFileSync(join(at, "journal.jsonl"), "dear diary", { mode: 0o600 })
    await expect(open(at)).rejects.toMatchObject(usage(/is not a folder/))
    expect(readFileSync(join(at, "journal.jsonl"), "utf8")).toBe("dear diary")
  })

  it("keeps what the user puts into a folder of ours", async () => {
    const at = await used()
    for (const name of ["report.2023.csv", "model.4242"]) writeFileSync(join(at, name), "mine")
    mkdirSync(join(at, "x.2024"))
    await (await open(at)).close()
    expect(readdirSync(at)).toEqual(expect.arrayContaining(["report.2023.csv", "model.4242", "x.2024"]))
  })

  it("comes back to a folder whose first run was killed before its first line", async () => {
    const at = folder()
    await (await open(at)).close()
    rmSync(join(at, "journal.jsonl"))
    await (await open(at)).close()
  })

  it("follows no link, and takes no other file for its own", async () => {
    const others = folder()
    writeFileSync(join(others, "config.draft-1073741824-0123abcd"), "mine", { mode: 0o600 })
    for (const part of ["kubeconfigs", "private", "manifests", "journal.jsonl", "lock"]) {
      const at = await used()
      const path = join(at, part)
      const inUse = part === "journal.jsonl" ? readFileSync(path) : undefined
      rmSync(path, { recursive: true, force: true })
      if (inUse !== undefined) writeFileSync(join(others, "journal"), inUse, { mode: 0o600 })
      symlinkSync(inUse === undefined ? others : join(others, "journal"), path)
      await expect(open(at), part).rejects.toMatchObject(usage(/is a link/))
    }
    const link = join(folder(), "state")
    symlinkSync(await used(), link)
    await expect(open(link)).rejects.toMatchObject(usage(/is a link, not a folder/))
    expect(readdirSync(others)).toContain("config.draft-1073741824-0123abcd")
  })

  it("refuses modes that let others in, and changes none", async () => {
    const empty = folder()
    chmodSync(empty, 0o755)
    await expect(open(empty)).rejects.toMatchObject({
      ...usage(/can be used by other users \(mode 755\)/),
      next: `chmod -R go= ${empty}`,
    })
    expect([statSync(empty).mode & 0o777, readdirSync(empty)]).toEqual([0o755, []])
    const at = await used()
    const token = join(at, "private", "supernode-1.token")
    writeFileSync(token, "secret")
    chmodSync(token, 0o644)
    await expect(open(at)).rejects.toMatchObject(usage(/supernode-1\.token can be used by other users/))
    expect(statSync(token).mode & 0o777).toBe(0o644)
    chmodSync(token, 0o600)
    chmodSync(join(at, "kubeconfigs"), 0o750)
    await expect(open(at)).rejects.toMatchObject(usage(/kubeconfigs can be used/))
  })

  it.runIf(process.getuid?.() === 0)("refuses a folder of another user", async () => {
    const { chownSync } = await import("node:fs")
    const at = await used()
    chownSync(at, 12345, 12345)
    await expect(open(at)).rejects.toMatchObject(usage(/belongs to another user/))
  })
})
