/** Lines of a step by hand. They may be run again: what is there stays as it is. */
import { PROGRAM } from "./labels.ts"

/** A command that reads a text: the text stands below it, for the shell as it is. */
export const reads = (command: string, text: string): string =>
  `${command} <<'EOF'\n${text.replace(/\n?$/, "\n")}EOF`

/** The guide's way to apply what is read. */
export const APPLY = `oc apply --server-side --field-manager=${PROGRAM} -f -`

/** Whether `oc get` finds any. No pipe: a shell that shows what it runs would mix up its two ends. */
export const isThere = (what: string): string => `[ -n "$(oc get ${what} --ignore-not-found -o name)" ]`

/** `make` is run where there is none. */
export const unlessThere = (what: string, make: string): string => `${isThere(what)} ||\n  ${make}`
