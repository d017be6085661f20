/** Shared by the pictures: text that has to fit its place, because SVG neither wraps nor cuts. */
import stringWidth from "fast-string-width"
import { oneLine } from "../notebook/format.ts"
import { html, type Markup, type Part } from "./markup.ts"
import type { Tone } from "./signs.ts"

/** All text in pictures is monospaced, so that its width is known. */
const COLUMN = 0.61

/** How wide a text is drawn. */
export const textWidth = (text: string, size: number): number => stringWidth(text) * COLUMN * size

const segments = new Intl.Segmenter()

/** The beginning of a text that fits, with `…` where it was cut. */
export function fitting(text: string, room: number, size: number): string {
  const line = oneLine(text)
  if (textWidth(line, size) <= room) return line
  let fits = ""
  for (const { segment } of segments.segment(line)) {
    if (textWidth(`${fits}${segment}…`, size) > room) break
    fits += segment
  }
  return fits === "" ? "" : `${fits.trimEnd()}…`
}

export interface TextOptions {
  readonly size?: number
  readonly tone?: Tone
  /** The greatest width; longer text is cut, and whole in a title. */
  readonly room?: number
  readonly anchor?: "start" | "middle" | "end"
  readonly bold?: boolean
  readonly dim?: boolean
  /** It lies over lines, so it has an outline in the colour of the background. */
  readonly over?: boolean
}

/** A line of text whose baseline begins at a point. */
export function text(x: number, y: number, words: string, options: TextOptions = {}): Markup {
  const { size = 12, room, anchor = "start", tone, bold = false, dim = false, over = false } = options
  const shown = room === undefined ? words : fitting(words, room, size)
  if (shown === "") return html``
  const result = [tone, bold && "bold", dim && "dim", over && "over"].filter(Boolean).join(" ")
  const whole = shown === words ? undefined : html`<title>${words}</title>`
  return html`<text x="${round(x)}" y="${round(y)}" font-size="${size}"${anchor !== "start" && html` text-anchor="${anchor}"`}${result !== "" && html` class="${result}"`}${room !== undefined && html` data-room="${round(room)}"`}>${shown}${whole}</text>`
}

/** A picture of its own size, with a description in words. */
export const picture = (
  id: string,
  size: { readonly width: number; readonly height: number },
  words: { readonly title: string; readonly description: string },
  ...parts: readonly Part[]
): Markup =>
  html`<svg xmlns="http://www.w3.org/2000/svg" id="${id}" role="img" aria-labelledby="${id}-title" aria-describedby="${id}-description" width="${Math.ceil(size.width)}" height="${Math.ceil(size.height)}" viewBox="0 0 ${Math.ceil(size.width)} ${Math.ceil(size.height)}">
<title id="${id}-title">${words.title}</title>
<desc id="${id}-description">${words.description}</desc>
${parts}
</svg>`

/** Coordinates without the noise of fractions. */
export const round = (value: number): number => Math.round(value * 10) / 10
