import { createHash, randomBytes } from "node:crypto"
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { flagLayer } from "../inputs/flag-layer.ts"
import { layerOf } from "../inputs/layers.ts"
import { resolveInputs } from "../inputs/resolve.ts"
import { variableLayer } from "../inputs/variable-layer.ts"
import { UsageError } from "../notebook/errors.ts"
import { fileKey, unnamedSites } from "../notebook/roles.ts"
import type { Delays, Practice, PracticeImage } from "../practice/types.ts"
import { isAlive } from "../runner/processes.ts"
import { type Call, refuseAborted, suggestRetry } from "./call.ts"

/** How many sites of a `many` role practice has when nobody says. */
const SITES = 2

/** Started practice clusters with the folders that belong to them. */
export interface PracticeClusters {
  readonly practice: Practice
  /** The federation's name. */
  readonly name: string
  /** The federation file that they come with. */
  readonly file: string
  /** The federation's folder: `--state`, or one that goes when the clusters go. */
  readonly state: string
}

/**
 * Starts practice clusters, works with them, ends them. Without `--state` everything they leave goes too.
 * @param held they stay open for runs from other terminals
 * @param place where they are kept when no flag says so
 * @throws UsageError where the program knows no practice
 */
export async function withPractice(
  call: Call,
  held: boolean,
  work: (clusters: PracticeClusters) => Promise<number>,
  place?: { readonly state: string; readonly keep: string; readonly name?: string },
): Promise<number> {
  const { flags, notebook, io } = call
  const { practiceValues } = io
  const images = await practiceImages(call)
  const kept = flags.path("state") ?? place?.state
  const { makeFolder } = await import("../runner/open-state.ts")
  const folder =
    kept === undefined ? temporaryFolder(notebook.name) : makeFolder(join(makeFolder(kept), "practice"))
  const faultsFile = flags.path("faults")
  const sites = practiceSites(call)
  const keep = flags.path("keep") ?? place?.keep
  const name = place?.name ?? federationName(call, keep, held)
  const { startPractice } = await import("../practice/practice.ts")
  const { waitingFor } = await import("../terminal/index.ts")
  try {
    const practice = await waitingFor(
      "Starting practice clusters",
      suggestRetry(call, faultsFile, () =>
        startPractice({
          sites,
          values: practiceValues ?? (() => ({})),
          federation: name,
          folder,
          delays: (flags.choice("delays") ?? "short") as Delays,
          images,
          ...(faultsFile !== undefined && { faultsFile }),
          ...(keep !== undefined && { keep }),
        }),
      ),
      io.stderr,
    )
    try {
      return await work({
        practice,
        name,
        file: practice.federationFile,
        state: kept ?? join(folder, "state"),
      })
    } finally {
      await practice.close()
    }
  } finally {
    if (kept === undefined) rmSync(folder, { recursive: true, force: true })
  }
}

/** The notebook's own images, or those under its flag, which may have to be got ready first. */
async function practiceImages(call: Call): Promise<readonly PracticeImage[]> {
  const { notebook, flags, io, signal } = call
  const flag = notebook.practiceFlag?.name
  const flagged = flag !== undefined && flags.has(flag)
  if (flag !== undefined && !flagged) refusePlayed(call, flag)
  const variant = flagged ? io.practiceVariant : undefined
  const images = flagged ? variant?.images : io.practiceImages
  if (images === undefined) throw noPractice(call, flagged ? "practiceVariant" : "practiceImages")
  const wait = await variant?.prepare?.(givenValues(call), signal)
  if (wait === undefined) return images
  const { waitingFor } = await import("../terminal/index.ts")
  if (io.stderr.isTTY !== true) io.stderr.write(`${wait.text}\n`)
  await waitingFor(wait.text, wait.ready, io.stderr).catch((error: unknown) => {
    refuseAborted(call)
    throw error
  })
  return images
}

/** The program says nothing about what its pods do there. */
const noPractice = ({ notebook }: Call, field: string): UsageError =>
  new UsageError(`${notebook.name} cannot run on practice clusters`, {
    why: `its program has no ${field}, which say what the containers of its pods do there`,
    fix:
      field === "practiceImages"
        ? "use your own clusters (--federation FILE); if the notebook is yours, add practiceImages to its program: an empty list where it starts no pods"
        : `leave --${notebook.practiceFlag?.name} out; if the notebook is yours, add ${field} to its program`,
  })

/** Before clusters start: the step that finds out comes last. */
function refusePlayed(call: Call, flag: string): void {
  const why = call.io.practiceVariant?.needed?.(givenValues(call))
  if (why === undefined) return
  throw new UsageError(`These practice clusters need --${flag}`, {
    why,
    fix: `add --${flag}: ${call.notebook.practiceFlag!.help}`,
    next: `${call.command} --${flag}`,
  })
}

/** The federation-wide inputs as flags and variables give them: practice clusters write their file themselves. */
function givenValues({ notebook, flags, io }: Call): Readonly<Record<string, unknown>> {
  const problems: string[] = []
  const layers = [
    layerOf("flag", flagLayer(notebook, flags, io.cwd, new Map(), problems)),
    variableLayer(notebook, io.env, io.cwd, new Set()),
  ]
  return resolveInputs(notebook, layers, { name: notebook.name, files: false }).federation.values
}

/** Takes the stand-ins out of the federation file: the commands of PATH are meant. */
export async function withoutStandIns(file: string): Promise<void> {
  const { parseDocument } = await import("yaml")
  const document = parseDocument(readFileSync(file, "utf8"))
  if (document.delete("commands")) writeFileSync(file, document.toString(), { mode: 0o600 })
}

const practiceSites = ({ notebook, flags }: Call): { name: string; role: string }[] =>
  unnamedSites(notebook.roles, (role) => flags.count(fileKey(role, "many")) ?? SITES)

/**
 * Runs from other terminals keep their folder beside those of real federations, so clusters that are held get a name
 * that no other has: their servers are never there again. Kept ones have one name as long as they are kept.
 */
function federationName({ flags }: Call, keep: string | undefined, held: boolean): string {
  const given = flags.text("name")
  if (given !== undefined) return given
  if (keep !== undefined) return `practice-${createHash("sha256").update(keep).digest("hex").slice(0, 8)}`
  return held ? `practice-${randomBytes(4).toString("hex")}` : "practice"
}

/** Its path is printed unquoted, so it holds no space; its name tells whose it is. */
function temporaryFolder(name: string): string {
  const base = /^[\w@%+=:,./-]+$/.test(tmpdir()) ? tmpdir() : "/tmp"
  const mine = `${name}-practice-`
  removeLeftOvers(base, mine)
  return mkdtempSync(join(base, `${mine}${process.pid}-`))
}

/** A practice that was killed has left its folder, tokens and all. */
function removeLeftOvers(base: string, prefix: string): void {
  for (const name of readdirSync(base)) {
    const pid = name.startsWith(prefix) ? /^(\d+)-/.exec(name.slice(prefix.length))?.[1] : undefined
    if (pid === undefined || isAlive(Number(pid))) continue
    try {
      rmSync(join(base, name), { recursive: true, force: true })
    } catch {
      // Somebody else's.
    }
  }
}
