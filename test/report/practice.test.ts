import { describe, expect, it } from "vitest"
import { htmlReport } from "../../lib/report/html.ts"
import { markdownReport } from "../../lib/report/markdown.ts"
import { notebookFile } from "../../lib/report/notebook-file.ts"
import { shellScript } from "../../lib/report/shell-script.ts"
import { federationOf, walkOf } from "./scene.ts"
import { walked } from "./walked.ts"

const names = ["superlink", "supernode-1"]
const words = (html: string): string => html.replace(/<[^>]*>/g, " ").replace(/\s+/g, " ")

describe("practice", () => {
  const practice = "On practice clusters, simulated on this machine: this proves nothing about real clusters."
  /** The address is of no account: a tunnel to a real cluster ends on this machine too. */
  const { sites, ...rest } = federationOf(names)
  const federation = { ...rest, sites: sites.map((site) => ({ ...site, server: "https://127.0.0.1:6443" })) }
  const of = (practice: boolean) => {
    const lines = walked().map((line) =>
      line.type === "run started" && practice ? { ...line, practice: true as const } : line,
    )
    return walkOf(lines, { names, federation })
  }

  it("is what the last run was on; before a run, what the clusters of the file are", () => {
    expect([of(true).practice, of(false).practice]).toEqual([true, false])
    const unrun = (practice: boolean) => walkOf([], { names, federation, practice }).practice
    expect([unrun(true), unrun(false)]).toEqual([true, false])
  })

  it("is said first, in every format", async () => {
    const practised = of(true)
    expect(markdownReport(practised)).toContain(`# Sites that are linked: hospital-trial\n\n${practice}\n\n`)
    expect(JSON.parse(notebookFile(practised)).cells[0].source).toContain(`hospital-trial\n\n${practice}\n\n`)
    expect(words(htmlReport(practised))).toContain(`Summary ${practice}`)
    expect((await shellScript(practised)).replaceAll("\n# ", " ")).toContain(
      `hospital-trial. ${practice} Created`,
    )
    const real = of(false)
    for (const text of [markdownReport(real), htmlReport(real), notebookFile(real), await shellScript(real)])
      expect(text).not.toContain("practice")
  })
})
