import type { Flagged, FlagSpec } from "./flags-table.ts"

export interface CommandSpec extends Flagged {
  readonly summary: string
  /** One paragraph for `COMMAND --help`. */
  readonly about: string
  readonly argument?: { readonly name: string; readonly of: "step" | "shell" | "folder" }
  /** Arguments after the program's name, and what they do. */
  readonly examples: readonly (readonly [string, string])[]
}

export const SHELLS = ["bash", "zsh", "fish"] as const

/** What `report` writes; also how its files end. */
export const FORMATS = ["md", "html", "json", "ipynb", "sh"] as const

const yes: FlagSpec = { name: "yes", help: "Agree to what the plan shows; never ask" }
const timeout: FlagSpec = {
  name: "timeout",
  value: "DURATION",
  type: "duration",
  help: "How long each step waits until it is done, in place of its own time: 90s, 15m",
}
const parallel: FlagSpec = {
  name: "parallel",
  value: "N",
  type: "number",
  help: "How many commands at once (default: two a core, at most 16)",
}
const show: FlagSpec = { name: "show", help: "Print what each step shows, as it comes" }
const json: FlagSpec = { name: "json", help: "Print the event stream, one JSON object a line; never ask" }
const trust: FlagSpec = {
  name: "trust-checkpoints",
  help: "Believe the journal: do not look again at what is done and unchanged",
}

