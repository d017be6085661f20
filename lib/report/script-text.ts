/** Texts of a script: comments, wrapped words, indented lines of shell. */

import { clean, filled, oneLine } from "../notebook/format.ts"
import { proseBlocks, textOf } from "../notebook/prose.ts"

/** Words on lines of at most so many columns, each after this prefix. */
export const wrapped = (text: string, columns: number, before = ""): string =>
  filled(oneLine(text).split(" "), columns - before.length, (word) => word.length)
    .map((words) => `${before}${words.join(" ")}`.trimEnd())
    .join("\n")

/** A comment; indented text stays as it is. */
export const commented = (text: string, before: string): string =>
  /^ {4}/.test(text) ? clean(text).replace(/^/gm, before) : wrapped(text, 78, before)

/** The first paragraph of prose, without its markup and without a sentence that introduces what follows. */
export function firstParagraph(prose: string): string {
  const [first] = proseBlocks(prose)
  const text = first?.is === "paragraph" ? oneLine(textOf(first.spans)) : ""
  if (!text.endsWith(":")) return text
  const end = text.lastIndexOf(". ")
  return end === -1 ? text.replace(/:$/, ".") : text.slice(0, end + 1)
}

const HERE = /<<(-?)(['"]?)(\w+)\2/

/** Indented lines; a here-document stays at the margin, where its end must be. */
export function indented(lines: string, before: string): string {
  let end: string | undefined
  return lines
    .split("\n")
    .map((line) => {
      if (end !== undefined) {
        if (line === end) end = undefined
        return line
      }
      end = HERE.exec(line)?.[3]
      return line === "" ? line : before + line
    })
    .join("\n")
}
