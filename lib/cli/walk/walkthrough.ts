import { EXIT } from "../../notebook/exit-codes.ts"
import type { Step } from "../../notebook/step.ts"
import { federationFlags } from "../call.ts"
import { planText } from "../plan-entries.ts"
import { CellTurn, type Move } from "./cell.ts"
import { Interrupted } from "./interrupted.ts"
import { keptOf, printHead, type WalkScreen } from "./screen.ts"
import type { Session } from "./session.ts"

/** Where a walk begins: the plan of everything, or the first cell that is not done, after what is kept of those before. */
export type Start = "plan" | "continue"

/** The notebook from cell to cell, until a person leaves it. */
export class Walkthrough {
  readonly #session: Session
  readonly #screen: WalkScreen
  readonly #manual: boolean
  /** What a person types to come back. */
  readonly #again: string

  constructor(
    session: Session,
    screen: WalkScreen,
    options: { readonly manual: boolean; readonly again: string },
  ) {
    this.#session = session
    this.#screen = screen
    this.#manual = options.manual
    this.#again = options.again
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
    const { steps } = this.#session.call.notebook
    if (start === "plan") await this.#plan()
    let at: Step | undefined = start === "continue" ? await this.#back() : steps[0]
    while (at !== undefined) {
      const move: Move = await new CellTurn(this.#session, this.#screen, at, this.#manual).take()
      if (move === "quit") {
        this.#leave()
        return EXIT.done
      }
      at = move === "next" ? steps[steps.indexOf(at) + 1] : move.to
    }
    return this.#finish()
  }

  async #plan(): Promise<void> {
    const { call, opened } = this.#session
    const entries = await this.#screen.while("Looking at all sites…", this.#session.plan({}))
    this.#screen.print(`\n${await planText(call, opened, entries)}`)
  }

  /** What is kept of every cell that was carried out; then the first that is not done, or does not hold any more. */
  async #back(): Promise<Step | undefined> {
    const { memory } = this.#session
    const { steps } = this.#session.call.notebook
    const [first] = this.#open()
    for (const step of steps) {
      // The first that is open shows what is kept of it itself.
      if (step === first) continue
      const kept = await keptOf(this.#screen, this.#session, memory, step)
      if (kept === "") continue
      await printHead(this.#screen, this.#session, step)
      this.#screen.print(kept)
    }
    return first ?? steps.at(-1)
  }

  /** Cells that are not done, or do not hold any more. */
  #open(): Step[] {
    const { memory } = this.#session
    return this.#session.call.notebook.steps.filter(
      (step) => !this.#session.cells(step.id).every((cell) => this.#session.holds(memory, cell)),
    )
  }

  #leave(): void {
    this.#screen.print(`\nEverything is kept in ${this.#session.opened.folder}.\nNext: ${this.#again}\n`)
  }

  #finish(): number {
    const { call } = this.#session
    const { steps } = call.notebook
    const same = federationFlags(call)
    const { program } = call.io
    const next = [
      ["A report, for whoever wants to see what was done:", `report --out report.html${same}`],
      ["Whether it still holds, later:", `status --live${same}`],
      ["Take away what was made, and only that:", `teardown${same}`],
    ]
    const lines = next.map(([what, command]) => `${what}\n  ${program} ${command}\n`)
    const open = this.#open().map((step) => `  ${steps.indexOf(step) + 1}  ${step.title}\n`)
    const first =
      open.length === 0
        ? ""
        : `Left open:\n${open.join("")}\n${this.#again} goes on with the first of them.\n\n`
    this.#screen.print(`\nThat was the last cell.\n\n${first}${lines.join("")}`)
    return EXIT.done
  }
}
