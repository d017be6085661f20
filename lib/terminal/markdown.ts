import { clean, filled } from "../notebook/format.ts"
import { type Block, proseBlocks, type Span, textOf } from "../notebook/prose.ts"
import type { Colours, Paint } from "./colours.ts"
import { PAGE, screenWidth, width } from "./width.ts"

export interface MarkdownOptions {
  /** Columns of the terminal; prose takes at most 80 of them. */
  readonly columns: number
  readonly colours: Colours
  /** Spaces before every line. Default 0. */
  readonly indent?: number
}

const CODE_INDENT = "    "

/**
 * The prose of steps on a terminal: paragraphs and lists wrapped to its width, code as it is, links with their address.
 * Without colour, code keeps its backticks and emphasis stands in quotes.
 */
export function markdownLines(markdown: string, options: MarkdownOptions): string[] {
  const { colours } = options
  const indent = " ".repeat(options.indent ?? 0)
  const columns = Math.min(screenWidth(options.columns), PAGE) - indent.length
  const lines: string[] = []
  let before: Block | undefined
  for (const block of proseBlocks(clean(markdown))) {
    if (before !== undefined && !(before.is === "list" && block.is === "list")) lines.push("")
    lines.push(...linesOf(block, columns, colours).map((line) => `${indent}${line}`.trimEnd()))
    before = block
  }
  return lines
}

function linesOf(block: Block, columns: number, colours: Colours): string[] {
  switch (block.is) {
    case "code":
      return block.lines.map((line) => (line === "" ? "" : CODE_INDENT + colours.cyan(line)))
    case "heading":
      return wrapped(wordsOf(block.spans, colours, colours.bold), columns)
    case "paragraph":
      return wrapped(wordsOf(block.spans, colours), columns)
    case "list":
      return block.items.flatMap(({ depth, mark, spans }) => {
        const first = `${" ".repeat(depth)}${mark} `
        const rest = " ".repeat(first.length)
        return wrapped(wordsOf(spans, colours), columns - first.length).map(
          (line, index) => (index === 0 ? first : rest) + line,
        )
      })
  }
}

/** A word and its painted form; its width is that of its text. */
interface Word {
  text: string
  painted: string
}

function wordsOf(spans: readonly Span[], colours: Colours, paint: Paint = (plain) => plain): Word[] {
  const words: Word[] = []
  let joined = false
  const add = (part: string, result: Paint): void => {
    for (const text of part.split(/( +)/)) {
      if (text === "") continue
      const last = words.at(-1)
      if (text.trim() === "") joined = false
      else if (joined && last !== undefined) {
        last.text += text
        last.painted += result(text)
      } else {
        words.push({ text, painted: result(text) })
        joined = true
      }
    }
  }
  const isPlain = colours.cyan("x") === "x"
  const ticks = isPlain ? "`" : ""
  const quotes = isPlain ? '"' : ""
  const addAll = (some: readonly Span[], result: Paint): void => {
    for (const span of some) {
      switch (span.is) {
        case "text":
          add(span.text, result)
          break
        case "code":
          add(ticks + span.text + ticks, colours.cyan)
          break
        case "strong":
          addAll(span.spans, colours.bold)
          break
        case "emphasis":
          add(quotes, colours.bold)
          addAll(span.spans, colours.bold)
          add(quotes, colours.bold)
          break
        case "link":
          addAll(span.spans, result)
          if (textOf(span.spans) !== span.to) add(` (${span.to})`, result)
          break
      }
    }
  }
  addAll(spans, paint)
  return words
}

const wrapped = (words: readonly Word[], columns: number): string[] =>
  filled(words, columns, ({ text }) => width(text)).map((line) =>
    line.map(({ painted }) => painted).join(" "),
  )
