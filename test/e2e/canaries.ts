/** Canaries: secrets that a test knows, and where they must not appear. */
import { mkdirSync, readdirSync, statSync, watch, writeFileSync } from "node:fs"
import { join } from "node:path"

/** Secrets by their description. */
export type Secrets = Map<string, string>

/** The forms of a secret: as it is, in base64, in a URL. */
const formsOf = (secret: string): string[] => [
  secret,
  Buffer.from(secret).toString("base64").replace(/=+$/, ""),
  encodeURIComponent(secret),
]

/** Which of them a text contains. */
export const found = (text: string, secrets: Secrets): string[] =>
  [...secrets]
    .filter(([, secret]) => formsOf(secret).some((form) => text.includes(form)))
    .map(([what]) => what)

/** Every file below a folder. */
export const filesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile())

export interface OpenedFiles {
  /** Each with its mode. */
  stop(): string[]
  close(): void
}

/** Modes that a folder's files ever had while others could read them. */
export function openedFiles(folder: string): OpenedFiles {
  const seen = new Set<string>()
  const check = (path: string) => {
    const stats = statSync(path, { throwIfNoEntry: false })
    const mode = (stats?.mode ?? 0) & 0o777
    if (stats?.isFile() && (mode & 0o077) !== 0) seen.add(`${path} ${mode.toString(8)}`)
    // A folder that is new may have been filled before it was watched.
    if (stats?.isDirectory()) for (const file of filesIn(path)) check(file)
  }
  const watcher = watch(folder, { recursive: true }, (_, name) => name !== null && check(join(folder, name)))
  return {
    close: () => watcher.close(),
    stop() {
      watcher.close()
      check(folder)
      return [...seen]
    },
  }
}

/**
 * Commands that note what they are called with, as the list of processes shows it, and hand it on.
 * @returns their folder
 */
export function recordingCommands(home: string, commands: string, argv: string): string {
  const folder = join(home, "recording commands")
  mkdirSync(folder)
  for (const name of ["oc", "skupper"]) {
    const script = [
      "#!/bin/sh",
      `{ printf '%s ' ${name} "$@"; echo; } >>'${argv}'`,
      `exec '${join(commands, name)}' "$@"`,
      "",
    ]
    writeFileSync(join(folder, name), script.join("\n"), { mode: 0o755 })
  }
  return folder
}
