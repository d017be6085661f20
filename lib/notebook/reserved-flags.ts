import type { InputTable } from "./inputs.ts"
import { refuse } from "./refusal.ts"
import { fileKey, type Roles, SCOPES } from "./roles.ts"

/** The flags of the program's own commands; roles and inputs are flags beside them. A test compares it with lib/cli. */
export const PROGRAM_FLAGS = [
  "again",
  "by-hand",
  "delays",
  "exit-code",
  "faults",
  "federation",
  "fingerprint",
  "force",
  "format",
  "from",
  "gone",
  "help",
  "history-days",
  "history-runs",
  "join",
  "json",
  "keep",
  "known-as",
  "live",
  "name",
  "no-input",
  "only",
  "out",
  "parallel",
  "party",
  "practice",
  "purpose",
  "real-commands",
  "reason",
  "remove-gone",
  "rerun",
  "show",
  "site",
  "skip",
  "state",
  "timeout",
  "to",
  "trust-checkpoints",
  "trust-file",
  "version",
  "without-fingerprint",
  "yes",
] as const

/** Other names that the program uses beside a notebook's own: in the federation file, and as properties of a site. */
const KEYS: Readonly<Record<string, string>> = {
  defaults: "defaults is a key of the federation file",
  role: "role is a property of every site",
}

/**
 * Refuses names of roles and inputs that already mean something to the program or elsewhere in the notebook.
 * @throws UsageError with the name, its other meaning and the fix
 */
export function assertFreeNames(notebook: {
  readonly roles: Roles
  readonly inputs: InputTable
  readonly practiceFlag?: { readonly name: string }
}): void {
  const uses = new Map(Object.entries(KEYS))
  for (const flag of PROGRAM_FLAGS) uses.set(flag, `--${flag} is a flag of the program`)
  for (const scope of SCOPES) uses.set(scope, `on: ${JSON.stringify(scope)} is a scope of steps`)
  const take = (name: string, subject: string, use: string): void => {
    const other = uses.get(name)
    if (other !== undefined) refuse(`${subject}, because ${other}: choose another name`)
    uses.set(name, use)
  }
  const { practiceFlag } = notebook
  if (practiceFlag !== undefined) {
    const { name } = practiceFlag
    take(name, `the practice flag cannot be named ${name}`, `--${name} is the practice flag`)
  }
  for (const [role, cardinality] of Object.entries(notebook.roles)) {
    const subject = `a role cannot be named ${role}`
    take(role, subject, `${role} is a role`)
    if (cardinality === "one") continue
    // `--supernodes 3`, and the key of their list in the federation file.
    const plural = fileKey(role, cardinality)
    take(plural, `${subject} (${plural} in the federation file)`, `--${plural} is the number of ${plural}`)
  }
  for (const name of Object.keys(notebook.inputs))
    take(name, `an input cannot be named ${name}`, `${name} is an input`)
}
