import type { Colours, Paint } from "./colours.ts"
import { clean, screenWidth, width } from "./width.ts"

export interface MarkdownOptions {
  /** Columns of the terminal; prose takes at most 80 of them. */
  readonly columns: number
  readonly colours: Colours
  /** Spaces before every line. Default 0. */
  readonly indent?: number
}

/** Longer lines of prose are hard to read. */
const WIDEST = 80
const CODE_INDENT = "    "
const FENCE = /^\s*(```|~~~)/
const ITEM = /^( *)([-*+]|\d+[.)]) +(.*)$/

type Block =
  | { readonly is: "prose"; readonly text: string }
  | { readonly is: "heading"; readonly text: string }
  | { readonly is: "item"; readonly mark: string; readonly depth: number; readonly text: string }
  | { readonly is: "code"; readonly lines: readonly string[] }

/**
 * The prose of steps on a terminal: paragraphs and lists wrapped to its width, code as it is, links with their address.
 * Without colour, code keeps its backticks and emphasis stands in quotes.
 */
export function markdownLines(markdown: string, options: MarkdownOptions): string[] {
  const { colours } = options
  const indent = " ".repeat(options.indent ?? 0)
  const columns = Math.min(screenWidth(options.columns), WIDEST) - indent.length
  const lines: string[] = []
  let before: Block | undefined
  for (const block of blocksOf(clean(markdown))) {
    if (before !== undefined && !(before.is === "item" && block.is === "item")) lines.push("")
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
      return wrapped(wordsOf(block.text, colours, colours.bold), columns)
    case "prose":
      return wrapped(wordsOf(block.text, colours), columns)
    case "item": {
      const first = `${" ".repeat(block.depth)}${block.mark} `
      const rest = " ".repeat(first.length)
      return wrapped(wordsOf(block.text, colours), columns - first.length).map(
        (line, index) => (index === 0 ? first : rest) + line,
      )
    }
  }
}

function blocksOf(markdown: string): Block[] {
  const blocks: Block[] = []
  let open: { is: "prose" | "item"; mark: string; depth: number; text: string } | undefined
  const close = (): void => {
    if (open?.is === "item") blocks.push({ ...open, is: "item" })
    else if (open !== undefined) blocks.push({ is: "prose", text: open.text })
    open = undefined
  }
  const lines = markdown.split("\n")
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at]!
    const item = ITEM.exec(line)
    const heading = /^#{1,6} +(.*)$/.exec(line)
    if (FENCE.test(line)) {
      close()
      const end = lines.findIndex((other, index) => index > at && FENCE.test(other))
      const last = end === -1 ? lines.length : end
      blocks.push({ is: "code", lines: lines.slice(at + 1, last) })
      at = last
    } else if (line.trim() === "") {
      close()
    } else if (open === undefined && line.startsWith(CODE_INDENT)) {
      const code = [line]
      while (lines[at + 1] !== undefined && /^( {4}|\s*$)/.test(lines[at + 1]!)) code.push(lines[++at]!)
      while (code.at(-1)!.trim() === "") code.pop()
      blocks.push({ is: "code", lines: code.map((one) => one.slice(CODE_INDENT.length)) })
    } else if (heading !== null) {
      close()
      blocks.push({ is: "heading", text: heading[1]! })
    } else if (item !== null) {
      close()
      open = { is: "item", depth: item[1]!.length, mark: item[2]!.replace(/[*+]/, "-"), text: item[3]! }
    } else if (open !== undefined) {
      open.text += ` ${line.trim()}`
    } else {
      open = { is: "prose", mark: "", depth: 0, text: line.trim() }
    }
  }
  close()
  return blocks
}

/** A word with what it looks like; its width is that of its text. */
interface Word {
  text: string
  painted: string
}

const INLINE = /(`+)(.+?)\1|\*\*(.+?)\*\*|\*(\S|\S.*?\S)\*|\[([^\]]+)\]\(([^)\s]+)\)|\\([\\`*[\]_])/g

function wordsOf(text: string, colours: Colours, paint: Paint = (plain) => plain): Word[] {
  const words: Word[] = []
  let joined = false
  const push = (word: Word): void => {
    const last = words.at(-1)
    if (joined && last !== undefined) {
      last.text += word.text
      last.painted += word.painted
    } else words.push({ ...word })
    joined = true
  }
  const add = (part: string, look: Paint): void => {
    for (const piece of part.split(/( +)/)) {
      if (piece === "") continue
      if (piece.trim() === "") joined = false
      else push({ text: piece, painted: look(piece) })
    }
  }
  const nested = (inside: string, look: Paint): void => {
    for (const [index, word] of wordsOf(inside, colours, look).entries()) {
      if (index > 0) joined = false
      push(word)
    }
  }
  const plain = colours.cyan("x") === "x"
  const ticks = plain ? "`" : ""
  const quotes = plain ? '"' : ""
  let end = 0
  for (const found of text.matchAll(INLINE)) {
    const [whole, , code, strong, emphasis, label, address, escaped] = found
    add(text.slice(end, found.index), paint)
    end = found.index + whole.length
    if (code !== undefined) add(`${ticks}${code}${ticks}`, colours.cyan)
    else if (strong !== undefined) nested(strong, colours.bold)
    else if (emphasis !== undefined) nested(`${quotes}${emphasis}${quotes}`, colours.bold)
    else if (label !== undefined) nested(label === address ? label : `${label} (${address})`, paint)
    else add(escaped!, paint)
  }
  add(text.slice(end), paint)
  return words
}

/** A word that is too long (a URL, a path) keeps its line to itself, whole, so that it can be copied. */
function wrapped(words: readonly Word[], columns: number): string[] {
  const lines: string[] = []
  let line = ""
  let used = 0
  for (const { text, painted } of words) {
    const wide = width(text)
    if (used > 0 && used + 1 + wide > columns) {
      lines.push(line)
      line = painted
      used = wide
    } else {
      line += used === 0 ? painted : ` ${painted}`
      used += (used === 0 ? 0 : 1) + wide
    }
  }
  return [...lines, line]
}
