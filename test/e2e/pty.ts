/** The program in a real pseudo-terminal, and what is on its screen. */
import { type IPty, spawn } from "@lydell/node-pty"
import xterm from "@xterm/headless"

export interface PtyOptions {
  readonly file: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly cwd: string
  readonly columns?: number
  readonly rows?: number
}

/** Keys as a terminal sends them. */
export const KEY = {
  enter: "\r",
  up: "\u001b[A",
  down: "\u001b[B",
  ctrlC: "\u0003",
  ctrlD: "\u0004",
} as const

/** A program in a terminal of its own: keys go in, a screen comes out. */
export class Pty {
  readonly #terminal: IPty
  readonly #screen: InstanceType<typeof xterm.Terminal>
  #waiting: (() => void)[] = []
  #written = Promise.resolve()
  #code: number | undefined
  #read = 0
  /** Everything that was written, escape codes and all. */
  raw = ""

  constructor({ file, args, env, cwd, columns = 80, rows = 24 }: PtyOptions) {
    this.#screen = new xterm.Terminal({ cols: columns, rows, scrollback: 20_000, allowProposedApi: true })
    this.#terminal = spawn(file, [...args], {
      name: "xterm-256color",
      cols: columns,
      rows,
      cwd,
      env: { ...env },
    })
    this.#terminal.onData((data) => {
      this.raw += data
      this.#written = new Promise((resolve) => {
        this.#screen.write(data, () => {
          resolve()
          this.#wake()
        })
      })
    })
    this.#terminal.onExit(({ exitCode, signal }) => {
      void this.#written.then(() => {
        this.#code = signal ? 128 + signal : exitCode
        this.#wake()
      })
    })
  }

  get pid(): number {
    return this.#terminal.pid
  }

  get ended(): boolean {
    return this.#code !== undefined
  }

  /** Everything that can be scrolled back to, without lines that were erased. */
  text(): string {
    const buffer = this.#screen.buffer.active
    const lines: string[] = []
    for (let row = 0; row < buffer.length; row++) {
      const line = buffer.getLine(row)!
      const text = line.translateToString(true)
      if (line.isWrapped) lines[lines.length - 1] += text
      else lines.push(text)
    }
    return lines.join("\n").trimEnd()
  }

  /** The lines that are on the screen now. */
  screen(): string {
    const buffer = this.#screen.buffer.active
    return Array.from({ length: this.#screen.rows }, (_, row) =>
      (buffer.getLine(buffer.baseY + row)?.translateToString(true) ?? "").trimEnd(),
    )
      .join("\n")
      .trimEnd()
  }

  type(keys: string): void {
    this.#terminal.write(keys)
  }

  resize(columns: number, rows: number): void {
    this.#screen.resize(columns, rows)
    this.#terminal.resize(columns, rows)
  }

  kill(signal: string): void {
    this.#terminal.kill(signal)
  }

  /**
   * Waits until the screen shows it.
   * @throws Error with the screen after a timeout, or if the program ends before
   */
  async sees(what: string | RegExp, seconds = 30): Promise<void> {
    const there = () => {
      const screen = this.screen()
      return typeof what === "string" ? screen.includes(what) : what.test(screen)
    }
    await this.#until(there, `to see ${what}`, seconds, true)
  }

  /** As {@link sees}, in all that can be scrolled back to from the last time on. */
  async reads(what: string | RegExp, seconds = 30): Promise<void> {
    const place = (text: string): number =>
      typeof what === "string" ? text.indexOf(what) : text.search(what)
    const rest = () => this.text().slice(this.#read)
    await this.#until(() => place(rest()) >= 0, `to read ${what}`, seconds, true)
    this.#read += place(rest()) + 1
  }

  /** Waits until nothing is written for this time, or the program ends: a pause of the person. */
  async silent(seconds: number): Promise<void> {
    for (let before = -1; before !== this.raw.length && !this.ended; ) {
      before = this.raw.length
      await new Promise((resolve) => setTimeout(resolve, seconds * 1000))
    }
  }

  /** Waits for the end. @returns the exit code, as a shell reports it */
  async ends(seconds = 30): Promise<number> {
    await this.#until(() => this.#code !== undefined, "for its end", seconds, false)
    return this.#code!
  }

  /** Chooses from a list by moving to it: `Run`, `Quit`. */
  async choose(name: string): Promise<void> {
    const isIt = (line: string) => line.replace(/^[ ❯]+/, "").trim() === name
    const marked = () => this.#list().find((line) => line.startsWith("❯"))
    await this.#until(() => this.#list().some(isIt), `to see the choice ${name}`, 30, true)
    for (let step = 0; step < 40; step++) {
      const list = this.#list()
      const [at, wanted] = [list.findIndex((line) => line.startsWith("❯")), list.findIndex(isIt)]
      if (at === wanted) return this.type(KEY.enter)
      const before = marked()
      this.type(wanted > at ? KEY.down : KEY.up)
      // While it is redrawn there may be no list at all.
      const moved = () => marked() !== before && this.#list().some(isIt)
      await this.#until(moved, "for the list to move", 5, true)
    }
    throw new Error(`there is no ${name} to choose:\n${this.screen()}`)
  }

  /** The list that is open: from its question on. */
  #list(): string[] {
    const lines = this.screen().split("\n")
    const active = lines.findLastIndex((line) => line.startsWith("❯"))
    return active === -1
      ? []
      : lines.slice(lines.findLastIndex((line, row) => row < active && line.startsWith("? ")) + 1)
  }

  async #until(there: () => boolean, what: string, seconds: number, alive: boolean): Promise<void> {
    const end = Date.now() + seconds * 1000
    while (!there()) {
      if (alive && this.#code !== undefined)
        throw new Error(`waited ${what}; it ended with ${this.#code}:\n${this.text()}`)
      const left = end - Date.now()
      if (left <= 0) throw new Error(`waited ${what} for ${seconds} s:\n${this.screen()}`)
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, Math.min(left, 1000))
        this.#waiting.push(() => {
          clearTimeout(timer)
          resolve()
        })
      })
    }
  }

  #wake(): void {
    for (const wake of this.#waiting.splice(0)) wake()
  }
}
