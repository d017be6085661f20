import { stripVTControlCharacters } from "node:util"
import { describe, expect, it } from "vitest"
import { colours } from "../../lib/terminal/colours.ts"
import { markdownLines } from "../../lib/terminal/markdown.ts"
import { width } from "../../lib/terminal/width.ts"
import guide from "../../runbooks/index.ts"

const plain = colours(false)
const lines = (text: string, columns: number) => markdownLines(text, { columns, colours: plain })
const steps = [...guide.steps, ...guide.teardown!.steps]

describe("the guide's prose on a terminal", () => {
  const pages = (columns: number, colour: boolean) =>
    steps.map(({ id, prose }) => ({
      id,
      lines: markdownLines(prose, { columns, colours: colours(colour), indent: 2 }),
    }))
  it.each([80, 40])("reads well at %i columns", async (columns) => {
    const text = pages(columns, false).map((page) => [`# ${page.id}`, "", ...page.lines, ""].join("\n"))
    await expect(text.join("\n")).toMatchFileSnapshot(`golden/prose-${columns}.txt`)
  })
  it("shows code, names and terms by colour", async () => {
    const [first] = pages(80, true)
    await expect(`${first!.lines.join("\n").replaceAll("\u001b[", "^[")}\n`).toMatchFileSnapshot(
      "golden/prose-colour-80.txt",
    )
  })
  it.each([
    [80, false],
    [80, true],
    [40, false],
    [40, true],
  ])("keeps to %i columns (colour %s), except code and single words", (columns, colour) => {
    const wide = pages(columns, colour)
      .flatMap((page) => page.lines.map(stripVTControlCharacters))
      .filter((line) => width(line) > columns)
      // Code is indented by four more than prose.
      .filter((line) => !line.startsWith("      ") && line.trim().includes(" "))
    expect(wide).toEqual([])
  })
  it("has the same lines of prose in a wider terminal: prose wider than 80 is hard to read", () => {
    expect(lines(steps[0]!.prose, 200)).toEqual(lines(steps[0]!.prose, 80))
  })
})

describe("markdown", () => {
  it("joins the lines of a paragraph and keeps paragraphs apart", () => {
    expect(lines("one\ntwo\n\n\nthree", 80)).toEqual(["one two", "", "three"])
  })
  it("keeps code as it is, fenced or indented, its empty lines too, and takes no marks in it", () => {
    expect(lines("run\n\n    a  **b**\n\n      c\n\nthen\n\n```sh\n- d `e`\n```\nend", 20)).toEqual([
      "run",
      "",
      "    a  **b**",
      "",
      "      c",
      "",
      "then",
      "",
      "    - d `e`",
      "",
      "end",
    ])
  })
  it("hangs items below their first word, numbered and nested ones too", () => {
    expect(
      lines("- one two three four five\n  six\n- b\n  - nested words here\n\n1. first\n2. second", 22),
    ).toEqual(["- one two three four", "  five six", "- b", "  - nested words here", "1. first", "2. second"])
  })
  it("writes links with their address, a bare one once, an address whole", () => {
    expect(lines("see [the docs](https://a.example/x_y_z) now", 30)).toEqual([
      "see the docs",
      "(https://a.example/x_y_z) now",
    ])
    expect(lines("[https://a.example](https://a.example) https://b.example/*", 80)).toEqual([
      "https://a.example https://b.example/*",
    ])
    const long = `https://a.example/${"x".repeat(60)}`
    expect(lines(`go to ${long}, then`, 40)).toEqual(["go to", `${long},`, "then"])
  })
  it("leaves single stars, underscores and escaped marks alone", () => {
    expect(lines("2 * 3 * 4, a_b_c, \\*no\\*, FLOWER_RUNBOOK_*", 80)).toEqual([
      "2 * 3 * 4, a_b_c, *no*, FLOWER_RUNBOOK_*",
    ])
  })
  it("marks what a colour would", () => {
    const text = "# Title\n\n**Tip.** type `oc  login`, *now*, or **the `x` way**"
    expect(lines(text, 80)).toEqual(["Title", "", 'Tip. type `oc login`, "now", or the `x` way'])
    const painted = markdownLines(text, { columns: 80, colours: colours(true) }).join("\n")
    expect(stripVTControlCharacters(painted)).toBe("Title\n\nTip. type oc login, now, or the x way")
    expect(painted).toContain(
      "\u001b[1mTip.\u001b[22m type \u001b[36moc\u001b[39m \u001b[36mlogin\u001b[39m,",
    )
  })
  it("measures wide characters as the terminal does", () => {
    expect(lines("你好 世界 你好 世界 你好", 20)).toEqual(["你好 世界 你好 世界", "你好"])
  })
  it("lets no control character through", () => {
    expect(lines("a\u001b[31mred\u0007 b", 80)).toEqual(["ared b"])
  })
})
