/** People of several institutions, each with a home and one practice cluster of their own, and no login at the others'. */
import { subscribe, unsubscribe } from "node:diagnostics_channel"
import { copyFileSync, mkdirSync, mkdtempSync, writeFileSync } from "node:fs"
import { rm } from "node:fs/promises"
import type { ClientRequest } from "node:http"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { stringify } from "yaml"
import { type OpenCluster, openCluster } from "../../lib/cluster/index.ts"
import type { Cluster } from "../../lib/cluster/types.ts"
import { loadParty } from "../../lib/parties/identity.ts"
import { invocation } from "../../lib/practice/commands/invocation.ts"
import { entryOf } from "../../lib/practice/files.ts"
import { startPractice } from "../../lib/practice/practice.ts"
import type { Practice, PracticeOptions } from "../../lib/practice/types/practice.ts"
import { program } from "../../runbooks/index.ts"
import { markRequest } from "./mark-request.ts"
import { barePath, type Ended, type Programs, startPrograms } from "./programs.ts"
import { sitesOf } from "./sites.ts"

const WHO_ASKS = fileURLToPath(new URL("who-asks.ts", import.meta.url))

const FEDERATION = "trial"
/** The controllers' own user on practice clusters. */
const CONTROLLERS = "system:practice"
/** The User-Agent of what a test reads itself. */
const TEST = "test"

export interface Person extends Programs {
  readonly id: string
  readonly site: string
  /** This person's federation file. */
  readonly file: string
  /** Runs the program with this person's federation file. */
  say(...argv: string[]): Promise<Ended>
  fingerprint(): Promise<string>
  kill(): void
}

export interface Institutions {
  readonly practice: Practice
  readonly coordinator: Person
  readonly parties: readonly Person[]
  /**
   * What the clusters' request logs have of anybody but their owner, so far: `st-marys asked superlink: GET /version`. A request of
   * which it is not known whose it is stands there too.
   */
  readonly trespasses: readonly string[]
  cluster(name: string): Cluster
  close(): Promise<void>
}

/** Names and ids of the parties. */
export const PARTIES = [
  ["St. Mary's", "st-marys"],
  ["Charité", "charite"],
  ["Mercy", "mercy"],
  ["Bambino Gesù", "bambino-gesu"],
  ["Karolinska", "karolinska"],
  ["Erasmus MC", "erasmus-mc"],
  ["UZ Leuven", "uz-leuven"],
  ["Rigshospitalet", "rigshospitalet"],
  ["Inselspital", "inselspital"],
  ["Sant Pau", "sant-pau"],
] as const

export interface InstitutionsOptions {
  /** False: nobody has made keys yet. */
  readonly keys?: boolean
  /** What the clusters' pods run, in place of what practice has without `--flower`. */
  readonly pods?: Pick<PracticeOptions, "images" | "ownCommands">
  /** What each program has in its environment beside its own. */
  readonly env?: Readonly<Record<string, string>>
}

/**
 * @param more what the federation files of all have beside their sites
 */
export async function startInstitutions(
  count: number,
  more: object = {},
  { keys = true, pods = { images: program.practiceImages! }, env = {} }: InstitutionsOptions = {},
): Promise<Institutions> {
  const root = mkdtempSync(join(tmpdir(), "institutions_"))
  const practice = await startPractice({
    sites: sitesOf(count),
    values: program.practiceValues!,
    ...pods,
    federation: FEDERATION,
    folder: join(root, "practice"),
    delays: "none",
  })
  // The stand-ins of oc and skupper answer in this process, for whoever has that home.
  const homes = new Map<string | undefined, string>()
  const mark = (message: unknown): void => {
    const who = homes.get(invocation().env.HOME)
    if (who !== undefined) markRequest((message as { request: ClientRequest }).request, who)
  }
  subscribe("http.client.request.created", mark)
  const person = (id: string, site: string, sites: object): Person => {
    const folder = join(root, id)
    mkdirSync(folder)
    homes.set(folder, id)
    const programs = startPrograms(folder, barePath(folder), FEDERATION)
    const file = join(folder, "federation.yaml")
    writeFileSync(
      file,
      stringify({ version: 1, federation: FEDERATION, commands: practice.commands, ...more, ...sites }),
    )
    const start: Programs["start"] = (argv, { node = [], env: own, ...options } = {}) =>
      programs.start(argv, {
        ...options,
        node: [...node, "--import", WHO_ASKS],
        env: { ...env, ...own, E2E_WHO: id },
      })
    const call: Programs["call"] = (argv, options) => start(argv, options).ended
    const fingerprint = async () => (await loadParty(join(programs.state, ".."), id)).fingerprint
    const say: Person["say"] = (...argv) => call([...argv, "--federation", file])
    return { ...programs, start, call, id, site, file, say, fingerprint }
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
  const people = [coordinator, ...parties]
  if (keys)
    await Promise.all(
      people.map((one, index) =>
        one.call(["party", "init", "--name", index === 0 ? "Coordinator" : PARTIES[index - 1]![0]]),
      ),
    )
  const clusters = new Map<string, OpenCluster>()
  return {
    practice,
    coordinator,
    parties,
    get trespasses() {
      return people.flatMap(({ id, site }) =>
        practice.clusters
          .find(({ name }) => name === site)!
          .server.requests.filter(({ user, agent }) => user !== CONTROLLERS && agent !== TEST)
          .map(({ agent = "", ...entry }) => ({ ...entry, who: agent.split(" ").at(-1) }))
          .filter(({ who }) => who !== id)
          .map(({ who, method, path }) => `${who} asked ${site}: ${method} ${path}`),
      )
    },
    cluster(name) {
      const { kubeconfig } = practice.clusters.find((one) => one.name === name)!
      const cluster = clusters.get(name) ?? openCluster({ fieldManager: TEST, kubeconfig })
      clusters.set(name, cluster)
      return cluster
    },
    async close() {
      unsubscribe("http.client.request.created", mark)
      for (const one of people) one.kill()
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
