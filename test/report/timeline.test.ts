import { describe, expect, it } from "vitest"
import { notebook } from "../../lib/notebook/notebook.ts"
import { axisOf, ticks } from "../../lib/report/axis.ts"
import { type Bar, barsOf, criticalPath, pathWords } from "../../lib/report/critical-path.ts"
import { segmentsOf } from "../../lib/report/segments.ts"
import { timeline } from "../../lib/report/timeline.ts"
import type { Execution, Report } from "../../lib/report/types.ts"
import type { Event, OutcomeKind, Recorded } from "../../lib/runner/events.ts"
import { placeOf as at, outcome } from "../terminal/scene.ts"
import { drawnIn } from "./drawn.ts"
import { book, failed, killed, manySites, runOf, startOf, undone, walkOf } from "./scene.ts"

const START = Date.parse("2026-11-22T18:00:00.000Z")
const time = (seconds: number): string => new Date(START + seconds * 1000).toISOString()

/** A run from a list of places: `superlink/login` from one second to another, and how it ended. */
function run(
  name: string,
  begin: number,
  places: readonly (readonly [place: string, from: number, to: number, kind?: OutcomeKind])[],
): Recorded[] {
  const events = places.flatMap(([place, from, to, kind = "applied"]): [number, Event][] => [
    [from, { type: "step started", ...at(place) }],
    [to, { type: "step ended", ...at(place), outcome: outcome(kind, "so", { seconds: to - from }) }],
  ])
  const sites = ["superlink", "supernode-1", "supernode-2"]
  const seconds = Math.max(...places.map(([, , to]) => to))
  const all: [number, Event][] = [
    [0, startOf(sites)],
    ...events.sort(([a], [b]) => a - b),
    [seconds, { type: "run ended", code: 0, counts: {}, seconds }],
  ]
  const [first] = runOf(name, time(0), [startOf(sites)])
  return all.map(([t, event]) => ({ ...first!, ...event, t: time(begin + t) }) as Recorded)
}

/** The scene's notebook with what its steps need. */
const needy = notebook({
  ...book,
  steps: book.steps.map((step) => ({
    ...step,
    needs:
      {
        "site-create": ["login"],
        "token-redeem": ["site-create"],
        "verify-federation": ["token-redeem"],
      }[step.id] ?? [],
  })),
})
const pathOf = (walk: Report, number: number): string =>
  pathWords(walk.notebook, criticalPath(walk, barsOf(walk), number))

describe("the critical path", () => {
  it("goes back from the step that ended last to what each waited for: its lane, its needs, both ends of a link", () => {
    const walk = walkOf(
      run("one", 0, [
        ["prerequisites", 0, 1],
        ["superlink/login", 1, 3],
        ["superlink/site-create", 3, 9],
        ["supernode-1/login", 1, 2],
        ["supernode-1/site-create", 2, 5],
        ["supernode-2/login", 1, 4],
        ["supernode-2/site-create", 4, 6],
        ["supernode-1/token-redeem", 9, 12],
        ["supernode-2/token-redeem", 9, 11],
        ["verify-federation", 12, 12.5],
      ]),
      { notebook: needy },
    )
    expect(pathOf(walk, 1)).toBe(
      "here: prerequisites 1.0 s → superlink: login 2.0 s, site-create 6.0 s → supernode-1: token-redeem 3.0 s → federation: verify-federation 0.5 s",
    )
  })

  it("does not take a step of another site that merely ended earlier", () => {
    const walk = walkOf(
      run("one", 0, [
        ["superlink/login", 0, 1],
        ["supernode-1/login", 0, 5],
        ["superlink/site-create", 5, 9],
      ]),
      { notebook: needy },
    )
    expect(pathOf(walk, 1)).toBe("superlink: login 1.0 s, site-create 4.0 s")
  })

  it("passes through skipped steps to the one that caused it", () => {
    const walk = walkOf(
      run("one", 0, [
        ["superlink/login", 0, 1],
        ["supernode-1/login", 0, 2],
        ["supernode-1/site-create", 2, 8, "failed"],
        ["supernode-1/token-redeem", 8, 8, "skipped"],
        ["supernode-1/verify", 8, 8, "skipped"],
        ["supernode-2/login", 0, 1],
        ["verify-federation", 8, 9, "blocked"],
      ]),
      { notebook: needy },
    )
    expect(pathOf(walk, 1)).toBe(
      "supernode-1: login 2.0 s, site-create 6.0 s → federation: verify-federation 1.0 s",
    )
  })

  it("is one per run, and ends with the last line of a killed run", () => {
    const walk = walkOf([...killed(), ...failed()])
    expect(pathOf(walk, 1)).toMatch(/^here: prerequisites .* → superlink: login 1.2 s, site-create 0.5 s$/)
    expect(pathOf(walk, 2)).toContain("token-redeem")
  })
})

