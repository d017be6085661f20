import { describe, expect, it } from "vitest"
import { wantsColour } from "../../lib/terminal/colours.ts"
import { clean, cut, duration, moment, oneLine, pad, width, wrap } from "../../lib/terminal/index.ts"

describe("duration", () => {
  it.each([
    [0, "0.0 s"],
    [0.44, "0.4 s"],
    [9.94, "9.9 s"],
    [9.96, "10 s"],
    [12.4, "12 s"],
    [59.7, "1 min"],
    [60, "1 min"],
    [125, "2 min 5 s"],
    [3599.6, "1 h"],
    [3725, "1 h 2 min"],
  ])("%d s is %s", (seconds, text) => expect(duration(seconds)).toBe(text))
})

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

  it("takes from a text what would move the cursor or hide what is there", () => {
    expect(clean("a\u001b[2Jb\u0007\u0008c\r\nd\re\tf\u202eg")).toBe("abc\nde      fg")
    expect(oneLine("  a\n b\u001b]0;title\u0007  c ")).toBe("a b c")
  })
})

describe("moment", () => {
  it("is the same everywhere", () => expect(moment("2026-11-22T18:03:27.123Z")).toBe("2026-11-22 18:03Z"))
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
