/** A journal that has become large: what it must keep stays, the rest goes, and nothing in between is ever seen. */
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { expect, it } from "vitest"
import { openJournal } from "../../lib/runner/journal-file.ts"
import { readLines, readMemory } from "../../lib/runner/journal-reading.ts"
import { openState } from "../../lib/runner/open-state.ts"
import { login, startOf } from "../report/scene.ts"
import { folder } from "./world.ts"

/** A folder with the journal of so many runs; each has a site that the others do not have. */
async function journalOf(runs: number): Promise<string> {
  const at = folder()
  for (let run = 1; run <= runs; run++) {
    const { journal, close } = await openJournal(at, false)
    const names = ["superlink", `supernode-${run}`]
    for (const event of [startOf(names), ...names.flatMap(login)]) void journal.append(event)
    const at_ = { step: "site-create", site: `supernode-${run}` }
    void journal.append({ type: "action started", action: "apply", ...at_ })
    void journal.append({ type: "value", name: "port", value: run, ...at_ })
    const object = { kind: "Site", name: `s-${run}`, uid: `uid-${run}` }
    await journal.append({ type: "created", object, ...at_ }).durable
    await close()
  }
  return at
}

const memoryOf = (at: string) => {
  const { keyed: _, ...rest } = readMemory(at)!
  return structuredClone({ ...rest, interruptedApplies: JSON.stringify([...rest.interruptedApplies]) })
}

it("drops the lines of early runs and none of what they say, as often as it is opened", async () => {
  const at = await journalOf(12)
  const file = join(at, "journal.jsonl")
  const [before, size] = [memoryOf(at), statSync(file).size]
  for (let time = 0; time < 2; time++) {
    await (await openState(at, { command: "t", history: { runs: 3, small: 0 } })).close()
    expect(memoryOf(at)).toEqual(before)
  }
  expect(readLines(at).filter(({ type }) => type === "run started")).toHaveLength(3)
  expect(statSync(file).size).toBeLessThan(size / 2)
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(readdirSync(at).filter((name) => name.includes("draft"))).toEqual([])
  // It goes on as any other.
  const { journal, close } = await openJournal(at, false)
  await journal.append(startOf(["superlink"])).durable
  await close()
  expect(readMemory(at)!.known.size).toBe(13)
  expect(readMemory(at)!.created.size).toBe(12)
})

it("keeps what is young, what is small, and the last run whatever its age", async () => {
  const at = await journalOf(12)
  const file = join(at, "journal.jsonl")
  const runs = () => readLines(at).filter(({ type }) => type === "run started").length
  const open = async (history: object) => (await openState(at, { command: "t", history })).close()
  await open({ runs: 3 })
  expect(runs()).toBe(12)
  await open({ runs: 100, days: 1, small: 0 })
  expect(runs()).toBe(12)
  writeFileSync(file, readFileSync(file, "utf8").replaceAll(/"t":"\d{4}/g, '"t":"2020'))
  await open({ runs: 100, days: 1, small: 0 })
  expect(runs()).toBe(1)
})

it("is refused by programs that would forget what it says", async () => {
  const at = await journalOf(6)
  await (await openState(at, { command: "t", history: { runs: 1, small: 0 } })).close()
  expect(readFileSync(join(at, "journal.jsonl"), "utf8")).toMatch(/^\{"v":3,/)
})

it("refuses a summary of which something was changed", async () => {
  const at = await journalOf(12)
  const file = join(at, "journal.jsonl")
  await (await openState(at, { command: "t", history: { runs: 3, small: 0 } })).close()
  const text = readFileSync(file, "utf8")
  for (const [from, to] of [
    ['"touched":[', '"touched":{}, "t":['],
    ["uid-1", "uid-7"],
  ] as const) {
    expect(text).toContain(from)
    writeFileSync(file, text.replace(from, to))
    expect(() => readMemory(at)).toThrow(/damaged at line 1/)
    await expect(openState(at, { command: "t" })).rejects.toMatchObject({ exitCode: 2 })
  }
})
