import { readFederationFile } from "../inputs/federation-file.ts"
import { flagLayer } from "../inputs/flag-layer.ts"
import { type Layer, type LayerData, layerOf } from "../inputs/layers.ts"
import { memoryLayer } from "../inputs/memory-layer.ts"
import { missingError } from "../inputs/missing.ts"
import { type Missing, type Resolved, type ResolveOptions, resolveInputs } from "../inputs/resolve.ts"
import { unknownVariables } from "../inputs/unknown-variables.ts"
import { variableLayer } from "../inputs/variable-layer.ts"
import { UsageError } from "../notebook/errors.ts"
import type { Federation } from "../notebook/federation.ts"
import { didYouMean } from "../notebook/nearest.ts"
import type { Notebook } from "../notebook/notebook.ts"
import type { Site } from "../notebook/roles.ts"
import { buildGraph } from "../runner/graph.ts"
import type { Memory } from "../runner/journal-memory.ts"
import { type FormerSite, formerSites, formerText } from "../runner/places.ts"
import { selector } from "../runner/selection.ts"
import type { Selection } from "../runner/types.ts"
import { Answers } from "./ask.ts"
import { type Call, inputFlags, suggestRetry } from "./call.ts"
import { findFolder } from "./folder.ts"
import { withFormer } from "./former.ts"
import { requireTrust } from "./trust.ts"

export interface OpenFederationOptions {
  /** Every required input must have a value: it is asked for on a terminal, else refused. If false, `missing` lists them. */
  readonly complete: boolean
  /** The command only reads: without a federation, it is about the practice clusters of a walk. By default if it needs no complete inputs. */
  readonly reading?: boolean
  /** Steps or checks are about to run, so the user has to trust a file that names commands. Default: as `complete`. */
  readonly runs?: boolean
  /** In place of `--federation` (practice). */
  readonly file?: string
  /** In place of the folder that the flags name (practice). */
  readonly folder?: string
  /** What the folder remembers is ignored: a new journal is about to start. */
  readonly fresh?: boolean
  /** Sites that have left the federation can be meant too: `named` by `--site`, or `all` of them where no site is named. */
  readonly former?: "named" | "all"
  /** Changes what the file says before it is used. */
  readonly adapt?: (file: LayerData) => void
}

export interface OpenedFederation {
  readonly federation: Federation
  readonly folder: string
  readonly memory: Memory | undefined
  readonly missing: readonly Missing[]
  /** What was just answered, as flags for the next command: nothing is saved before the run starts. */
  readonly answered: string
  readonly sources: Sources
}

/** What a federation is resolved from, so that it can be resolved again with another answer. */
export interface Sources {
  /** What was answered just now is not among them. */
  readonly layers: readonly Layer[]
  /** What they say, before anything is asked. */
  readonly federation: Federation
  readonly settings: ResolveOptions
  readonly folder: string
  readonly memory: Memory | undefined
}

/**
 * Resolves a federation from flags, variables, file, journal and answers; changes nothing.
 * @throws UsageError naming everything that is wrong, or everything that is missing
 */
export async function openFederation(call: Call, options: OpenFederationOptions): Promise<OpenedFederation> {
  const sources = await findSources(call, options)
  const answers = answersOf(call)
  let resolved = resolveInputs(call.notebook, sources.layers, sources.settings)
  if (options.complete) resolved = await completeInputs(call, sources, resolved, answers)
  const federation = withFormer(call, sources.memory, resolved.federation, options.former)
  if (options.complete) refuseEmptySelection(call, federation)
  return opened(sources, { ...resolved, federation }, answers)
}

/** The federation that its sources and the answers describe. */
export function opened(sources: Sources, resolved: Resolved, answers: Answers): OpenedFederation {
  const { federation, missing } = resolved
  const { folder, memory } = sources
  const layers = [...sources.layers, layerOf("prompt", answers.layer)]
  return { federation, folder, memory, missing, answered: answers.flags, sources: { ...sources, layers } }
}

/**
 * What flags, variables, the file and the folder say.
 * @throws UsageError naming everything that is wrong
 */
