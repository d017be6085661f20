/**
 * The Markdown that prose is written in, as HTML: paragraphs, headings, lists, indented and fenced code; code, bold,
 * emphasis and links in them. Everything else is text.
 */
import { html, type Markup } from "./markup.ts"

type Block =
  | { readonly is: "paragraph"; readonly text: string }
  | { readonly is: "heading"; readonly text: string }
  | { readonly is: "list"; readonly items: readonly string[] }
  | { readonly is: "code"; readonly text: string }

const ITEM = /^[-*] +/
const INDENT = /^(?: {4}|\t)/

/** Prose as HTML. Headings become paragraphs in bold: the page has an outline of its own. */
export const proseHtml = (markdown: string): Markup => html`${blocks(markdown).map(blockHtml)}`

function blockHtml(block: Block): Markup {
  switch (block.is) {
    case "paragraph":
      return html`<p>${inlineHtml(block.text)}</p>\n`
    case "heading":
      return html`<p><strong>${inlineHtml(block.text)}</strong></p>\n`
    case "list":
      return html`<ul>${block.items.map((item) => html`<li>${inlineHtml(item)}</li>`)}</ul>\n`
    case "code":
      return html`<pre><code>${block.text}</code></pre>\n`
  }
}

function blocks(markdown: string): Block[] {
  const found: Block[] = []
  const lines = markdown.replace(/\r\n?/g, "\n").split("\n")
  let at = 0
  const take = (wanted: (line: string) => boolean): string[] => {
    const from = at
    while (at < lines.length && wanted(lines[at]!)) at++
    return lines.slice(from, at)
  }
  while (at < lines.length) {
    const line = lines[at]!
    if (line.trim() === "") at++
    else if (line.startsWith("```")) {
      at++
      found.push({ is: "code", text: take((next) => !next.startsWith("```")).join("\n") })
      at++
    } else if (INDENT.test(line)) {
      const code = take((next) => INDENT.test(next) || next.trim() === "")
      found.push({
        is: "code",
        text: code
          .map((each) => each.replace(INDENT, ""))
          .join("\n")
          .trimEnd(),
      })
    } else if (/^#{1,6} /.test(line)) {
      found.push({ is: "heading", text: line.replace(/^#+ +/, "") })
      at++
    } else if (ITEM.test(line)) {
      const items: string[] = []
      for (const each of take((next) => next.trim() !== "")) {
        if (ITEM.test(each)) items.push(each.replace(ITEM, ""))
        else items.push(`${items.pop()} ${each.trim()}`)
      }
      found.push({ is: "list", items })
    } else {
      found.push({ is: "paragraph", text: take((next) => next.trim() !== "" && !ITEM.test(next)).join(" ") })
    }
  }
  return found
}

/** Code first: what stands in it is no markup. */
const INLINE =
  /(?<code>`+)(?<coded>.+?)\k<code>(?!`)|\*\*(?<bold>\S(?:.*?\S)?)\*\*|(?<![\w*])\*(?<emphasis>[^\s*](?:[^*]*[^\s*])?)\*(?![\w*])|\[(?<label>[^\]]+)\]\((?<to>[^)\s]+)\)|(?<url>https?:\/\/[^\s<>"')\]]*[^\s<>"')\].,;:])/

/** A line's code, bold, emphasis and links. */
export function inlineHtml(text: string): Markup {
  const match = INLINE.exec(text)
  if (match === null) return html`${text}`
  const { coded, bold, emphasis, label, to, url } = match.groups!
  let middle: Markup
  if (coded !== undefined) middle = html`<code>${coded.trim() === "" ? coded : coded.trim()}</code>`
  else if (bold !== undefined) middle = html`<strong>${inlineHtml(bold)}</strong>`
  else if (emphasis !== undefined) middle = html`<em>${inlineHtml(emphasis)}</em>`
  else if (url !== undefined) middle = link(url, html`${url}`)
  else middle = link(to!, inlineHtml(label!))
  return html`${text.slice(0, match.index)}${middle}${inlineHtml(text.slice(match.index + match[0].length))}`
}

/** Only addresses of the web and places of this page; any other (`javascript:`) stays text. */
const link = (to: string, label: Markup): Markup =>
  /^(?:https?:\/\/|#)/.test(to) ? html`<a href="${to}" rel="noreferrer">${label}</a>` : label
