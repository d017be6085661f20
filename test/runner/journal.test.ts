import { execFileSync } from "node:child_process"
import {
  appendFileSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs"
import { open } from "node:fs/promises"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { openJournal } from "../../lib/runner/journal-file.ts"
import { readMemory } from "../../lib/runner/journal-reading.ts"
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

  it.each([
    ["null", "null\n"],
    ["other shapes", '{"v":1}\n[]\n"text"\n5\n'],
    ["text", "name,age\nx,5\n"],
    ["text without an end", "a shopping list"],
    ["wrong fields", '{"type":"run started","t":5,"sites":{"a":1}}\n{"type":"step ended","outcome":null}\n'],
    [
      "a null outcome",
      '{"v":2,"t":"2026-11-22T18:00:00.000Z","run":"r","type":"step ended","step":"a","outcome":null}\n',
    ],
    ["a year far away", '{"v":2,"t":"202500Z","run":"r","type":"warning","text":"x"}\n'],
    ["no time", '{"v":2,"t":"2026-11-22T18:n0:00.100Z","run":"r","type":"warning","text":"x"}\n'],
    [
      "sites of another shape",
      '{"v":2,"t":"2026-11-22T18:00:00.000Z","run":"r","type":"answered","federation":"f","given":{},"sites":[null]}\n',
    ],
    [
      "no fields of a prototype",
      '{"v":2,"t":"2026-11-22T18:00:00.000Z","run":"r","type":"note","step":"a","__proto__":{"text":"x"}}\n',
    ],
  ])("refuses what is no journal in one sentence, and leaves it as it is: %s", async (_, text) => {
    const at = folder()
    const file = join(at, "journal.jsonl")
    writeFileSync(file, text, { mode: 0o600 })
    const reading: (() => Promise<unknown>)[] = [async () => readMemory(at), () => openJournal(at, false)]
    for (const tried of reading) {
      const error = await tried().catch((thrown: unknown) => thrown)
      expect(error).toMatchObject({
        name: "RunbookError",
        exitCode: 2,
        message: expect.stringContaining(file),
      })
    }
    expect(readFileSync(file, "utf8")).toBe(text)
  })

  it.each([
    ["step ended: outcome: kind", { type: "step ended", step: "a", outcome: { kind: "unchanged>-" } }],
    ["checked: result: state", { type: "checked", step: "a", result: { state: "toString", reason: "" } }],
    ["message: way", { type: "message", way: "constructor" }],
  ])("refuses a word that no reader knows: %s", async (what, event) => {
    const at = await journalWith("a")
    const file = join(at, "journal.jsonl")
    const outcome = { ok: true, reason: "", seconds: 1, ...(event as { outcome?: object }).outcome }
    const texts = ["kind", "party", "name", "fingerprint", "trust", "digest", "created", "own"]
    const message = { ...Object.fromEntries(texts.map((name) => [name, "x"])), names: [] }
    const line = { v: 2, t: "2026-11-30T08:00:00.000Z", run: "r", ...message, ...event, outcome }
    appendFileSync(file, `${JSON.stringify(line)}\n`)
    expect(() => readMemory(at)).toThrow(/damaged at line 2/)
    expect(() => readMemory(at)).toThrow(expect.objectContaining({ why: expect.stringContaining(what) }))
  })

  it("refuses a pipe, a device and a line without an end, without waiting or reading it whole", async () => {
    const at = folder()
    const file = join(at, "journal.jsonl")
    execFileSync("mkfifo", [file])
    expect(() => readMemory(at)).toThrow(/cannot be read/)
    rmSync(file)
    symlinkSync("/dev/zero", file)
    expect(() => readMemory(at)).toThrow(/cannot be read/)
    rmSync(file)
    // 600 MB of zeros take no room on the disk.
    writeFileSync(file, '{"v":2,', { mode: 0o600 })
    truncateSync(file, 600 * 1024 * 1024)
    expect(() => readMemory(at)).toThrow(/damaged at line 1/)
    await expect(openState(at, { command: "t" })).rejects.toMatchObject({ exitCode: 2 })
    expect(statSync(file).size).toBe(600 * 1024 * 1024)
  })

  it("loses no acknowledged line and writes none after a gap, whichever write fails on a full disk", async () => {
    const lines = 6
    for (let failing = 0; failing < lines; failing++) {
      for (const how of ["half a line", "no sync"]) {
        const at = folder()
        let writes = 0
        const { journal, close } = await openJournal(at, false, async (path) => {
          const file = await open(path, "a", 0o600)
          const full = () =>
            Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" })
          return {
            appendFile: async (text) => {
              if (writes === failing && how === "half a line") {
                writes++
                await file.appendFile(String(text).slice(0, 20))
                throw full()
              }
              await file.appendFile(text)
            },
            datasync: async () => {
              if (writes++ === failing) throw full()
              await file.datasync()
            },
            truncate: (length) => file.truncate(length),
            close: () => file.close(),
          }
        })
        const acknowledged: string[] = []
        for (let line = 0; line < lines; line++) {
          await journal.append(checkpoint(`s${line}`)).durable.then(
            () => acknowledged.push(`s${line}`),
            (error: unknown) =>
              expect(error).toMatchObject({ name: "RunbookError", why: expect.stringContaining("ENOSPC") }),
          )
        }
        await close()
        expect(acknowledged).toEqual(Array.from({ length: failing }, (__, line) => `s${line}`))
        const again = await openJournal(at, false)
        expect([again.warnings, [...again.journal.memory.checkpoints.keys()]]).toEqual([[], acknowledged])
        await again.close()
      }
    }
  })

  it("starts a new one beside the earlier one", async () => {
    const at = await journalWith("a")
    const state = await openState(at, { command: "t", fresh: true })
    expect(state.journal.memory.checkpoints.size).toBe(0)
    expect(state.warnings[0]).toContain("earlier one is kept")
    await state.close()
  })
})
