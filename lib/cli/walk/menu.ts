import type { PlanEntry } from "../../runner/types.ts"

/** What a person can do at a cell. */
export type MenuAction =
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

export interface MenuState {
  readonly entries: readonly PlanEntry[]
  /** Everything of it is kept: that it is done was seen and written down. */
  readonly kept: boolean
  /** Its last try did not end well. */
  readonly failed: boolean
  readonly manual: boolean
  readonly last: boolean
  readonly canRerun: boolean
  readonly hasInputs: boolean
  readonly hasOutputs: boolean
  /** There are commands that can be edited. */
  readonly canEdit: boolean
}

export interface Choice {
  readonly value: MenuAction
  readonly name: string
  /** What happens next, in a sentence. */
  readonly description: string
}

/** The choices at a cell, the one that most people want first: a bare Enter goes through the notebook. */
export function menu(state: MenuState): Choice[] {
  const { entries, manual } = state
  const done = entries.every(({ action }) => action === "ok")
  const sites = entries.filter(({ site }) => site !== undefined)
  const open = sites.filter(({ action }) => action !== "ok")
  const where = open.length > 1 ? `at ${open.length} sites, side by side` : ""
  const choices: (Choice | false)[] = [
    state.failed &&
      !done &&
      choice(
        manual ? "wait" : "retry",
        manual ? "Look again" : "Retry",
        `It looks what is there, and goes on from that ${where}`,
      ),
    !state.failed &&
      !done &&
      !manual &&
      choice("run", "Run", `Looks, acts if it must, waits until it is so ${where}`),
    !state.failed &&
      !done &&
      manual &&
      choice(
        "wait",
        "Wait",
        "Type the commands in another terminal: this goes on once it sees that it is done",
      ),
    done &&
      !state.kept &&
      choice(
        manual ? "wait" : "run",
        manual ? "Tick off" : "Run",
        "Nothing has to be made: it looks, shows, and keeps what it saw",
      ),
    done &&
      state.kept &&
      choice(
        "next",
        state.last ? "Finish" : "Next",
        state.last ? "Everything is done: says what to type next" : "On to the next cell",
      ),
    done &&
      state.kept &&
      state.canRerun &&
      !manual &&
      choice("rerun", "Run it anew", "Although it is done: a restart, a new token"),
    !manual && sites.length > 1 && choice("one site", "One site…", "Run it at one site only"),
    state.hasInputs && choice("input", "Change an input…", "Shows first what that makes stale"),
    state.canEdit && choice("edit", "Edit…", "The commands or the manifest in your $EDITOR, for this time"),
    choice("explain", "Explain", "What is checked, what is applied, where to read on"),
    state.hasOutputs && choice("outputs", "Outputs", "Everything that is kept of this cell, at every site"),
    choice("values", "Values", "Every input, where it comes from, and what cells have handed on"),
    choice(
      "shell",
      "Shell…",
      "Your shell with this site's kubeconfig; it is looked at again when you leave it",
    ),
    !done && choice("skip", "Skip", "Go on without it: what needs it looks whether it is there"),
    choice("go to", "Go to…", "Another cell, earlier or later"),
    !manual &&
      !(done && state.last) &&
      choice("rest", "Run the rest", "Shows the plan of all that is left, and asks once"),
    choice("quit", "Quit", "Everything is kept; it goes on here the next time"),
  ]
  return choices.filter((one) => one !== false)
}

const choice = (value: MenuAction, name: string, description: string): Choice => ({
  value,
  name,
  description: description.trim(),
})
