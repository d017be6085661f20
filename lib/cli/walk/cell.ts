import { RunbookError } from "../../notebook/errors.ts"
import { placeless } from "../../notebook/notebook.ts"
import type { Step } from "../../notebook/step.ts"
import { placeName } from "../../runner/events.ts"
import type { PlanEntry, RunOptions } from "../../runner/types.ts"
import {
  closingTable,
  commandsText,
  createView,
  EventLines,
  errorText,
  foundText,
  markdownLines,
  partsOf,
  typedText,
} from "../../terminal/index.ts"
import { federationFlags } from "../call.ts"
import { planText, reachesOut, shownIn } from "../plan-entries.ts"
import { valuesText } from "../values-text.ts"
import { viewOptions } from "../view-options.ts"
import { commandsOf } from "./cell-commands.ts"
import { changeInput } from "./change-input.ts"
import { chooseSite, chooseStep } from "./choices.ts"
import { editCell } from "./edit-cell.ts"
import { explanation } from "./explain.ts"
import { Interrupted } from "./interrupted.ts"
import { type MenuAction, menu } from "./menu.ts"
import { isLong, offerCommands } from "./offer-commands.ts"
import { partyTurn, readTheirFile, writeRequest } from "./other-party.ts"
import { keptOf, printHead, type WalkScreen } from "./screen.ts"
import type { CellResult, Session } from "./session.ts"
import { openShell } from "./shell.ts"

/** Where a cell leads: to another one, or out. */
export type Move = { readonly to: Step } | "next" | "quit"

/** One cell, from its title to the choice that leaves it. */
export class CellTurn {
  readonly #session: Session
  readonly #screen: WalkScreen
  readonly #step: Step
  readonly #manual: boolean
  #entries: readonly PlanEntry[] = []
  /** Whether its last run in this turn failed. */
  #failed = false

  constructor(session: Session, screen: WalkScreen, step: Step, manual: boolean) {
    this.#session = session
    this.#screen = screen
    this.#step = step
    this.#manual = manual
  }

