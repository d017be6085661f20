/** Text in a page is escaped, unless {@link html} made it: text of a cluster never becomes markup. */
import { clean } from "../notebook/format.ts"

export class Markup {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

type Part = Markup | string | number | false | undefined | readonly Part[]

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
}

const escaped = (text: string): string => clean(text).replace(/[&<>"']/g, (sign) => ENTITIES[sign]!)

function filled(part: Part): string {
  if (part === false || part === undefined) return ""
  if (part instanceof Markup) return part.text
  return typeof part === "object" ? part.map(filled).join("") : escaped(String(part))
}

/** HTML or SVG: text parts are escaped, markup stays as it is, lists are joined, `false` is empty. */
export const html = (texts: TemplateStringsArray, ...parts: readonly Part[]): Markup =>
  new Markup(texts.map((text, index) => text + filled(parts[index])).join(""))

export type { Part }
