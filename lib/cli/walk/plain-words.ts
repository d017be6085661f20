/** What is wrong with a line that is to be one command and nothing else. */
export class NotPlain extends Error {}

/** What a shell takes as it stands. */
const PLAIN = /[\w@%+=:,./-]/

/**
 * The words of a command, as a shell splits them, of a line in which the shell has nothing else to do: no operators, no
 * expansions, no patterns outside of quotes.
 * @throws NotPlain naming what stands in the way
 */
export function plainWords(line: string): string[] {
  const words: string[] = []
  let word: string | undefined
  for (let at = 0; at < line.length; at++) {
    const character = line[at]!
    if (character === "'" || character === '"') {
      const end = endOfQuotes(line, at)
      word = (word ?? "") + unquoted(line.slice(at + 1, end), character)
      at = end
    } else if (character === "\\") {
      at++
      if (line[at] === undefined || line[at] === "\n") throw new NotPlain("it ends in a backslash")
      word = (word ?? "") + line[at]
    } else if (character === " " || character === "\t") {
      if (word !== undefined) words.push(word)
      word = undefined
    } else if (PLAIN.test(character) || character > "\u007f") {
      word = (word ?? "") + character
    } else {
      throw new NotPlain(
        `"${character}" outside of quotes has a meaning to the shell: put it between single quotes`,
      )
    }
  }
  if (word !== undefined) words.push(word)
  return words
}

function endOfQuotes(line: string, from: number): number {
  const quote = line[from]!
  for (let at = from + 1; at < line.length; at++) {
    if (quote === '"' && line[at] === "\\") at++
    else if (line[at] === quote) return at
  }
  throw new NotPlain(`a quote (${quote}) is not closed`)
}

/** A shell expands `$` and backticks between double quotes too. */
function unquoted(text: string, quote: string): string {
  if (quote === "'") return text
  const bare = text.replace(/\\[$`"\\]/g, "")
  const found = /[$`!]/.exec(bare)
  if (found !== null)
    throw new NotPlain(`"${found[0]}" between double quotes has a meaning to the shell: use single quotes`)
  return text.replace(/\\([$`"\\])/g, "$1")
}
