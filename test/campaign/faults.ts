import { readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { parse, stringify } from "yaml"
import type { Fault } from "../../lib/practice/types/faults.ts"
import type { Recorded } from "../../lib/runner/events.ts"
import { onClusters } from "../e2e/end-state.ts"
import { repeatedActions } from "../e2e/kill-chain.ts"
import { type PracticeHere, practiceHere } from "../e2e/practice-here.ts"
import { type Campaign, shorter } from "./campaign.ts"
import { callGuide } from "./guide.ts"
import type { Random } from "./random.ts"
import { SPOILS, type Spoiling, type SpoilingProxy, startProxy } from "./tls-proxy.ts"

const CLUSTERS = ["superlink", "supernode-1"] as const
type Cluster = (typeof CLUSTERS)[number]

interface Case {
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

/** Random faults of practice clusters, and answers that a proxy before them spoils. */
export const faults: Campaign<Case> = {
  name: "faults",
  promise: "whatever fails on the way is told with its fix, and once it has passed, the same command goes on",
  unit: "schedules",
  count: 300,
  short: 1,
  async prepare() {
    return {
      draw: (random) => ({
        faults: random.list(random.int(0, 3), () => drawFault(random)),
        spoilings: random.list(random.int(1, 3), () => drawSpoiling(random)),
      }),
      attempt,
      *smaller({ faults, spoilings }) {
        if (spoilings.length > 0) yield { faults, spoilings: [] }
        if (faults.length > 0) yield { faults: [], spoilings }
        for (const fewer of shorter(faults)) yield { faults: fewer, spoilings }
        for (const fewer of shorter(spoilings)) yield { faults, spoilings: fewer }
      },
      show: (one) => JSON.stringify(one),
      close: async () => {},
    }
  },
}

async function attempt({ faults, spoilings }: Case): Promise<string | undefined> {
  const here = await practiceHere(1)
  const proxies = new Map<string, SpoilingProxy>()
  try {
    for (const { name, server } of here.practice.clusters) proxies.set(name, await startProxy(server.url))
    const argv = [
      "run",
      "--federation",
      behind(here, proxies),
      "--state",
      join(here.folder, "state"),
      "--yes",
    ]
    here.practice.faults.set(faults)
    for (const [name, proxy] of proxies) proxy.spoil(spoilings.filter(({ cluster }) => cluster === name))
    const wrong = wrongRun(
      await callGuide(here.folder, [...argv, "--timeout", "20s"], {}, MOST_MS),
      journal(here),
    )
    if (wrong !== undefined) return wrong
    here.practice.faults.set([])
    for (const proxy of proxies.values()) proxy.spoil([])
    const again = await callGuide(here.folder, argv, {}, MOST_MS)
    if (again.code !== 0) return `after the faults the same command ended with ${again.code}: ${again.raw}`
    return twice(await onClusters(here)) ?? repeated(journal(here))
  } finally {
    await Promise.all([...proxies.values()].map((proxy) => proxy.close()))
    await here.close()
  }
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

function repeated(lines: readonly Recorded[]): string | undefined {
  // A router that is replaced, or a link that was down, is mended by an action that is repeated for a reason.
  const actions = repeatedActions(lines).filter((one) =>
    /apply .*\/(?:site-create|connector|listener|project)$/.test(one),
  )
  return actions.length > 0 ? `repeated: ${actions.join(", ")}` : undefined
}
