import { EXIT } from "../../notebook/exit-codes.ts"
import type { Step } from "../../notebook/step.ts"
import { federationFlags } from "../call.ts"
import { planText } from "../plan-entries.ts"
import { CellTurn, type Move } from "./cell.ts"
import { Interrupted } from "./interrupted.ts"
import { keptOf, printHead, type WalkScreen } from "./screen.ts"
import type { Session } from "./session.ts"

/** Where a walk starts: at the plan of everything, or at the first unfinished cell, after the saved outputs of the others. */
export type Start = "plan" | "continue"

/** The notebook cell by cell, until you leave it. */
export class Walkthrough {
  readonly #session: Session
  readonly #screen: WalkScreen
  readonly #manual: boolean
  /** The command that resumes the walk. */
  readonly #resumeCommand: string

  constructor(
    session: Session,
    screen: WalkScreen,
    options: { readonly manual: boolean; readonly resumeCommand: string },
  ) {
    this.#session = session
    this.#screen = screen
    this.#manual = options.manual
    this.#resumeCommand = options.resumeCommand
  }

  /** @returns the exit code */
  async go(start: Start): Promise<number> {
    try {
      return await this.#through(start)
    } catch (error) {
      if (!(error instanceof Interrupted)) throw error
      this.#leave()
      return EXIT.interrupted
    }
  }

  async #through(start: Start): Promise<number> {
    const { steps } = this.#session
    if (start === "plan") await this.#plan()
    let at: Step | undefined = start === "continue" ? await this.#resume() : steps[0]
    while (at !== undefined) {
      const move: Move = await new CellTurn(this.#session, this.#screen, at, this.#manual).take()
      if (move === "quit") {
        this.#leave()
        return EXIT.done
      }
      at = move === "next" ? this.#after(at) : move.to
    }
    return this.#finish()
  }

  /** The next cell that has something to do here. Those that only other parties run are one line each. */
  #after(step: Step): Step | undefined {
    const { steps, memory } = this.#session
    for (let at = steps.indexOf(step) + 1; at < steps.length; at++) {
      const next = steps[at]!
      const theirs = this.#session.theirs(memory, next.id)
      if (theirs === undefined) return next
      this.#screen.print(`\n${at + 1}/${steps.length}  ${next.title}: ${theirs}\n`)
    }
    return undefined
  }

  async #plan(): Promise<void> {
    const { call, opened } = this.#session
    const entries = await this.#screen.while("Checking all sites…", this.#session.plan({}))
    this.#screen.print(`\n${await planText(call, opened, entries)}`)
  }

  /** Prints the saved outputs of every finished cell. @returns the first that is unfinished or stale */
  async #resume(): Promise<Step | undefined> {
    const { memory } = this.#session
    const { steps } = this.#session
    const [first] = this.#unfinished()
    for (const step of steps) {
      // The first unfinished cell prints its own.
      if (step === first) continue
      const kept = await keptOf(this.#screen, this.#session, memory, step)
      if (kept === "") continue
      await printHead(this.#screen, this.#session, step)
      this.#screen.print(kept)
    }
    return first ?? steps.at(-1)
  }

  /** Cells that are not done, or are stale. */
  #unfinished(): Step[] {
    const { memory } = this.#session
    return this.#session.steps.filter(
      (step) => !this.#session.cells(step.id).every((cell) => this.#session.holds(memory, cell)),
    )
  }

  #leave(): void {
    this.#screen.print(
      `\nEverything is saved in ${this.#session.opened.folder}.\nNext: ${this.#resumeCommand}\n`,
    )
  }

  #finish(): number {
    const { call } = this.#session
    const { steps } = this.#session
    const same = federationFlags(call)
    const { program } = call.io
    const next = [
      ["Write a report of what was done:", `report --out report.html${same}`],
      ["Check later whether everything is still ready:", `status --live${same}`],
      ["Delete what was created, and only that:", `teardown${same}`],
    ]
    const lines = next.map(([what, command]) => `${what}\n  ${program} ${command}\n`)
    const open = this.#unfinished().map((step) => `  ${steps.indexOf(step) + 1}  ${step.title}\n`)
    const first =
      open.length === 0
        ? ""
        : `Unfinished cells:\n${open.join("")}\n${this.#resumeCommand} resumes at the first of them.\n\n`
    this.#screen.print(`\nThat was the last cell.\n\n${first}${lines.join("")}`)
    return EXIT.done
  }
}
