import { PassThrough } from "node:stream"
import { describe, expect, it } from "vitest"
import type { Recorded } from "../../lib/runner/events.ts"
import { createView } from "../../lib/terminal/index.ts"
import { ended, heldBack, placeOf, recorded, run, started } from "./scene.ts"

async function plain(
  events: Recorded[],
  options: { show?: boolean; colour?: boolean } = {},
): Promise<string> {
  const stdout = new PassThrough()
  const stream = stdout as unknown as NodeJS.WriteStream
  const view = await createView({
    kind: "plain",
    stdout: stream,
    stderr: stream,
    titles: (id) => id,
    ...options,
  })
  for (const event of events) view.listener(event)
  view.close()
  return String(stdout.read() ?? "")
}

describe("the plain view", () => {
  it("is one line per event that matters", async () => {
    await expect(await plain(run())).toMatchFileSnapshot("golden/plain.txt")
  })

  it("prints commands and kept outputs with --show", async () => {
    await expect(await plain(run(), { show: true })).toMatchFileSnapshot("golden/plain-show.txt")
  })

  it("has no escape code without colour, not even a cluster's own, and the same words with it", async () => {
    const bare = await plain(run(), { show: true })
    const painted = await plain(run(), { show: true, colour: true })
    expect(bare).not.toContain("\u001b")
    expect(painted).toContain("\u001b[32m✓")
    expect(painted.replaceAll(/\u001b\[\d+m/g, "")).toBe(bare)
  })

  it("says a waiting reason again only when it changed, at each place for itself", async () => {
    const waiting = (at: string, reason: string) => ({ type: "waiting", ...placeOf(at), reason }) as const
    const text = await plain(
      recorded([
        started(1),
        waiting("superlink/login", "a"),
        waiting("supernode-1/login", "a"),
        waiting("superlink/login", "a"),
        waiting("superlink/login", "b"),
        waiting("superlink/login", "a"),
        ended("superlink/login", "unchanged", "in"),
        waiting("superlink/login", "a"),
      ]),
    )
    expect(text.match(/waiting/g)).toHaveLength(5)
  })

  it("names a lane's cause once", async () => {
    const text = await plain(
      recorded([
        started(2),
        ...["site-create", "token-issue", "verify"].map((id) =>
          heldBack(`supernode-1/${id}`, "supernode-1/login"),
        ),
        ...["token-issue", "verify"].map((id) => heldBack(`supernode-2/${id}`, "superlink/site-create")),
      ]),
    )
    expect(text.split("\n").filter((line) => line.startsWith("–"))).toEqual([
      "– supernode-1  site-create        skipped    supernode-1/login failed; the rest of this lane is skipped too",
      "– supernode-2  token-issue        skipped    superlink/site-create failed; the rest of this lane is skipped too",
    ])
  })

  it("joins output that came in pieces", async () => {
    const at = placeOf("superlink/login")
    const output = (text: string) => ({ type: "output", ...at, stream: "stdout", text }) as const
    const text = await plain(
      recorded([
        started(1),
        { type: "action started", ...at, action: "apply" },
        output("one\ntw"),
        output("o\nthr"),
        output("ee"),
        { type: "command ended", ...at, exitCode: 0, seconds: 1 },
      ]),
      { show: true },
    )
    expect(text).toMatch(/\n {4}one\n {4}two\n {4}three\n$/)
  })
})
