/** Helpers for the shell lines of a step by hand. The lines can be run again: existing objects stay as they are. */
import { PROGRAM } from "./labels.ts"

/** A command that reads a text from a here-document, in which the shell replaces nothing. */
export const hereDocument = (command: string, text: string): string =>
  `${command} <<'EOF'\n${text.replace(/\n?$/, "\n")}EOF`

/** The guide's command to apply a manifest from stdin. */
export const APPLY = `oc apply --server-side --field-manager=${PROGRAM} -f -`

/** Tests whether `oc get` finds an object. Without a pipe, because `sh -x` would mix up the lines of its two ends. */
export const exists = (what: string): string => `[ -n "$(oc get ${what} --ignore-not-found -o name)" ]`

/** Runs `create` if no such object exists. */
export const unlessExists = (what: string, create: string): string => `${exists(what)} ||\n  ${create}`
