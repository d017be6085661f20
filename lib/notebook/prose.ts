/**
 * The Markdown that prose is written in, as data: paragraphs, headings, lists, indented and fenced code; in them code,
 * bold, emphasis, links and bare addresses. Everything else is text.
 */

export type Block =
  | { readonly is: "paragraph"; readonly spans: readonly Span[] }
  | { readonly is: "heading"; readonly spans: readonly Span[] }
  | { readonly is: "list"; readonly items: readonly Item[] }
  | { readonly is: "code"; readonly lines: readonly string[] }

export interface Item {
  /** `-`, or its number: `2.` */
  readonly mark: string
  /** Columns before the mark: an indented item belongs to the last one before it that is indented less. */
  readonly depth: number
  readonly spans: readonly Span[]
}

export type Span =
  | { readonly is: "text"; readonly text: string }
  | { readonly is: "code"; readonly text: string }
  | { readonly is: "strong"; readonly spans: readonly Span[] }
  | { readonly is: "emphasis"; readonly spans: readonly Span[] }
  | { readonly is: "link"; readonly to: string; readonly spans: readonly Span[] }

const FENCE = /^ *(```|~~~)/
const INDENT = /^(?: {4}|\t)/
const HEADING = /^#{1,6} +(.*)$/
const ITEM = /^( *)([-*+]|\d+[.)]) +(.*)$/

const isBlank = (line: string | undefined): boolean => line === undefined || line.trim() === ""
/** The line continues the paragraph or the item above it. */
const isRest = (line: string): boolean =>
  !isBlank(line) && ![FENCE, HEADING, ITEM].some((start) => start.test(line))

/** Prose as its blocks. */
export function proseBlocks(markdown: string): Block[] {
  const blocks: Block[] = []
  const lines = markdown.replace(/\r\n?/g, "\n").split("\n")
  let at = 0
  const take = (wanted: (line: string) => boolean): string[] => {
    const from = at
    while (at < lines.length && wanted(lines[at]!)) at++
    return lines.slice(from, at)
  }
  const withRest = (first: string): Span[] =>
    spansOf([first, ...take(isRest)].map((line) => line.trim()).join(" "))

  while (at < lines.length) {
    const line = lines[at]!
    const last = blocks.at(-1)
    const inList = last?.is === "list" && !isBlank(lines[at - 1])
    const [, fence] = FENCE.exec(line) ?? []
    const [, heading] = HEADING.exec(line) ?? []
    const [, before, mark, text] = ITEM.exec(line) ?? []
    if (isBlank(line)) at++
    else if (fence !== undefined) {
      at++
      blocks.push({ is: "code", lines: take((next) => !next.trimStart().startsWith(fence)) })
      at++
    } else if (INDENT.test(line) && !inList) {
      const code = take((next) => INDENT.test(next) || isBlank(next))
      blocks.push({ is: "code", lines: code.slice(0, 1 + code.findLastIndex(isFull)).map(setOut) })
    } else if (heading !== undefined) {
      at++
      blocks.push({ is: "heading", spans: spansOf(heading) })
    } else if (mark !== undefined) {
      at++
      const item = { mark: mark.replace(/[*+]/, "-"), depth: before!.length, spans: withRest(text!) }
      if (last?.is === "list" && belongs(item, last.items[0]!))
        blocks[blocks.length - 1] = { is: "list", items: [...last.items, item] }
      else blocks.push({ is: "list", items: [item] })
    } else {
      at++
      blocks.push({ is: "paragraph", spans: withRest(line) })
    }
  }
  return blocks
}

const isFull = (line: string): boolean => !isBlank(line)
const setOut = (line: string): string => line.replace(INDENT, "")

/** Numbers and dashes side by side are two lists. */
const belongs = ({ depth, mark }: Item, first: Item): boolean =>
  depth > first.depth || isNumbered(mark) === isNumbered(first.mark)

export const isNumbered = (mark: string): boolean => mark !== "-"

/** Code first: its content has no marks. */
const INLINE =
  /(?<ticks>`+)(?<code>.+?)\k<ticks>(?!`)|\*\*(?<strong>\S(?:.*?\S)?)\*\*|(?<![\w*])\*(?<emphasis>[^\s*](?:[^*]*[^\s*])?)\*(?![\w*])|\[(?<label>[^\]]+)\]\((?<to>[^)\s]+)\)|(?<url>https?:\/\/[^\s<>"')\]]*[^\s<>"')\].,;:])|\\(?<escaped>[\\`*[\]_])/g

function spansOf(line: string): Span[] {
  const spans: Span[] = []
  const plain = (text: string): void => void (text !== "" && spans.push({ is: "text", text }))
  let end = 0
  for (const found of line.matchAll(INLINE)) {
    const { code, strong, emphasis, label, to, url, escaped } = found.groups!
    plain(line.slice(end, found.index))
    end = found.index + found[0].length
    if (code !== undefined) spans.push({ is: "code", text: code.trim() || code })
    else if (strong !== undefined) spans.push({ is: "strong", spans: spansOf(strong) })
    else if (emphasis !== undefined) spans.push({ is: "emphasis", spans: spansOf(emphasis) })
    else if (label !== undefined) spans.push({ is: "link", to: to!, spans: spansOf(label).flatMap(unlinked) })
    else if (url !== undefined) spans.push({ is: "link", to: url, spans: [{ is: "text", text: url }] })
    else plain(escaped!)
  }
  plain(line.slice(end))
  return spans
}

/** An address that is the label of a link is not a second link. */
const unlinked = (span: Span): readonly Span[] => (span.is === "link" ? span.spans : [span])

/** What spans say, without their marks. */
export const textOf = (spans: readonly Span[]): string =>
  spans.map((span) => ("text" in span ? span.text : textOf(span.spans))).join("")
