import { readFileSync } from "node:fs"
import { PassThrough } from "node:stream"
import { describe, expect, it } from "vitest"
import { RunbookError } from "../../lib/notebook/errors.ts"
import { notebook } from "../../lib/notebook/notebook.ts"
import type { Event, Recorded } from "../../lib/runner/events.ts"
import { createView } from "../../lib/terminal/index.ts"
import { federationOf, plain, roles, runIn, World, worldStep } from "../runner/world.ts"
import { run } from "./scene.ts"
import { problems } from "./validate.ts"

const schema = JSON.parse(readFileSync(new URL("../../schema/events.schema.json", import.meta.url), "utf8"))

/** Every type of event: the compiler holds this list to the union. */
const types: Record<Event["type"], true> = {
  "run started": true,
  approval: true,
  "step started": true,
  checked: true,
  "action started": true,
  command: true,
  output: true,
  "command ended": true,
  "action ended": true,
  waiting: true,
  note: true,
  shown: true,
  checkpoint: true,
  "step ended": true,
  "run ended": true,
  warning: true,
  answered: true,
  session: true,
  written: true,
  manual: true,
  value: true,
  created: true,
  message: true,
}

const parsed = (text: string): Recorded[] =>
  text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line))

async function jsonOf(feed: (listener: (event: Recorded) => void) => unknown): Promise<Recorded[]> {
  const stdout = new PassThrough()
  const view = await createView({
    kind: "json",
    stdout: stdout as unknown as NodeJS.WriteStream,
    stderr: stdout as unknown as NodeJS.WriteStream,
    titles: (id) => id,
  })
  await feed(view.listener)
  view.close()
  return parsed(String(stdout.read()))
}

describe("events.schema.json", () => {
  it("knows every type of event and no other", () => {
    expect(schema.properties.type.enum.toSorted()).toEqual(Object.keys(types).toSorted())
    expect(schema.oneOf).toHaveLength(Object.keys(types).length)
  })

  it("holds for what --json prints of a scene with every type of event", async () => {
    const events = run()
    expect(new Set(events.map(({ type }) => type))).toEqual(new Set(Object.keys(types)))
    const printed = await jsonOf((listener) => events.forEach(listener))
    expect(printed).toEqual(events)
    for (const event of printed) expect(problems(schema, event), JSON.stringify(event)).toEqual([])
  })

  it("holds for a real run in which steps are applied and updated, wait, are blocked, fail and are skipped", async () => {
    const world = new World()
    const book = notebook({
      name: "test",
      title: "",
      roles,
      inputs: {},
      steps: [
        plain("open", "every site", {
          check: (c) =>
            c.world.facts.has(`${c.site.name}/open`)
              ? { state: "ready", reason: "open", adopted: true, object: { kind: "Door", name: "front" } }
              : { state: "missing", reason: "no door", approval: "makes a door" },
          apply: (c) => c.world.set(`${c.site.name}/open`, "yes"),
          show: () => "Door is open\n",
          expect: "Door is wide open",
        }),
        worldStep({
          id: "slow",
          title: "",
          on: "hub",
          prose: "",
          check: (c) => {
            if (c.world.facts.has("slow")) return { state: "ready", reason: "there" }
            setTimeout(() => c.world.set("slow", "yes"), 20)
            return { state: "progressing", reason: "not yet" }
          },
        }),
        worldStep({
          id: "fit",
          title: "",
          on: "hub",
          prose: "",
          check: (c) =>
            c.world.facts.has("fit")
              ? { state: "ready", reason: "fits" }
              : {
                  state: "drifted",
                  reason: "size is 1, should be 2",
                  fields: [{ field: "size", found: "1", wanted: "2" }],
                },
          update: (c) => {
            c.note("resized")
            c.world.set("fit", "yes")
          },
        }),
        worldStep({
          id: "closed",
          title: "",
          on: "leaf",
          prose: "",
          needs: ["open"],
          check: (c) =>
            c.site.name === "leaf-1"
              ? { state: "blocked", reason: "locked", fix: "find the key", next: "find key", code: "locked" }
              : { state: "missing", reason: "nothing" },
          apply: () => {
            throw new RunbookError("it broke", { why: "old", fix: "fix it", next: "fix" })
          },
        }),
        plain("late", "leaf", { needs: ["closed"] }),
      ],
    })
    const printed = await jsonOf((listener) => runIn(world, book, federationOf(2), { listeners: [listener] }))
    const kinds = new Set(
      printed.flatMap((event) => (event.type === "step ended" ? [event.outcome.kind] : [])),
    )
    expect(kinds).toEqual(new Set(["applied", "updated", "unchanged", "blocked", "failed", "skipped"]))
    const states = new Set(printed.flatMap((event) => (event.type === "checked" ? [event.result.state] : [])))
    expect(states).toEqual(new Set(["missing", "ready", "progressing", "drifted", "blocked"]))
    for (const event of printed) expect(problems(schema, event), JSON.stringify(event)).toEqual([])
  })

  it("refuses what is not an event", () => {
    const good = run().find(({ type }) => type === "step ended") as Extract<Recorded, { type: "step ended" }>
    const bad: unknown[] = [
      { ...good, v: 1 },
      { ...good, t: "yesterday" },
      { ...good, type: "step finished" },
      { ...good, colour: "red" },
      { ...good, outcome: { ...good.outcome, kind: "fine" } },
      { ...good, outcome: { ...good.outcome, seconds: "1" } },
      { ...good, step: undefined, outcome: undefined },
    ]
    for (const event of bad) expect(problems(schema, JSON.parse(JSON.stringify(event)))).not.toEqual([])
  })
})
