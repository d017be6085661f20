import { hasHidden, replaceHidden } from "./hidden-characters.ts"

/** One argument of a command as it is typed: quoted only where a shell needs that, and always in one line. */
export function shellWord(word: string): string {
  if (/^[\w@%+=:,./-]+$/.test(word)) return word
  return hasHidden(word) ? `"$(printf '%b' '${inQuotes(escaped(word))}')"` : `'${inQuotes(word)}'`
}

/** For `printf %b`: what a terminal would obey is written as bytes. No argument can contain a NUL. */
const escaped = (word: string): string =>
  replaceHidden(word.replaceAll("\0", "").replaceAll("\\", "\\\\"), (one) =>
    [...Buffer.from(one)].map((byte) => `\\0${byte.toString(8).padStart(3, "0")}`).join(""),
  )

/** A value in a comment of a script: a line break in it would end the comment. */
export const shellComment = (text: string): string =>
  replaceHidden(text, () => " ")
    .replace(/\s+/g, " ")
    .trim()

/** A text between single quotes of sh, bash or zsh. */
export const inQuotes = (text: string): string => text.replaceAll("'", "'\\''")

/** The same for fish, which knows a backslash between quotes. */
export const inFishQuotes = (text: string): string => text.replace(/[\\']/g, "\\$&")
