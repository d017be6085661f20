import { existsSync, readdirSync, statSync } from "node:fs"
import { homedir } from "node:os"
import { isAbsolute, join } from "node:path"
import { readName } from "../inputs/names.ts"
import { RunbookError, UsageError } from "../notebook/errors.ts"
import { EXIT } from "../notebook/exit-codes.ts"
import type { Notebook } from "../notebook/notebook.ts"
import type { Memory } from "../runner/journal-memory.ts"
import { readMemory } from "../runner/journal-reading.ts"

/** The folder and name of a federation, and what its journal remembers. Nothing is created. */
export interface FoundFolder {
  readonly folder: string
  readonly name: string
  readonly memory: Memory | undefined
}

export interface FolderQuestion {
  readonly notebook: Notebook
  readonly env: Readonly<Record<string, string | undefined>>
  /** As typed, for `next:` with a name added. */
  readonly command: string
  /** As it is typed. */
  readonly program: string
  /** `--state`, absolute: DIR itself is the folder. */
  readonly state: string | undefined
  /** `--name`. */
  readonly name: string | undefined
  /** The command only reads: if there is only a practice walk, it is about that. */
  readonly reading?: boolean
  /** The name in the federation file; `undefined` without one. */
  readonly file: { readonly federation?: string | undefined } | undefined
}

/** The folder of the practice clusters of a walk, beside the federations. */
export const PRACTICE_FOLDER = ".practice"

/** Where the folders of federations are: `$XDG_STATE_HOME` (absolute, by its specification) or `~/.local/state`. */
export function stateRoot(notebook: Notebook, env: FolderQuestion["env"]): string {
  const given = env.XDG_STATE_HOME
  const base =
    given !== undefined && isAbsolute(given) ? given : join(env.HOME || homedir(), ".local", "state")
  return join(base, notebook.name)
}

/**
 * Finds the federation's folder: `--state` itself, or the one of the federation's name (the file's, else `--name`, else
 * `default`). Without any of these, the only folder that exists.
 * @throws UsageError that lists the folders if there are several
 */
export function findFolder(question: FolderQuestion): FoundFolder {
  const name = givenName(question)
  if (question.state !== undefined) {
    const memory = readMemory(question.state)
    return { folder: question.state, name: name ?? memory?.federation ?? "default", memory }
  }
  const root = stateRoot(question.notebook, question.env)
  const isNamed = name !== undefined || question.file !== undefined
  const folderName = isNamed ? (name ?? "default") : onlyFolder(root, question)
  const folder = join(root, folderName)
  const memory = readMemory(folder)
  return { folder, name: name ?? memory?.federation ?? folderName, memory }
}

function givenName({ name, file }: FolderQuestion): string | undefined {
  if (name !== undefined) {
    const parsed = readName(name)
    if ("wrong" in parsed) throw new UsageError(`--name: ${parsed.wrong}`)
  }
  if (name !== undefined && file?.federation !== undefined && file.federation !== name) {
    throw new UsageError(`--name ${name}, but the file says federation: ${file.federation}`, {
      fix: "remove --name, or change the file",
    })
  }
  return file?.federation ?? name
}

function onlyFolder(root: string, { command, reading, program }: FolderQuestion): string {
  const found = foldersIn(root)
  if (found.length === 0 && reading === true && existsSync(join(root, PRACTICE_FOLDER)))
    return PRACTICE_FOLDER
  if (found.length <= 1) return found[0] ?? "default"
  throw new UsageError(`There are ${found.length} federations: ${found.join(", ")}`, {
    why: `the command needs one, and ${root} has a folder for each`,
    fix: "name one: --name NAME, --federation FILE or --state DIR",
    // What changes something is suggested for no federation that was not named.
    next: reading === true ? `${command} --name ${found[0]}` : `${program} status --name ${found[0]}`,
  })
}

/** The federations that have a folder. Folders that start with a dot belong to the program (practice). */
export function foldersIn(root: string): string[] {
  try {
    return readdirSync(root)
      .filter((entry) => !entry.startsWith("."))
      .filter((entry) => statSync(join(root, entry), { throwIfNoEntry: false })?.isDirectory() === true)
      .sort()
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === "ENOENT") return []
    throw new RunbookError(`The state folder ${root} cannot be read`, { why: message, exitCode: EXIT.usage })
  }
}
