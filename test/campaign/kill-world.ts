/** Practice clusters in a process of their own, which can be killed and come back, and the program beside them. */
import { mkdirSync, mkdtempSync } from "node:fs"
import { rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import { openCluster } from "../../lib/cluster/index.ts"
import type { Cluster } from "../../lib/cluster/types.ts"
import { barePath, type Child, type Programs, startPrograms } from "../e2e/programs.ts"
import { sitesOf } from "../e2e/sites.ts"

export interface KillWorld extends Programs {
  readonly practice: { readonly clusters: readonly { readonly name: string }[] }
  /** The arguments that name the federation and its folder. */
  readonly argv: readonly string[]
  cluster(name: string): Cluster
  /** The process of the clusters. */
  server(): Child
  /** Starts it again, if it has ended. */
  serverAgain(): Promise<void>
  close(): Promise<void>
}

/** Two lanes at once; test/e2e/kill.test.ts has more. */
const SUPERNODES = 1
/** As in the tests of whole programs, whose helpers know it. */
const FEDERATION = "e2e"

export async function startKillWorld(): Promise<KillWorld> {
  const folder = mkdtempSync(resolve(tmpdir(), "kills home_"))
  const home = join(folder, "practice home")
  mkdirSync(home)
  const programs = startPrograms(folder, barePath(folder), FEDERATION)
  const place = join(folder, "clusters")
  const argv = ["practice", "--delays", "none", "--supernodes", String(SUPERNODES), "--name", FEDERATION]
  const clusters = sitesOf(SUPERNODES)
  const doors = new Map<string, ReturnType<typeof openCluster>>()
  let server: Child
  let ended = false
  const start = async (): Promise<void> => {
    // Another home than the runs have: their processes are found by it.
    server = programs.start([...argv, "--state", place, "--keep", join(folder, "kept.json")], {
      // A bash whose path has no space: scripts cannot name another one, and each command would start Node.
      env: { HOME: home, PATH: "/bin" },
    })
    ended = false
    void server.ended.then(() => {
      ended = true
    })
    await server.printed(/run --federation /)
  }
  await start()
  return {
    ...programs,
    practice: { clusters },
    argv: ["--federation", join(place, "practice", "federation.yaml")],
    server: () => server,
    async serverAgain() {
      if (ended) await start()
    },
    cluster(name) {
      const kubeconfig = join(place, "practice", "kubeconfigs", name)
      const door = doors.get(name) ?? openCluster({ fieldManager: "test", kubeconfig })
      doors.set(name, door)
      return door
    },
    async close() {
      await Promise.all([...doors.values()].map((door) => door.close()))
      programs.kill()
      await server.ended
      await rm(folder, { recursive: true, force: true, maxRetries: 3 })
    },
  }
}
