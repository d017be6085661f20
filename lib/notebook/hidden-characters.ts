/**
 * Characters that a terminal or an editor obeys instead of showing them: control characters (C0, DEL, C1), line and paragraph
 * separators, and what turns the direction of reading. Text of clusters, commands and files never reaches a reader with them.
 */
const HIDDEN = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g

export const hasHidden = (text: string): boolean => text.search(HIDDEN) !== -1

/** The text with each of them replaced. */
export const replaceHidden = (text: string, by: (character: string) => string): string =>
  text.replace(HIDDEN, by)

/** Without them, except for line ends. */
export const dropHidden = (text: string): string => replaceHidden(text, (one) => (one === "\n" ? one : ""))

/**
 * Without those that no terminal needs: C1, separators, directions. For a stream on which our own escape codes draw colours and
 * lines.
 */
export const dropUndrawn = (text: string): string => replaceHidden(text, (one) => (one < "\u0080" ? one : ""))

/** A value as JSON in which they are escaped, so that nothing is lost and a terminal can show it. */
export const jsonText = (value: unknown, indent?: number): string =>
  (JSON.stringify(value, null, indent) as string).replace(HIDDEN, (one) =>
    one === "\n" ? one : `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`,
  )
