import type { Federation } from "../notebook/federation.ts"
import { camel } from "../notebook/inputs.ts"
import { appliesTo, isWanted, type Notebook } from "../notebook/notebook.ts"
import type { Step } from "../notebook/step.ts"
import { placeName, type Recorded } from "../runner/events.ts"
import type { Memory } from "../runner/journal-memory.ts"
import { changesOf } from "./changes.ts"
import { readJournal } from "./journal.ts"
import { messagesOf } from "./messages.ts"
import type { Execution, Report, ReportCell, ReportInput, ReportPlace, ReportSite } from "./types.ts"

export interface ReportOptions {
  /** The journal's lines in order; none: nothing has run yet. */
  readonly lines: readonly Recorded[]
  readonly notebook: Notebook
  readonly federation: Federation
  /** The same lines as the runner remembers them. */
  readonly memory: Memory | undefined
  /** When the report is created: ISO 8601, UTC. */
  readonly made: string
  readonly program: { readonly name: string; readonly version: string }
  readonly inputs: readonly ReportInput[]
  /** The value of the input with this name, as a person gives it. */
  readonly textOf: (name: string, value: unknown) => string
  /** By place name: why the result does not match the current inputs. */
  readonly stale: (place: string) => readonly string[]
  /** Only these sites; all where it is empty. Steps without a site are always there. */
  readonly sites?: readonly string[]
  /** Before any run: the sites' clusters are practice clusters. A run has recorded it. */
  readonly practice?: boolean
  /** The last run is in progress. */
  readonly running?: boolean
}

/** Reads journal and notebook into the data of every format of a report. */
export function readReport(options: ReportOptions): Report {
  const { notebook, federation, memory, made, program } = options
  const journaled = readJournal(options.lines)
  const lastStart = options.lines.findLast((line) => line.type === "run started")
  const sites = sitesOf(options)
  const byName = new Map(sites.map((site) => [site.name, site]))
  const isSelected = (site: string | undefined) => site === undefined || byName.has(site)

  /** The last execution of a run in progress has no end yet. */
  const lastRun = options.running === true ? journaled.runs.at(-1)?.number : undefined
  const executionsOf = (name: string): readonly Execution[] =>
    (journaled.executions.get(name) ?? []).map((one) =>
      one.run === lastRun && one.ended === undefined ? { ...one, running: true } : one,
    )

  const placeOf = (step: string, site: string | undefined): ReportPlace => {
    const name = placeName({ step, site })
    const ended = memory?.ended.get(name)
    const undone = journaled.undone.get(name)
    const executions = executionsOf(name)
    const isRunning = executions.at(-1)?.running === true
    return {
      ...(site !== undefined && { site }),
      ...(ended && { outcome: ended.outcome, t: ended.t }),
      stale: options.stale(name),
      ...(memory?.checkpoints.get(name)?.adopted && { adopted: true }),
      ...(memory?.interrupted.has(name) && !isRunning && { interrupted: true }),
      ...(undone && { undone }),
      ...(site !== undefined && byName.get(site)?.gone && { gone: true }),
      executions,
    }
  }

  /** At the places where the notebook has it, then at others that the journal has. */
  const cellOf = (step: StepText, number: number, expected: readonly (string | undefined)[]): ReportCell => {
    const there = new Set(expected)
    const elsewhere = [undefined, ...sites.map(({ name }) => name)].filter(
      (site) => !there.has(site) && journaled.executions.has(placeName({ step: step.id, site })),
    )
    const execution = memory?.executions.get(step.id)?.number
    return {
      step: step.id,
      number,
      ...(execution !== undefined && { execution }),
      title: step.title,
      prose: step.prose,
      ...(step.expect !== undefined && { expect: step.expect }),
      places: [...expected.filter(isSelected), ...elsewhere].map((site) => placeOf(step.id, site)),
    }
  }

  const known = new Set(notebook.steps.map(({ id }) => id))
  const undoing = notebook.teardown?.steps.map(({ id }) => id) ?? []
  const others = [...new Set([...undoing, ...journaled.steps])].filter(
    (id) => !known.has(id) && journaled.steps.has(id),
  )
  const messages = messagesOf(options.lines)
  const sections = notebook.sections?.({
    federation,
    seen(step, site) {
      const { outcome, t, undone } = placeOf(step, site)
      return outcome === undefined || t === undefined || undone !== undefined
        ? undefined
        : { ok: outcome.ok, reason: outcome.reason, t }
    },
  })
  return {
    ...(messages.length > 0 && { messages }),
    ...(sections !== undefined && { sections }),
    notebook,
    federation,
    made,
    program,
    practice: lastStart === undefined ? options.practice === true : lastStart.practice === true,
    sites,
    inputs: options.inputs.filter(({ site }) => isSelected(site)),
    changes: changesOf(options.lines, notebook, options.textOf).filter(({ site }) => isSelected(site)),
    runs: journaled.runs,
    cells: notebook.steps
      .map((step) => ({ step, places: placesIn(notebook, step, federation) }))
      // A step that the inputs do not ask for is told of only where a run has executed it.
      .filter(({ step, places }) => places.length > 0 || journaled.steps.has(step.id))
      .map(({ step, places }, index) => cellOf(step, index + 1, places)),
    others: others
      .map((id, index) => cellOf(otherStep(notebook, id), known.size + index + 1, []))
      .filter(({ places }) => places.length > 0),
    ...(options.running === true && journaled.runs.length > 0 && { running: true }),
  }
}

/** What a report says about a step. */
type StepText = Pick<Step, "id" | "title" | "prose" | "expect">

/** A step that is not in the notebook: the teardown's, or one of an earlier notebook. */
const otherStep = ({ teardown }: Notebook, id: string): StepText =>
  teardown?.steps.find((step) => step.id === id) ?? { id, title: id, prose: "" }

const placesIn = (notebook: Notebook, step: Step, federation: Federation): readonly (string | undefined)[] =>
  step.on === "here" || step.on === "federation"
    ? isWanted(step, federation)
      ? [undefined]
      : []
    : federation.sites
        .filter((site) => appliesTo(notebook, step, site) && isWanted(step, federation, site))
        .map(({ name }) => name)

/** The federation's sites, then those that left it. */
function sitesOf({ notebook, federation, memory, sites: only = [] }: ReportOptions): ReportSite[] {
  const identity = Object.keys(notebook.inputs).find((name) => notebook.inputs[name]!.identity)
  const siteOf = (name: string, role: string, value: unknown, party?: string): ReportSite => {
    const user = memory?.users.get(name)
    return {
      name,
      role,
      ...(value !== undefined && { identity: String(value) }),
      ...(party !== undefined && { party }),
      ...(user !== undefined && { user }),
    }
  }
  const here = new Set(federation.sites.map(({ name }) => name))
  const gone = [...(memory?.known.values() ?? [])].filter(({ name }) => !here.has(name))
  return [
    ...federation.sites.map((site) =>
      siteOf(site.name, site.role, identity && site[camel(identity)], site.party),
    ),
    ...gone.map(({ name, role, given }) => ({
      ...siteOf(name, role, identity && given[identity]),
      gone: true,
    })),
  ].filter(({ name }) => only.length === 0 || only.includes(name))
}
