import { stripVTControlCharacters } from "node:util"
import { Listr } from "listr2"
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"
import type { Event } from "../../lib/runner/events.ts"
import { createView, type View, width } from "../../lib/terminal/index.ts"
import { ended, heldBack, lanesOf, placeOf, recorded, started } from "./scene.ts"
import { FakeTerminal } from "./screen.ts"

interface Stage {
  readonly terminal: FakeTerminal
  readonly view: View
  say(...events: Event[]): void
}

async function open(columns: number, rows: number, show = false): Promise<Stage> {
  const terminal = new FakeTerminal(columns, rows)
  const view = await createView({
    kind: "lanes",
    stdout: terminal.asStream,
    stderr: new FakeTerminal(columns, rows).asStream,
    titles: (id) => `Do ${id}`,
    show,
  })
  return {
    terminal,
    view,
    say: (...events) => recorded(events, Date.now()).forEach(view.listener),
  }
}

/** Drives the real listr2 with our renderer, one task per lane, as the runner does. */
const list = (stage: Stage, tasks: (() => Promise<void>)[]) =>
  new Listr(
    tasks.map((task, index) => ({ title: `lane ${index}`, task })),
    {
      concurrent: true,
      exitOnError: false,
      registerSignalListeners: false,
      renderer: stage.view.renderer!,
    },
  ).run()

const step = (at: string): Event => ({ type: "step started", ...placeOf(at) })
const pause = (milliseconds: number) => new Promise<void>((done) => setTimeout(done, milliseconds))

/** The text of each write, without escape codes. */
const frames = (terminal: FakeTerminal): string[] =>
  terminal.writes.map((text) => stripVTControlCharacters(text)).filter((text) => text.trim() !== "")

const sizes = [
  [0, 0],
  [20, 5],
  [80, 24],
  [200, 60],
] as const
const counts = [2, 50, 1000]

describe.each(sizes)("lanes on a terminal of %i by %i", (columns, rows) => {
  it.each(counts)("draws %i lanes within the screen and leaves the final state", async (lanes) => {
    const stage = await open(columns, rows)
    const { say, terminal } = stage
    const places = lanesOf(lanes)
    say(started(lanes))
    const failing = "supernode-2"
    await list(
      stage,
      places.map(({ name, steps }) => async () => {
        for (const id of steps) {
          const at = name === "here" || name === "federation" ? id : `${name}/${id}`
          if (name === failing && id === "verify") {
            say(heldBack(at, `${failing}/token-redeem`))
            continue
          }
          say(step(at))
          say({ type: "waiting", ...placeOf(at), reason: `waiting for 数据 ${"x".repeat(90)}` })
          await pause(30)
          const failed = name === failing && id === "token-redeem"
          say(ended(at, failed ? "failed" : "applied", failed ? "the token was used before" : "created"))
        }
      }),
    )
    say({ type: "run ended", code: 1, counts: {}, seconds: 1 })
    stage.view.close()

    const drawn = frames(terminal)
    const last = drawn.at(-1)!.trimEnd().split("\n")
    for (const [index, text] of drawn.entries()) {
      const lines = text.trimEnd().split("\n")
      for (const line of lines) expect(width(line)).toBeLessThan(columns || 80)
      if (index < drawn.length - 1) expect(lines.length).toBeLessThanOrEqual(Math.max(1, (rows || 24) - 2))
    }
    if (rows !== 5)
      expect(Math.max(...drawn.slice(0, -1).map((text) => text.split("\n").length))).toBeGreaterThan(4)
    // What stays: one line per lane or, with many, the one that failed and a count.
    expect(last).toHaveLength(lanes > 20 ? 2 : places.length)
    expect(last.some((line) => line.startsWith("✗ super"))).toBe(true)
    if (lanes > 20) expect(last.at(-1)).toMatch(new RegExp(`^${lanes + 2} lanes of `))
    expect(terminal.text().trimEnd().split("\n")).toEqual(last)
    expect(terminal.cursorShown).toBe(true)
  })
})

/** What the renderer and the frames measure time with, so that no frame depends on how busy the machine is. */
const CLOCK = ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "performance", "Date"] as const
const passes = (milliseconds: number) => vi.advanceTimersByTimeAsync(milliseconds)