export const COMMANDS: readonly CommandSpec[] = [
  {
    name: "walk",
    summary: "follow the notebook in this terminal, cell by cell",
    about:
      "Asks for the endpoints, shows the plan, then goes through the notebook cell by cell: reads, runs, keeps what came. " +
      "Quit anywhere; it goes on where you were. With --by-hand nothing that writes is run: it shows the commands, and " +
      "ticks a cell off once it sees that it is done.",
    groups: ["federation", "practice"],
    flags: [
      { name: "practice", help: "On practice clusters, kept until you start over: no cluster needed" },
      { name: "by-hand", help: "Run nothing that writes: show the commands, and wait until they were typed" },
      parallel,
      timeout,
    ],
    examples: [
      ["walk", "practise, or your own clusters?"],
      ["walk --federation federation.yaml", "your own clusters"],
      ["walk --by-hand", "you type, it looks"],
    ],
  },
  {
    name: "run",
    summary: "carry the notebook out, from wherever it stands",
    about:
      "Looks at every step of every site, does what is not done, waits until it is so. It can be stopped anywhere " +
      "and run again. On a terminal it asks for what is missing, shows the plan and asks once; elsewhere it needs --yes.",
    groups: ["federation", "selection", "practice"],
    flags: [
      yes,
      { name: "practice", help: "On practice clusters that live for this run only: no cluster needed" },
      json,
      show,
      parallel,
      timeout,
      trust,
    ],
    examples: [
      ["run --practice --yes", "on practice clusters"],
      ["run --federation federation.yaml --yes", "unattended"],
      ["run --only {step} --site {site}", "one step at one site"],
    ],
  },
  {
    name: "step",
    summary: "one step: look, act if needed, show",
    about:
      "Looks, acts if needed, waits and shows. Without --site at all its sites. Naming a step is agreeing to it, " +
      "except for what reaches beyond the site: that is asked, or needs --yes.",
    argument: { name: "ID", of: "step" },
    groups: ["federation", "sites"],
    flags: [
      yes,
      { name: "rerun", help: "Run it again although it is ready (a restart, a new token)" },
      json,
      parallel,
      timeout,
    ],
    examples: [
      ["step {step} --site {site}", "at one site"],
      ["step {step} --rerun", "run it again"],
    ],
  },
  {
    name: "plan",
    summary: "what a run would do, and why; changes nothing",
    about: "Looks at every step and says what a run would do and why. Only reads, here and on the clusters.",
    groups: ["federation", "selection"],
    flags: [{ name: "exit-code", help: "Exit with 5 when there is something to do" }, trust],
    examples: [
      ["plan", "of the last federation"],
      ["plan --federation federation.yaml --exit-code", "for a script"],
    ],
  },
  {
    name: "status",
    summary: "what the journal tells; --live looks",
    about: "Says how each step ended, when, and whether its inputs changed since. With --live it looks anew.",
    groups: ["federation", "selection"],
    flags: [{ name: "live", help: "Look at the sites, not into the journal" }],
    examples: [
      ["status", "from the journal"],
      ["status --live --site {site}", "look at one site"],
    ],
  },
  {
    name: "show",
    summary: "what a step printed, beside what the guide promises",
    about: "Prints the kept output of a step, and the promised lines that did not come.",
    argument: { name: "ID", of: "step" },
    groups: ["location", "sites"],
    flags: [],
    examples: [["show {step}", "at every site"]],
  },
  {
    name: "report",
    summary: "the walk as a document: to hand over, to keep, to repeat",
    about:
      "Writes what was done, by whom, with which values and what came of it: Markdown for a ticket, HTML with " +
      "pictures, JSON (schema/report.schema.json), a Jupyter notebook, or a shell script that does the same by hand. " +
      "The script needs no run. Secrets are never in it.",
    groups: ["federation", "sites"],
    flags: [
      {
        name: "format",
        value: "KIND",
        type: "choice",
        choices: FORMATS,
        help: "md, html, json, ipynb or sh (default: as FILE ends, else md)",
      },
      { name: "out", value: "FILE", type: "path", help: "Write it there, not to stdout" },
    ],
    examples: [
      ["report > ticket.md", "Markdown"],
      ["report --out walk.html", "for a browser"],
      ["report --format sh --site {site}", "a script for one site"],
    ],
  },
  {
    name: "values",
    summary: "every input, its value and where that comes from",
    about: "Lists the inputs with their values and origins: flag, variable, file, earlier answer or default.",
    groups: ["federation", "sites"],
    flags: [],
    examples: [["values --federation federation.yaml", "before a run"]],
  },
  {
    name: "doctor",
    summary: "checks tools, clusters, rights and the state folder",
    about: "Checks what a run needs, here and at every site, and says how to cure what is wrong. Only reads.",
    groups: ["federation", "sites"],
    flags: [],
    examples: [["doctor --federation federation.yaml", "before the first run"]],
  },
  {
    name: "practice",
    summary: "practice clusters on this machine, until Ctrl-C",
    about:
      "Starts clusters played on 127.0.0.1, writes a federation.yaml for them and holds them open until SIGINT or " +
      "SIGTERM.",
    groups: ["practice"],
    flags: [],
    examples: [
      ["practice", "then type what it prints, in another terminal"],
      ["practice --keep clusters.json", "saved at the end, brought back the next time"],
    ],
  },
  {
    name: "teardown",
    summary: "undo what the notebook made, and only that",
    about: "Shows what it would remove and asks once, or takes --yes. What was there before stays.",
    groups: ["federation", "selection"],
    flags: [yes, json, show, parallel, timeout],
    examples: [["teardown", "shows the plan, then asks"]],
  },
  {
    name: "new",
    summary: "a small notebook of your own, with its test",
    about:
      "Writes a package with two steps and a test on practice clusters into DIR, which is made, and says what to type " +
      "next. The notebook is called as the folder is. Without DIR it asks for it on a terminal.",
    argument: { name: "DIR", of: "folder" },
    groups: [],
    flags: [],
    examples: [["new my-notebook", "in a folder that is not there yet, or empty"]],
  },
  {
    name: "completion",
    summary: "completion for bash, zsh or fish",
    about: "Prints a script for the shell.",
    argument: { name: "SHELL", of: "shell" },
    groups: [],
    flags: [],
    examples: [
      ["completion bash > ~/.local/share/bash-completion/completions/{program}", "bash"],
      ["completion zsh > ~/.zfunc/_{program}", "zsh, with ~/.zfunc in fpath"],
      ["completion fish > ~/.config/fish/completions/{program}.fish", "fish"],
    ],
  },
]
