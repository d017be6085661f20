import { describe, expect, it } from "vitest"
import { markdownReport } from "../../lib/report/markdown.ts"
import { code, codeCell, fence, inline, table } from "../../lib/report/markdown-text.ts"
import { placeOf as at, ended } from "../terminal/scene.ts"
import { failed, killed, manySites, runOf, startOf, undone, walkOf } from "./scene.ts"

const section = (text: string, title: string): string =>
  text.split(/^(?=## )/m).find((part) => part.startsWith(`## ${title}\n`)) ?? ""

describe("the Markdown report", () => {
  it("of a killed run, one that failed and a teardown", async () => {
    const text = markdownReport(walkOf([...killed(), ...failed(), ...undone()]))
    await expect(text).toMatchFileSnapshot("golden/markdown.md")
  })

  it("of a run that was killed and nothing else", async () => {
    await expect(markdownReport(walkOf(killed()))).toMatchFileSnapshot("golden/markdown-killed.md")
  })

  it.each([
    ["Done", [ended("superlink/login", "applied", "in")], {}],
    ["Done, but stale", [ended("superlink/login", "applied", "in")], { stale: () => ["project a → b"] }],
    ["Failed", [ended("superlink/login", "failed", "no")], {}],
    ["Blocked", [ended("superlink/login", "blocked", "no")], {}],
    ["Interrupted", [ended("superlink/login", "interrupted", "no")], {}],
    ["Interrupted", [], {}],
    ["Running", [], { running: true }],
  ])("begins with the outcome: %s", (word, end, more) => {
    const walk = walkOf(
      runOf("x", "2026-11-22T18:00:00.000Z", [
        startOf(["superlink"]),
        { type: "step started", ...at("superlink/login") },
        ...end,
      ]),
      { names: ["superlink"], ...more },
    )
    const login = walk.cells.filter(({ step }) => step === "login")
    expect(markdownReport({ ...walk, cells: login })).toContain(`\n**${word}.** `)
  })

  it("does not count a site that left", () => {
    const lines = runOf("x", "2026-11-22T18:00:00.000Z", [
      startOf(["superlink", "supernode-9"]),
      { type: "step started", ...at("superlink/login") },
      ended("superlink/login", "applied", "in"),
      { type: "step started", ...at("supernode-9/login") },
      ended("supernode-9/login", "failed", "no"),
    ])
    const walk = walkOf(lines, { names: ["superlink"] })
    const text = markdownReport({ ...walk, cells: walk.cells.filter(({ step }) => step === "login") })
    expect(text).toContain("\n**Done.** 1 of 1 step is done at 1 site.")
    expect(text).not.toContain("## What failed")
    expect(text).toContain("| supernode-9 (left) |")
    expect(text).toContain("✗ failed")
  })

  it("does not say who ran it where the journal does not say", () => {
    const lines = runOf("x", "2026-11-22T18:00:00.000Z", [startOf(["superlink"], { by: undefined })])
    expect(markdownReport(walkOf(lines))).toMatch(
      /It took one run of \d.\d s on [-\d]+ [:\d]+Z, with flower-runbook 0\.1\.0\./,
    )
  })

  it("says so while a run is in progress", () => {
    expect(markdownReport(walkOf(killed(), { running: true }))).toContain(
      "A run was in progress when this report was created.",
    )
  })

  it("describes 50 sites that did the same once, and the one that differs by its name, on a page", () => {
    const { lines, names } = manySites(50)
    const text = markdownReport(walkOf(lines, { names }))
    expect(section(text, "Steps")).toContain("✗ blocked: supernode-7")
    expect(section(text, "Steps")).toContain("✓ applied: 50")
    const done = section(text, "What was done")
    expect(done.match(/^\*\*.*\*\*/gm)).toEqual(["**superlink**", "**supernode-7**"])
    expect(done).toContain(
      "- the same at supernode-1, supernode-2, supernode-3, supernode-4, supernode-5, supernode-6, supernode-8 and 42 more, each with its own values",
    )
    expect(text.split("\n").length).toBeLessThan(250)
  })

  it("keeps a site where a step failed apart from those where it succeeded", () => {
    const login = (site: string, exitCode: number) =>
      [
        { type: "step started", ...at(`${site}/login`) },
        { type: "command", ...at(`${site}/login`), line: `oc login ${site}` },
        { type: "command ended", ...at(`${site}/login`), exitCode, seconds: 1 },
        ended(`${site}/login`, "unchanged", "in"),
      ] as const
    const headings = (codes: [number, number]) => {
      const names = ["superlink", "supernode-1"]
      const lines = runOf("x", "2026-11-22T18:00:00.000Z", [
        startOf(names),
        ...names.flatMap((name, index) => login(name, codes[index]!)),
      ])
      return section(markdownReport(walkOf(lines, { names })), "What was done").match(/^\*\*.*\*\*/gm)
    }
    expect(headings([0, 0])).toEqual(["**superlink**"])
    expect(headings([0, 1])).toEqual(["**superlink**", "**supernode-1**"])
  })

  it("never shows a secret's value, and names it", () => {
    const inputs = [
      { site: "superlink", name: "password", value: "hunter22", origin: "variable", secret: true },
    ] as const
    const text = markdownReport(walkOf(killed(), { inputs }))
    expect(text).toContain("(secret)")
    expect(text).not.toContain("hunter22")
  })
})

describe("text in Markdown", () => {
  it.each([
    ["a | b", "a \\| b"],
    ["two\n lines\t here ", "two lines here"],
    ["`code` *bold* <b>", "\\`code\\` \\*bold\\* \\<b>"],
    ["snake_case stays, _this_ does not", "snake_case stays, \\_this\\_ does not"],
    ["[ok] and [link](https://x)", "[ok] and \\[link](https://x)"],
    ["![img](x) &lt; a & b", "\\![img](x) \\&lt; a & b"],
    ["C:\\dir", "C:\\\\dir"],
    ["\u001b[31mred\u001b[39m \u202eevil", "red evil"],
  ])("%j stays text", (text, escaped) => {
    expect(inline(text)).toBe(escaped)
  })

  it.each([
    ["plain", "`plain`"],
    ["a `tick`", "`` a `tick` ``"],
    ["``", "``` `` ```"],
  ])("%j is code", (text, expected) => {
    expect(code(text)).toBe(expected)
  })

  it("has a table's bars escaped also in code", () => {
    expect(codeCell("a | b")).toBe("`a \\| b`")
  })

  it("has a fence longer than any in its text", () => {
    expect(fence(["```", "text"])).toEqual(["````", "```", "text", "````"])
    expect(fence(["text  "])).toEqual(["```", "text", "```"])
  })

  it("has tables whose columns are even, but for what is very long", () => {
    const long = "x".repeat(60)
    expect(
      table(
        ["a", "b", "c"],
        [
          ["1", "wide", "end"],
          ["你好", long, ""],
        ],
      ),
    ).toEqual([
      "| a    | b    | c   |",
      "| ---- | ---- | --- |",
      "| 1    | wide | end |",
      `| 你好 | ${long} |     |`,
    ])
  })
})
