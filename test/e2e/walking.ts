/** A person at the walk: the program in a terminal, on practice clusters. */
import { fileURLToPath } from "node:url"
import { KEY, Pty } from "./pty.ts"

const BIN = fileURLToPath(new URL("../../runbooks/flower-runbook.js", import.meta.url))
/** The menu of a cell, its first choice marked. */
export const MENU = /^\? What now\?[^\n]*\n❯/m

export interface WalkOptions {
  /** Working folder, and the home where `env` names none. */
  readonly home: string
  readonly columns?: number
  readonly rows?: number
  readonly env?: Readonly<Record<string, string>>
}

/** Starts the program in a terminal; CI is unset there, so that it asks. */
export function startWalk(args: readonly string[], { home, columns, rows, env }: WalkOptions): Pty {
  return new Pty({
    file: process.execPath,
    args: [BIN, ...args],
    cwd: home,
    env: {
      PATH: process.env.PATH!,
      HOME: home,
      TERM: "xterm-256color",
      LANG: "C.UTF-8",
      TMPDIR: process.env.TMPDIR ?? "/tmp",
      SHELL: "/bin/sh",
      ...env,
    },
    ...(columns !== undefined && { columns }),
    ...(rows !== undefined && { rows }),
  })
}

/** The menu of the cell with this title has come. */
export async function atCell(person: Pty, title: string): Promise<void> {
  await person.reads(title, 60)
  await person.reads(MENU, 60)
}

/** Goes on by bare Enters from the menu that stands until another cell's stands; says yes to what reaches further. */
export async function onwards(person: Pty, title: string): Promise<void> {
  person.type(KEY.enter)
  await person.reads(new RegExp(`(${title}|\\? Agree\\?)`), 90)
  if (person.screen().includes("? Agree?")) {
    person.type(KEY.enter)
    await person.reads(title, 90)
  }
  await person.reads(MENU, 60)
}
