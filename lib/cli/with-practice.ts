import { createHash, randomBytes } from "node:crypto"
import { readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { flagLayer } from "../inputs/flag-layer.ts"
import { layerOf } from "../inputs/layers.ts"
import { resolveInputs } from "../inputs/resolve.ts"
import { variableLayer } from "../inputs/variable-layer.ts"
import { UsageError } from "../notebook/errors.ts"
import { fileKey, unnamedSites } from "../notebook/roles.ts"
import type { PracticeImage } from "../practice/types/images.ts"
import type { Practice } from "../practice/types/practice.ts"
import { type Call, refuseAborted, suggestRetry } from "./call.ts"

/** How many sites a `many` role has on practice clusters, unless a flag says otherwise. */
const SITES = 2

/** Started practice clusters with the folders that belong to them. */
export interface PracticeClusters {
  readonly practice: Practice
  /** The federation's name. */
  readonly name: string
  /** The federation file that describes them. */
  readonly file: string
  /** The folder of the federation: `--state`, or one that is deleted with the clusters. */
  readonly state: string
}

/**
 * Starts practice clusters, works with them, ends them. Without `--state` it also deletes everything they leave.
 * @param shared they stay open for runs from other terminals
 * @param place where they are saved, unless flags say otherwise
 * @throws UsageError where the program knows no practice
 */
export async function withPractice(
  call: Call,
  shared: boolean,
  work: (clusters: PracticeClusters) => Promise<number>,
  place?: { readonly state: string; readonly keep: string; readonly name?: string },
): Promise<number> {
  const { flags, notebook, io } = call
  const { practiceValues, practiceCommands } = io
  const images = await practiceImages(call)
  const kept = flags.path("state") ?? place?.state
  const faultsFile = flags.path("faults")
  const sites = practiceSites(call)
  const keep = flags.path("keep") ?? place?.keep
  const name = place?.name ?? federationName(call, keep, shared)
  const { startPractice } = await import("../practice/practice.ts")
  const { waitingFor } = await import("../terminal/index.ts")
  const { keptFolder, temporaryFolder } = await import("./practice-folder.ts")
  // Only now: an invalid flag above leaves no folder behind.
  const folder = kept === undefined ? temporaryFolder(notebook.name) : keptFolder(kept)
  try {
    const practice = await waitingFor(
      "Starting practice clusters",
      suggestRetry(call, faultsFile, () =>
        startPractice({
          sites,
          values: practiceValues ?? (() => ({})),
          federation: name,
          folder,
          delays: flags.choice("delays") ?? "short",
          images,
          ...(practiceCommands !== undefined && { ownCommands: practiceCommands }),
          ...(faultsFile !== undefined && { faultsFile }),
          ...(keep !== undefined && { keep }),
        }),
      ),
      call.out.stderr,
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

/** The images of the notebook, or those of its practice flag, which may need preparation first. */
async function practiceImages(call: Call): Promise<readonly PracticeImage[]> {
  const { notebook, flags, io, out, signal } = call
  const flag = notebook.practiceFlag?.name
  const flagged = flag !== undefined && flags.any.has(flag)
  if (flag !== undefined && !flagged) refuseWithoutFlag(call, flag)
  const variant = flagged ? io.practiceVariant : undefined
  const images = flagged ? variant?.images : io.practiceImages
  if (images === undefined) throw noPractice(call, flagged ? "practiceVariant" : "practiceImages")
  const wait = await variant?.prepare?.(givenValues(call), signal)
  if (wait === undefined) return images
  const { waitingFor } = await import("../terminal/index.ts")
  if (out.stderr.isTTY !== true) out.note(`${wait.text}\n`)
  await waitingFor(wait.text, wait.ready, out.stderr).catch((error: unknown) => {
    refuseAborted(call)
    throw error
  })
  return images
}

/** The program does not say what its pods do on practice clusters. */
const noPractice = ({ notebook }: Call, field: string): UsageError =>
  new UsageError(`${notebook.name} cannot run on practice clusters`, {
    why: `its program has no ${field}, which say what the containers of its pods do there`,
    fix:
      field === "practiceImages"
        ? "use your own clusters (--federation FILE); if the notebook is yours, add practiceImages to its program: an empty list if it starts no pods"
        : `remove --${notebook.practiceFlag?.name}; if the notebook is yours, add ${field} to its program`,
  })

/** Refused before the clusters start: the step that would notice it runs last. */
function refuseWithoutFlag(call: Call, flag: string): void {
  const why = call.io.practiceVariant?.needed?.(givenValues(call))
  if (why === undefined) return
  throw new UsageError(`These practice clusters need --${flag}`, {
    why,
    fix: `add --${flag}: ${call.notebook.practiceFlag!.help}`,
    next: `${call.command} --${flag}`,
  })
}

/** The federation-wide inputs as flags and variables give them: practice clusters write their own federation file. */
function givenValues({ notebook, flags, io }: Call): Readonly<Record<string, unknown>> {
  const problems: string[] = []
  const layers = [
    layerOf("flag", flagLayer(notebook, flags.any, io.cwd, new Map(), problems)),
    variableLayer(notebook, io.env, io.cwd, new Set()),
  ]
  return resolveInputs(notebook, layers, { name: notebook.name, files: false }).federation.values
}

/** Removes the stand-ins from the federation file, so that the commands on PATH are used. */
export async function withoutStandIns(file: string): Promise<void> {
  const { parseDocument } = await import("yaml")
  const document = parseDocument(readFileSync(file, "utf8"))
  if (document.delete("commands")) writeFileSync(file, document.toString(), { mode: 0o600 })
}

/** The flags that the numbers of sites were given with, for another command on practice clusters. */
export const countFlags = ({ notebook, flags }: Call): string =>
  Object.entries(notebook.roles)
    .flatMap(([role, cardinality]) => {
      const count = cardinality === "many" ? flags.any.count(fileKey(role, cardinality)) : undefined
      return count === undefined ? [] : [` --${fileKey(role, cardinality)} ${count}`]
    })
    .join("")

const practiceSites = ({ notebook, flags }: Call): { name: string; role: string }[] =>
  unnamedSites(notebook.roles, (role) => flags.any.count(fileKey(role, "many")) ?? SITES)

/**
 * Runs from other terminals have their folder beside those of real federations, so shared clusters get a unique name:
 * their servers will never exist again. Saved clusters keep their name.
 */
function federationName({ flags }: Call, keep: string | undefined, shared: boolean): string {
  const given = flags.text("name")
  if (given !== undefined) return given
  if (keep !== undefined) return `practice-${createHash("sha256").update(keep).digest("hex").slice(0, 8)}`
  return shared ? `practice-${randomBytes(4).toString("hex")}` : "practice"
}
