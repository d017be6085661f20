/** Flags as cobra (pflag) reads them, with its own error texts. */
import { parseDuration } from "../go-duration.ts"

export type FlagType = "string" | "bool" | "duration" | "int" | "strings"

export interface Flag {
  readonly name: string
  readonly short?: string
  readonly type?: FlagType
  /** As written on the command line. */
  readonly default?: string
  /** What the flag stands for without a value (`-o`-like flags always take one). */
  readonly alone?: string
}

/** A wrong flag: cobra's text, without its `Error: `. */
export class FlagError extends Error {}

/** The values of the flags of one call. */
export class Flags {
  readonly #values = new Map<string, string[]>()
  readonly #table: readonly Flag[]
  readonly #given = new Set<string>()
  constructor(table: readonly Flag[]) {
    this.#table = table
    for (const flag of table) if (flag.default !== undefined) this.#values.set(flag.name, [flag.default])
  }
  set(flag: Flag, value: string): void {
    const before = flag.type === "strings" && this.#given.has(flag.name) ? this.#values.get(flag.name)! : []
    this.#values.set(flag.name, [...before, value])
    this.#given.add(flag.name)
  }
  #known(name: string): Flag {
    const found = this.#table.find((one) => one.name === name)
    if (found === undefined) throw new Error(`no flag ${name} is declared`)
    return found
  }
  given(name: string): boolean {
    this.#known(name)
    return this.#given.has(name)
  }
  /** The text of a flag; "" where it was not given and has no default. */
  text(name: string): string {
    this.#known(name)
    return this.#values.get(name)?.at(-1) ?? ""
  }
  all(name: string): readonly string[] {
    this.#known(name)
    return this.#values.get(name) ?? []
  }
  on(name: string): boolean {
    return isTrue(this.text(name))
  }
  number(name: string): number {
    return Number(this.text(name))
  }
  /** Milliseconds. */
  duration(name: string): number {
    return parseDuration(this.text(name))!
  }
}

const TRUE = ["1", "t", "T", "true", "TRUE", "True"]
const FALSE = ["0", "f", "F", "false", "FALSE", "False"]
const isTrue = (text: string): boolean => TRUE.includes(text)

function check(flag: Flag, value: string, shown: string): void {
  const bad = (why: string): never => {
    throw new FlagError(`invalid argument ${JSON.stringify(value)} for ${JSON.stringify(shown)} flag: ${why}`)
  }
  if (flag.type === "bool" && !TRUE.includes(value) && !FALSE.includes(value)) {
    bad(`strconv.ParseBool: parsing ${JSON.stringify(value)}: invalid syntax`)
  }
  if (flag.type === "int" && !/^[+-]?\d+$/.test(value)) {
    bad(`strconv.ParseInt: parsing ${JSON.stringify(value)}: invalid syntax`)
  }
  if (flag.type === "duration") {
    try {
      parseDuration(value)
    } catch (error) {
      bad((error as Error).message)
    }
  }
}

/**
 * Reads `--flag v`, `--flag=v`, `-f v`, `-fv`, `-f=v`; what follows `--` is no flag.
 * @throws FlagError with pflag's own text
 */
export function parseFlags(
  argv: readonly string[],
  table: readonly Flag[],
): { flags: Flags; rest: string[] } {
  const flags = new Flags(table)
  const rest: string[] = []
  const shown = (flag: Flag) =>
    flag.short === undefined ? `--${flag.name}` : `-${flag.short}, --${flag.name}`
  const put = (flag: Flag, value: string) => {
    check(flag, value, shown(flag))
    flags.set(flag, value)
  }
  for (let at = 0; at < argv.length; at++) {
    const word = argv[at]!
    if (word === "--") {
      rest.push(...argv.slice(at + 1))
      break
    }
    if (!word.startsWith("-") || word === "-") {
      rest.push(word)
      continue
    }
    const alone = (flag: Flag) => flag.alone ?? (flag.type === "bool" ? "true" : undefined)
    if (word.startsWith("--")) {
      const [, name = "", value] = /^--([^=]*)(?:=([\s\S]*))?$/.exec(word)!
      if (name === "" || name.startsWith("-")) throw new FlagError(`bad flag syntax: ${word}`)
      const flag = table.find((one) => one.name === name)
      if (flag === undefined) throw new FlagError(`unknown flag: --${name}`)
      const given = value ?? alone(flag) ?? argv[++at]
      if (given === undefined) throw new FlagError(`flag needs an argument: --${name}`)
      put(flag, given)
      continue
    }
    let letters = word.slice(1)
    while (letters !== "") {
      const letter = letters[0]!
      const flag = table.find((one) => one.short === letter)
      if (flag === undefined) {
        throw new FlagError(`unknown shorthand flag: '${letter}' in -${letters}`)
      }
      const after = letters.slice(1)
      if (after.startsWith("=")) {
        put(flag, after.slice(1))
        break
      }
      const bare = alone(flag)
      if (bare !== undefined) {
        put(flag, bare)
        letters = after
        continue
      }
      const given = after !== "" ? after : argv[++at]
      if (given === undefined) throw new FlagError(`flag needs an argument: '${letter}' in -${letters}`)
      put(flag, given)
      break
    }
  }
  return { flags, rest }
}

/**
 * The words of a command line that name the command; the rest are its arguments and flags.
 * @param globals flags that may stand before and between the words
 * @param isGroup whether a first word takes a second one (`site create`)
 */
export function splitWords(
  argv: readonly string[],
  globals: readonly Flag[],
  isGroup: (word: string) => boolean,
): { words: string[]; rest: string[] } {
  const words: string[] = []
  const rest: string[] = []
  for (let at = 0; at < argv.length; at++) {
    const word = argv[at]!
    const wanted = words.length === 0 || (words.length === 1 && isGroup(words[0]!))
    if (word === "--" || !wanted) {
      rest.push(...argv.slice(at))
      break
    }
    if (!word.startsWith("-")) {
      words.push(word)
      continue
    }
    rest.push(word)
    const flag = globals.find((global) => `--${global.name}` === word || `-${global.short}` === word)
    if (flag !== undefined && flag.type !== "bool" && at + 1 < argv.length) rest.push(argv[++at]!)
  }
  return { words, rest }
}
