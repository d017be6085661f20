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
import { planText } from "../plan-entries.ts"
import { valuesText } from "../values-text.ts"
import { viewOptions } from "../view-options.ts"
import { changeInput } from "./change.ts"
import { chooseSite, chooseStep } from "./choices.ts"
import { commandsOf } from "./commands.ts"
import { editCell } from "./editing.ts"
import { explanation } from "./explain.ts"
import { Interrupted } from "./interrupted.ts"
import { type MenuAction, menu } from "./menu.ts"
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
  /** How its last try ended, if it did not end well. */
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
        const move = await this.#do(await this.#ask())
        if (move !== undefined) return move
      } catch (error) {
        if (error instanceof Interrupted) {
          if (await this.#screen.confirm("Stop here? Everything is kept", true)) return "quit"
        } else if (opened && error instanceof RunbookError && !this.#session.call.signal.aborted) {
          // Another terminal holds the lock, a file cannot be written: said, and the cell goes on.
          this.#screen.print(errorText(partsOf(error), await this.#screen.options()))
        } else throw error
      }
    }
  }

  /** Title, prose, what is kept, what is there now, and the commands. */
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

  /** What is there now, and the commands. */
  async #checkAll(): Promise<void> {
    await this.#check()
    await this.#commands()
  }

  /** @param cured the cures were said already */
  async #check(cured = false): Promise<void> {
    this.#entries = await this.#screen.while("Looking…", this.#session.plan({ only: [this.#step.id] }))
    const shown = cured ? this.#entries.map(({ fix: _, next: __, ...entry }) => entry) : this.#entries
    this.#screen.print(`Now\n${foundText(shown, await this.#options())}`)
  }

  /** What running it would run, or what a person types. */
  async #commands(): Promise<void> {
    const lines = await commandsOf(this.#session, this.#step, this.#entries, this.#manual)
    const options = await this.#options()
    const typed = this.#manual || this.#step.noPreview === true
    const text = typed ? typedText(lines, options) : commandsText(lines, options)
    if (text === "") return
    // What its act does cannot be told beforehand line by line.
    const near = this.#step.noPreview === true ? "By hand it would be" : "Commands"
    this.#screen.print(`${this.#manual ? "Type, in another terminal:" : near}\n${text}`)
  }

  #ask(): Promise<MenuAction> {
    const { steps } = this.#session.call.notebook
    const { memory } = this.#session
    const places = this.#session.cells(this.#step.id)
    const state = {
      entries: this.#entries,
      failed: this.#failed,
      manual: this.#manual,
      last: this.#step === steps.at(-1),
      canRerun: this.#step.rerun !== undefined,
      hasInputs: (this.#step.inputs ?? []).length > 0,
      kept: places.every((cell) => this.#session.holds(memory, cell)),
      hasOutputs: places.some(({ key }) => memory.shown.has(key)),
      canEdit:
        !this.#manual &&
        this.#step.noPreview !== true &&
        this.#entries.some(({ action }) => action === "apply" || action === "update"),
    }
    this.#screen.print("\n")
    return this.#screen.choose("What now?", menu(state))
  }

  async #do(action: MenuAction): Promise<Move | undefined> {
    switch (action) {
      case "next":
        return "next"
      case "skip":
        this.#screen.print("Skipped: what needs it looks whether it is there.\n")
        return "next"
      case "quit":
        return "quit"
      case "run":
      case "retry":
      case "wait":
        return this.#run({})
      case "rerun":
        return this.#run({ rerun: true })
      case "one site": {
        const site = await chooseSite(this.#screen, this.#entries, "Run it where?")
        return site === undefined ? undefined : this.#run({ sites: [site] })
      }
      case "input": {
        if (await changeInput(this.#session, this.#screen, this.#step)) await this.#checkAll()
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
      case "go to": {
        const step = await chooseStep(this.#session, this.#screen, this.#step)
        return step === undefined ? undefined : { to: step }
      }
      case "rest":
        return this.#rest()
    }
  }

  /** Carries the cell out at its sites. A cell that ends well leads on. */
  async #run(how: {
    readonly sites?: readonly string[]
    readonly rerun?: boolean
    readonly edits?: RunOptions["edits"]
  }): Promise<Move | undefined> {
    const { sites, ...more } = how
    const approved = await this.#approved(sites)
    if (approved === undefined) return undefined
    const carried = await this.#session.runSelection({
      selection: { only: [this.#step.id], ...(sites && { sites }) },
      approval: async (what) => approved.has(what),
      ...more,
      ...(this.#manual && { manual: true }),
      view: await createView({ ...(await viewOptions(this.#session.call)), passing: true }),
    })
    await this.#printEnd(carried)
    // Ctrl-C may come when everything was just done: a person who stops wants to stay.
    const ok = carried.result.code === 0
    this.#failed = !ok
    if (ok && sites === undefined) return "next"
    // Its cure stands above.
    await this.#check(!ok)
    return undefined
  }

  /** What reaches beyond a site is asked about first; nothing where a person does not agree. */
  async #approved(sites: readonly string[] | undefined): Promise<ReadonlySet<string> | undefined> {
    if (this.#manual) return new Set()
    const whats = new Set(
      this.#entries.flatMap(({ approval, site }) =>
        approval === undefined || (sites !== undefined && !sites.includes(site ?? "")) ? [] : [approval],
      ),
    )
    if (whats.size === 0) return whats
    this.#screen.print(
      `This reaches further than its site: it\n${[...whats].map((what) => `  - ${what}\n`).join("")}`,
    )
    return (await this.#screen.confirm("Agree?", true)) ? whats : undefined
  }

  /** A line a site; what did not end well is opened: its commands and what they said. */
  async #printEnd({ result, told }: CellResult): Promise<void> {
    const options = await this.#screen.options()
    const broken = result.outcomes.filter(({ outcome }) => outcome.kind === "failed")
    for (const { site, step } of broken) {
      const lines = new EventLines({ colours: options.colours, show: true })
      const said = (told.get(placeName({ step, site })) ?? [])
        .filter(({ type }) => type !== "step ended")
        .flatMap((event) => lines.asides(event))
      if (said.length > 0) this.#screen.print(`${said.join("\n")}\n`)
    }
    this.#screen.print(await keptOf(this.#screen, this.#session, this.#session.memory, this.#step))
  }

  /** All that is left, here and before: the plan, one question, the lanes. */
  async #rest(): Promise<Move | undefined> {
    const { call, opened } = this.#session
    const entries = await this.#screen.while("Looking…", this.#session.plan({}))
    this.#screen.print(`\n${await planText(call, opened, entries)}\n`)
    if (!(await this.#screen.confirm("Run this plan?", true))) return undefined
    const began = performance.now()
    const { result } = await this.#session.runSelection({
      selection: {},
      approval: "all",
      view: await createView(await viewOptions(this.#session.call)),
    })
    const seconds = (performance.now() - began) / 1000
    this.#screen.print(
      `\n${closingTable(result, { ...(await this.#screen.options()), federation: opened.federation.name, seconds, resume: `${call.io.program}${federationFlags(call)}` })}`,
    )
    const { steps } = call.notebook
    const broken = result.outcomes.find(({ outcome }) => !outcome.ok)
    const at = steps.find(({ id }) => id === broken?.step)
    return { to: at ?? steps.at(-1)! }
  }
}
