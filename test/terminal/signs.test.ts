import { describe, expect, it } from "vitest"
import { wantsColour } from "../../lib/terminal/colours.ts"
import { cut, pad, width, wrap } from "../../lib/terminal/index.ts"

describe("width", () => {
  it("never cuts a character, and counts wide ones twice", () => {
    expect(cut("abcdef", 6)).toBe("abcdef")
    expect(cut("abcdef", 5)).toBe("abcd…")
    expect(cut("数据数据", 6)).toBe("数据…")
    expect(cut("👩‍👩‍👧‍👦👩‍👩‍👧‍👦", 3)).toBe("👩‍👩‍👧‍👦…")
    expect(cut("e\u0301e\u0301e\u0301", 2)).toBe("e\u0301…")
    expect(cut("abc", 1)).toBe("…")
    expect(cut("abc", 0)).toBe("")
    for (const text of ["数据 abc 数据", "naïve 👍🏽 text", "plain"]) {
      for (let n = 0; n < 20; n++) expect(width(cut(text, n))).toBeLessThanOrEqual(n)
    }
  })

  it("pads by what is seen", () => {
    expect(pad("数", 4)).toBe("数  ")
    expect(pad("\u001b[1mab\u001b[22m", 4, "right")).toBe("  \u001b[1mab\u001b[22m")
    expect(pad("abcdef", 4)).toBe("abcdef")
  })

  it("wraps at spaces, keeps words and indented lines whole", () => {
    expect(wrap("one two three", 7)).toEqual(["one two", "three"])
    expect(wrap("a https://x.example/long b", 5)).toEqual(["a", "https://x.example/long", "b"])
    expect(wrap("one\n  two three four", 7)).toEqual(["one", "  two three four"])
    expect(wrap("", 7)).toEqual([""])
  })
})

describe("colour", () => {
  const tty = { isTTY: true }
  it.each([
    [tty, {}, true],
    [{}, {}, false],
    [tty, { NO_COLOR: "1" }, false],
    [tty, { NO_COLOR: "" }, true],
    [tty, { TERM: "dumb" }, false],
    [{}, { FORCE_COLOR: "1" }, true],
    [tty, { FORCE_COLOR: "0" }, false],
    [tty, { FORCE_COLOR: "1", NO_COLOR: "1" }, false],
  ])("%o with %o: %s", (stream, env, wanted) => expect(wantsColour(stream, env)).toBe(wanted))
})