export async function findSources(call: Call, options: OpenFederationOptions): Promise<Sources> {
  const { notebook, flags, io } = call
  const path = options.file ?? flags.path("federation")
  const file =
    path === undefined
      ? undefined
      : await suggestRetry(call, path, () =>
          readFederationFile(notebook, path, io.cwd, async (kubeconfig) => {
            const { contextServers } = await import("../cluster/context-servers.ts")
            return contextServers(kubeconfig)
          }),
        )
  if (file !== undefined) options.adapt?.(file)
  const found = findFolder({
    notebook,
    env: io.env,
    command: call.command,
    program: io.program,
    state: options.folder ?? flags.path("state"),
    name: flags.text("name"),
    reading: options.reading ?? !options.complete,
    file,
  })
  const memory = options.fresh === true ? undefined : found.memory
  const remembered = memory && memoryLayer(notebook, memory, found.folder, file === undefined)
  const wrong: string[] = []
  const wrongVariables = new Set<string>()
  const given = flagLayer(notebook, flags.any, io.cwd, singleNames(notebook, file ?? remembered), wrong)
  const layers: Layer[] = [
    layerOf("flag", given, selectedSites(call)),
    variableLayer(notebook, io.env, io.cwd, wrongVariables),
    ...(file === undefined ? [] : [layerOf("file", file)]),
    ...(remembered === undefined ? [] : [layerOf("earlier answer", remembered)]),
  ]
  const settings = { name: found.name, files: options.complete }
  const resolved = resolveInputs(notebook, layers, settings)
  const unknown = unknownVariables(notebook, io.env, resolved.federation.sites)
  refuseProblems([...wrong, ...wrongVariables, ...unknown, ...resolved.problems])
  const former = formerSites(notebook, resolved.federation, memory)
  refuseUnknownSites(call, resolved.federation, options.former === undefined ? [] : former, former)
  // A file in place of the user's is the program's own.
  if (file !== undefined && options.file === undefined && (options.runs ?? options.complete))
    await requireTrust(call, path!, file, resolved.federation)
  return { layers, federation: resolved.federation, settings, folder: found.folder, memory }
}

export const answersOf = ({ notebook, io, out, signal }: Call): Answers =>
  new Answers({ notebook, cwd: io.cwd, stdin: io.stdin, stdout: out.stdout, signal })

/** Asks for all that is missing before the first step, or refuses. */
async function completeInputs(
  call: Call,
  { layers, settings, memory }: Sources,
  first: Resolved,
  answers: Answers,
): Promise<Resolved> {
  const { notebook, out, interaction } = call
  let resolved = first
  if (resolved.missing.length > 0 && !interaction.ask) {
    throw memory === undefined
      ? withoutMemory(call, resolved.missing)
      : missingError(notebook, resolved.missing, call.command)
  }
  if (resolved.missing.length > 0) {
    out.print("A few questions first. Your answers are saved with the run, secrets are not.\n")
    while (resolved.missing.length > 0) {
      await answers.ask(resolved.missing)
      resolved = resolveInputs(notebook, [...layers, layerOf("prompt", answers.layer)], settings)
    }
    refuseProblems(resolved.problems)
  }
  const problems = notebook.validate?.(resolved.federation) ?? []
  refuseProblems(problems.map(({ what, fix }) => `${what} (${fix})`))
  return resolved
}

/** Inputs that only you could give later (`login: web` without a session) count as missing where nothing can be asked. */
export async function refuseUnanswerable(
  call: Call,
  sites: readonly Site[],
  hasSession: (site: Site, server: string) => Promise<boolean>,
): Promise<void> {
  const { notebook, interaction } = call
  if (interaction.ask || notebook.missing === undefined) return
  const found = await notebook.missing(sites, { hasSession })
  if (found.length === 0) return
  const missing = found.map(({ site: name, input, why }): Missing => {
    const site = sites.find((one) => one.name === name)
    return { kind: "input", input, why, ...(site && { site: { name: site.name, role: site.role } }) }
  })
  throw withoutMemory(call, missing)
}

