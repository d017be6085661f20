import { appendFileSync, readFileSync, statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { openJournal, readMemory } from "../../lib/runner/journal-file.ts"
import { openState } from "../../lib/runner/open-state.ts"
import { folder } from "./world.ts"

const checkpoint = (step: string) =>
  ({ type: "checkpoint", step, fingerprint: "f", inputs: {}, reason: "it exists" }) as const

async function journalWith(...steps: string[]): Promise<string> {
  const at = folder()
  const { journal, close } = await openJournal(at, false)
  await Promise.all(steps.map((step) => journal.append(checkpoint(step)).durable))
  await close()
  return at
}

describe("journal", () => {
  it("keeps what was acknowledged, in order, readable by its owner alone", async () => {
    const at = await journalWith("a", "b")
    expect([...readMemory(at)!.checkpoints.keys()]).toEqual(["a", "b"])
    expect(statSync(join(at, "journal.jsonl")).mode & 0o777).toBe(0o600)
  })

  it.each([
    ["half a line", '{"v":1,"t"'],
    ["a torn batch", '{"v":1\n\0\0\0\n{"v"'],
    ["zeros", "\0\0\0\0"],
  ])("cuts a torn end and says so: %s", async (_, tail) => {
    const at = await journalWith("a")
    appendFileSync(join(at, "journal.jsonl"), tail)
    expect([...readMemory(at)!.checkpoints.keys()]).toEqual(["a"])
    const { journal, warnings, close } = await openJournal(at, false)
    expect(warnings[0]).toContain("torn")
    await journal.append(checkpoint("b")).durable
    await close()
    expect([...readMemory(at)!.checkpoints.keys()]).toEqual(["a", "b"])
  })

  it("refuses a journal damaged in the middle or of another version, and leaves it as it is", async () => {
    const at = await journalWith("a", "b")
    const file = join(at, "journal.jsonl")
    const whole = readFileSync(file, "utf8")
    const damaged = whole.replace('"v":2', "rubbish")
    writeFileSync(file, damaged)
    await expect(openState(at, { command: "t" })).rejects.toThrow(/damaged at line 1/)
    expect(readFileSync(file, "utf8")).toBe(damaged)
    writeFileSync(file, whole.replace('"v":2', '"v":3'))
    await expect(openState(at, { command: "t" })).rejects.toThrow(/version 2/)
    writeFileSync(file, whole)
    await (await openState(at, { command: "t" })).close()
  })

  it("starts a new one beside the earlier one", async () => {
    const at = await journalWith("a")
    const state = await openState(at, { command: "t", fresh: true })
    expect(state.journal.memory.checkpoints.size).toBe(0)
    expect(state.warnings[0]).toContain("earlier one is kept")
    await state.close()
  })
})
