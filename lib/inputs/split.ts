/**
 * Splits at a separator outside quotes; `"…"` and `'…'` protect anything, a backslash protects the next character.
 * Quotes and backslashes are removed from the pieces.
 * @throws Error if a quote is not closed
 */
export function splitOutside(text: string, separator: string): string[] {
  const pieces: string[] = []
  let piece = ""
  let quote = ""
  for (let index = 0; index < text.length; index++) {
    const character = text[index]!
    if (character === "\\" && quote !== "'" && index + 1 < text.length) piece += text[++index]
    else if (quote !== "") {
      if (character === quote) quote = ""
      else piece += character
    } else if (character === '"' || character === "'") quote = character
    else if (character === separator) {
      pieces.push(piece)
      piece = ""
    } else piece += character
  }
  if (quote !== "") throw new Error(`a quote (${quote}) is not closed`)
  pieces.push(piece)
  return pieces
}

/** `key=value` pairs in their order, for example of `name=a,server=https://b`. A key that is given twice is an error. */
export function splitPairs(text: string, separator: string): [key: string, value: string][] {
  const pairs: [string, string][] = []
  for (const piece of splitOutside(text, separator)) {
    if (piece.trim() === "") continue
    const at = piece.indexOf("=")
    if (at <= 0) throw new Error(`${JSON.stringify(piece)} is not KEY=VALUE`)
    const key = piece.slice(0, at).trim()
    if (pairs.some(([other]) => other === key)) throw new Error(`${key} is given twice`)
    pairs.push([key, piece.slice(at + 1)])
  }
  return pairs
}
