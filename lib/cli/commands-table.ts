import type { Notebook } from "../notebook/notebook.ts"
import type { CommandFlags, FlagSpec } from "./flags-table.ts"

/** `federation`: the name of one, which can be omitted. */
export type ArgumentKind = "step" | "shell" | "folder" | "action" | "file" | "party" | "federation"

export interface CommandSpec extends CommandFlags {
  /** Only for notebooks whose sites can belong to several parties. */
  readonly parties?: true
  readonly summary: string
  /** One paragraph for `COMMAND --help`. */
  readonly about: string
  readonly argument?: { readonly name: string; readonly of: ArgumentKind }
  /** Arguments after the program's name, and what they do. */
  readonly examples: readonly (readonly [string, string])[]
}

export const SHELLS = ["bash", "zsh", "fish"] as const

/** The formats that `report` writes; also the extensions of its files. */
export const FORMATS = ["md", "html", "json", "ipynb", "sh"] as const

/** The notebook whose steps, roles and inputs a command uses: for `teardown` the notebook's teardown. */
export const notebookOf = (notebook: Notebook, command: string): Notebook =>
  command === "teardown" ? (notebook.teardown ?? notebook) : notebook

const yes = { name: "yes", help: "Approve what the plan shows; never ask" } as const satisfies FlagSpec
const timeout = {
  name: "timeout",
  value: "DURATION",
  type: "duration",
  help: "How long each step may take until it is ready, instead of its own limit: 90s, 15m",
} as const satisfies FlagSpec
const parallel = {
  name: "parallel",
  value: "N",
  type: "number",
  help: "How many commands run at once (default: two per core, at most 16)",
} as const satisfies FlagSpec
const show = {
  name: "show",
  help: "Also print the output that each step shows, and ask the clusters for it again",
} as const satisfies FlagSpec
const HISTORY_FLAGS = [
  {
    name: "history-runs",
    value: "N",
    type: "number",
    help: "How many runs a large journal keeps for reports (default: 200)",
  },
  {
    name: "history-days",
    value: "N",
    type: "number",
    help: "For how many days a large journal keeps runs for reports (default: 365)",
  },
] as const satisfies readonly FlagSpec[]
const json = {
  name: "json",
  help: "Print events, one JSON object per line; never ask",
} as const satisfies FlagSpec
const answer = {
  name: "json",
  help: "Print the answer as one JSON object; never ask",
} as const satisfies FlagSpec
const trust = {
  name: "trust-checkpoints",
  help: "Trust the journal: do not check again what is done and unchanged",
} as const satisfies FlagSpec

const party = {
  name: "party",
  value: "ID",
  type: "text",
  help: "Which of your parties, if you act for several",
} as const satisfies FlagSpec
const knownAs = {
  name: "known-as",
  value: "NAME",
  type: "text",
  help: "The party's name in the federation file, if it is another one",
} as const satisfies FlagSpec
const fingerprint = {
  name: "fingerprint",
  value: "DIGITS",
  type: "text",
  help: "The other party's fingerprint, from another channel than the file; required when its keys are new here",
} as const satisfies FlagSpec
const withoutFingerprint = {
  name: "without-fingerprint",
  help: "Believe the file: its keys were not compared. It stands in journal, report and receipt",
} as const satisfies FlagSpec