/** Steps and sites as the selection flags name them; `--gone` names the sites that have left the federation. */
export function selectionOf({ flags, steps }: Call, federation?: Federation): Selection {
  const text = (name: "from" | "to") => {
    const value = flags.text(name)
    return value === undefined ? {} : { [name]: value }
  }
  return {
    ...text("from"),
    ...text("to"),
    only: steps.length > 0 ? steps : flags.list("only"),
    skip: flags.list("skip"),
    sites: flags.has("gone") ? [...(federation?.former ?? [])] : flags.list("site"),
  }
}

/** The sites that the command is about: all, or those that `--site` names. */
export function chosenSites(call: Call, federation: Federation): readonly Site[] {
  const { sites } = federation
  const names = selectionOf(call, federation).sites ?? []
  return names.length === 0 ? sites : sites.filter(({ name }) => names.includes(name))
}

/** With `--site`, a flag for all sites applies to those only. */
function selectedSites({ flags }: Call): readonly string[] | undefined {
  const names = flags.list("site")
  return names.length === 0 ? undefined : names
}

/** Without a federation file the error shows one to write, and the same call with it. That of practice clusters is never written. */
function withoutMemory({ notebook, command, flags }: Call, missing: readonly Missing[]): UsageError {
  if (flags.has("practice")) return missingError(notebook, missing, command, { practice: true })
  if (flags.text("federation") !== undefined) return missingError(notebook, missing, command)
  const file = "federation.yaml"
  return missingError(notebook, missing, `${command} --federation ${file}`, { file })
}

/** A selection that no step matches is a mistake: nobody runs nothing on purpose. */
function refuseEmptySelection(call: Call, federation: Federation): void {
  const isSelected = selector(call.notebook, selectionOf(call, federation))
  if (buildGraph(call.notebook, federation).cells.some(isSelected)) return
  throw new UsageError("No step matches the selection", {
    why: "a step must match all of --from, --to, --only, --skip, --site and the step that is named",
    fix: "remove one of them; `plan` shows which step runs at which site",
    next: `${call.io.program} plan${inputFlags(call)}`,
  })
}

/** The names of the sites whose role has one site. */
function singleNames(notebook: Notebook, layer: LayerData | undefined): Map<string, string> {
  const one = (layer?.sites ?? []).filter(({ role }) => notebook.roles[role] === "one")
  return new Map(one.map(({ role, name }) => [role, name]))
}

function refuseProblems(problems: readonly string[]): void {
  const all = [...new Set(problems)]
  if (all.length === 0) return
  throw new UsageError(
    all.length === 1
      ? all[0]!
      : [`${all.length} invalid values:`, ...all.map((text) => `- ${text}`)].join("\n"),
    { fix: `fix ${all.length === 1 ? "it" : "them"} and retry; nothing was changed` },
  )
}

/**
 * No site is suggested for a command that deletes: only what is typed may be deleted.
 * @param allowed the former sites that the command can work on
 * @param former all that there are
 */
function refuseUnknownSites(
  call: Call,
  { sites }: Federation,
  allowed: readonly FormerSite[],
  former: readonly FormerSite[],
): void {
  const { flags, io, notebook } = call
  const known = [...sites, ...allowed].map(({ name }) => name)
  const unknown = flags.list("site").filter((name) => !known.includes(name))
  if (unknown.length === 0) return
  const gone = former.find(({ name }) => unknown.includes(name))
  if (gone !== undefined) {
    throw new UsageError(`--site: ${formerText(notebook, gone)}`, {
      why: "this command works on the sites of the federation file",
      fix: "add it to the file again, or remove what was applied there",
      next: `${io.program} teardown --site ${gone.name}${inputFlags(call)}`,
    })
  }
  const deletes = notebook.steps.some((step) => step.delete !== undefined)
  const meant = (name: string) => (deletes ? "" : didYouMean(name, known))
  throw new UsageError(
    unknown
      .map((name) => `--site: unknown site ${name}${meant(name) || `; the sites are ${known.join(", ")}`}`)
      .join("\n"),
    { next: `${io.program} values${inputFlags(call)}` },
  )
}
