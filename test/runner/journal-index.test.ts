/** The index beside a large journal saves time, and changes nothing of what is read. */
import { appendFileSync, existsSync, readFileSync, truncateSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { expect, it } from "vitest"
import { openJournal } from "../../lib/runner/journal-file.ts"
import { readMemory } from "../../lib/runner/journal-reading.ts"
import { login, startOf } from "../report/scene.ts"
import { folder } from "./world.ts"

const NAMES = ["superlink", "supernode-1"]

async function run(at: string, outputs: number): Promise<void> {
  const { journal, close } = await openJournal(at, false)
  for (const event of [startOf(NAMES), ...NAMES.flatMap(login)]) void journal.append(event)
  const output = { type: "output", step: "login", stream: "stdout", text: "x".repeat(1000) } as const
  for (let n = 0; n < outputs; n++) void journal.append(output)
  await journal.append({ type: "run ended", code: 0, counts: {}, seconds: 1 }).durable
  await close()
}

/** Everything but the key. */
const memoryOf = (at: string): string => {
  const { keyed: _, ...rest } = readMemory(at)!
  return JSON.stringify(rest, (__, value) =>
    value instanceof Map || value instanceof Set ? [...value] : value,
  )
}

it("is written beside a large journal alone, and what follows it is read from the journal", async () => {
  const at = folder()
  const [file, index] = [join(at, "journal.jsonl"), join(at, "journal.index")]
  await run(at, 3)
  expect(existsSync(index)).toBe(false)
  await run(at, 1200)
  const early = readFileSync(index)
  await run(at, 1)
  writeFileSync(index, early, { mode: 0o600 })
  const withIndex = memoryOf(at)
  // The lines that it sums up are not read: a mistake there is found by whoever reads the journal.
  const whole = readFileSync(file, "utf8")
  writeFileSync(file, `x${whole.slice(1)}`)
  expect(memoryOf(at)).toBe(withIndex)
  await expect(openJournal(at, false)).rejects.toThrow(/damaged at line 1/)
  writeFileSync(file, whole)
  writeFileSync(index, "rubbish")
  expect(memoryOf(at)).toBe(withIndex)
  writeFileSync(index, early)
  appendFileSync(file, "rubbish\n{}\n")
  expect(() => readMemory(at)).toThrow(new RegExp(`damaged at line ${whole.split("\n").length}`))
})

it("is not used for another journal", async () => {
  const at = folder()
  await run(at, 1200)
  const file = join(at, "journal.jsonl")
  truncateSync(file, readFileSync(file, "utf8").indexOf("\n") + 1)
  expect(readMemory(at)!.users.size).toBe(0)
})
