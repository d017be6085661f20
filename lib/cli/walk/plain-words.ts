/** What is wrong with a line that should be one plain command. */
export class NotPlain extends Error {}

/** Characters without a meaning to a shell. */
const PLAIN = /[\w@%+=:,./-]/

/**
 * The words of a command, split as a shell does, if the line has nothing else for a shell: no operators, no expansions,
 * no patterns outside of quotes.
 * @throws NotPlain naming the character that is not allowed
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
      if (line[at] === undefined || line[at] === "\n") throw new NotPlain("it ends with a backslash")
      word = (word ?? "") + line[at]
    } else if (character === " " || character === "\t") {
      if (word !== undefined) words.push(word)
      word = undefined
    } else if (PLAIN.test(character) || character > "\u007f") {
      word = (word ?? "") + character
    } else {
      throw new NotPlain(
        `"${character}" has a meaning to the shell outside of quotes; put it in single quotes`,
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
    throw new NotPlain(`"${found[0]}" has a meaning to the shell in double quotes; use single quotes`)
  return text.replace(/\\([$`"\\])/g, "$1")
}
