import { resolveInputs } from "../../inputs/resolve.ts"
import { UsageError } from "../../notebook/errors.ts"
import type { Federation } from "../../notebook/federation.ts"
import { moment } from "../../notebook/format.ts"
import type { Notebook } from "../../notebook/notebook.ts"
import { buildGraph, wantedSteps } from "../../runner/graph.ts"
import type { Memory } from "../../runner/journal-memory.ts"
import { askChoice } from "../../terminal/index.ts"
import { type Call, federationFlags, promptIo } from "../call.ts"
import { foldersIn, stateRoot } from "../folder.ts"
import { findSources, type OpenedFederation, openFederation, type Sources } from "../open-federation.ts"
import { askFederationName } from "./ask-names.ts"
import { checkHereFirst } from "./check-here-first.ts"
import { askToHost, askToJoin, PARTY_CHOICES } from "./party-opening.ts"
import { askForFederation } from "./questions.ts"
import { say } from "./say.ts"
import { withFlag } from "./with-flag.ts"

export { withAnswer } from "./answer.ts"

/** What you chose to walk through. */
export type Opening = { readonly practise: true } | Opened

export interface Opened extends Return {
  readonly practise: false
  /** The call, its flags naming the federation that was chosen. */
  readonly call: Call
  readonly opened: OpenedFederation
}

/** How to resume a federation that has a journal. */
export interface Return {
  /** At the first cell that is not done, or with the plan of everything. */
  readonly start: "continue" | "plan"
  /** A new journal is started; the earlier one is kept beside it. */
  readonly fresh: boolean
}

/** The name of the first federation. */
const FIRST_NAME = "default"

/**
 * The questions before a walk: which federation, how to resume one that has a journal, and the endpoints of a new one.
 * @throws RunbookError with exit code 130 on Ctrl-C: nothing was changed
 */
export async function openWalkFederation(call: Call): Promise<Opening> {
  if (call.flags.has("practice")) return { practise: true }
  if (namesFederation(call)) return openNamed(call)
  const started = await federationsOf(call)
  const chosen = await chooseFederation(call, started)
  if (chosen === "practise") return { practise: true }
  if (chosen === "join") return openNamed(await askToJoin(call))
  if (chosen === "host") return openNamed(await askToHost(call))
  if (chosen !== "new") return openNamed(named(call, chosen.slice("continue ".length)))
  return openNamed(
    named(
      call,
      started.length === 0 ? FIRST_NAME : await askFederationName(call, "A name for this federation"),
    ),
  )
}

/** Whether the flags name a federation of your own clusters. */
function namesFederation({ flags, notebook }: Call): boolean {
  const names = ["federation", "name", "state", ...Object.keys(notebook.roles)]
  return names.some((name) => flags.any.text(name) !== undefined)
}

/** A federation that has a folder, with its progress in one line. */
interface StartedFederation {
  readonly name: string
  readonly state: string
  /** When it was last run; empty if it never was. */
  readonly last: string
}

async function federationsOf(call: Call): Promise<StartedFederation[]> {
  const found = await Promise.all(
    foldersIn(stateRoot(call.notebook, call.io.env)).map(async (name): Promise<StartedFederation[]> => {
      try {
        const { memory, layers, settings } = await findSources(named(call, name), { complete: false })
        if (memory?.federation === undefined) return []
        const { federation } = resolveInputs(call.notebook, layers, settings)
        return [
          { name, state: progress(call.notebook, federation, memory), last: memory.lastRun?.started ?? "" },
        ]
      } catch (error) {
        return [{ name, state: (error as Error).message.split("\n")[0]!, last: "" }]
      }
    }),
  )
  return found.flat().sort((a, b) => b.last.localeCompare(a.last))
}

/** `6 of 14 steps done, last run 2026-11-22 18:03Z`. */
function progress(notebook: Notebook, federation: Federation, memory: Memory): string {
  if (memory.lastRun === undefined) return "nothing has run yet"
  const { cells } = buildGraph(notebook, federation)
  const steps = wantedSteps(notebook, cells)
  const done = steps.filter(({ id }) =>
    cells.every(({ step, key }) => step.id !== id || memory.ended.get(key)?.outcome.ok === true),
  )
  return `${done.length} of ${steps.length} steps done, last run ${moment(memory.lastRun.started)}`
}

/** The most common choice comes first: to continue, else to practise. */
async function chooseFederation(
  call: Call,
  started: readonly StartedFederation[],
): Promise<"practise" | "new" | "join" | "host" | `continue ${string}`> {
  const { io, notebook } = call
  const own = {
    value: "new" as const,
    name:
      started.length === 0 ? "Set up your own clusters" : "Set up another federation on your own clusters",
    description: "Asks for the API servers and projects; changes nothing before you approve it",
  }
  const practise = {
    value: "practise" as const,
    name: "Practise on clusters simulated on this machine",
    description: "Needs no cluster and no other command; takes a few minutes",
  }
  const choices = [
    ...started.map(({ name, state }) => ({
      value: `continue ${name}` as const,
      name: `Continue ${name}: ${state}`,
    })),
    ...(io.practiceImages === undefined ? [own] : started.length === 0 ? [practise, own] : [own, practise]),
    ...(notebook.parties === undefined ? [] : PARTY_CHOICES),
  ]
  if (choices.length === 1) return choices[0]!.value
  return askChoice({ message: "What would you like to do?", choices }, promptIo(call))
}

async function openNamed(call: Call): Promise<Opened> {
  const sources = await findSources(call, { complete: true })
  const returning = await askHowToReturn(call, sources)
  if (sources.memory?.federation === undefined && !(await checkHereFirst(call, sources))) {
    throw new UsageError("Nothing was asked, nothing was changed", {
      fix: "fix what is listed above and retry",
      next: `${call.io.program}${federationFlags(call)}`,
    })
  }
  const known = sources.memory?.federation !== undefined || call.flags.text("federation") !== undefined
  const opened =
    known && !returning.fresh
      ? await openFederation(call, { complete: true })
      : await askForFederation(call, sources)
  return { practise: false, call, opened, ...returning }
}

/** With a journal: shows the progress and asks how to resume. */
export async function askHowToReturn(
  call: Call,
  { memory, layers, settings, folder }: Sources,
  startOver = "Asks again and starts a new journal; the old one is kept, and the clusters stay as they are",
): Promise<Return> {
  if (memory?.lastRun === undefined) return { start: "plan", fresh: false }
  const { notebook } = call
  const { federation } = resolveInputs(notebook, layers, settings)
  const { command, code } = memory.lastRun
  const ended = code === undefined ? "interrupted" : code === 0 ? "succeeded" : `exit code ${code}`
  say(call, `${federation.name}: ${progress(notebook, federation, memory)}`)
  say(call, `last command: ${command} (${ended})`, "  ")
  say(call, `in ${folder}`, "  ")
  const choice = await askChoice(
    {
      message: "How do you want to continue?",
      choices: [
        {
          value: "continue",
          name: "Continue",
          description: "Shows the saved outputs and resumes at the first unfinished cell",
        },
        {
          value: "plan",
          name: "Check everything",
          description: "Checks every site, then starts at the first cell",
        },
        {
          value: "fresh",
          name: "Start over",
          description: startOver,
        },
      ],
    },
    promptIo(call),
  )
  return choice === "fresh" ? { start: "plan", fresh: true } : { start: choice, fresh: false }
}

const named = (call: Call, name: string): Call => withFlag(call, "name", name)
