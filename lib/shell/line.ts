import { shellWord } from "../notebook/shell-word.ts"

/** The command as it would be typed: arguments quoted only where they need it. */
export function typedLine(pieces: readonly string[], values: readonly unknown[]): string {
  const parts = pieces.map((piece, index) => {
    if (index >= values.length) return piece
    const value = values[index]
    return piece + (Array.isArray(value) ? value.map(quoted).join(" ") : quoted(value))
  })
  return parts.join("").trim().replace(/ {2,}/g, " ")
}

const quoted = (value: unknown): string => shellWord(String(value))
