import { join } from "node:path"
import { parseText } from "../../inputs/input-values.ts"
import { resolveInputs } from "../../inputs/resolve.ts"
import { UsageError } from "../../notebook/errors.ts"
import type { Federation } from "../../notebook/federation.ts"
import { moment } from "../../notebook/format.ts"
import type { Notebook } from "../../notebook/notebook.ts"
import { buildGraph } from "../../runner/graph.ts"
import type { Memory } from "../../runner/journal.ts"
import { askChoice, askText } from "../../terminal/index.ts"
import { type Call, federationFlags } from "../call.ts"
import { foldersIn, stateRoot } from "../folder.ts"
import { findSources, type OpenedFederation, openFederation, type Sources } from "../open-federation.ts"
import { hereFirst } from "./here-first.ts"
import { askForFederation } from "./questions.ts"
import { say } from "./say.ts"
import { withFlag } from "./with-flag.ts"

export { withAnswer } from "./answer.ts"

/** What a person has chosen to walk through. */
export type Opening = { readonly practise: true } | Opened

export interface Opened extends Return {
  readonly practise: false
  /** The call, its flags naming the federation that was chosen. */
  readonly call: Call
  readonly opened: OpenedFederation
}

/** How a person comes back to what was begun. */
export interface Return {
  /** At the first cell that is not done, or with the plan of everything. */
  readonly start: "continue" | "plan"
  /** A new journal is begun, the earlier one kept beside it. */
  readonly fresh: boolean
}

/** Where folders without another name are. */
const FIRST_NAME = "default"

/**
 * The questions before a walk: which federation, how to come back to one that was begun, and the endpoints of a new one.
 * @throws RunbookError with exit code 130 on Ctrl-C: nothing was changed
 */
export async function openWalkFederation(call: Call): Promise<Opening> {
  if (call.flags.has("practice")) return { practise: true }
  if (saysFederation(call)) return openNamed(call)
  const begun = await federationsOf(call)
  const chosen = await chooseFederation(call, begun)
  if (chosen === "practise") return { practise: true }
  if (chosen !== "new") return openNamed(named(call, chosen.slice("go on ".length)))
  return openNamed(named(call, begun.length === 0 ? FIRST_NAME : await askName(call)))
}

/** Whether the call itself says that own clusters are meant, and which. */
function saysFederation({ flags, notebook }: Call): boolean {
  const names = ["federation", "name", "state", ...Object.keys(notebook.roles)]
  return names.some((name) => flags.text(name) !== undefined)
}

/** How far a federation has come, in a line. */
interface Begun {
  readonly name: string
  readonly state: string
  /** When it was last run; empty where it never was. */
  readonly last: string
}

async function federationsOf(call: Call): Promise<Begun[]> {
  const found = await Promise.all(
    foldersIn(stateRoot(call.notebook, call.io.env)).map(async (name): Promise<Begun[]> => {
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

/** `6 of 14 steps, last run 2026-11-22 18:03Z`. */
function progress(notebook: Notebook, federation: Federation, memory: Memory): string {
  if (memory.lastRun === undefined) return "nothing was run yet"
  const { cells } = buildGraph(notebook, federation)
  const done = notebook.steps.filter(({ id }) =>
    cells.every(({ step, key }) => step.id !== id || memory.ended.get(key)?.outcome.ok === true),
  )
  return `${done.length} of ${notebook.steps.length} steps, last run ${moment(memory.lastRun.started)}`
}

/** What most people want comes first: to go on, else to practise. */
async function chooseFederation(
  call: Call,
  begun: readonly Begun[],
): Promise<"practise" | "new" | `go on ${string}`> {
  const { io } = call
  const own = {
    value: "new" as const,
    name: begun.length === 0 ? "Set up your own clusters" : "Set up another federation on your own clusters",
    description: "Asks for the API servers and projects; nothing is changed before you say so",
  }
  const practise = {
    value: "practise" as const,
    name: "Practise on clusters played on this machine",
    description: "Needs no cluster and no other command; takes a few minutes",
  }
  const choices = [
    ...begun.map(({ name, state }) => ({
      value: `go on ${name}` as const,
      name: `Go on with ${name}: ${state}`,
    })),
    ...(io.practiceImages === undefined ? [own] : begun.length === 0 ? [practise, own] : [own, practise]),
  ]
  if (choices.length === 1) return choices[0]!.value
  return askChoice({ message: "What would you like to do?", choices }, promptIo(call))
}

async function askName(call: Call): Promise<string> {
  const { notebook, io } = call
  const taken = foldersIn(stateRoot(notebook, io.env))
  const check = (name: string): string | undefined => {
    const parsed = parseText({ type: "name", per: "federation", help: "" }, name, "/")
    if ("wrong" in parsed) return parsed.wrong
    return taken.includes(name)
      ? `There is a federation ${name} already: ${join(stateRoot(notebook, io.env), name)}`
      : undefined
  }
  return askText({ message: "A name for this federation", check }, promptIo(call))
}

async function openNamed(call: Call): Promise<Opened> {
  const sources = await findSources(call, { complete: true })
  const back = await askHowToReturn(call, sources)
  if (sources.memory?.federation === undefined && !(await hereFirst(call, sources))) {
    throw new UsageError("Nothing was asked, nothing was changed", {
      fix: "mend what stands above, then come back",
      next: `${call.io.program}${federationFlags(call)}`,
    })
  }
  const known = sources.memory?.federation !== undefined || call.flags.text("federation") !== undefined
  const opened =
    known && !back.fresh
      ? await openFederation(call, { complete: true })
      : await askForFederation(call, sources)
  return { practise: false, call, opened, ...back }
}

/** With a journal: what was, and how to come back to it. */
export async function askHowToReturn(
  call: Call,
  { memory, layers, settings, folder }: Sources,
  startOver = "Asks again and begins a new journal; the old one is kept, and what is on the clusters stays",
): Promise<Return> {
  if (memory?.lastRun === undefined) return { start: "plan", fresh: false }
  const { notebook } = call
  const { federation } = resolveInputs(notebook, layers, settings)
  const { command, code } = memory.lastRun
  const ended =
    code === undefined ? "its end was not seen" : code === 0 ? "it ended well" : `exit code ${code}`
  say(call, `${federation.name}: ${progress(notebook, federation, memory)}`)
  say(call, `last: ${command} (${ended})`, "  ")
  say(call, `in ${folder}`, "  ")
  const choice = await askChoice(
    {
      message: "Go on how?",
      choices: [
        {
          value: "continue",
          name: "Continue",
          description: "Shows what is kept, and goes on at the first cell that is not done",
        },
        {
          value: "plan",
          name: "Look at everything",
          description: "Looks at every site, then begins at the first cell",
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

const promptIo = ({ io, signal }: Call) => ({ stdin: io.stdin, stdout: io.stdout, signal })

const named = (call: Call, name: string): Call => withFlag(call, "name", name)
