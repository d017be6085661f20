/** What a call remembers of earlier ones: choices, which it names, and never an approval. */
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { beforeEach, expect, test } from "vitest"
import { input, notebook } from "../../lib/index.ts"
import { mirrors } from "../example/notebook.ts"
import { call, room } from "./world.ts"

const { teardown: _, ...rest } = mirrors
const careful = notebook({
  ...rest,
  inputs: {
    ...mirrors.inputs,
    "allow-ink": input.flag({ approval: true, help: "Allow ink", default: false }),
    "allow-here": input.flag({ approval: true, per: "site", help: "Allow it here", default: false }),
  },
  // biome-ignore lint/suspicious/noExplicitAny: the steps of the other notebook.
} as any)

let at: string
beforeEach(() => {
  at = room()
  writeFileSync(
    join(at, "federation.yaml"),
    `version: 1\nfederation: pages\noriginal: { folder: ${at}/o }\nmirrors:\n  - { folder: ${at}/m1 }\n`,
  )
})
const journal = () => join(at, "state", "mirror-pages", "pages", "journal.jsonl")
const flat = (text: string) => text.replace(/\s+/g, " ")
const run = (...more: string[]) =>
  call(at, [...more, "--federation", "federation.yaml"], { notebook: careful })
/** Its origin and its value. */
const kept = async (name: string) =>
  flat((await run("values")).stdout)
    .match(new RegExp(`${name} (earlier answer|default|file) (\\S+)`))
    ?.slice(1)

test("an approval holds for its call; a choice is remembered, and named where it is used", async () => {
  const first = await run("run", "--yes", "--allow-ink", "--allow-here", "--loud", "--mode", "link")
  expect(first).toMatchObject({ code: 0, stderr: "" })
  // Given with this call: nothing is from an earlier one.
  expect(first.stdout).not.toContain("earlier answers")
  expect(readFileSync(journal(), "utf8")).not.toMatch(/"allow-(ink|here)":/)
  expect(await kept("allow-ink")).toEqual(["default", "false"])
  expect(await kept("allow-here")).toEqual(["default", "false"])
  expect(await kept("loud")).toEqual(["earlier answer", "true"])
  for (const command of [["plan"], ["run", "--yes"]]) {
    const { stdout } = await run(...command)
    expect(flat(stdout), command[0]).toContain("From earlier answers: loud true, mirror-1 mode link.")
  }
  const without = await call(at, ["plan"], { notebook: careful })
  expect(flat(without.stdout)).toContain("From earlier answers: loud true.")
  // In the file it stands for every call.
  appendFileSync(join(at, "federation.yaml"), "allow-ink: true\n")
  expect(await kept("allow-ink")).toEqual(["file", "true"])
})

test("an approval in the journal of an earlier version of the program holds no longer", async () => {
  mkdirSync(join(at, "state", "mirror-pages", "pages"), { recursive: true, mode: 0o700 })
  const line = {
    v: 2,
    t: "2026-11-01T10:00:00.000Z",
    run: "1",
    type: "answered",
    federation: "pages",
    sites: [{ name: "original", role: "original", given: { folder: `${at}/o`, "allow-here": true } }],
    given: { "allow-ink": true, greeting: "Ahoy" },
  }
  writeFileSync(journal(), `${JSON.stringify(line)}\n`, { mode: 0o600 })
  expect(await kept("allow-ink")).toEqual(["default", "false"])
  expect(await kept("allow-here")).toEqual(["default", "false"])
  expect(await kept("greeting")).toEqual(["earlier answer", "Ahoy"])
})
