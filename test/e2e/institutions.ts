/** People of several institutions, each with a home and one practice cluster of their own, and no login at the others'. */
import { copyFileSync, mkdirSync, mkdtempSync, writeFileSync } from "node:fs"
import { rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { stringify } from "yaml"
import { type OpenCluster, openCluster } from "../../lib/cluster/index.ts"
import type { Cluster } from "../../lib/cluster/types.ts"
import { entryOf } from "../../lib/practice/files.ts"
import { startPractice } from "../../lib/practice/practice.ts"
import type { Practice } from "../../lib/practice/types/practice.ts"
import { program } from "../../runbooks/index.ts"
import { barePath, type Ended, type Programs, startPrograms } from "./programs.ts"
import { sitesOf } from "./sites.ts"

const FEDERATION = "trial"
/** The controllers' own user on practice clusters. */
const CONTROLLERS = "system:practice"

export interface Person extends Programs {
  readonly site: string
  /** Runs the program, with this person's federation file; requests to other clusters meanwhile are kept. */
  say(...argv: string[]): Promise<Ended>
  fingerprint(): Promise<string>
  kill(): void
}

export interface Institutions {
  readonly practice: Practice
  readonly coordinator: Person
  readonly parties: readonly Person[]
  /** `st-marys asked superlink: GET /version` */
  readonly trespasses: readonly string[]
  cluster(name: string): Cluster
  close(): Promise<void>
}

/** Names and ids of the parties. */
export const PARTIES = [
  ["St. Mary's", "st-marys"],
  ["Charité", "charite"],
  ["Mercy", "mercy"],
] as const

/**
 * @param more what the federation files of all have beside their sites
 * @param keys false: nobody has made keys yet
 */
export async function startInstitutions(
  count: number,
  more: object = {},
  { keys = true } = {},
): Promise<Institutions> {
  const root = mkdtempSync(join(tmpdir(), "institutions_"))
  const practice = await startPractice({
    sites: sitesOf(count),
    values: program.practiceValues!,
    images: program.practiceImages!,
    federation: FEDERATION,
    folder: join(root, "practice"),
    delays: "none",
  })
  const trespasses: string[] = []
  const asked = (cluster: string) =>
    practice.clusters
      .find(({ name }) => name === cluster)!
      .server.requests.filter(({ user }) => user !== CONTROLLERS)
  const person = (id: string, site: string, sites: object): Person => {
    const folder = join(root, id)
    mkdirSync(folder)
    const programs = startPrograms(folder, barePath(folder), FEDERATION)
    const file = join(folder, "federation.yaml")
    writeFileSync(
      file,
      stringify({ version: 1, federation: FEDERATION, commands: practice.commands, ...more, ...sites }),
    )
    const say: Person["say"] = async (...argv) => {
      const others = practice.clusters.map(({ name }) => name).filter((name) => name !== site)
      const before = new Map(others.map((name) => [name, asked(name).length]))
      const ended = await programs.call([...argv, "--federation", file])
      for (const name of others)
        for (const { method, path } of asked(name).slice(before.get(name)))
          trespasses.push(`${id} asked ${name}: ${method} ${path}`)
      return ended
    }
    const fingerprint = async (): Promise<string> => {
      const { stdout } = await programs.call(["party", "show"])
      return [...stdout.matchAll(/\b\d{5}\b/g)].slice(0, 8).join(" ")
    }
    return { ...programs, site, say, fingerprint }
  }
  const entry = (name: string) => {
    const found = practice.clusters.find((one) => one.name === name)!
    return entryOf({ folder: practice.folder, values: program.practiceValues! }, found)
  }
  const names = sitesOf(count)
    .slice(1)
    .map(({ name }) => name)
  const coordinator = person("coordinator", "superlink", {
    superlink: entry("superlink"),
    supernodes: names.map((name, index) => ({ name, party: PARTIES[index]![1] })),
  })
  const parties = names.map((name, index) =>
    person(PARTIES[index]![1], name, {
      superlink: { party: "coordinator" },
      supernodes: [{ name, ...entry(name) }],
    }),
  )
  for (const [index, one] of [coordinator, ...parties].entries())
    if (keys)
      await one.call(["party", "init", "--name", index === 0 ? "Coordinator" : PARTIES[index - 1]![0]])
  const clusters = new Map<string, OpenCluster>()
  return {
    practice,
    coordinator,
    parties,
    trespasses,
    cluster(name) {
      const { kubeconfig } = practice.clusters.find((one) => one.name === name)!
      const cluster = clusters.get(name) ?? openCluster({ fieldManager: "test", kubeconfig })
      clusters.set(name, cluster)
      return cluster
    },
    async close() {
      for (const one of [coordinator, ...parties]) one.kill()
      await Promise.all([...clusters.values()].map((cluster) => cluster.close()))
      await practice.close()
      await rm(root, { recursive: true, force: true, maxRetries: 3 })
    },
  }
}

/** A file that travels. @returns its name at the other end */
export function mail(from: string, to: Programs, name: string): string {
  copyFileSync(from, join(to.folder, name))
  return name
}
