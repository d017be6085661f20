import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { parse, stringify } from "yaml"
import type { Fault } from "../../lib/practice/types/faults.ts"
import type { Recorded } from "../../lib/runner/events.ts"
import { owns } from "../../runbooks/shared/labels.ts"
import { onClusters } from "../e2e/end-state.ts"
import { repeatedActions } from "../e2e/kill-chain.ts"
import { FEDERATION, type PracticeHere, practiceHere } from "../e2e/practice-here.ts"
import { type Campaign, shorter } from "./campaign.ts"
import { callGuide } from "./guide.ts"
import type { Random } from "./random.ts"
import { SPOILS, type Spoiling, type SpoilingProxy, startProxy } from "./tls-proxy.ts"

const CLUSTERS = ["superlink", "supernode-1"] as const
type Cluster = (typeof CLUSTERS)[number]

/** From what the run starts: clusters without anything of ours, or finished ones from which something was taken. */
type Start = "empty" | readonly Taken[]

interface Taken {
  readonly cluster: Cluster
  readonly kind: string
}

interface Case {
  readonly start: Start
  readonly faults: readonly Fault[]
  readonly spoilings: readonly (Spoiling & { readonly cluster: Cluster })[]
}

/** Faults that pass: what only a person can repair has tests of its own (test/e2e/faults.test.ts). */
const PASSING: Readonly<Partial<Record<Fault["where"], readonly string[]>>> = {
  api: ["500", "503", "429", "reset", "slow", "cut", "gone"],
  login: ["refused"],
  operator: ["slow"],
  site: ["pending"],
  grant: ["unreachable"],
  link: ["down", "reset", "drop", "dns"],
  router: ["restart", "oom", "replace"],
  pod: ["image", "pending"],
}

const VERBS = [
  "^GET ",
  "^POST ",
  "^PATCH ",
  "^DELETE ",
  "skupper\\.io",
  "^GET /api",
  "deployments",
  ".",
] as const

function drawFault(random: Random): Fault {
  const where = random.pick(Object.keys(PASSING) as Fault["where"][])
  return {
    where,
    what: random.pick(PASSING[where]!),
    ...(random.percent(50) && { cluster: random.pick(CLUSTERS) }),
    ...(where === "api" && random.percent(60) && { match: random.pick(VERBS) }),
    ...(random.percent(60) ? { times: random.int(1, 6) } : { seconds: random.int(1, 6) }),
  }
}

const drawSpoiling = (random: Random): Case["spoilings"][number] => {
  const what = random.pick(SPOILS)
  return {
    cluster: random.pick(CLUSTERS),
    what,
    // A black hole takes a request's whole time limit.
    times: random.int(1, what === "black hole" ? 2 : 6),
    match: random.pick(VERBS),
  }
}

/** What somebody may delete, so that a run has to make it again. */
const TAKEN: readonly Taken[] = [
  { cluster: "superlink", kind: "Connector" },
  { cluster: "superlink", kind: "Deployment" },
  { cluster: "superlink", kind: "Service" },
  { cluster: "supernode-1", kind: "Link" },
  { cluster: "supernode-1", kind: "Listener" },
  { cluster: "supernode-1", kind: "Deployment" },
]
const API: Readonly<Record<string, string>> = { Deployment: "apps/v1", Service: "v1" }

/** Random faults of practice clusters, and answers that a proxy before them spoils. */
export const faults: Campaign<Case> = {
  name: "faults",
  promise: "whatever fails on the way is told with its fix, and once it has passed, the same command goes on",
  unit: "schedules",
  count: 300,
  short: 3,
  // A step waits until its limit, and a spoiled answer until it is given up.
  jobs: 4,
  async prepare() {
    let world: World | undefined
    return {
      draw: (random) => ({
        start: random.percent(30) ? ("empty" as const) : random.some(TAKEN, random.int(1, 3)),
        faults: random.list(random.int(0, 3), () => drawFault(random)),
        spoilings: random.list(random.int(1, 3), () => drawSpoiling(random)),
      }),
      async attempt(one) {
        world ??= await startFaultWorld()
        let wrong: string | undefined = "it threw"
        try {
          wrong = await attempt(world, one)
          return wrong
        } finally {
          // What a failed attempt leaves behind is not the next one's.
          if (wrong !== undefined) {
            await world.close()
            world = undefined
          }
        }
      },
      *smaller({ start, faults, spoilings }) {
        if (spoilings.length > 0) yield { start, faults, spoilings: [] }
        if (faults.length > 0) yield { start, faults: [], spoilings }
        if (start !== "empty") for (const fewer of shorter(start)) yield { start: fewer, faults, spoilings }
        for (const fewer of shorter(faults)) yield { start, faults: fewer, spoilings }
        for (const fewer of shorter(spoilings)) yield { start, faults, spoilings: fewer }
      },
      show: (one) => JSON.stringify(one),
      close: async () => void (await world?.close()),
    }
  },
}

interface World {
  readonly here: PracticeHere
  readonly proxies: ReadonlyMap<string, SpoilingProxy>
  /** Names the federation behind the proxies and its folder. */
  readonly argv: readonly string[]
  /** A run has finished, and nothing was taken away since. */
  finished: boolean
  close(): Promise<void>
}