describe("lanes", () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: [...CLOCK] })
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  it("draws ten frames a second while something changes, else one for the clocks", async () => {
    const stage = await open(80, 24)
    stage.say(started(50))
    const { promise, resolve } = Promise.withResolvers<void>()
    const running = list(stage, [() => promise])
    while (frames(stage.terminal).length === 0) await passes(5)
    for (let n = 0; n < 200; n++) {
      stage.say({ type: "waiting", ...placeOf("superlink/login"), reason: `reason ${n}` })
      await passes(5)
    }
    expect(frames(stage.terminal)).toHaveLength(1 + 10)
    await passes(100)
    expect(frames(stage.terminal).at(-1)).toContain("reason 199")
    // From then on only the clocks are drawn, once a second.
    const still = frames(stage.terminal).length
    await passes(5_000)
    expect(frames(stage.terminal).length - still).toBe(5)
    resolve()
    await running
    stage.view.close()
  })

  it("shows lanes that fail, run, wait and are pending, in the run's order while all fit", async () => {
    const stage = await open(80, 24)
    const { promise, resolve } = Promise.withResolvers<void>()
    const running = list(stage, [() => promise])
    stage.say(
      started(2),
      ended("prerequisites", "unchanged", "bash, oc, skupper"),
      ended("superlink/login", "applied", "logged in"),
      step("superlink/site-create"),
      {
        type: "waiting",
        ...placeOf("superlink/site-create"),
        reason: "Pending: no Route\nis admitted\u001b[2J yet",
      },
      step("supernode-1/login"),
      ended("supernode-2/login", "blocked", "the session has expired"),
      heldBack("supernode-2/site-create", "supernode-2/login"),
    )
    await passes(150)
    const shown = stage.terminal.text()
    resolve()
    await running
    stage.view.close()
    await expect(`${shown}\n`).toMatchFileSnapshot("golden/lanes-running.txt")
    await expect(`${stage.terminal.text()}\n`).toMatchFileSnapshot("golden/lanes-ended-early.txt")
  })

  it("leaves notes, warnings and, with --show, commands and outputs above the lanes", async () => {
    const stage = await open(80, 24, true)
    const { promise, resolve } = Promise.withResolvers<void>()
    const running = list(stage, [() => promise])
    const at = placeOf("superlink/login")
    const url = `https://oauth.a.example/oauth/authorize?client_id=openshift-cli-client&state=${"s".repeat(60)}`
    stage.say(started(1), step("superlink/login"), { type: "warning", text: "the journal was torn" })
    await passes(150)
    stage.say(
      { type: "action started", ...at, action: "apply" },
      { type: "command", ...at, line: "oc login --server=https://api.a.example:6443 --web" },
      { type: "note", ...at, text: url },
    )
    await passes(150)
    const during = stage.terminal.text().split("\n")
    expect(during[0]).toBe("warning: the journal was torn")
    expect(during[1]).toMatch(/superlink +login +\$ oc login --server=/)
    // The terminal breaks the URL, the program does not, so that it can be copied.
    expect(frames(stage.terminal).join("\n")).toContain(url)
    stage.say({ type: "shown", ...at, line: "oc whoami", text: "admin\n", differs: [] })
    resolve()
    await running
    stage.say({ type: "note", ...placeOf("verify-federation"), text: "All sites are verified." })
    stage.say({ type: "run ended", code: 0, counts: {}, seconds: 1 })
    stage.view.close()
    const after = stage.terminal.text()
    expect(after).toMatch(/\$ oc whoami\n {4}admin\n/)
    expect(after.match(/All sites are verified\./g)).toHaveLength(1)
  })

  it("leaves the final state once, whether the list or close() came first", async () => {
    const stage = await open(80, 24)
    const { promise, resolve } = Promise.withResolvers<void>()
    const running = list(stage, [() => promise])
    stage.say(started(1), step("superlink/login"))
    await passes(50)
    stage.view.close()
    const closed = stage.terminal.text()
    expect(closed).toMatch(/^▸ superlink/m)
    expect(stage.terminal.cursorShown).toBe(true)
    resolve()
    await running
    stage.view.close()
    expect(stage.terminal.text()).toBe(closed)
  })
})
