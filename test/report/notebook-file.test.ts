import { mkdtempSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { notebookFile } from "../../lib/report/notebook-file.ts"
import { placeOf as at, ended } from "../terminal/scene.ts"
import { findNbformat, validate } from "./nbformat.ts"
import { failed, killed, manySites, runOf, startOf, undone, walkOf } from "./scene.ts"

interface Cell {
  cell_type: "markdown" | "code"
  id: string
  metadata: { tags?: string[] }
  source: string
  execution_count?: number | null
  outputs?: { output_type: string; name: string; text: string }[]
}
const read = (text: string): { cells: Cell[]; metadata: object; nbformat: number; nbformat_minor: number } =>
  JSON.parse(text)

const text = notebookFile(walkOf([...killed(), ...failed(), ...undone()]))
const { cells, ...file } = read(text)
/** The cells of a step at a site. */
const of = (step: string, site: string): Cell[] =>
  cells.filter(({ metadata: { tags = [] } }) => tags.includes(step) && tags.includes(site))

describe("the notebook file", () => {
  it("is of nbformat 4.5, for a Bash kernel, its cells with an id each", () => {
    expect(file).toMatchObject({
      nbformat: 4,
      nbformat_minor: 5,
      metadata: { kernelspec: { name: "bash", language: "bash" }, language_info: { name: "bash" } },
    })
    for (const { id } of cells) expect(id).toMatch(/^[\w-]{1,64}$/)
    expect(new Set(cells.map(({ id }) => id)).size).toBe(cells.length)
  })

  it("opens with its state, what failed, the runs and a warning", () => {
    const opening = cells[0]!.source
    expect(opening).toMatch(/^# Sites that are linked: hospital-trial\n/)
    expect(opening).toContain("## What failed")
    expect(opening).toContain("| 1   | 2026-11-22 18:00:00Z | alice@ward | `flower-runbook run --yes`")
    expect(opening).toContain("- warning in run 2: the journal's last line was torn: it is cut")
    expect(opening).toContain("This is a record.")
  })

  it("has prose, then commands as the source and what they printed as outputs, numbered as executed", () => {
    const prose = cells.find(({ source }) => source.startsWith("## 3 Create the Skupper site"))!
    expect(prose.cell_type).toBe("markdown")
    expect(prose.source).toContain(
      "A Skupper **site** is a router in your project.\n\n    skupper site create NAME",
    )
    expect(of("login", "superlink").filter(({ cell_type }) => cell_type === "code")).toMatchObject([
      {
        source: "oc whoami\noc whoami",
        execution_count: 2,
        outputs: [{ output_type: "stream", name: "stdout", text: "admin\nadmin\n" }],
      },
    ])
  })

  it("keeps the executions of earlier runs, without a number; says where a command failed or was interrupted", () => {
    const [before, now] = of("site-create", "superlink").filter(({ cell_type }) => cell_type === "code")
    expect(before).toMatchObject({ execution_count: null })
    expect(before!.source).toBe(
      "# in /home/alice\nskupper site create superlink-interconnect --enable-link-access --wait none\n# interrupted",
    )
    expect(now).toMatchObject({ execution_count: 4, source: "skupper site status" })
    const redeem = of("token-redeem", "supernode-1").find(({ cell_type }) => cell_type === "code")!
    expect(redeem.source).toBe("skupper token redeem supernode-1.yaml\n# exit code 1")
    expect(redeem.outputs!.slice(0, 2)).toMatchObject([{ name: "stdout" }, { name: "stderr" }])
  })

  it("has checks, hashes, manual actions, missing promised lines, and the fix", () => {
    const textOf = (step: string, site: string) =>
      of(step, site)
        .filter(({ cell_type }) => cell_type === "markdown")
        .map(({ source }) => source)
        .join("\n")
    const site = textOf("site-create", "superlink")
    expect(site).toContain("- before: progressing, Pending\n- after: ready")
    expect(site).toContain("SHA-256 `d1c3de9a2cf572e10d88a18a93e5cf8ffa6ce2f8ccdd9ecc3833576991dd5156`")
    expect(site).toContain(
      'The guide promises these lines of `skupper site status`, but the output lacks them:\n\n```\nSite "<name>" is ready.\n```',
    )
    expect(site).toContain("- deleted by `remove-site`, 2026-11-23 08:00Z")
    expect(textOf("site-create", "supernode-2")).toContain("- left to a person: the commands were shown")
    expect(textOf("token-redeem", "supernode-1")).toContain(
      "- why: 404 (Not Found) \\*No such claim\\*\n- fix: issue a new token\n- next: `flower-runbook step token-issue",
    )
  })

  it("takes nothing of a cluster for markup, mathematics or a control code", () => {
    const evil = "<script>alert(1)</script> $x$ **b** \u001b[31m"
    const place = at("superlink/login")
    const made = read(
      notebookFile(
        walkOf(
          runOf("evil", "2026-11-22T18:00:00.000Z", [
            startOf(["superlink"], { by: { user: "$x$", host: "ward", platform: "p", node: "n" } }),
            { type: "step started", ...place },
            { type: "command", ...place, line: "oc whoami" },
            { type: "output", ...place, stream: "stdout", text: `${evil}\n` },
            { type: "note", ...place, text: evil },
            ended("superlink/login", "failed", evil, { why: evil, fix: evil }),
          ]),
          { names: ["superlink"] },
        ),
      ),
    )
    const markdown = made.cells
      .filter(({ cell_type }) => cell_type === "markdown")
      .map(({ source }) => source)
    expect(markdown.join("\n")).toContain("\\<script>alert(1)\\</script> \\$x\\$ \\*\\*b\\*\\*")
    expect(markdown.join("\n")).not.toMatch(/(?<!\\)<script|\u001b|(?<!\\)\$x/)
    expect(made.cells.flatMap(({ outputs = [] }) => outputs)).toMatchObject([
      { text: "<script>alert(1)</script> $x$ **b** \n" },
    ])
  })
})

const nbformat = await findNbformat()
if ("why" in nbformat) console.log(`skipped: no nbformat for Python: ${nbformat.why}`)

describe.skipIf("why" in nbformat)("Jupyter's nbformat", () => {
  const { lines, names } = manySites(12)
  const files: [string, string][] = [
    ["a killed run, one that failed, a teardown", text],
    ["many sites", notebookFile(walkOf(lines, { names }))],
    ["nothing has run yet", notebookFile(walkOf([]))],
  ]
  it.each(files)("finds nothing wrong: %s", async (_, content) => {
    const path = join(mkdtempSync(join(tmpdir(), "nb-")), "walk.ipynb")
    writeFileSync(path, content)
    await validate((nbformat as { python: string }).python, path)
  })

  it("would find what is wrong", async () => {
    const path = join(mkdtempSync(join(tmpdir(), "nb-")), "walk.ipynb")
    writeFileSync(path, text.replace(/"execution_count": 2,/, ""))
    await expect(validate((nbformat as { python: string }).python, path)).rejects.toThrow("execution_count")
  })
})