describe("the phases of an execution", () => {
  const execution = (more: Partial<Execution>): Bar => ({
    cell: walkOf([]).cells[1]!,
    site: "superlink",
    execution: {
      run: 1,
      started: time(0),
      ended: time(10),
      actions: [],
      commands: [],
      written: [],
      waits: [],
      notes: [],
      shown: [],
      ...more,
    },
    end: time(10),
  })
  const phases = (bar: Bar): string[] =>
    segmentsOf(bar).map(({ is, from, to }) => `${is} ${(from - START) / 1000}-${(to - START) / 1000}`)
  const done = (t: string) => ({ t, result: { state: "ready" as const, reason: "" } })

  it("checks, applies, waits until it is ready, and checks at the end", () => {
    const bar = execution({
      actions: [{ t: time(1), action: "apply", ended: time(4), ok: true }],
      waits: [
        { t: time(5), reason: "" },
        { t: time(6), reason: "" },
      ],
      after: done(time(9)),
    })
    expect(phases(bar)).toEqual(["checked 0-1", "applied 1-4", "checked 4-5", "waited 5-9", "checked 9-10"])
  })

  it("waits to the end where it is never ready, and between two actions", () => {
    const bar = execution({
      actions: [
        { t: time(1), action: "apply", ended: time(2), ok: true },
        { t: time(5), action: "update", ended: time(6), ok: true },
      ],
      waits: [
        { t: time(3), reason: "" },
        { t: time(7), reason: "" },
      ],
    })
    expect(phases(bar)).toEqual([
      "checked 0-1",
      "applied 1-2",
      "checked 2-3",
      "waited 3-5",
      "applied 5-6",
      "checked 6-7",
      "waited 7-10",
    ])
  })

  it("applies to the end where it was killed, and waits for a person who does it manually", () => {
    expect(phases(execution({ actions: [{ t: time(2), action: "apply" }] }))).toEqual([
      "checked 0-2",
      "applied 2-10",
    ])
    const manual = execution({
      actions: [{ t: time(2), action: "apply", manual: true }],
      after: done(time(9)),
    })
    expect(phases(manual)).toEqual(["checked 0-2", "waited 2-9", "checked 9-10"])
  })
})

describe("the axis", () => {
  const bars = (walk: Report) => barsOf(walk)
  const day = 86_400

  it("folds the time between runs, and long pauses in one", () => {
    const walk = walkOf([
      ...run("one", 0, [
        ["superlink/login", 0, 10],
        ["superlink/site-create", 600, 610],
      ]),
      ...run("two", day, [["superlink/login", 0, 20]]),
    ])
    const { stretches, at: x } = axisOf(bars(walk), 100, 800)
    expect(stretches.map(({ run: number, idle }) => [number, idle])).toEqual([
      [1, undefined],
      [1, 590],
      [2, day - 610],
    ])
    expect(stretches[0]!.width).toBeCloseTo(stretches[1]!.width)
    expect(stretches[2]!.width).toBeGreaterThan(stretches[1]!.width * 1.5)
    expect(x(1, START)).toBe(100)
    expect(x(2, START + (day + 20) * 1000)).toBe(900)
    expect(x(1, START + 5000)).toBeCloseTo(100 + stretches[0]!.width / 2, 0)
  })

  it.each([
    [2, ["0 s", "0.2 s"], 10],
    [45, ["0 s", "5 s"], 10],
    [600, ["0 s", "1 min"], 10],
    [10_800, ["0 s", "15 min"], 13],
    [86_400_000, ["0 s", "73 d"], 14],
  ])("has even marks for a run of %i s", (seconds, first, most) => {
    const walk = walkOf(run("one", 0, [["superlink/login", 0, seconds]]))
    const { stretches } = axisOf(bars(walk), 0, 860)
    const marks = ticks(stretches[0]!, START, 62)
    expect(marks.slice(0, 2).map(({ words }) => words)).toEqual(first)
    expect(marks.length).toBeGreaterThan(5)
    expect(marks.length).toBeLessThanOrEqual(most + 1)
  })
})

