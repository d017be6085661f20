/** A person who walks: the program in a terminal, on practice clusters. */
import { join } from "node:path"
import { afterEach, beforeEach, expect } from "vitest"
import { program } from "../../runbooks/index.ts"
import { startWorld, type World } from "./harness.ts"
import { BIN } from "./programs.ts"
import { KEY, Pty } from "./pty.ts"

/** The menu of a cell, its first choice marked. */
export const MENU = /^\? What now\?[^\n]*\n❯/m

export interface Terminal {
  readonly columns?: number
  readonly rows?: number
  readonly env?: Readonly<Record<string, string>>
}

/** A world and a person who walks in it: created once in a test file, each of its tests gets new ones. */
export class Walking {
  world!: World
  #person: Pty | undefined

  constructor() {
    beforeEach(async () => {
      this.world = await startWorld({ supernodes: 1, home: "walk-" })
    })
    afterEach(async () => {
      this.#person?.kill("SIGKILL")
      await this.world.close()
    })
  }

  /** The environment of the person's shell, beside the home folder. */
  get env() {
    return {
      XDG_STATE_HOME: join(this.world.folder, "state"),
      PATH: `${this.world.practice.commands}:${process.env.PATH}`,
    }
  }

  /** The walk of the world's federation, or of these arguments. */
  walk(argv: readonly string[] = this.federationFlags, { env, ...size }: Terminal = {}): Pty {
    this.#person = startWalk(argv, this.world.folder, { ...size, env: { ...this.env, ...env } })
    return this.#person
  }

  get federationFlags(): readonly string[] {
    return ["--federation", this.world.practice.federationFile]
  }

  /** Everything up to this step by the unattended run, then a walk that resumes there. */
  async continued(to: string, terminal: Terminal = {}): Promise<Pty> {
    const { code, stdout, stderr } = await this.world.call([
      "run",
      ...this.federationFlags,
      "--yes",
      "--to",
      to,
    ])
    expect({ code, stderr, stdout: code === 0 ? "" : stdout }).toEqual({ code: 0, stderr: "", stdout: "" })
    const person = this.walk(this.federationFlags, terminal)
    await person.sees(/❯ Continue$/m)
    person.type(KEY.enter)
    await person.reads(MENU, 60)
    return person
  }
}

export const titleOf = (step: string): string => program.notebook.steps.find(({ id }) => id === step)!.title

/** Starts the program in a terminal; CI is unset there, so that it asks. */
export function startWalk(args: readonly string[], home: string, { columns, rows, env }: Terminal): Pty {
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
      FLOWER_RUNBOOK_TRUST_FILE: "true",
      ...env,
    },
    ...(columns !== undefined && { columns }),
    ...(rows !== undefined && { rows }),
  })
}

/** Waits for the menu of the cell with this title. */
export async function atCell(person: Pty, title: string): Promise<void> {
  await person.reads(title, 60)
  await person.reads(MENU, 60)
}

/** Presses Enter from the open menu until another cell is open; approves changes outside the site. */
export async function onwards(person: Pty, title: string): Promise<void> {
  person.type(KEY.enter)
  await person.reads(new RegExp(`(${title}|\\? Approve\\?)`), 90)
  if (person.screen().includes("? Approve?")) {
    // Enter alone is No.
    person.type("y\r")
    await person.reads(title, 90)
  }
  await person.reads(MENU, 60)
}
