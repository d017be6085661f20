import { PassThrough } from "node:stream"
import { stripVTControlCharacters } from "node:util"
import { describe, expect, it } from "vitest"
import {
  askChoice,
  askConfirm,
  askNumber,
  askPlan,
  askSecret,
  askText,
  askUrl,
  type PromptIo,
} from "../../lib/terminal/index.ts"

/** Types each answer once the question (and whatever is said about the answer before) is on the screen. */
function person(...script: { after: string; type: string }[]): PromptIo & { shown(): string } {
  const stdin = new PassThrough()
  const stdout = new PassThrough()
  let seen = ""
  const left = [...script]
  stdout.on("data", (chunk) => {
    seen += stripVTControlCharacters(String(chunk))
    const next = left[0]
    if (next === undefined || !seen.includes(next.after)) return
    left.shift()
    setImmediate(() => (next.type === "<end>" ? stdin.end() : stdin.write(next.type)))
  })
  return { stdin, stdout, shown: () => seen }
}
const CTRL_C = "\u0003"

describe("prompts", () => {
  it("takes text without the white space around it, or the default", async () => {
    expect(await askText({ message: "Project" }, person({ after: "Project", type: "  flower \r" }))).toBe(
      "flower",
    )
    expect(
      await askText({ message: "Project", default: "mine" }, person({ after: "Project", type: "\r" })),
    ).toBe("mine")
  })

  it("says what is wrong with an answer and asks on", async () => {
    const io = person(
      { after: "Project", type: "\r" },
      { after: "An answer is required", type: "Bad\r" },
      { after: "Bad is not a name", type: `${"\u007f".repeat(3)}good\r` },
    )
    const check = (value: string) => (value === "Bad" ? "Bad is not a name" : undefined)
    expect(await askText({ message: "Project", check }, io)).toBe("good")
  })

  it("completes a URL and refuses what is none", async () => {
    const io = person(
      { after: "Server", type: "ftp://x\r" },
      { after: "is not a URL such as", type: `${"\u007f".repeat(7)}api.a.example:6443\r` },
    )
    expect(await askUrl({ message: "Server" }, io)).toBe("https://api.a.example:6443")
  })

  it("takes choices, numbers within bounds, and No for a bare Enter", async () => {
    const choices = ["web", "token"] as const
    expect(
      await askChoice({ message: "Login", choices }, person({ after: "token", type: "\u001b[B\r" })),
    ).toBe("token")
    const number = person({ after: "How many", type: "0\r" }, { after: "must be", type: "\u007f3\r" })
    expect(await askNumber({ message: "How many", min: 1 }, number)).toBe(3)
    expect(await askConfirm({ message: "Sure?" }, person({ after: "Sure?", type: "\r" }))).toBe(false)
    expect(await askConfirm({ message: "Sure?" }, person({ after: "Sure?", type: "y\r" }))).toBe(true)
  })

  it("shows a plan before it asks", async () => {
    const io = person({ after: "Run this plan?", type: "y\r" })
    expect(await askPlan("Plan: 1 to do.\n", io)).toBe(true)
    expect(io.shown()).toMatch(/^Plan: 1 to do\.\n\n/)
  })

  it("shows nothing of a secret", async () => {
    const io = person({ after: "Password", type: "s3cret-pass\r" })
    expect(await askSecret({ message: "Password" }, io)).toBe("s3cret-pass")
    expect(io.shown()).not.toMatch(/s3|cret|pass\b|\*/)
  })

  it("ends with 130 at Ctrl-C", async () => {
    await expect(
      askText({ message: "Project" }, person({ after: "Project", type: CTRL_C })),
    ).rejects.toMatchObject({
      name: "RunbookError",
      exitCode: 130,
    })
  })

  it.each([
    ["the input ends", "<end>"],
    ["at Ctrl-D", "\u0004"],
  ])("ends with 2 when %s", async (_, type) => {
    await expect(askText({ message: "Project" }, person({ after: "Project", type }))).rejects.toMatchObject({
      name: "UsageError",
      exitCode: 2,
    })
  })

  it("ends with 130 when the run is interrupted meanwhile", async () => {
    const interrupted = new AbortController()
    const io = { ...person(), signal: interrupted.signal }
    io.stdout!.once("pipe", () => setImmediate(() => interrupted.abort()))
    await expect(askConfirm({ message: "Sure?" }, io)).rejects.toMatchObject({ exitCode: 130 })
  })

  it("leaves nothing listening", async () => {
    const io = person({ after: "Project", type: "x\r" })
    const before = io.stdin!.eventNames().map((name) => [name, io.stdin!.listenerCount(name)])
    await askText({ message: "Project" }, io)
    const after = io
      .stdin!.eventNames()
      .filter((name) => ["end", "close", "pause"].includes(String(name)))
      .map((name) => [name, io.stdin!.listenerCount(name)])
    expect(after).toEqual(before.filter(([name]) => ["end", "close", "pause"].includes(String(name))))
  })
})
