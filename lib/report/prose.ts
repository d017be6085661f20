/** Prose as HTML. */
import { type Block, type Item, isNumbered, proseBlocks, type Span } from "../notebook/prose.ts"
import { html, type Markup } from "./markup.ts"

/** Prose as HTML. Headings become paragraphs in bold: the page has an outline of its own. */
export const proseHtml = (markdown: string): Markup => html`${proseBlocks(markdown).map(blockHtml)}`

function blockHtml(block: Block): Markup {
  switch (block.is) {
    case "paragraph":
      return html`<p>${block.spans.map(spanHtml)}</p>\n`
    case "heading":
      return html`<p><strong>${block.spans.map(spanHtml)}</strong></p>\n`
    case "list":
      return html`${listHtml(block.items)}\n`
    case "code":
      return html`<pre><code>${block.lines.join("\n")}</code></pre>\n`
  }
}

/** Items that are indented more than the first are a list in the item before them. */
function listHtml(items: readonly Item[]): Markup {
  const first = items[0]!
  const starts = items.flatMap(({ depth }, index) => (depth <= first.depth ? [index] : []))
  const entries = starts.map((start, index) => {
    const inner = items.slice(start + 1, starts[index + 1])
    return html`<li>${items[start]!.spans.map(spanHtml)}${inner.length > 0 && listHtml(inner)}</li>`
  })
  if (!isNumbered(first.mark)) return html`<ul>${entries}</ul>`
  const number = Number.parseInt(first.mark, 10)
  return html`<ol${number !== 1 && html` start="${number}"`}>${entries}</ol>`
}

function spanHtml(span: Span): Markup {
  switch (span.is) {
    case "text":
      return html`${span.text}`
    case "code":
      return html`<code>${span.text}</code>`
    case "strong":
      return html`<strong>${span.spans.map(spanHtml)}</strong>`
    case "emphasis":
      return html`<em>${span.spans.map(spanHtml)}</em>`
    case "link":
      return link(span.to, html`${span.spans.map(spanHtml)}`)
  }
}

/** Only web addresses and anchors of this page; any other address (`javascript:`) stays text. */
const link = (to: string, label: Markup): Markup =>
  /^(?:https?:\/\/|#)/.test(to) ? html`<a href="${to}" rel="noreferrer">${label}</a>` : label