  /** Ctrl-C at a question asks once whether to stop. @throws Interrupted when it is pressed again */
  async take(): Promise<Move> {
    let opened = false
    for (;;) {
      try {
        if (!opened) await this.#open()
        opened = true
        const move = await this.#perform(await this.#ask())
        if (move !== undefined) return move
      } catch (error) {
        if (error instanceof Interrupted) {
          if (await this.#screen.confirm("Stop here? Everything is saved", true)) return "quit"
        } else if (opened && error instanceof RunbookError && !this.#session.call.signal.aborted) {
          // Another terminal holds the lock, or a file is not writable: the error is printed and the cell stays open.
          this.#screen.print(errorText(partsOf(error), await this.#screen.options()))
        } else throw error
      }
    }
  }

  /** Prints title, prose, saved outputs, the present state and the commands. */
  async #open(): Promise<void> {
    const { memory } = this.#session
    await printHead(this.#screen, this.#session, this.#step)
    const options = await this.#screen.options()
    this.#screen.print(`\n${markdownLines(this.#step.prose, options).join("\n")}\n\n`)
    const kept = await keptOf(this.#screen, this.#session, memory, this.#step)
    if (kept !== "") this.#screen.print(`${kept}\n`)
    await this.#checkAll()
  }

  async #options() {
    return { ...(await this.#screen.options()), placeless: placeless(this.#step) }
  }

  /** Prints the present state and the commands. */
  async #checkAll(): Promise<void> {
    await this.#check()
    await this.#commands()
  }

  /** @param fixesShown the fixes were printed just before, so they are not repeated */
  async #check(fixesShown = false): Promise<void> {
    this.#entries = await this.#screen.while("Checking…", this.#session.plan({ only: [this.#step.id] }))
    const shown = fixesShown ? this.#entries.map(({ fix: _, next: __, ...entry }) => entry) : this.#entries
    this.#screen.print(`Now\n${foundText(shown, await this.#options())}`)
  }

  /** Prints the commands that a run would run, or that you type. */
  async #commands(): Promise<void> {
    const lines = await commandsOf(this.#session, this.#step, this.#entries, this.#manual)
    const options = await this.#options()
    const typed = this.#manual || this.#step.noPreview === true
    const text = typed ? typedText(lines, options) : commandsText(lines, options)
    if (text === "") return
    // With --by-hand they are what the cell is about.
    if (typed && !this.#manual && isLong(text)) {
      this.#screen.print("By hand, it takes several lines per site: choose Commands… to see or keep them.\n")
      return
    }
    // Without a preview only the manual commands are known.
    const heading = this.#step.noPreview === true ? "By hand you would type" : "Commands"
    this.#screen.print(`${this.#manual ? "Type in another terminal:" : heading}\n${text}`)
  }

  #ask(): Promise<MenuAction> {
    const { steps } = this.#session
    const { memory } = this.#session
    const places = this.#session.cells(this.#step.id)
    const state = {
      entries: this.#entries,
      party: partyTurn(this.#session, this.#entries),
      failed: this.#failed,
      manual: this.#manual,
      last: this.#step === steps.at(-1),
      canRerun: this.#step.rerun !== undefined,
      hasInputs: (this.#step.inputs ?? []).length > 0,
      recorded: places.every((cell) => this.#session.holds(memory, cell)),
      hasCommands: this.#step.manual !== undefined && this.#entries.some(({ action }) => action !== "ok"),
      hasOutputs: places.some(({ key }) => memory.shown.has(key)),
      canEdit:
        !this.#manual &&
        this.#step.noPreview !== true &&
        this.#entries.some(({ action }) => action === "apply" || action === "update"),
    }
    this.#screen.print("\n")
    return this.#screen.choose("What now?", menu(state))
  }

  async #perform(action: MenuAction): Promise<Move | undefined> {
    switch (action) {
      case "next":
        return "next"
      case "skip":
        this.#screen.print("Skipped. The cells that need it check whether it is ready.\n")
        return "next"
      case "quit":
        return "quit"
      case "check":
        await this.#checkAll()
        return undefined
      case "commands":
        await offerCommands(this.#session, this.#screen, this.#step, this.#entries)
        return undefined
      case "run":
      case "retry":
      case "wait":
        return this.#run({})
      case "rerun":
        return this.#run({ rerun: true })
      case "one site": {
        const site = await chooseSite(this.#screen, this.#entries, "Run it at which site?")
        return site === undefined ? undefined : this.#run({ sites: [site] })
      }
      case "input": {
        const changed = await changeInput(this.#session, this.#screen, this.#step)
        if (changed === "unchanged") return undefined
        if (changed !== "changed") return { to: changed }
        await this.#checkAll()
        return undefined
      }
      case "edit": {
        const edits = await editCell(this.#session, this.#screen, this.#step, this.#entries)
        return edits === undefined ? undefined : this.#run({ edits })
      }
      case "explain":
        this.#screen.print(
          await explanation(this.#session, this.#step, this.#entries, await this.#screen.options()),
        )
        return undefined
      case "outputs":
        this.#screen.print(await keptOf(this.#screen, this.#session, this.#session.memory, this.#step, true))
        return undefined
      case "values":
        this.#screen.print(await valuesText(this.#session.call, this.#session.opened, this.#session.memory))
        return undefined
      case "shell": {
        if (await openShell(this.#session, this.#screen, this.#entries)) await this.#check()
        return undefined
      }
      case "request":
        await writeRequest(this.#session)
        await this.#check()
        return undefined
      case "their file":
        await readTheirFile(this.#session, this.#screen)
        await this.#checkAll()
        return undefined
      case "go to": {
        const step = await chooseStep(this.#session, this.#screen, this.#step)
        return step === undefined ? undefined : { to: step }
      }
      case "rest":
        return this.#rest()
    }
  }

  /** Runs the cell at its sites. After success the walk moves on. */
  async #run(how: {
    readonly sites?: readonly string[]
    readonly rerun?: boolean
    readonly edits?: RunOptions["edits"]
  }): Promise<Move | undefined> {
    const { sites, ...options } = how
    const approved = await this.#approved(sites)
    if (approved === undefined) return undefined
    const cellResult = await this.#screen.worked(
      this.#session.runSelection({
        selection: { only: [this.#step.id], ...(sites && { sites }) },
        approval: async (what) => approved.has(what),
        ...options,
        ...(this.#manual && { manual: true }),
        view: await createView({ ...(await viewOptions(this.#session.call)), passing: true }),
      }),
    )
    await this.#printEnd(cellResult)
    // Ctrl-C may come just after everything succeeded: whoever presses it wants to stay at this cell.
    const ok = cellResult.result.code === 0
    this.#failed = !ok
    if (ok && sites === undefined) return "next"
    // Its fix was printed above.
    await this.#check(!ok)
    return undefined
  }

  /** Asks for approval of changes outside the site. @returns what was approved; nothing if it was declined */
  async #approved(sites: readonly string[] | undefined): Promise<ReadonlySet<string> | undefined> {
    if (this.#manual) return new Set()
    const approvals = new Set(
      this.#entries.flatMap(({ approval, site }) =>
        approval === undefined || (sites !== undefined && !sites.includes(site ?? "")) ? [] : [approval],
      ),
    )
    if (approvals.size === 0) return approvals
    this.#screen.print(
      `Running this cell also makes these changes outside the site:\n${[...approvals].map((what) => `  - ${what}\n`).join("")}`,
    )
    return (await this.#screen.confirm("Approve?", false)) ? approvals : undefined
  }

  /** Prints one line per site; for sites that failed also the commands and their output. */
  async #printEnd({ result, events, written = [] }: CellResult): Promise<void> {
    const options = await this.#screen.options()
    const failed = result.outcomes.filter(({ outcome }) => outcome.kind === "failed")
    for (const { site, step } of failed) {
      const lines = new EventLines({ colours: options.colours, show: true })
      const output = (events.get(placeName({ step, site })) ?? [])
        .filter(({ type }) => type !== "step ended")
        .flatMap((event) => lines.asides(event))
      if (output.length > 0) this.#screen.print(`${output.join("\n")}\n`)
    }
    this.#screen.print(await keptOf(this.#screen, this.#session, this.#session.memory, this.#step))
    for (const text of written) this.#screen.print(`${text}\n`)
  }

  /** Runs all remaining cells, including earlier ones: the plan, one question, the lanes. */
  async #rest(): Promise<Move | undefined> {
    const { call, opened } = this.#session
    const entries = await this.#screen.while("Checking…", this.#session.plan({}))
    this.#screen.print(`\n${await planText(call, opened, entries)}\n`)
    if (!(await this.#screen.confirm("Run this plan?", !reachesOut(entries)))) return undefined
    const started = performance.now()
    const { result, written } = await this.#screen.worked(
      this.#session.runSelection({
        selection: {},
        approval: shownIn(entries),
        view: await createView(await viewOptions(this.#session.call)),
      }),
    )
    const seconds = (performance.now() - started) / 1000
    this.#screen.print(
      `\n${closingTable(result, { ...(await this.#screen.options()), federation: opened.federation.name, seconds, ...(written && { written }), resume: `${call.io.program}${federationFlags(call)}` })}`,
    )
    const { steps } = this.#session
    const failed = result.outcomes.find(({ outcome }) => !outcome.ok)
    const at = steps.find(({ id }) => id === failed?.step)
    return { to: at ?? steps.at(-1)! }
  }
}
