import { describe, expect, it } from "vitest"
import { type Item, proseBlocks, type Span, textOf } from "../../lib/notebook/prose.ts"

const text = (words: string): Span => ({ is: "text", text: words })
const item = (mark: string, depth: number, words: string): Item => ({ mark, depth, spans: [text(words)] })
/** Of one paragraph. */
const spans = (markdown: string): readonly Span[] => {
  const [block] = proseBlocks(markdown)
  return block !== undefined && "spans" in block ? block.spans : []
}

describe("blocks of prose", () => {
  it("joins the lines of a paragraph and of an item, until something else begins", () => {
    expect(proseBlocks("# Title\none\n two\n- a\n  continued\r\n```\nx\n```\nend")).toEqual([
      { is: "heading", spans: [text("Title")] },
      { is: "paragraph", spans: [text("one two")] },
      { is: "list", items: [item("-", 0, "a continued")] },
      { is: "code", lines: ["x"] },
      { is: "paragraph", spans: [text("end")] },
    ])
  })
  it("keeps code as it is, indented or fenced, its empty lines too; a fence left open ends with the text", () => {
    expect(proseBlocks("    a  **b**\n\n      c\n\n\nthen\n~~~sh\n- d\n```\n")).toEqual([
      { is: "code", lines: ["a  **b**", "", "  c"] },
      { is: "paragraph", spans: [text("then")] },
      { is: "code", lines: ["- d", "```", ""] },
    ])
  })
  it("keeps items together over empty lines, indented ones with them; numbers and dashes are two lists", () => {
    expect(proseBlocks("- a\n\n* b\n    1. c\n\n2. d\n3) e")).toEqual([
      { is: "list", items: [item("-", 0, "a"), item("-", 0, "b"), item("1.", 4, "c")] },
      { is: "list", items: [item("2.", 0, "d"), item("3)", 0, "e")] },
    ])
  })
  it("has none where nothing is", () => expect(proseBlocks(" \n\n")).toEqual([]))
})

describe("marks in prose", () => {
  it("are code, bold, emphasis, links and bare addresses, one in another", () => {
    expect(spans("**the `x` way** *now*, [a `b`](#c), https://a.example/b_c.")).toEqual([
      { is: "strong", spans: [text("the "), { is: "code", text: "x" }, text(" way")] },
      text(" "),
      { is: "emphasis", spans: [text("now")] },
      text(", "),
      { is: "link", to: "#c", spans: [text("a "), { is: "code", text: "b" }] },
      text(", "),
      { is: "link", to: "https://a.example/b_c", spans: [text("https://a.example/b_c")] },
      text("."),
    ])
  })
  it("are none in code, in words, alone, or behind a backslash", () => {
    expect(spans("`**a** \\*`")).toEqual([{ is: "code", text: "**a** \\*" }])
    expect(spans("`` a`b ``")).toEqual([{ is: "code", text: "a`b" }])
    for (const words of ["2 * 3 * 4 and a*b*c", "a_b_c, FLOWER_RUNBOOK_*, x *", "** a **"])
      expect(spans(words)).toEqual([text(words)])
    expect(textOf(spans("\\*no\\* \\`x\\` \\[y](z)"))).toBe("*no* `x` [y](z)")
  })
  it("are one link where an address is the label of a link", () => {
    expect(spans("[https://a.example](https://a.example)")).toEqual([
      { is: "link", to: "https://a.example", spans: [text("https://a.example")] },
    ])
  })
})
