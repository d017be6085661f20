import { createHash, randomBytes } from "node:crypto"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { UsageError } from "../notebook/errors.ts"
import { defaultSiteName, fileKey } from "../notebook/roles.ts"
import type { Delays, Practice } from "../practice/types.ts"
import type { Call } from "./call.ts"

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
 * @throws UsageError where the program knows no practice
 */
export async function withPractice(
  call: Call,
  held: boolean,
  work: (clusters: PracticeClusters) => Promise<number>,
): Promise<number> {
  const { flags, notebook, io } = call
  const { practiceImages, practiceValues } = io
  if (practiceImages === undefined) throw new UsageError(`${notebook.name} has no practice clusters`)
  const kept = flags.path("state")
  const folder = kept === undefined ? temporaryFolder(notebook.name) : join(kept, "practice")
  const faultsFile = flags.path("faults")
  const keep = flags.path("keep")
  const name = federationName(call, keep, held)
  const { startPractice } = await import("../practice/practice.ts")
  const { waitingFor } = await import("../terminal/index.ts")
  try {
    const practice = await waitingFor(
      "Starting practice clusters",
      startPractice({
        sites: practiceSites(call),
        values: practiceValues ?? (() => ({})),
        federation: name,
        folder,
        delays: (flags.choice("delays") ?? "short") as Delays,
        images: practiceImages,
        ...(faultsFile !== undefined && { faultsFile }),
        ...(keep !== undefined && { keep }),
      }),
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

/** Takes the stand-ins out of the federation file: the commands of PATH are meant. */
export async function withoutStandIns(file: string): Promise<void> {
  const { parseDocument } = await import("yaml")
  const document = parseDocument(readFileSync(file, "utf8"))
  if (document.delete("commands")) writeFileSync(file, document.toString(), { mode: 0o600 })
}

function practiceSites({ notebook, flags }: Call): { name: string; role: string }[] {
  return Object.entries(notebook.roles).flatMap(([role, cardinality]) => {
    const number = cardinality === "one" ? 1 : (flags.count(fileKey(role, cardinality)) ?? SITES)
    return Array.from({ length: number }, (_, n) => ({
      role,
      name: defaultSiteName(role, cardinality, n + 1),
    }))
  })
}

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

/** Its path is printed unquoted, so it holds no space. */
function temporaryFolder(name: string): string {
  const base = /^[\w@%+=:,./-]+$/.test(tmpdir()) ? tmpdir() : "/tmp"
  return mkdtempSync(join(base, `${name}-practice-`))
}
