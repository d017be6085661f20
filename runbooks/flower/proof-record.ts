/** What a federated run has proven: a small file in the federation's folder. */
import { readFileSync } from "node:fs"
import { rm } from "node:fs/promises"
import { join } from "node:path"
import { writeWhole } from "../../lib/kit.ts"

/** Who takes part at present. */
export interface Present {
  /** The SuperLink's pod by its uid, and how often its container was started anew: its memory ends with its process. */
  readonly superlink: string
  /** Ids of all SuperNodes, sorted as text. */
  readonly nodes: readonly string[]
}

/** A run of the app, begun or finished well. */
export interface ProofRecord extends Present {
  readonly run: string
  readonly finished: boolean
  /** What the app said of each round. */
  readonly rounds: readonly string[]
}

const fileOf = (folder: string): string => join(folder, "proof.json")

/** The last run that was submitted; nothing where there is none, or none that can be read. */
export function readRecord(folder: string): ProofRecord | undefined {
  try {
    const { version, ...record } = JSON.parse(readFileSync(fileOf(folder), "utf8")) as ProofRecord & {
      version: number
    }
    return version === 1 ? record : undefined
  } catch {
    return undefined
  }
}

export const writeRecord = (folder: string, record: ProofRecord): Promise<void> =>
  writeWhole(fileOf(folder), `${JSON.stringify({ version: 1, ...record })}\n`)

/** Whether a run was one of exactly these. */
export const covers = (record: ProofRecord | undefined, present: Present): record is ProofRecord =>
  record !== undefined &&
  record.superlink === present.superlink &&
  record.nodes.join() === present.nodes.join()

/** What was proven counts no more. */
export const forget = (folder: string): Promise<void> => rm(fileOf(folder), { force: true })
