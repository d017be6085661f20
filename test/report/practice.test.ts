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
  const at = (...servers: string[]) => {
    const { sites, ...rest } = federationOf(names)
    const federation = { ...rest, sites: sites.map((site, index) => ({ ...site, server: servers[index] })) }
    return walkOf(walked(), { names, federation })
  }

  it.each([
    [["https://127.0.0.1:6443", "https://127.8.0.1:1"], true],
    [["https://localhost:6443", "https://[::1]:6443"], true],
    [["https://127.0.0.1:6443", "https://api.example:6443"], false],
    [["https://127.0.0.1.example:6443", "https://localhost.example"], false],
    [["127.0.0.1", "https://127.0.0.1"], true],
  ])("is where every server is on this machine: %j %s", (servers, is) => {
    expect(at(...servers).practice).toBe(is)
  })

  it("is said first, in every format", async () => {
    const practised = at("https://127.0.0.1:1", "https://127.0.0.1:2")
    expect(markdownReport(practised)).toContain(`# Sites that are linked: hospital-trial\n\n${practice}\n\n`)
    expect(JSON.parse(notebookFile(practised)).cells[0].source).toContain(`hospital-trial\n\n${practice}\n\n`)
    expect(words(htmlReport(practised))).toContain(`Summary ${practice}`)
    expect((await shellScript(practised)).replaceAll("\n# ", " ")).toContain(
      `hospital-trial. ${practice} Created`,
    )
    const real = at("https://api.a.example", "https://api.b.example")
    for (const text of [markdownReport(real), htmlReport(real), notebookFile(real), await shellScript(real)])
      expect(text).not.toContain("practice")
  })
})