const TABLE = [
  {
    name: "walk",
    summary: "follow the notebook in this terminal, cell by cell",
    about:
      "Asks for the endpoints, shows the plan, then goes through the notebook cell by cell and saves the output of each. " +
      "You can quit at any time; the walk resumes where you were. With --by-hand it runs nothing that writes: it shows " +
      "the commands, waits until you have typed them, and ticks a cell off once its check finds it ready.",
    groups: ["federation", "practice"],
    flags: [
      { name: "practice", help: "Use practice clusters, kept until you start over; no cluster needed" },
      {
        name: "by-hand",
        help: "Run nothing that writes: show the commands and wait until you have typed them",
      },
      parallel,
      timeout,
    ],
    examples: [
      ["walk", "asks: practice clusters, or your own?"],
      ["walk --federation federation.yaml", "your own clusters"],
      ["walk --by-hand", "you type the commands, the walk checks"],
    ],
  },
  {
    name: "run",
    summary: "run the notebook, resuming where it left off",
    about:
      "Checks every step at every site, applies what is missing, updates what has drifted, and waits until each step is " +
      "ready. You can stop it at any time and run it again. On a terminal it asks for missing inputs, shows the plan and " +
      "asks once for approval; elsewhere it needs --yes. What has left the federation file is listed and stays; on a " +
      "terminal it asks whether to remove it too, elsewhere --remove-gone says so.",
    groups: ["federation", "selection", "practice"],
    flags: [
      yes,
      {
        name: "remove-gone",
        help: "Afterwards also remove what was applied at sites that have left the federation",
      },
      { name: "practice", help: "Use practice clusters that exist for this run only; no cluster needed" },
      json,
      show,
      parallel,
      timeout,
      trust,
      ...HISTORY_FLAGS,
    ],
    examples: [
      ["run --practice --yes", "on practice clusters"],
      ["run --federation federation.yaml --yes", "unattended"],
      ["run --only {step} --site {site}", "one step at one site"],
    ],
  },
  {
    name: "step",
    summary: "run one step: check, apply if needed, show",
    about:
      "Checks the step, applies or updates it if needed, waits until it is ready and shows the result. Without --site " +
      "it runs at all sites of the step. Naming a step approves it, except for changes outside the site: it asks about " +
      "those, or needs --yes.",
    argument: { name: "ID", of: "step" },
    groups: ["federation", "sites"],
    flags: [
      yes,
      { name: "rerun", help: "Run the step again although it is ready (a restart, a new token)" },
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
    summary: "show what a run would do, and why; change nothing",
    about: "Checks every step and shows what a run would do and why. Only reads, here and on the clusters.",
    groups: ["federation", "selection"],
    flags: [{ name: "exit-code", help: "Exit with 5 when there is something to do" }, answer, trust],
    examples: [
      ["plan", "for the last federation"],
      ["plan --federation federation.yaml --exit-code", "for a script"],
    ],
  },
  {
    name: "status",
    summary: "show the state from the journal; --live checks the clusters",
    about:
      "Shows how each step ended, when, and whether its inputs have changed since. With --live it checks every step " +
      "again.",
    groups: ["federation", "selection"],
    flags: [{ name: "live", help: "Check the sites instead of reading the journal" }, answer],
    examples: [
      ["status", "from the journal"],
      ["status --live --site {site}", "check one site"],
    ],
  },
  {
    name: "show",
    summary: "show the output of a step, next to the expected output",
    about:
      "Prints the output of a step that its last run saved, and the expected lines that are missing from it. It reads no " +
      "cluster: status --live checks the sites now.",
    argument: { name: "ID", of: "step" },
    groups: ["location", "sites"],
    flags: [answer],
    examples: [["show {step}", "at every site"]],
  },
  {
    name: "report",
    summary: "write a report of what was done: to hand over, keep, repeat",
    about:
      "Writes what was done, by whom, with which values and with which result: as Markdown for a ticket, HTML with " +
      "pictures, JSON (schema/report.schema.json), a Jupyter notebook, or a shell script that does the same by hand. " +
      "The script needs no earlier run. A report never contains secrets.",
    groups: ["federation", "sites"],
    flags: [
      {
        name: "format",
        value: "KIND",
        type: "choice",
        choices: FORMATS,
        help: "md, html, json, ipynb or sh (default: the extension of FILE, else md)",
      },
      { name: "out", value: "FILE", type: "path", help: "Write to FILE instead of stdout" },
      {
        name: "join",
        value: "FILE",
        type: "list",
        repeat: true,
        help: "Another party's report (JSON): both on one timeline, and whether their records are the same",
      },
      { name: "force", help: "Replace FILE also if it is not a report" },
    ],
    examples: [
      ["report > ticket.md", "Markdown"],
      ["report --out walk.html", "for a browser"],
      ["report --format sh --site {site}", "a script for one site"],
    ],
  },
  {
    name: "values",
    summary: "list every input, its value and where the value comes from",
    about:
      "Lists every input with its value and its origin: flag, variable, file, earlier answer or default.",
    groups: ["federation", "sites"],
    flags: [answer],
    examples: [["values --federation federation.yaml", "before a run"]],
  },
  {
    name: "doctor",
    summary: "check tools, clusters, permissions and the state folder",
    about: "Checks what a run needs, here and at every site, and shows how to fix what is wrong. Only reads.",
    groups: ["federation", "sites"],
    flags: [answer],
    examples: [["doctor --federation federation.yaml", "before the first run"]],
  },
  {
    name: "practice",
    summary: "start practice clusters on this machine, until Ctrl-C",
    about:
      "Starts clusters simulated on 127.0.0.1, writes a federation.yaml for them and keeps them running until SIGINT or " +
      "SIGTERM.",
    groups: ["practice"],
    flags: [],
    examples: [
      ["practice", "then type the commands it prints, in another terminal"],
      ["practice --keep clusters.json", "saved at the end, restored the next time"],
    ],
  },
  {
    name: "teardown",
    summary: "delete what the notebook created, and only that",
    about:
      "Shows what it would delete and asks once for approval, or takes --yes. What existed before stays. It also deletes " +
      "what was applied at sites that have left the federation, or have moved: all of it, with --gone only that.",
    groups: ["federation", "selection"],
    flags: [
      yes,
      { name: "gone", help: "Only at sites that have left the federation, and where sites have moved away" },
      json,
      show,
      parallel,
      timeout,
    ],
    examples: [
      ["teardown", "shows the plan, then asks"],
      ["teardown --gone", "only what is no longer in the federation file"],
    ],
  },
  {
    name: "party",
    parties: true,
    summary: "init, show or rotate the keys that other parties know you by",
    about:
      "`party init` makes the keys of a party that you act for: one to sign messages, one to open what is sealed to it. " +
      "`party show` prints its fingerprint, which the other side needs over another channel (the telephone), and its " +
      "public keys. `party rotate` replaces the keys: everybody has to compare the new fingerprint.",
    argument: { name: "ACTION", of: "action" },
    groups: [],
    flags: [
      { name: "name", value: "TEXT", type: "text", help: "The party's name, as others read it" },
      party,
      answer,
    ],
    examples: [
      ['party init --name "St. Mary\'s"', "once"],
      ["party show", "the fingerprint, to read out"],
    ],
  },
  {
    name: "request",
    parties: true,
    summary: "write a request to join a federation that somebody else runs",
    about:
      "Runs the steps whose results the request holds, if there are any, and writes the request: your party's public keys, " +
      "the sites that join, and what for. It holds nothing secret. Send the file to the coordinator, and read out your " +
      "fingerprint over another channel.",
    argument: { name: "[NAME]", of: "federation" },
    groups: ["federation"],
    flags: [
      { name: "out", value: "FILE", type: "path", help: "Write to FILE (default: the party's id, .request)" },
      { name: "purpose", value: "TEXT", type: "text", help: "What you join for: the coordinator reads it" },
      party,
      yes,
      answer,
    ],
    examples: [["request trial --federation federation.yaml --out a.request", "for the federation trial"]],
  },
  {
    name: "approve",
    parties: true,
    summary: "approve another party's request to join",
    about:
      "Shows who asks, for which sites, what they would be granted and until when, and asks. The next run prepares it and " +
      "writes the approval, sealed to that party. --again issues another approval, for one that has expired or was lost.",
    argument: { name: "FILE", of: "file" },
    groups: ["federation"],
    flags: [
      yes,
      { name: "again", help: "FILE is the name of a party that was approved before: issue another approval" },
      knownAs,
      fingerprint,
      withoutFingerprint,
      party,
      answer,
    ],
    examples: [
      ["approve st-marys.request --fingerprint '…'", "the fingerprint that they read out"],
      ["approve st-marys --again", "after the approval has expired"],
    ],
  },
  {
    name: "accept",
    parties: true,
    summary: "accept an approval, receipt or revocation of another party",
    about:
      "Checks everything in the file, keeps what it brings, and shows what a run would do now. It contacts only your own clusters.",
    argument: { name: "FILE", of: "file" },
    groups: ["federation"],
    flags: [knownAs, fingerprint, withoutFingerprint, party, answer],
    examples: [["accept st-marys.approval --fingerprint '…'", "the fingerprint that they read out"]],
  },
  {
    name: "revoke",
    parties: true,
    summary: "end what another party was granted",
    about:
      "Deletes what was created for that party on your clusters, forgets its keys and writes a revocation, signed, for it. " +
      "What is deleted is shown first, as a plan.",
    argument: { name: "PARTY", of: "party" },
    groups: ["federation"],
    flags: [
      yes,
      {
        name: "reason",
        value: "TEXT",
        type: "text",
        help: "Why: it stands in the journal and in the revocation",
      },
      answer,
      parallel,
      timeout,
    ],
    examples: [["revoke st-marys", "shows the plan, then asks"]],
  },
  {
    name: "new",
    summary: "write a small notebook of your own, with its test",
    about:
      "Writes a package with two steps and a test on practice clusters into DIR, creating DIR if needed, and prints the " +
      "next commands. The notebook has the name of the folder. Without DIR it asks for one on a terminal.",
    argument: { name: "DIR", of: "folder" },
    groups: [],
    flags: [],
    examples: [["new my-notebook", "in a new or an empty folder"]],
  },
  {
    name: "completion",
    summary: "print the completion script for bash, zsh or fish",
    about: "Prints the completion script for a shell.",
    argument: { name: "SHELL", of: "shell" },
    groups: [],
    flags: [],
    examples: [
      ["completion bash > ~/.local/share/bash-completion/completions/{program}", "bash"],
      ["completion zsh > ~/.zfunc/_{program}", "zsh, with ~/.zfunc in fpath"],
      ["completion fish > ~/.config/fish/completions/{program}.fish", "fish"],
    ],
  },
] as const satisfies readonly CommandSpec[]

/** Every command there is. */
export const COMMANDS: readonly CommandSpec[] = TABLE
/** The commands of a notebook's program: those of parties only where it declares them. */
export const commandsOf = ({ parties }: Pick<Notebook, "parties">): readonly CommandSpec[] =>
  parties === undefined ? COMMANDS.filter((command) => command.parties !== true) : COMMANDS

/** What the argument of `party` can be. */
export const PARTY_ACTIONS = ["init", "show", "rotate"] as const
export type CommandsTable = typeof TABLE
export type CommandName = CommandsTable[number]["name"]
