/** What a federated run has proven, in a small file in the federation's folder. */
import { rm } from "node:fs/promises"
import { join } from "node:path"
import { readRegularText, writeWhole } from "../../lib/kit.ts"

/** The current participants. */
export interface Participants {
  /** The uid of the SuperLink's pod and the number of its restarts: a new process has lost the memory of the old one. */
  readonly superlink: string
  /** The ids of all SuperNodes, sorted as text. */
  readonly nodes: readonly string[]
}

/** A run of the app, in progress or completed. */
export interface ProofRecord extends Participants {
  readonly run: string
  readonly finished: boolean
  /** What the app printed for each round. */
  readonly rounds: readonly string[]
}

const fileOf = (folder: string): string => join(folder, "proof.json")

/** The last submitted run; undefined if there is none or its file cannot be read. */
export function readRecord(folder: string): ProofRecord | undefined {
  try {
    const { version, ...record } = JSON.parse(readRegularText(fileOf(folder))) as ProofRecord & {
      version: number
    }
    return version === 1 ? record : undefined
  } catch {
    return undefined
  }
}

export const writeRecord = (folder: string, record: ProofRecord): Promise<void> =>
  writeWhole(fileOf(folder), `${JSON.stringify({ version: 1, ...record })}\n`)

/** Whether a run had exactly these participants. */
export const covers = (record: ProofRecord | undefined, participants: Participants): record is ProofRecord =>
  record !== undefined &&
  record.superlink === participants.superlink &&
  record.nodes.join() === participants.nodes.join()

/** Forgets what was proven. */
export const forget = (folder: string): Promise<void> => rm(fileOf(folder), { force: true })
