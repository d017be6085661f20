import { accessSync, constants } from "node:fs"
import { homedir } from "node:os"
import { join, resolve } from "node:path"
import type { Input } from "../notebook/inputs.ts"
import { didYouMean } from "../notebook/nearest.ts"
import { parseServer } from "../notebook/server-url.ts"
import { notReadable } from "../regular-file.ts"
import { readName } from "./names.ts"
import { splitOutside, splitPairs } from "./split.ts"

/** A value of the input's type, or a sentence that says what is wrong with the text. */
export type Parsed = { readonly value: unknown } | { readonly wrong: string }

const UNITS: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3600, d: 86_400 }

/** Reads the text of a flag, a variable, an answer or a file. Relative paths are relative to `folder`. */
export function parseText(input: Input, text: string, folder: string): Parsed {
  const parsed = parseType(input, text, folder)
  return "wrong" in parsed ? parsed : checked(input, parsed.value)
}

/** Runs the input's own check on a value of its type. */
export function checked(input: Input, value: unknown): Parsed {
  const wrong = input.check?.(value)
  return wrong === undefined ? { value } : { wrong }
}

function parseType(input: Input, text: string, folder: string): Parsed {
  const trimmed = text.trim()
  if (trimmed === "" && input.type !== "list" && input.type !== "map") return { wrong: "is empty" }
  switch (input.type) {
    case "text":
      return { value: text }
    case "name":
      return readName(trimmed)
    case "url":
      return parseUrl(trimmed, input)
    case "path":
      return { value: resolve(folder, expandHome(text)) }
    case "number":
      return Number.isFinite(Number(trimmed))
        ? { value: Number(trimmed) }
        : { wrong: `${quoted(text)} is not a number` }
    case "duration":
      return parseDuration(trimmed)
    case "choice":
      return parseChoice(trimmed, input.choices ?? [])
    case "flag":
      return parseFlag(trimmed)
    case "list":
      return attempt(() =>
        splitOutside(text, ",")
          .map((item) => item.trim())
          .filter(Boolean),
      )
    case "map":
      return attempt(() => Object.fromEntries(splitPairs(text, ";")))
  }
}

function attempt(parse: () => unknown): Parsed {
  try {
    return { value: parse() }
  } catch (error) {
    return { wrong: (error as Error).message }
  }
}

function parseUrl(text: string, input: Input): Parsed {
  const example = input.placeholder?.startsWith("http") ? input.placeholder : "https://host.example:6443"
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) {
    const guess = URL.canParse(`https://${text}`) && /^[^\s/]+$/.test(text) ? `https://${text}` : example
    return { wrong: `${quoted(text)} does not start with https://; did you mean ${guess}?` }
  }
  const parsed = parseServer(text)
  if ("wrong" in parsed) {
    if (/user name or password/.test(parsed.wrong)) {
      return { wrong: `the URL ${parsed.wrong}, which would be shown and saved; remove them` }
    }
    return { wrong: `${quoted(text)} ${parsed.wrong}; use one such as ${example}` }
  }
  if (/^console[-.]/.test(parsed.hostname)) {
    return {
      wrong: `${quoted(text)} looks like the address of a web console, not of the server; use one such as ${example}`,
    }
  }
  return { value: parsed.url }
}

/** `90s`, `15m`, `1h30m`, `500ms`, or bare seconds. The value is in seconds. */
export function parseDuration(text: string): Parsed {
  if (/^\d+(?:\.\d+)?$/.test(text)) return { value: Number(text) }
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g)]
  if (parts.length === 0 || parts.map(([whole]) => whole).join("") !== text) {
    return { wrong: `${quoted(text)} is not a duration such as 90s, 15m or 2h` }
  }
  return { value: parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * UNITS[unit!]!, 0) }
}

function parseChoice(text: string, choices: readonly string[]): Parsed {
  if (choices.includes(text)) return { value: text }
  return {
    wrong: `${quoted(text)} is not one of ${choices.join(", ")}${didYouMean(text, choices)}`,
  }
}

function parseFlag(text: string): Parsed {
  if (["true", "yes", "1", "on"].includes(text.toLowerCase())) return { value: true }
  if (["false", "no", "0", "off"].includes(text.toLowerCase())) return { value: false }
  return { wrong: `${quoted(text)} is neither true nor false` }
}

/** Shells do not expand `~` inside `--site key=~/file`, and files have no shell. */
function expandHome(text: string): string {
  return text === "~" || text.startsWith("~/") ? join(homedir(), text.slice(1)) : text
}

/** Why a path cannot be read, or nothing. */
export function unreadable({ is }: Pick<Input, "is">, path: string): string | undefined {
  try {
    accessSync(path, constants.R_OK)
    const why = is === "file" ? notReadable(path) : undefined
    return why && `${path} cannot be read: ${why}`
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    return code === "ENOENT" || code === "ENOTDIR"
      ? `${path} does not exist`
      : code === "EACCES"
        ? `${path} is not readable for this user`
        : `${path} cannot be read (${code})`
  }
}

/** A value as you would type it. */
export function formatValue(input: Input, value: unknown): string {
  if (input.type === "duration" && typeof value === "number") return formatDuration(value)
  if (Array.isArray(value)) return value.join(",")
  if (value !== null && typeof value === "object") {
    return Object.entries(value)
      .map(([key, item]) => `${key}=${String(item)}`)
      .join(";")
  }
  return String(value)
}

function formatDuration(seconds: number): string {
  for (const unit of ["d", "h", "m"]) {
    const size = UNITS[unit]!
    if (seconds >= size && seconds % size === 0) return `${seconds / size}${unit}`
  }
  return `${seconds}s`
}

const quoted = (text: string): string => JSON.stringify(text)
