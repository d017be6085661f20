import { describe, expect, it } from "vitest"
import type { Event } from "../../lib/runner/events.ts"
import { colours } from "../../lib/terminal/colours.ts"
import { finalFrame, frame } from "../../lib/terminal/frame.ts"
import { RunModel } from "../../lib/terminal/model.ts"
import { ended, heldBack, placeOf, recorded, started } from "./scene.ts"

const model = (...events: Event[]): RunModel => {
  const result = new RunModel()
  for (const event of recorded(events)) result.take(event)
  return result
}
const check = (model: RunModel, columns: number, rows: number) => ({
  columns,
  rows,
  now: model.now + 65_000,
  started: model.started,
  colours: colours(false),
  titles: (id: string) => `Do ${id}`,
})
const step = (at: string): Event => ({ type: "step started", ...placeOf(at) })

const many = () =>
  model(
    started(50),
    ended("prerequisites", "unchanged", "all there"),
    ...Array.from({ length: 30 }, (_, n) => ended(`supernode-${n + 1}/login`, "unchanged", "logged in")),
    ...[3, 7, 9].map((n) => step(`supernode-${n}/site-create`)),
    { type: "waiting", ...placeOf("supernode-7/site-create"), reason: "Pending" },
    ended("supernode-9/site-create", "blocked", "two Sites: a, b"),
    heldBack("supernode-9/token-issue", "supernode-9/site-create"),
    ended("supernode-20/site-create", "interrupted", "interrupted; the same command resumes from here"),
  )

describe("frame", () => {
  it("keeps lanes that failed, run and wait when not all fit", async () => {
    const m = many()
    const lines = frame(m.lanes(), check(m, 80, 12))
    expect(lines).toHaveLength(10)
    await expect(`${lines.join("\n")}\n`).toMatchFileSnapshot("golden/frame-80x12.txt")
  })

  it("keeps in view what has taken longest", () => {
    const m = new RunModel()
    const [begun, ...steps] = recorded([
      started(50),
      ...Array.from({ length: 50 }, (_, n) => step(`supernode-${n + 1}/site-create`)),
    ])
    m.take(begun!)
    // The later a lane stands in the list, the earlier it began.
    for (const [n, line] of steps.entries())
      m.take({ ...line, t: new Date(Date.parse(begun!.t) + (50 - n) * 1000).toISOString() })
    const lines = frame(m.lanes(), check(m, 80, 12))
    expect(lines.slice(0, 3).map((line) => line.split(/ +/)[1])).toEqual([
      "supernode-50",
      "supernode-49",
      "supernode-48",
    ])
  })

  it("shows failures and what takes longest, however many there are of each", () => {
    const failures = Array.from({ length: 30 }, (_, n) => [
      step(`supernode-${n + 1}/site-create`),
      ended(`supernode-${n + 1}/site-create`, "failed", "forbidden"),
    ])
    const busy = Array.from({ length: 30 }, (_, n) => step(`supernode-${n + 31}/site-create`))
    const m = new RunModel()
    for (const line of recorded([started(200), ...failures.flat(), ...busy])) m.take(line)
    const lines = frame(m.lanes(), check(m, 80, 24))
    expect(lines).toHaveLength(22)
    const signs = lines.slice(0, 20).map((line) => line[0])
    expect(signs.filter((sign) => sign === "✗")).toHaveLength(13)
    expect(signs.filter((sign) => sign === "▸")).toHaveLength(7)
    expect(lines[20]).toMatch(/^… 183 more lanes: 17 failed, 23 running/)
  })

  it("is the sum alone where there is no room for more", () => {
    const m = many()
    expect(frame(m.lanes(), check(m, 40, 3))).toEqual(["31 of 255 steps · 1 running · 1 waitin…"])
    expect(frame(m.lanes(), check(m, 40, 0))).toHaveLength(1)
  })

  it("leaves the lanes that did not succeed, and a count, where lanes are many", async () => {
    const m = many()
    const text = `${finalFrame(m.lanes(), check(m, 80, 24)).join("\n")}\n`
    await expect(text).toMatchFileSnapshot("golden/frame-final.txt")
  })

  it("does not count steps that are not needed, and counts skipped steps apart from those that are done", () => {
    const [, superlink, supernode] = model(
      started(1),
      ended("superlink/login", "applied", "in"),
      ended("superlink/site-create", "failed", "no"),
      heldBack("superlink/connector", "superlink/site-create"),
      ended("supernode-1/token-issue", "skipped", "token-redeem is ready", { because: "not needed" }),
    ).lanes()
    expect(superlink).toMatchObject({
      state: "failed",
      done: 1,
      applied: 1,
      heldBack: 1,
      total: 3,
      step: "site-create",
    })
    expect(supernode).toMatchObject({ state: "pending", done: 0, total: 4, step: "login" })
  })

  it("shows a lane that is tried again as one that runs", () => {
    const failed = [
      started(1),
      step("supernode-1/site-create"),
      ended("supernode-1/site-create", "failed", "timed out", { passing: true }),
      heldBack("supernode-1/listener", "supernode-1/site-create"),
    ]
    const lane = (...more: Event[]) =>
      model(...failed, ...more)
        .lanes()
        .find(({ name }) => name === "supernode-1")
    expect(lane()).toMatchObject({ state: "failed", heldBack: 1 })
    const again = [step("supernode-1/site-create")]
    expect(lane(...again)).toMatchObject({ state: "running", step: "site-create", heldBack: 0 })
    again.push(ended("supernode-1/site-create", "applied", "it is ready"))
    expect(lane(...again)).toMatchObject({ state: "pending", applied: 1, heldBack: 0 })
  })

  it("counts a step that runs again by its last outcome", () => {
    const [, superlink] = model(
      started(1),
      ended("superlink/login", "unchanged", "in"),
      step("superlink/login"),
      ended("superlink/login", "applied", "in again"),
    ).lanes()
    expect(superlink).toMatchObject({ done: 1, applied: 1 })
  })
})
