import type { Notebook } from "../notebook/notebook.ts"
import { fileKey } from "../notebook/roles.ts"

/** A flag of a command. Parsing, help and completion come from here. */
export interface FlagSpec {
  readonly name: string
  readonly help: string
  /** Placeholder of its value; a flag without one takes none. */
  readonly value?: string
  readonly type?: "text" | "path" | "number" | "duration" | "list" | "choice" | "flag"
  readonly choices?: readonly string[]
  /** Its values are these names of the notebook. */
  readonly of?: "step" | "site"
  readonly repeat?: boolean
  /** Set for what the notebook's roles and inputs add. */
  readonly from?: "role" | "count" | "input"
  readonly role?: string
}

/** Which of the notebook's flags a command takes. */
export type FlagGroup = "location" | "federation" | "sites" | "selection" | "practice"

/** What a command's flags are made from. */
export interface CommandFlags {
  readonly name: string
  readonly groups: readonly FlagGroup[]
  /** The flags that only this command has. */
  readonly flags: readonly FlagSpec[]
}

const COMMON = [
  {
    name: "state",
    value: "DIR",
    type: "path",
    help: "The folder of the federation (default: one per federation, in the user's state folder)",
  },
  { name: "name", value: "NAME", type: "text", help: "The name of the federation, if no file gives it" },
  { name: "no-input", help: "Never ask" },
  { name: "help", help: "Show this text" },
] as const satisfies readonly FlagSpec[]

const SITE = {
  name: "site",
  value: "NAME,…",
  type: "list",
  of: "site",
  help: "Only these sites",
} as const satisfies FlagSpec

const SELECTION = [
  { name: "from", value: "ID", of: "step", help: "Start with this step" },
  { name: "to", value: "ID", of: "step", help: "End with this step" },
  { name: "only", value: "ID,…", type: "list", of: "step", help: "Only these steps" },
  { name: "skip", value: "ID,…", type: "list", of: "step", help: "All steps except these" },
  SITE,
] as const satisfies readonly FlagSpec[]

const FILE = {
  name: "federation",
  value: "FILE",
  type: "path",
  help: "The federation file: sites and inputs (YAML)",
} as const satisfies FlagSpec

const TRUST = {
  name: "trust-file",
  help: "Trust this content of the federation file: run the commands and send the files that it names",
} as const satisfies FlagSpec

const PRACTICE = [
  {
    name: "delays",
    value: "KIND",
    type: "choice",
    choices: ["short", "real", "none"],
    help: "How long practice clusters take: short (default), real or none",
  },
  { name: "faults", value: "FILE", type: "path", help: "Faults to practise with (YAML)" },
  {
    name: "keep",
    value: "FILE",
    type: "path",
    help: "Restore the practice clusters from this file, and save them there",
  },
  { name: "real-commands", help: "Use the commands on PATH, not the stand-ins of the practice clusters" },
] as const satisfies readonly FlagSpec[]

/** What is known of a group's flags without a notebook. */
interface Groups {
  location: typeof FILE
  federation: typeof FILE | typeof TRUST
  sites: typeof SITE
  selection: (typeof SELECTION)[number]
  practice: (typeof PRACTICE)[number]
}
export type GroupFlag<G extends FlagGroup> = Groups[G]
export type CommonFlag = (typeof COMMON)[number]

/** Every flag a command takes, the notebook's own included. */
export function flagsOf(notebook: Notebook, command: CommandFlags): FlagSpec[] {
  const groups: Readonly<Record<FlagGroup, readonly FlagSpec[]>> = {
    location: [FILE],
    federation: [FILE, TRUST, ...roleFlags(notebook), ...countFlags(notebook), ...inputFlags(notebook)],
    sites: [SITE],
    selection: SELECTION,
    practice: [...PRACTICE, ...practiceFlag(notebook), ...countFlags(notebook)],
  }
  const byName = new Map<string, FlagSpec>()
  for (const flag of [...command.flags, ...command.groups.flatMap((group) => groups[group]), ...COMMON]) {
    if (!byName.has(flag.name)) byName.set(flag.name, flag)
  }
  return [...byName.values()]
}

const practiceFlag = ({ practiceFlag: flag }: Notebook): FlagSpec[] => (flag === undefined ? [] : [flag])

function roleFlags(notebook: Notebook): FlagSpec[] {
  return Object.entries(notebook.roles).map(([role, cardinality]) => ({
    name: role,
    value: "KEY=VALUE,…",
    repeat: cardinality === "many",
    from: "role",
    role,
    help: cardinality === "one" ? `The ${role} site` : `A ${role} site; repeat the flag for each site`,
  }))
}

function countFlags(notebook: Notebook): FlagSpec[] {
  return Object.entries(notebook.roles)
    .filter(([, cardinality]) => cardinality === "many")
    .map(([role, cardinality]) => ({
      name: fileKey(role, cardinality),
      value: "N",
      type: "number",
      from: "count",
      role,
      help: `How many ${fileKey(role, cardinality)}`,
    }))
}

function inputFlags(notebook: Notebook): FlagSpec[] {
  return Object.entries(notebook.inputs)
    .filter(([, input]) => input.secret !== true)
    .map(([name, input]) => ({
      name,
      from: "input",
      help: input.help,
      ...(input.choices && { choices: input.choices }),
      ...(input.type === "flag"
        ? { type: "flag" as const }
        : { value: input.placeholder?.toUpperCase().match(/^[A-Z-]+$/)?.[0] ?? PLACEHOLDERS[input.type] }),
    }))
}

const PLACEHOLDERS: Readonly<Record<string, string>> = {
  text: "TEXT",
  name: "NAME",
  url: "URL",
  path: "PATH",
  number: "N",
  duration: "DURATION",
  choice: "KIND",
  list: "ITEM,…",
  map: "KEY=VALUE;…",
}
