/** Changes of a file's text: by byte, by line and, where it is JSON, by value. */
import type { Random } from "./random.ts"

/** Values and pieces that readers forget. */
const ODD = [
  "null",
  "true",
  "0",
  "-1",
  "1e999",
  "[]",
  "{}",
  '""',
  "'",
  '"',
  "~",
  ".inf",
  "0x10",
  "2026-11-30",
  "\t",
  "\r",
  "\u0000",
  "\ufeff",
  "\u2028",
  "&a [*a]",
  "*a",
  "<<: *a",
  "!!binary x",
  "!vault x",
  "? [a]: b",
  "---",
  "...",
  "%YAML 9.9",
  "|",
  ">-",
  "__proto__: { x: 1 }",
  "constructor",
  "- ",
  ": ",
  "#",
  `\${HOME}`,
  "../../../etc/passwd",
  "/dev/null",
  "x".repeat(5000),
  "[".repeat(300),
  "{a: ".repeat(200),
  "é",
  "\ud800",
  "\u001b[31m",
] as const

const ODD_VALUES: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1.5,
  "",
  "x",
  "x".repeat(300),
  [],
  [null],
  {},
  { a: null },
  [[]],
  "\u001b[2J",
  "__proto__",
  "toString",
  "2026-13-45T99:99:99.999Z",
]

/** A text with so many random changes. */
export function mutated(random: Random, text: string): string {
  let result = text
  for (let left = random.int(1, 4); left > 0; left--) result = random.pick(CHANGES)(random, result)
  return result
}

type Change = (random: Random, text: string) => string

const spliced = (text: string, at: number, remove: number, insert: string): string =>
  text.slice(0, at) + insert + text.slice(at + remove)

const onLines =
  (change: (random: Random, lines: string[], at: number) => void): Change =>
  (random, text) => {
    const lines = text.split("\n")
    change(random, lines, random.int(0, lines.length - 1))
    return lines.join("\n")
  }

const CHANGES: readonly Change[] = [
  (random, text) => spliced(text, random.int(0, text.length), 1, String.fromCharCode(random.int(0, 255))),
  (random, text) => spliced(text, random.int(0, text.length), random.int(1, 20), ""),
  (random, text) => text.slice(0, random.int(0, text.length)),
  (random, text) => spliced(text, random.int(0, text.length), 0, random.pick(ODD)),
  onLines((_, lines, at) => lines.splice(at, 1)),
  onLines((random, lines, at) => lines.splice(random.int(0, lines.length), 0, lines[at]!)),
  onLines((random, lines, at) => lines.splice(at, 0, random.pick(ODD))),
  onLines((random, lines, at) => {
    lines[at] = `${" ".repeat(random.int(0, 4))}${lines[at]!.trimStart()}`
  }),
  // A value of YAML becomes another one.
  onLines((random, lines, at) => {
    lines[at] = lines[at]!.replace(/: .*/, () => `: ${random.pick(ODD)}`)
  }),
  // A key of YAML gets another name.
  onLines((random, lines, at) => {
    lines[at] = lines[at]!.replace(/[\w-]+:/, () => `${random.pick(ODD)}:`)
  }),
  onLines((random, lines, at) => {
    lines[at] = inJson(random, lines[at]!)
  }),
  onLines((random, lines, at) => {
    lines[at] = inJson(random, lines[at]!)
  }),
]

/** A line of JSON with one value replaced, or one key removed. */
function inJson(random: Random, line: string): string {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    return line
  }
  const places: [holder: Record<string, unknown>, key: string][] = []
  const visit = (one: unknown): void => {
    if (one === null || typeof one !== "object") return
    for (const [key, item] of Object.entries(one)) {
      places.push([one as Record<string, unknown>, key])
      visit(item)
    }
  }
  visit(value)
  if (places.length === 0) return line
  const [holder, key] = random.pick(places)
  if (random.percent(25)) delete holder[key]
  else holder[key] = random.pick(ODD_VALUES)
  return JSON.stringify(value)
}
