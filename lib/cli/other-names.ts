import type { Notebook } from "../notebook/notebook.ts"

/** What other programs call our commands. Arguments to type instead, and why. */
const OTHER_NAMES: readonly (readonly [names: readonly string[], line: string, why: string])[] = [
  [["apply", "up", "deploy", "install", "start", "execute", "sync"], "run", "run applies what is missing"],
  [
    ["destroy", "delete", "down", "uninstall", "remove", "cleanup", "clean", "undo"],
    "teardown --help",
    "teardown deletes what the notebook created, and only that",
  ],
  [["version"], "--version", "it is a flag"],
  [["diff", "preview", "dry-run", "check", "validate"], "plan", "plan shows what a run would do"],
  [["list", "ls", "state", "get", "ps"], "status", "status shows the state of each step"],
  [["output", "outputs", "logs", "log"], "show --help", "show prints the output of a step"],
  [["config", "inputs", "vars", "env"], "values", "values lists every input and its origin"],
  [["init", "create"], "new --help", "new writes a notebook of your own; walk sets up a federation"],
]

/**
 * What to type instead of an unknown command that is a step, or that another program has; nothing for other words.
 * @param typed the command line with these words in place of the unknown one
 */
export function meantCommand(
  notebook: Notebook,
  word: string,
  typed: (words: readonly string[]) => string,
): { readonly why: string; readonly next: string } | undefined {
  const wanted = word.toLowerCase()
  if (notebook.steps.some(({ id }) => id === wanted))
    return { why: `${wanted} is a step, and step runs one`, next: typed(["step", wanted]) }
  if (notebook.teardown?.steps.some(({ id }) => id === wanted))
    return { why: `${wanted} is a step of the teardown`, next: typed(["teardown", "--help"]) }
  const found = OTHER_NAMES.find(([names]) => names.includes(wanted))
  return found && { why: found[2], next: typed(found[1].split(" ")) }
}
