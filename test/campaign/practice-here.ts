/** Practice clusters in this process, for calls of the command line in this process. */
import { mkdtempSync } from "node:fs"
import { rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { openCluster } from "../../lib/cluster/index.ts"
import type { Cluster } from "../../lib/cluster/types.ts"
import { startPractice } from "../../lib/practice/practice.ts"
import type { Practice } from "../../lib/practice/types/practice.ts"
import { program } from "../../runbooks/index.ts"

export interface PracticeHere {
  readonly folder: string
  readonly practice: Practice
  cluster(name: string): Cluster
  close(): Promise<void>
}

export async function practiceHere(supernodes: number): Promise<PracticeHere> {
  const folder = mkdtempSync(join(tmpdir(), "campaign-"))
  const names = Array.from({ length: supernodes }, (_, index) => `supernode-${index + 1}`)
  const practice = await startPractice({
    sites: [{ name: "superlink", role: "superlink" }, ...names.map((name) => ({ name, role: "supernode" }))],
    values: program.practiceValues!,
    images: program.practiceImages!,
    // As the helpers of the tests of whole programs know it.
    federation: "e2e",
    folder: join(folder, "practice"),
    delays: "none",
  })
  const doors = new Map<string, ReturnType<typeof openCluster>>()
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