describe("the picture of the timeline", () => {
  it("does not exist where nothing has run", () => {
    expect(timeline(walkOf([]))).toBeUndefined()
  })

  const long: [string, number, number, OutcomeKind?][] = [
    ["prerequisites", 0, 1],
    ["superlink/login", 1, 40],
    ["superlink/site-create", 40, 10_000],
    ["supernode-1/login", 1, 3],
    ["supernode-1/site-create", 3, 10_050],
    ["supernode-1/token-redeem", 10_050, 10_800, "failed"],
    ["verify-federation", 10_800, 10_800, "blocked"],
  ]
  const short = long.map(([place, from, to, kind]) => [place, from / 5000, to / 5000, kind] as const)
  const twenty = manySites(20)
  const scenes: [string, Report][] = [
    ["of two seconds", walkOf(run("one", 0, short))],
    ["of three hours", walkOf(run("one", 0, long))],
    ["of three runs, one killed", walkOf([...killed(), ...failed(), ...undone()])],
    ["of a short run after a long one", walkOf([...run("one", 0, long), ...run("two", 50_000, short)])],
    ["of thirty runs", walkOf(Array.from({ length: 30 }, (_, n) => run(`r${n}`, n * 1000, short)).flat())],
    ["of twenty lanes", walkOf(twenty.lines, { names: twenty.names })],
  ]
  it.each(scenes)("%s keeps inside itself, no text over another", (_, walk) => {
    const drawn = drawnIn(timeline(walk)!.text)
    drawn.expectInside()
    drawn.expectApart()
  })

  it("has one lane per site, names bars, marks what failed and underlines the critical path", () => {
    const svg = timeline(walkOf(run("one", 0, long), { notebook: needy }))!.text
    const drawn = drawnIn(svg)
    expect(drawn.texts()).toEqual(expect.arrayContaining(["here", "superlink", "supernode-1", "federation"]))
    expect(drawn.texts()).not.toContain("supernode-2")
    expect(drawn.texts()).toContain("3 site-create")
    expect(drawn.texts()).toContain("Run 1 · 2026-11-22 18:00Z · 3 h")
    expect(drawn.all("rect", "bad mark")).toHaveLength(2)
    expect(drawn.texts().filter((words) => words === "✗")).toHaveLength(2)
    expect(drawn.all("rect", "critical")).toHaveLength(4)
    expect(svg).toContain("4 token-redeem at supernode-1: failed after 12 min 30 s")
    expect(svg).toContain("Failed or blocked: token-redeem at supernode-1, verify-federation at federation.")
  })

  it("says how much later a run was, and marks the fold", () => {
    const drawn = drawnIn(timeline(walkOf([...run("one", 0, long), ...run("two", 100_000, long)]))!.text)
    expect(drawn.texts()).toContain("Run 2 · 2026-11-23 21:46Z · 1 d 1 h later · 3 h")
    expect(drawn.all("path", "fold")).toHaveLength(1)
  })

  it("draws checking, applying and waiting in different ways", () => {
    const drawn = drawnIn(timeline(walkOf([...killed(), ...failed()]))!.text)
    const height = (name: string) => new Set(drawn.all("rect", name).map((each) => each.height))
    expect(height("checked")).toEqual(new Set(["4"]))
    expect(height("applied")).toEqual(new Set(["12"]))
    expect(drawn.all("rect", "waited").length).toBeGreaterThan(1)
  })
})
