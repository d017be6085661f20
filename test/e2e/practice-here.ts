/** Practice clusters in this process: for calls of the command line here, and for whole programs beside it. */
import { mkdtempSync } from "node:fs"
import { rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { type OpenCluster, openCluster } from "../../lib/cluster/index.ts"
import type { Cluster } from "../../lib/cluster/types.ts"
import { startPractice } from "../../lib/practice/practice.ts"
import type { Delays, Practice } from "../../lib/practice/types/practice.ts"
import { program } from "../../runbooks/index.ts"
import { sitesOf } from "./sites.ts"

/** The name of the federation on them. */
export const FEDERATION = "e2e"

export interface PracticeHere {
  readonly folder: string
  readonly practice: Practice
  /** A practice cluster, as its administrator. */
  cluster(name: string): Cluster
  close(): Promise<void>
}

export interface PracticeHereOptions {
  /** Removed at the end with all that is in it. */
  readonly folder?: string
  readonly delays?: Delays
  /** False: plain Kubernetes. */
  readonly openshift?: boolean
}

export async function practiceHere(
  supernodes: number,
  { folder = mkdtempSync(join(tmpdir(), "campaign-")), delays = "none", openshift }: PracticeHereOptions = {},
): Promise<PracticeHere> {
  const practice = await startPractice({
    sites: sitesOf(supernodes),
    values: program.practiceValues!,
    images: program.practiceImages!,
    ownCommands: program.practiceCommands!,
    federation: FEDERATION,
    folder: join(folder, "practice"),
    delays,
    ...(openshift !== undefined && { openshift }),
  })
  const doors = new Map<string, OpenCluster>()
  return {
    folder,
    practice,
    cluster(name) {
      const { kubeconfig } = practice.clusters.find((one) => one.name === name)!
      const door = doors.get(name) ?? openCluster({ fieldManager: "test", kubeconfig })
      doors.set(name, door)
      return door
    },
    async close() {
      await Promise.all([...doors.values()].map((door) => door.close()))
      await practice.close()
      await rm(folder, { recursive: true, force: true, maxRetries: 3 })
    },
  }
}
