/** Texts of clusters are as long as a cluster likes: 4 kB of one reach the screen, 64 kB the journal. */
import { expect, test } from "vitest"
import { clipped, LONGEST_JOURNALED, LONGEST_SHOWN } from "../../lib/notebook/format.ts"
import { Redactor } from "../../lib/notebook/secrets.ts"
import { createBus } from "../../lib/runner/bus.ts"
import type { Event, Recorded } from "../../lib/runner/events.ts"
import { createView, errorText } from "../../lib/terminal/index.ts"
import { io } from "../cli/screen.ts"
import { placeOf as at, outcome, started } from "./scene.ts"

const LONG = "x".repeat(1024 * 1024)
const failed: Event = { type: "step ended", ...at("superlink/site-create"), outcome: outcome("failed", LONG) }

/** The lines of the journal that a bus writes for events. */
function journaled(...events: Event[]): Recorded[] {
  const lines: Recorded[] = []
  const journal = {
    append(event: Event) {
      const recorded = { v: 2, t: "2026-11-30T12:00:00.000Z", run: "one", ...event } as unknown as Recorded
      lines.push(recorded)
      return { recorded, durable: Promise.resolve() }
    },
  }
  const bus = createBus(journal as never, new Redactor(), [])
  for (const event of events) bus.emit(event)
  return lines
}

test("the journal has 64 kB of a text, and says how much is missing", () => {
  const [line] = journaled(failed)
  const { reason } = (line as Extract<Recorded, { type: "step ended" }>).outcome
  expect(reason.slice(LONGEST_JOURNALED)).toBe(`… (${LONG.length - LONGEST_JOURNALED} more characters)`)
})

test("what later runs rely on is kept whole", () => {
  const value = {
    type: "value",
    ...at("superlink/site-create"),
    name: "a",
    content: LONG,
  } as unknown as Event
  expect(JSON.stringify(journaled(value)[0])).toContain(LONG)
})

test.each(["plain", "lanes"] as const)("the screen has 4 kB of it: %s", async (kind) => {
  const screen = io("/")
  const { stdout, stderr } = screen.io
  const view = await createView({ kind, stdout, stderr, titles: (id) => id })
  for (const line of journaled(started(1), { type: "step started", ...at("superlink/site-create") }, failed))
    view.listener(line)
  view.close()
  expect(screen.stdout()).toContain("x".repeat(20))
  expect(screen.stdout().length).toBeLessThan(2 * LONGEST_SHOWN)
})

test("an error has 4 kB of each part", () => {
  const text = errorText({ what: LONG, why: LONG, fix: "do it" })
  expect(text.length).toBeLessThan(2.5 * LONGEST_SHOWN)
  expect(text).toContain("more characters)")
})

test("a character is not cut in half", () => {
  expect(clipped("a😀b", 2)).toBe("a… (3 more characters)")
  expect(clipped("a😀", 3)).toBe("a😀")
})
