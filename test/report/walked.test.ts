/** What an interactive walk leaves in a journal, in each format. */
import { describe, expect, it } from "vitest"
import { barsOf, criticalPath, pathWords } from "../../lib/report/critical-path.ts"
import { executed } from "../../lib/report/executions.ts"
import { htmlReport } from "../../lib/report/html.ts"
import { markdownReport } from "../../lib/report/markdown.ts"
import { notebookFile } from "../../lib/report/notebook-file.ts"
import { runRows, runsNamed } from "../../lib/report/run-rows.ts"
import { timeline } from "../../lib/report/timeline.ts"
import type { ReportPlace } from "../../lib/report/types.ts"
import { placeOf as at, ended, heldBack } from "../terminal/scene.ts"
import { runOf, startOf, walkOf } from "./scene.ts"
import { walked } from "./walked.ts"

const names = ["superlink", "supernode-1"]
const walk = walkOf(walked(), { names })
const markdown = markdownReport(walk)
const page = htmlReport(walk)
const opening: string = JSON.parse(notebookFile(walk)).cells[0].source
const words = (html: string): string => html.replace(/<[^>]*>/g, " ").replace(/\s+/g, " ")
const section = (text: string, title: string): string =>
  text.split(/^(?=## )/m).find((part) => part.startsWith(`## ${title}\n`)) ?? ""
const place = (step: string, site?: string): ReportPlace =>
  walk.cells.find((cell) => cell.step === step)!.places.find((one) => one.site === site)!

describe("the runs of a walk", () => {
  it("know which steps ran in each, and which did not succeed, but not those that were skipped because of them", () => {
    expect(walk.runs.map(({ cells }) => cells)).toEqual([
      ["prerequisites"],
      ["login"],
      ["site-create"],
      ["site-create"],
      ["site-create"],
    ])
    expect(walk.runs.map(({ wrong }) => wrong)).toEqual([
      [],
      [],
      [{ step: "site-create", site: "superlink", kind: "failed", reason: "no Route is admitted" }],
      [],
      [expect.objectContaining({ site: "supernode-1", kind: "interrupted" })],
    ])
  })

  it("have steps that were skipped because of one that is not in this run", () => {
    const lines = runOf("x", "2026-11-22T18:00:00.000Z", [
      startOf(names),
      heldBack("supernode-1/token-redeem", "superlink/site-create"),
    ])
    expect(walkOf(lines, { names }).runs).toMatchObject([{ cells: [], wrong: [{ step: "token-redeem" }] }])
  })

  it("are one row where they follow each other and succeed", () => {
    expect(runRows(walk).map(({ numbers, cells, code }) => [numbers, cells, code])).toEqual([
      ["1–2", "prerequisites, login", 0],
      ["3", "site-create", 1],
      ["4", "site-create", 0],
      ["5", "site-create", 130],
    ])
    expect(new Set(runRows(walk).map(({ command }) => command))).toEqual(
      new Set(["flower-runbook walk --name hospital-trial"]),
    )
    expect(runRows(walk)[0]!.seconds).toBeCloseTo(3.6)
  })

  it.each([
    ["the same walk", {}, "1–2"],
    ["another person's", { by: { user: "bob", host: "ward", platform: "p", node: "n" } }, "1,2"],
    ["another command", { command: "flower-runbook run --yes" }, "1,2"],
    ["with other options", { command: "flower-runbook walk --practice: login" }, "1,2"],
    ["without a command", { command: "flower-runbook --by-hand: login" }, "1,2"],
    ["a command called walk-about", { command: "flower-runbook walk-about: login" }, "1,2"],
  ])("are separate rows where they are not one walk: %s", (_, more, numbers) => {
    const end = { type: "run ended", code: 0, counts: {}, seconds: 1 } as const
    const command = "flower-runbook walk: the rest"
    const one = runOf("b1", "2026-11-22T18:00:00.000Z", [startOf(names, { command }), end])
    const two = runOf("b2", "2026-11-22T18:01:00.000Z", [
      startOf(names, { command: "flower-runbook walk: login, project at superlink", ...more }),
      end,
    ])
    const numbersOf = (lines: typeof one) => runRows(walkOf(lines, { names })).map((row) => row.numbers)
    expect(numbersOf([...one, ...two]).join()).toBe(numbers)
    const late = two.map((line) => ({ ...line, t: line.t.replace("-22T", "-23T") }))
    expect(numbersOf([...one, ...late])).toEqual(["1", "2"])
  })

  it.each(["flower-runbook", "flower-runbook --by-hand --name x", "flower-runbook walk"])(
    "belong to a walk with the command %s",
    (command) => {
      const runs = ["login", "project at superlink, supernode-1", "the rest"].flatMap((cell, index) =>
        runOf(`d${index}`, `2026-11-22T18:0${index}:00.000Z`, [
          startOf(names, { command: `${command}: ${cell}` }),
          { type: "run ended", code: 0, counts: {}, seconds: 1 },
        ]),
      )
      const rows = runRows(walkOf(runs, { names }))
      expect(rows).toMatchObject([{ numbers: "1–3", command }])
    },
  )

  it("are in every format with what went wrong in them, also where it was fixed later", () => {
    for (const text of [section(markdown, "Runs"), opening]) {
      expect(text).toContain("| 1–2 | 2026-11-22 18:00:00Z | alice@ward |")
      expect(text).toMatch(/\| 3 .*\| site-create at superlink: no Route is admitted \|/)
      expect(text).toMatch(/\| 5 .*\| site-create at supernode-1: interrupted by Ctrl-C \|/)
    }
    const runs = words(page.slice(page.indexOf('id="runs"')))
    expect(runs).toContain("site-create ✗ exit code 1 1 failed, 1 skipped site-create at superlink: no Route")
    expect(runs).toContain("prerequisites, login ✓ exit code 0 1 unchanged, 2 applied")
  })

  it("say Ctrl-C also where it came when everything was already done", () => {
    const lines = runOf("x", "2026-11-22T18:00:00.000Z", [
      startOf(names),
      { type: "step started", ...at("prerequisites") },
      ended("prerequisites", "unchanged", "here"),
      { type: "run ended", code: 130, counts: { unchanged: 1 }, seconds: 1 },
    ])
    expect(section(markdownReport(walkOf(lines, { names })), "Runs")).toContain("| interrupted by Ctrl-C |")
  })
})

it.each([
  [[3], "run 3"],
  [[3, 3], "run 3"],
  [[3, 4, 5, 7], "runs 3–5 and 7"],
])("names runs %j: %s", (numbers, text) => {
  expect(runsNamed(numbers)).toBe(text)
})

describe("what was only checked", () => {
  it("is kept as such, apart from what ran", () => {
    expect(place("prerequisites").executions).toHaveLength(5)
    expect(executed(place("prerequisites"))).toMatchObject([{ run: 1, outcome: { kind: "unchanged" } }])
    expect(place("prerequisites").executions[1]).toMatchObject({ run: 2, onlyChecked: true })
  })

  it("is not shown as a cell's execution", () => {
    const cell = section(markdown, "What was done").split("### ")[1]!
    expect(cell.match(/skupper version/g)).toHaveLength(1)
    const started = page.indexOf('id="step-prerequisites"')
    const article = page.slice(started, page.indexOf("</article>", started))
    expect(article.match(/skupper version/g)).toHaveLength(1)
    expect(words(article)).toContain("Only checked, for steps that need it, in runs 2–5.")
    expect(
      words(page.slice(page.indexOf('id="step-login"'), page.indexOf('id="step-site-create"'))),
    ).not.toContain("Only checked")
    const { cells } = JSON.parse(notebookFile(walk))
    expect(cells.filter(({ source }: { source: string }) => source === "skupper version")).toHaveLength(1)
  })

  it("does not change the state of a place", () => {
    const lines = [
      ...runOf("k1", "2026-11-22T18:00:00.000Z", [
        startOf(names),
        { type: "step started", ...at("prerequisites") },
      ]),
      ...walked().filter(({ run }) => run === "a2"),
    ]
    expect(markdownReport(walkOf(lines, { names }))).toMatch(/\| prerequisites +\| ✗ interrupted/)
  })

  it("is on the critical path for as long as it took, and a session alone is no bar", () => {
    expect(pathWords(walk.notebook, criticalPath(walk, barsOf(walk), 4))).toMatch(
      /^here: prerequisites 0\.\d s → superlink: site-create 0\.2 s$/,
    )
    const picture = timeline(walk)!.text
    expect(picture).not.toContain("login at superlink: checked")
    expect(picture.match(/prerequisites: checked/g)).toHaveLength(4)
    // Named where it ran.
    expect(picture.match(/<text[^>]*>1(?: pre[^<]*)?</g)).toHaveLength(1)
  })
})

describe("what changed between runs", () => {
  it("is shown with when, and by whom: the user of the next run", () => {
    expect(walk.changes).toEqual([
      {
        t: "2026-11-22T18:03:00.100Z",
        by: expect.objectContaining({ user: "bob" }),
        name: "greeting",
        from: "Hello",
        to: "Good morning",
      },
    ])
    const line = "- greeting: `Hello` → `Good morning`, 2026-11-22 18:03:00Z, by bob@ward"
    expect(section(markdown, "Changed inputs")).toContain(line)
    expect(opening).toContain(line)
    expect(words(page.slice(page.indexOf('id="inputs"')))).toContain(
      "greeting all Hello Good morning 2026-11-22 18:03Z bob@ward",
    )
  })

  it("is also a site's value in a run; a site that joins, is not selected or leaves changes nothing", () => {
    const [one, two] = names.map((name) => ({
      name,
      role: "supernode",
      given: { project: `flower-${name}` },
    }))
    const moved = { ...one!, given: { project: "elsewhere", password: "hunter22" } }
    const runs = [[one!], [one!, two!], [two!], [moved, two!]].flatMap((sites, index) =>
      runOf(`c${index}`, `2026-11-22T18:0${index}:00.000Z`, [startOf([], { sites })]),
    )
    expect(walkOf(runs, { names }).changes).toMatchObject([
      {
        site: "superlink",
        name: "project",
        from: "flower-superlink",
        to: "elsewhere",
        by: { user: "alice" },
      },
    ])
  })

  it("is only of the sites in the report", () => {
    const runs = ["a", "b"].flatMap((project, index) =>
      runOf(`s${index}`, `2026-11-22T18:0${index}:00.000Z`, [
        startOf([], { sites: names.map((name) => ({ name, role: "supernode", given: { project } })) }),
      ]),
    )
    expect(walkOf(runs, { names }).changes).toHaveLength(2)
    expect(walkOf(runs, { names, sites: ["superlink"] }).changes).toMatchObject([{ site: "superlink" }])
  })

  it("is nothing where nothing changed", () => {
    const same = walkOf(
      walked().filter(({ run }) => run < "a4"),
      { names },
    )
    expect(same.changes).toEqual([])
    expect(markdownReport(same)).not.toContain("Changed inputs")
    expect(htmlReport(same)).not.toContain("Changed inputs")
  })
})

it("says who approved", () => {
  expect(section(markdown, "Approvals")).toContain(
    "superlink.example:6443: approved by alice@ward when asked, 2026",
  )
  expect(words(page)).toContain("creates a Site on https://api.superlink.example:6443 alice@ward when asked")
})

describe("the executions of a cell", () => {
  const cell = section(markdown, "What was done").split("### ")[3]!

  it("has what was written below the execution that wrote it, and the one that found it fixed", () => {
    const [failed, found] = cell.split(/^(?=\*\*superlink\*\*)/m).slice(1)
    expect(failed).toMatch(/✗ failed.*\n(- .*\n)*- written: manifests\/site\.yaml, SHA-256 d1c3/)
    expect(found).toContain("✓ unchanged")
    expect(found).toContain("- found: ready, Ready")
    expect(found).not.toContain("written")
  })

  it("says what was left to a person", () => {
    expect(cell).toMatch(/\*\*supernode-1\*\* ✗ interrupted.*\n- left to a person: the commands were shown\n/)
  })

  it("does not say that the program created what a person created, nor that it existed before", () => {
    const site = at("supernode-1/site-create")
    const lines = runOf("h", "2026-11-22T18:00:00.000Z", [
      startOf(names),
      { type: "step started", ...site },
      { type: "manual", ...site, action: "apply" },
      {
        type: "checkpoint",
        ...site,
        fingerprint: "f",
        inputs: { version: "1" },
        reason: "Ready",
        adopted: true,
      },
      ended("supernode-1/site-create", "applied", "Ready", { adopted: true }),
    ])
    const once = walkOf(lines, { names })
    expect(markdownReport(once)).toMatch(/\| site-create .*\| ✓ applied manually \|/)
    expect(markdownReport(once)).toContain("\n- a person created it; teardown does not delete it\n")
    expect(words(htmlReport(once))).toContain("A person created it. Teardown does not delete it.")
    const later = [
      ...lines,
      ...runOf("i", "2026-11-22T19:00:00.000Z", [
        startOf(names),
        { type: "step started", ...site },
        ended("supernode-1/site-create", "unchanged", "Ready", { adopted: true }),
      ]),
    ]
    expect(markdownReport(walkOf(later, { names }))).toContain("| ✓ unchanged (manual) |")
  })

  it("has only the first of those that found it ready", () => {
    const again = walked().map((line) => ({
      ...line,
      run: `b${line.run}`,
      t: line.t.replace("-22T", "-23T"),
    }))
    const twice = markdownReport(walkOf([...walked(), ...again], { names }))
    const first = section(twice, "What was done").split("### ")[1]!
    expect(first.match(/run \d+$/gm)).toEqual(["run 1"])
  })
})
