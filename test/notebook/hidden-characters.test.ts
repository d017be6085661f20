import { spawnSync } from "node:child_process"
import { expect, test } from "vitest"
import { clean } from "../../lib/notebook/format.ts"
import { dropUndrawn, jsonText } from "../../lib/notebook/hidden-characters.ts"
import { shellComment, shellWord } from "../../lib/notebook/shell-word.ts"

/** One of each kind: C0, DEL, C1, separators, directions. */
const HIDDEN = "\u0007\u001b\u007f\u0085\u009b\u061c\u200e\u200f\u2028\u2029\u202e\u2066"

test("JSON escapes what a terminal would obey, and loses nothing", () => {
  const value = { text: `a${HIDDEN}b\n` }
  const text = jsonText(value, 2)
  expect(text).not.toMatch(
    /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028\u2029\u202e\u2066]/,
  )
  expect(JSON.parse(text)).toEqual(value)
})

test("text of others loses them, our own drawing keeps its escape codes", () => {
  expect(clean(`a${HIDDEN}b\nc`)).toBe("ab\nc")
  expect(dropUndrawn("\u001b[31ma\u009b\u202eb\u001b[39m\r")).toBe("\u001b[31mab\u001b[39m\r")
})

test.each(["a\nb", "'\n$(id)`id`", "\\0012\n\\", `x${HIDDEN}y'"$z`, "\u0085 é"])(
  "a shell reads the word %j as it is, and it takes one line",
  (word) => {
    const typed = shellWord(word)
    expect(typed).not.toContain("\n")
    for (const shell of ["sh", "bash"]) {
      expect(spawnSync(shell, ["-c", `printf '%s' ${typed}`], { encoding: "utf8" }).stdout).toBe(word)
    }
  },
)

test("a value in a comment does not end it", () => {
  expect(shellComment("bin\ntouch x\u2028y\r#")).toBe("bin touch x y #")
})
