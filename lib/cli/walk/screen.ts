import { RunbookError } from "../../notebook/errors.ts"
import { EXIT } from "../../notebook/exit-codes.ts"
import { placeless } from "../../notebook/notebook.ts"
import type { Step } from "../../notebook/step.ts"
import type { Memory } from "../../runner/journal-memory.ts"
import {
  askChoice,
  askConfirm,
  cellHead,
  dropTypedKeys,
  keptText,
  type PromptIo,
  type TextOptions,
} from "../../terminal/index.ts"
import { type Call, promptIo, textOptions } from "../call.ts"
import { Interrupted } from "./interrupted.ts"
import type { Session } from "./session.ts"

/** Prints and asks for a walk. */
export class WalkScreen {
  readonly #call: Call
  /** Something ran since the last question. */
  #worked = false

  constructor(call: Call) {
    this.#call = call
  }

  print(text: string): void {
    this.#call.out.print(text)
  }

  /** Read each time, because terminals are resized. */
  async options(): Promise<Required<TextOptions>> {
    const { columns, colours } = await textOptions(this.#call)
    return { columns: columns || 80, colours: colours! }
  }

  /** Prints what is waited for, and removes it afterwards. */
  async while<T>(text: string, work: Promise<T>): Promise<T> {
    const { out } = this.#call
    out.print(text)
    try {
      return await this.worked(work)
    } finally {
      out.print("\r\u001b[K")
    }
  }

  /** Work that takes its time: keys that are typed meanwhile answer nothing. */
  async worked<T>(work: Promise<T>): Promise<T> {
    this.#worked = true
    return await work
  }

  get prompts(): PromptIo {
    return promptIo(this.#call)
  }

  /** @throws Interrupted on Ctrl-C; RunbookError if a signal ends the program */
  choose<T extends string>(
    message: string,
    choices: readonly { value: T; name: string; description?: string }[],
    preset?: T,
  ): Promise<T> {
    return this.asked(() =>
      askChoice({ message, choices, ...(preset !== undefined && { default: preset }) }, this.prompts),
    )
  }

  /** As {@link choose}. */
  confirm(message: string, preset: boolean): Promise<boolean> {
    return this.asked(() => askConfirm({ message, default: preset }, this.prompts))
  }

  /** Turns Ctrl-C at a question into {@link Interrupted}. */
  async asked<T>(ask: () => Promise<T>): Promise<T> {
    if (this.#worked) await dropTypedKeys(this.#call.io.stdin)
    this.#worked = false
    try {
      return await ask()
    } catch (error) {
      const pressed =
        error instanceof RunbookError && error.exitCode === EXIT.interrupted && !this.#call.signal.aborted
      throw pressed ? new Interrupted() : error
    }
  }
}

/** The title of a cell. */
export async function printHead(screen: WalkScreen, session: Session, step: Step): Promise<void> {
  const { steps } = session
  const number = steps.indexOf(step) + 1
  screen.print(
    `\n${cellHead({ number, of: steps.length, title: step.title, id: step.id }, await screen.options())}`,
  )
}

/** The saved outcomes and outputs of a cell; nothing if it never ran. */
export async function keptOf(
  screen: WalkScreen,
  session: Session,
  memory: Memory,
  step: Step,
  /** The outputs of all sites, however many. */
  all = false,
): Promise<string> {
  const execution = memory.executions.get(step.id)
  const places = session.cells(step.id).flatMap((cell) => {
    const ended = memory.ended.get(cell.key)
    if (ended === undefined) return []
    const shown = memory.shown.get(cell.key)
    const user = cell.site && memory.users.get(cell.site.name)
    return [
      {
        ...(cell.site && { site: cell.site.name }),
        outcome: ended.outcome,
        t: ended.t,
        ...(user !== undefined && { user }),
        stale: session.stale(memory, cell),
        ...(shown && { shown }),
      },
    ]
  })
  const { expect } = step
  return keptText(
    {
      ...(execution && { number: execution.number }),
      ...(execution?.by && { by: execution.by }),
      places,
      ...(expect !== undefined && { expect }),
    },
    { ...(await screen.options()), now: Date.now(), all, placeless: placeless(step) },
  )
}
