/** One argument of a command as it is typed: quoted only where a shell needs that. */
export const shellWord = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${inQuotes(word)}'`

/** A text between single quotes of sh, bash or zsh. */
export const inQuotes = (text: string): string => text.replaceAll("'", "'\\''")

/** The same for fish, which knows a backslash between quotes. */
export const inFishQuotes = (text: string): string => text.replace(/[\\']/g, "\\$&")
