/** Texts of a script: comments, wrapped words, lines of a shell set in. */

/** On one line, so that nothing of it is ever a line of the script. */
export const oneLine = (text: string): string => text.replace(/\s+/g, " ").trim()

/** Words on lines of at most so many columns, each after this beginning. */
export function wrapped(text: string, columns: number, before = ""): string {
  const lines: string[] = []
  let line = ""
  for (const word of oneLine(text).split(" ")) {
    if (line !== "" && before.length + line.length + 1 + word.length > columns) {
      lines.push(line)
      line = word
    } else line = line === "" ? word : `${line} ${word}`
  }
  return [...lines, line].map((one) => `${before}${one}`.trimEnd()).join("\n")
}

/** A comment; what is set in stays as it is. */
export const commented = (text: string, before: string): string =>
  /^ {4}/.test(text) ? `${before}${text}` : wrapped(text, 78, before)

/** The first paragraph of Markdown, without its marks, and without the sentence that leads over to what is shown below it. */
export function firstParagraph(markdown: string): string {
  const text = oneLine(markdown.trim().split(/\n\s*\n/)[0] ?? "")
    .replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
    .replace(/\*\*|`|(?<!\w)\*|\*(?!\w)/g, "")
  if (!text.endsWith(":")) return text
  const end = text.lastIndexOf(". ")
  return end === -1 ? text.replace(/:$/, ".") : text.slice(0, end + 1)
}

const HERE = /<<(-?)(['"]?)(\w+)\2/

/** Lines set in; a here-document stays at the margin, where its end must be. */
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