async function startFaultWorld(): Promise<World> {
  const here = await practiceHere(1)
  const proxies = new Map<string, SpoilingProxy>()
  const close = async (): Promise<void> => {
    await Promise.all([...proxies.values()].map((proxy) => proxy.close()))
    await here.close()
  }
  try {
    for (const { name, server } of here.practice.clusters) proxies.set(name, await startProxy(server.url))
    const argv = ["--federation", behind(here, proxies), "--state", join(here.folder, "state"), "--yes"]
    return { here, proxies, argv, finished: false, close }
  } catch (error) {
    await close()
    throw error
  }
}

/** Without faults: whatever comes next starts from here. @returns what is wrong */
async function begin(world: World, start: Start): Promise<string | undefined> {
  const { here } = world
  const state = join(here.folder, "state")
  if (start === "empty") {
    const torn = existsSync(state) ? await calm(world, "teardown") : undefined
    rmSync(state, { recursive: true, force: true })
    world.finished = false
    return torn
  }
  const ran = world.finished ? undefined : await calm(world, "run")
  for (const { cluster, kind } of ran === undefined ? start : []) {
    const door = here.cluster(cluster)
    const query = { apiVersion: API[kind] ?? "skupper.io/v2alpha1", kind }
    for (const object of await door.list(query)) {
      const { name, namespace } = object.metadata
      if (owns(object, FEDERATION)) await door.remove({ ...query, name, namespace: namespace! })
    }
  }
  return ran
}

async function calm({ here, argv }: World, command: "run" | "teardown"): Promise<string | undefined> {
  const { code, raw } = await callGuide(here.folder, [command, ...argv], {}, MOST_MS)
  return code === 0 ? undefined : `${command} without faults ended with ${code}: ${raw}`
}

async function attempt(world: World, { start, faults, spoilings }: Case): Promise<string | undefined> {
  const { here, proxies, argv } = world
  const begun = await begin(world, start)
  if (begun !== undefined) return begun
  const before = journal(here).length
  here.practice.faults.set(faults)
  for (const [name, proxy] of proxies) proxy.spoil(spoilings.filter(({ cluster }) => cluster === name))
  const ran = await callGuide(here.folder, ["run", ...argv, "--timeout", "20s"], {}, MOST_MS)
  const wrong = wrongRun(ran, journal(here).slice(before))
  here.practice.faults.set([])
  for (const proxy of proxies.values()) proxy.spoil([])
  if (wrong !== undefined) return wrong
  const again = await calm(world, "run")
  if (again !== undefined) return `after the faults: ${again}`
  world.finished = true
  return twice(await onClusters(here)) ?? repeated(journal(here).slice(before), start)
}

/** A run with some steps that use up their limit of 20 seconds. In milliseconds. */
const MOST_MS = 300_000

/** The federation file with the proxies in place of the servers. */
function behind({ folder, practice }: PracticeHere, proxies: ReadonlyMap<string, SpoilingProxy>): string {
  const file = parse(readFileSync(practice.federationFile, "utf8"))
  for (const [name, site] of [
    ["superlink", file.superlink],
    ["supernode-1", file.supernodes[0]],
  ]) {
    const { url, ca } = proxies.get(name)!
    const authority = join(folder, `${name}.crt`)
    rmSync(authority, { force: true })
    writeFileSync(authority, ca)
    Object.assign(site, { server: url, "certificate-authority": authority })
  }
  const path = join(folder, "federation.yaml")
  writeFileSync(path, stringify(file))
  return path
}

const journal = ({ folder }: PracticeHere): Recorded[] => {
  try {
    return readFileSync(join(folder, "state", "journal.jsonl"), "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as Recorded)
  } catch (error) {
    // A login that was refused before anything began.
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return []
    throw error
  }
}

function wrongRun(
  { code, raw }: { code: number; raw: string },
  lines: readonly Recorded[],
): string | undefined {
  if (code > 1) return `the run ended with ${code}: ${raw}`
  if (/Unexpected error|\n {4,}at .*:\d+/.test(raw)) return `a stack: ${raw}`
  if (/This operation was aborted/.test(raw)) return `no reason: ${raw}`
  for (const line of lines) {
    if (line.type !== "step ended" || line.outcome.ok || line.outcome.kind === "skipped") continue
    if (line.outcome.reason.trim() === "") return `${line.site}/${line.step} failed without a reason`
  }
  return undefined
}

/** What there must be once at most in each project. */
const ONCE = /^[^/]+\/(?:Site|Link|Connector|Listener|Subscription)\//

function twice(objects: readonly string[]): string | undefined {
  const kinds = objects.filter((one) => ONCE.test(one)).map((one) => one.split("/").slice(0, 3).join("/"))
  const more = kinds.filter((one, index) => kinds.indexOf(one) !== index)
  return more.length > 0 ? `made twice: ${more.join(", ")}` : undefined
}

function repeated(lines: readonly Recorded[], start: Start): string | undefined {
  // What was taken while it was there is made again; what was taken early is made twice for a reason.
  if (start !== "empty") return undefined
  // A router that is replaced, or a link that was down, is mended by an action that is repeated for a reason.
  const actions = repeatedActions(lines).filter((one) =>
    /apply .*\/(?:site-create|connector|listener|project)$/.test(one),
  )
  return actions.length > 0 ? `repeated: ${actions.join(", ")}` : undefined
}
