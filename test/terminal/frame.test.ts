import { describe, expect, it } from "vitest"
import type { Event } from "../../lib/runner/events.ts"
import { colours } from "../../lib/terminal/colours.ts"
import { finalFrame, frame } from "../../lib/terminal/frame.ts"
import { RunModel } from "../../lib/terminal/model.ts"
import { ended, placeOf, recorded, started } from "./scene.ts"

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
    ended("supernode-9/token-issue", "skipped", "not run: supernode-9/site-create is blocked"),
    ended("supernode-20/site-create", "interrupted", "interrupted; the same command goes on from here"),
  )

describe("frame", () => {
  it("keeps what failed, runs and waits when not all lanes fit", async () => {
    const m = many()
    const lines = frame(m.lanes(), check(m, 80, 12))
    expect(lines).toHaveLength(10)
    await expect(`${lines.join("\n")}\n`).toMatchFileSnapshot("golden/frame-80x12.txt")
  })

  it("is the sum alone where there is no room for more", () => {
    const m = many()
    expect(frame(m.lanes(), check(m, 40, 3))).toEqual(["31 of 255 steps · 1 running · 1 waitin…"])
    expect(frame(m.lanes(), check(m, 40, 0))).toHaveLength(1)
  })

  it("leaves what did not end well, and a count, where lanes are many", async () => {
    const m = many()
    const text = `${finalFrame(m.lanes(), check(m, 80, 24)).join("\n")}\n`
    await expect(text).toMatchFileSnapshot("golden/frame-final.txt")
  })

  it("counts what need not be done out, and what was not run apart from what is done", () => {
    const [, superlink, supernode] = model(
      started(1),
      ended("superlink/login", "applied", "in"),
      ended("superlink/site-create", "failed", "no"),
      ended("superlink/connector", "skipped", "not run: superlink/site-create failed"),
      ended("supernode-1/token-issue", "skipped", "token-redeem is done"),
    ).lanes()
    expect(superlink).toMatchObject({
      state: "failed",
      done: 1,
      made: 1,
      notRun: 1,
      total: 3,
      step: "site-create",
    })
    expect(supernode).toMatchObject({ state: "pending", done: 0, total: 4, step: "login" })
  })

  it("takes a step that is done anew for what it became last", () => {
    const [, superlink] = model(
      started(1),
      ended("superlink/login", "unchanged", "in"),
      step("superlink/login"),
      ended("superlink/login", "applied", "in again"),
    ).lanes()
    expect(superlink).toMatchObject({ done: 1, made: 1 })
  })
})
