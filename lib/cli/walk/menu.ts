import type { PlanEntry } from "../../runner/types.ts"

/** What you can do at a cell. */
export type MenuAction =
  | "check"
  | "commands"
  | "run"
  | "retry"
  | "rerun"
  | "wait"
  | "next"
  | "one site"
  | "input"
  | "edit"
  | "explain"
  | "outputs"
  | "values"
  | "shell"
  | "skip"
  | "go to"
  | "rest"
  | "quit"
  | "request"
  | "their file"

export interface MenuState {
  readonly entries: readonly PlanEntry[]
  /** The journal records that all places of the cell are done. */
  readonly recorded: boolean
  /** Its last run failed. */
  readonly failed: boolean
  readonly manual: boolean
  readonly last: boolean
  readonly canRerun: boolean
  readonly hasInputs: boolean
  readonly hasOutputs: boolean
  /** It has the commands by hand, for a file. */
  readonly hasCommands: boolean
  /** What can be done about another party that is waited for. */
  readonly party: "nothing" | "request" | "their file"
  /** There are commands that can be edited. */
  readonly canEdit: boolean
}

export interface Choice {
  readonly value: MenuAction
  readonly name: string
  /** What happens next, in a sentence. */
  readonly description: string
}

/** The choices at a cell, the most common one first: pressing Enter goes through the notebook. */
export function menu(state: MenuState): Choice[] {
  const { entries, manual } = state
  const done = entries.every(({ action }) => action === "ok")
  const sites = entries.filter(({ site }) => site !== undefined)
  const open = sites.filter(({ action }) => action !== "ok")
  // Each place waits for somebody: running it again would only say the same.
  const stuck = !done && !manual && entries.every(needsPerson)
  const where = open.length > 1 ? `, at ${open.length} sites in parallel` : ""
  const runs = [
    state.failed &&
      !done &&
      choice(
        manual ? "wait" : "retry",
        manual ? "Check again" : "Retry",
        `Checks what exists and resumes from there${where}`,
      ),
    !state.failed &&
      !done &&
      !manual &&
      choice("run", "Run", `Checks, applies if needed, waits until ready${where}`),
    !state.failed &&
      !done &&
      manual &&
      choice(
        "wait",
        "Wait",
        "Type the commands in another terminal; the walk continues once the check finds it ready",
      ),
  ]
  const choices: (Choice | false)[] = [
    state.party === "request" &&
      choice("request", "Write the request", "The file that asks to join: it holds nothing secret"),
    state.party === "their file" &&
      choice("their file", "Read their file…", "The file that they sent: it is checked before it is used"),
    stuck && choice("check", "Check again", "Once what is named above is fixed; changes nothing"),
    ...(stuck ? [] : runs),
    done &&
      !state.recorded &&
      choice(
        manual ? "wait" : "run",
        manual ? "Tick off" : "Run",
        "Nothing has to be applied: checks, shows the result and saves it",
      ),
    done &&
      state.recorded &&
      choice(
        "next",
        state.last ? "Finish" : "Next",
        state.last ? "Everything is done: shows what to type next" : "Go to the next cell",
      ),
    done &&
      state.recorded &&
      state.canRerun &&
      !manual &&
      choice("rerun", "Run again", "Although it is ready: a restart, a new token"),
    !manual && sites.length > 1 && choice("one site", "One site…", "Run at one site only"),
    state.hasInputs && choice("input", "Change an input…", "Shows first which cells become stale"),
    ...(stuck ? runs : []),
    state.canEdit &&
      choice("edit", "Edit…", "Edit the commands or the manifest in your $EDITOR, for this run only"),
    state.hasCommands &&
      choice("commands", "Commands…", "The commands by hand, whole: on the screen, or in a file"),
    choice("explain", "Explain", "What is checked, what is applied, where to read more"),
    state.hasOutputs && choice("outputs", "Outputs", "All saved outputs of this cell, at every site"),
    choice("values", "Values", "Every input with its origin, and the results of finished cells"),
    choice(
      "shell",
      "Shell…",
      "Your shell with the kubeconfig of a site; the cell is checked again when you leave it",
    ),
    !done && choice("skip", "Skip", "Continue without it; the cells that need it check whether it is ready"),
    choice("go to", "Go to…", "Another cell, earlier or later"),
    !manual &&
      !(done && state.last) &&
      choice("rest", "Run the rest", "Shows the plan of all remaining cells and asks once"),
    choice("quit", "Quit", "Everything is saved; the walk resumes here the next time"),
  ]
  return choices.filter((one) => one !== false)
}

const needsPerson = ({ action, after, party }: PlanEntry): boolean =>
  action === "ok" || action === "blocked" || after !== undefined || party !== undefined

const choice = (value: MenuAction, name: string, description: string): Choice => ({
  value,
  name,
  description,
})
