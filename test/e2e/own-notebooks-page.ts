/** The code blocks of docs/own-notebooks.md, by section and language. */
import { readFileSync } from "node:fs"

const text = readFileSync(new URL("../../docs/own-notebooks.md", import.meta.url), "utf8")

interface Block {
  readonly section: string
  readonly language: string
  readonly text: string
}

const blocks: readonly Block[] = text.split(/^## /m).flatMap((part, n) => {
  const section = n === 0 ? "the top" : part.slice(0, part.indexOf("\n"))
  // A block in a list is indented.
  return [...part.matchAll(/^( *)```(\w+)\n([\s\S]*?)^\1```$/gm)].map(([, indent, language, body]) => ({
    section,
    language: language!,
    text: body!.replaceAll(new RegExp(`^${indent}`, "gm"), ""),
  }))
})

const taken = new Set<Block>()

/** The n-th block (from 0) of a language in a section. */
export function block(section: string, language = "js", n = 0): string {
  const found = blocks.filter((one) => one.section.startsWith(section) && one.language === language)[n]
  if (found === undefined) throw new Error(`the page has no ${language} block ${n} in ${section}`)
  taken.add(found)
  return found.text
}

/** The rows of the table in a section: the cells as they are written. */
export function rows(section: string): string[][] {
  const part = text.split(/^## /m).find((one) => one.startsWith(section))!
  return [...part.matchAll(/^\|(?! *-)(.*)\|$/gm)]
    .slice(1)
    .map(([, row]) => row!.split(/(?<!\\)\|/).map((cell) => cell.trim().replace(/^`(.*)`$/, "$1")))
}

/** What no test has taken: the first line of each block. */
export const untaken = (): string[] =>
  blocks.filter((one) => !taken.has(one)).map((one) => `${one.section}: ${one.text.split("\n")[0]}`)
