/** Helpers for the shell lines of a step by hand. The lines can be run again: existing objects stay as they are. */
import { PROGRAM } from "./labels.ts"

/** A command that reads a text from a here-document, in which the shell replaces nothing. */
export function hereDocument(command: string, text: string): string {
  const lines = new Set(text.split("\n"))
  let end = "EOF"
  // A line of the text that is the end word would make commands of the lines after it.
  while (lines.has(end)) end += "_"
  return `${command} <<'${end}'\n${text.replace(/\n?$/, "\n")}${end}`
}

/** The guide's command to apply a manifest from a file, given as a word of the shell. */
export const applyFile = (word: string): string =>
  `oc apply --server-side --field-manager=${PROGRAM} -f ${word}`

/** The same from stdin. */
export const APPLY = applyFile("-")

/** Tests whether `oc get` finds an object. Without a pipe, because `sh -x` would mix up the lines of its two ends. */
export const exists = (what: string): string => `[ -n "$(oc get ${what} --ignore-not-found -o name)" ]`

/** Runs `create` if no such object exists. */
export const unlessExists = (what: string, create: string): string => `${exists(what)} ||\n  ${create}`
