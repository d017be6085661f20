import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Cluster } from "./cluster/types.ts"
import type { Inputs, LibraryOptions } from "./library.ts"
import { unnamedSites } from "./notebook/roles.ts"
import type { Fault, FaultTable } from "./practice/types/faults.ts"
import type { Delays } from "./practice/types/practice.ts"
import type { Program } from "./program.ts"

export interface PracticeWorldOptions {
  /** How many sites each role of `many` has. Default 2. */
  readonly sites?: number
  /** How long the simulated controllers take. Default `none`: at once. */
  readonly delays?: Delays
  readonly faults?: readonly Fault[]
}

/** Practice clusters for a test: one for each site of a notebook. */
export interface PracticeWorld {
  /** The sites with the inputs of their clusters, for `run` and `plan`; add `values` of your own. */
  readonly inputs: Inputs
  /** The state folder of the run, the stand-in commands, and approval for everything. */
  readonly options: LibraryOptions
  /** A site's cluster, as its administrator: to check what was created, or to interfere. */
  cluster(site: string): Cluster
  /** Can be changed during a run: `world.faults.set([{ where: "api", what: "503", times: 3 }])`. */
  readonly faults: FaultTable
  /** Ends the clusters and removes their files. */
  close(): Promise<void>
}

/**
 * Starts practice clusters for a notebook's sites: a test runs `run(program.notebook, world.inputs, world.options)`. The
 * notebook's inputs have to contain `clusterInputs`.
 */
export async function practice(program: Program, options: PracticeWorldOptions = {}): Promise<PracticeWorld> {
  const { startPractice } = await import("./practice/practice.ts")
  const { entryOf } = await import("./practice/files.ts")
  const { openCluster } = await import("./cluster/index.ts")
  const folder = await mkdtemp(join(tmpdir(), `${program.notebook.name}-test-`))
  const remove = () => rm(folder, { recursive: true, force: true, maxRetries: 3 })
  const files = {
    folder: join(folder, "practice"),
    federation: "test",
    values: program.practiceValues ?? (() => ({})),
    ...(program.practiceCommands !== undefined && { ownCommands: program.practiceCommands }),
  }
  try {
    const clusters = await startPractice({
      ...files,
      sites: unnamedSites(program.notebook.roles, () => options.sites ?? 2),
      images: program.practiceImages ?? [],
      delays: options.delays ?? "none",
      ...(options.faults && { faults: options.faults }),
    })
    const doors = clusters.clusters.map(
      ({ name, kubeconfig }) => [name, openCluster({ kubeconfig, fieldManager: "administrator" })] as const,
    )
    const byName = new Map(doors)
    return {
      inputs: {
        name: files.federation,
        sites: clusters.clusters.map(({ name, role, server }) => ({
          name,
          role,
          ...entryOf(files, { name, role, server }),
        })),
      },
      options: { folder: join(folder, "state"), commands: clusters.commands, approval: "all" },
      cluster(site) {
        const found = byName.get(site)
        if (found === undefined)
          throw new Error(`there is no site ${site}; the sites are ${[...byName.keys()].join(", ")}`)
        return found
      },
      faults: clusters.faults,
      async close() {
        await Promise.all(doors.map(([, door]) => door.close()))
        await clusters.close()
        await remove()
      },
    }
  } catch (error) {
    await remove()
    throw error
  }
}
