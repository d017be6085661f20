import { describe, expect, it } from "vitest"
import { clean, duration, filled, moment, oneLine } from "../../lib/notebook/format.ts"

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
    [86_399, "1 d"],
    [90_000, "1 d 1 h"],
  ])("%d s is %s", (seconds, text) => expect(duration(seconds)).toBe(text))
})

describe("moment", () => {
  it("is the same everywhere", () => expect(moment("2026-11-22T18:03:27.123Z")).toBe("2026-11-22 18:03Z"))
})

describe("a text of others", () => {
  it("loses what would move the cursor or hide text, and keeps its lines", () => {
    expect(clean("a\u001b[2Jb\u0007\u0008c\r\nd\re\tf\u202eg\ud800h😀")).toBe("abc\nd\ne       fgh😀")
  })
  it("keeps its columns: tabs are spaces, also behind wide characters", () => {
    expect(clean("A\t\tB\n数据\tC\n12345678\tD")).toBe("A               B\n数据    C\n12345678        D")
  })
  it("is one line with its white space folded", () => {
    expect(oneLine("  a\n b\u001b]0;title\u0007 \t c ")).toBe("a b c")
  })
})

describe("filled lines", () => {
  const lines = (text: string, columns: number) =>
    filled(text.split(" "), columns, (word) => word.length).map((words) => words.join(" "))
  it("take as many words as there is room for, and a longer word is whole", () => {
    expect(lines("one two three", 7)).toEqual(["one two", "three"])
    expect(lines("a longer b", 5)).toEqual(["a", "longer", "b"])
    expect(lines("", 5)).toEqual([""])
  })
  it("begin with a word, however many spaces there were", () => {
    expect(lines("  one   two", 4)).toEqual(["one ", "two"])
  })
})
