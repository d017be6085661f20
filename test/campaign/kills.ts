import { closeSync, existsSync, openSync, readdirSync, readSync, rmSync, statSync } from "node:fs"
import { join } from "node:path"
import { setTimeout as delay } from "node:timers/promises"
import { onClusters } from "../e2e/end-state.ts"
import { repeatedActions } from "../e2e/kill-chain.ts"
import { allEnded, processesOf } from "../e2e/processes.ts"
import type { Child, Ended } from "../e2e/programs.ts"
import { type Campaign, shorter } from "./campaign.ts"
import { type KillWorld, startKillWorld } from "./kill-world.ts"
import type { Random } from "./random.ts"

/** What is hit when: after so many more lines of the journal, then so many milliseconds. */
interface Kill {
  readonly target: "run" | "group" | "command" | "practice"
  readonly signal: NodeJS.Signals
  readonly lines: number
  readonly ms: number
}

const ENDING: readonly NodeJS.Signals[] = ["SIGINT", "SIGTERM", "SIGHUP", "SIGKILL", "SIGQUIT"]
const PASSING: readonly NodeJS.Signals[] = ["SIGPIPE", "SIGSTOP", "SIGCONT", "SIGWINCH"]
/** Practice clusters are kept when they are asked to end: kill -9 would lose what a cluster never loses. */
const ASKING: readonly NodeJS.Signals[] = ["SIGINT", "SIGTERM", "SIGHUP", "SIGSTOP"]
/** How long something may stand still that was stopped, in milliseconds. */
const STOPPED = 700
/** After a signal that ends it, a run has so long, in milliseconds. */
const PATIENCE = 120_000

function drawKill(random: Random): Kill {
  const target = random.pick(["run", "run", "group", "group", "command", "practice"] as const)
  const signal =
    target === "practice"
      ? random.pick(ASKING)
      : random.percent(80)
        ? random.pick(ENDING)
        : random.pick(PASSING)
  // Few lines come while a step waits, so that the time has to be drawn too.
  return {
    target,
    signal,
    lines: random.int(0, random.pick([3, 15, 60])),
    ms: random.pick([0, 0, 5, 30, random.int(0, 400)]),
  }
}

/** Many kills of one run: each takes as long as it resumes, only the way to the end and back is taken once. */
interface Case {
  readonly run: readonly Kill[]
  readonly teardown: readonly Kill[]
}

/** Random kills of a run, its group, its commands and the practice clusters; then it is resumed, and so is the teardown. */
export const kills: Campaign<Case> = {
  name: "kills",
  promise: "a run that is killed at any moment resumes: nothing is lost, repeated, made twice or left behind",
  unit: "kills",
  count: 1000,
  short: 3,
  async prepare() {
    let world = await startKillWorld()
    const run = await world.call(["run", ...world.argv, "--yes"])
    if (run.code !== 0)
      throw new Error(`an undisturbed run ended with ${run.code}: ${run.stdout}${run.stderr}`)
    const finished = await onClusters(world)
    const torn = await world.call(["teardown", ...world.argv, "--yes"])
    if (torn.code !== 0) throw new Error(`its teardown ended with ${torn.code}: ${torn.stdout}${torn.stderr}`)
    const goal: Goal = { finished, empty: await onClusters(world) }
    let used: string | undefined
    return {
      draw: (random) => ({
        run: random.list(random.int(4, 16), () => drawKill(random)),
        teardown: random.list(random.int(0, 6), () => drawKill(random)),
      }),
      async attempt(one) {
        // What a failed attempt leaves behind is not the next one's.
        if (used !== undefined) {
          await world.close()
          world = await startKillWorld()
        }
        used = "used"
        const wrong = await attempt(world, one, goal)
        used = wrong
        return wrong
      },
      *smaller({ run, teardown }) {
        if (teardown.length > 0) yield { run, teardown: [] }
        for (const fewer of shorter(run)) yield { run: fewer, teardown }
        for (const fewer of shorter(teardown)) yield { run, teardown: fewer }
      },
      show: ({ run, teardown }) => `run: ${shown(run)}\nteardown: ${shown(teardown)}`,
      size: ({ run, teardown }) => run.length + teardown.length,
      close: () => world.close(),
    }
  },
}

const shown = (kills: readonly Kill[]): string =>
  kills
    .map(
      ({ target, signal, lines, ms }) =>
        `${signal} to the ${target} ${lines} lines and ${ms} ms after its start`,
    )
    .join("; ")

interface Goal {
  /** What is on the clusters after an undisturbed run. */
  readonly finished: readonly string[]
  /** And after its teardown. */
  readonly empty: readonly string[]
}

async function attempt(world: KillWorld, { run, teardown }: Case, goal: Goal): Promise<string | undefined> {
  rmSync(world.state, { recursive: true, force: true })
  const wrong = await resumed(world, "run", run)
  if (wrong !== undefined) return wrong
  const repeated = repeatedActions(world.journal())
  if (repeated.length > 0) return `repeated: ${repeated.join(", ")}`
  const different = difference(goal.finished, await onClusters(world))
  if (different !== undefined) return `the clusters are not as after an undisturbed run: ${different}`
  return (await resumed(world, "teardown", teardown)) ?? (await leftBehind(world, goal))
}

/** Calls a command once for each kill, and then to its end. */
async function resumed(
  world: KillWorld,
  command: "run" | "teardown",
  kills: readonly Kill[],
): Promise<string | undefined> {
  for (const kill of kills) {
    const child = world.start([command, ...world.argv, "--yes"], { group: true })
    const ended = await killed(world, child, kill)
    await world.serverAgain()
    const what = `${command}, ${kill.signal} to the ${kill.target}`
    if (ended === undefined) return `${what}: it has not ended after ${PATIENCE / 1000} s`
    const wrong = wrongEnd(ended)
    if (wrong !== undefined) return `${what}: ${wrong}`
    await allEnded(world)
  }
  const { code, stdout, stderr } = await world.call([command, ...world.argv, "--yes"])
  return code === 0 ? undefined : `the ${command} that resumes ended with ${code}: ${stdout}${stderr}`
}

async function leftBehind(world: KillWorld, { empty }: Goal): Promise<string | undefined> {
  const different = difference(empty, await onClusters(world))
  if (different !== undefined) return `left after teardown: ${different}`
  if (processesOf(world).length > 0) return "a process is left"
  const secret = join(world.state, "private")
  const left = existsSync(secret) ? readdirSync(secret) : []
  return left.length > 0 ? `files are left: ${left.join(", ")}` : undefined
}

/** Hits what the kill names. @returns how the run ended; undefined if it did not */
async function killed(
  world: KillWorld,
  run: Child,
  { target, signal, lines, ms }: Kill,
): Promise<Ended | undefined> {
  const count = lineCounter(join(world.state, "journal.jsonl"))
  const before = count()
  let over = false
  void run.ended.then(() => {
    over = true
  })
  while (!over && count() < before + lines) await delay(3)
  await delay(ms)
  for (const pid of over ? [] : pidsOf(world, run, target)) hit(pid, signal)
  if (signal === "SIGSTOP") {
    await delay(STOPPED)
    for (const pid of pidsOf(world, run, target)) hit(pid, "SIGCONT")
  }
  if (target === "practice" && signal !== "SIGSTOP") {
    await world.server().ended
    await world.serverAgain()
  }
  const late = new AbortController()
  const ended = await Promise.race([
    run.ended,
    delay(PATIENCE, undefined, { signal: late.signal }).catch(() => undefined),
  ])
  late.abort()
  if (ended === undefined) hit(-run.pid, "SIGKILL")
  return ended
}

/** How many lines a growing file has by now. Only what is new is read: this is asked hundreds of times a second. */
function lineCounter(file: string): () => number {
  let size = 0
  let lines = 0
  return () => {
    const now = statSync(file, { throwIfNoEntry: false })?.size ?? 0
    // A run cuts a torn end.
    if (now < size) [size, lines] = [0, 0]
    if (now === size) return lines
    const fresh = Buffer.alloc(now - size)
    const descriptor = openSync(file, "r")
    const read = readSync(descriptor, fresh, 0, fresh.length, size)
    closeSync(descriptor)
    size += read
    for (const byte of fresh.subarray(0, read)) if (byte === 10) lines++
    return lines
  }
}

function pidsOf(world: KillWorld, run: Child, target: Kill["target"]): number[] {
  if (target === "run") return [run.pid]
  if (target === "group") return [-run.pid]
  if (target === "practice") return [world.server().pid]
  // Whichever command was started first.
  return processesOf(world)
    .filter((pid) => pid !== run.pid)
    .slice(0, 1)
}

function hit(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error
  }
}

/** Codes that a run can end with that somebody stops, or whose command dies. */
const CODES = [0, 1, 129, 130, 143, null]

function wrongEnd({ code, stdout, stderr }: Ended): string | undefined {
  if (!CODES.includes(code)) return `exit code ${code}: ${stdout}${stderr}`
  return /Unexpected error|\n {4,}at .*:\d+/.test(stdout + stderr) ? `a stack: ${stdout}${stderr}` : undefined
}

/** What one has and the other has not. */
function difference(wanted: readonly string[], found: readonly string[]): string | undefined {
  const without = (all: readonly string[], others: readonly string[]) => {
    const left = [...others]
    return all.filter((one) => {
      const at = left.indexOf(one)
      if (at === -1) return true
      left.splice(at, 1)
      return false
    })
  }
  const missing = without(wanted, found).map((one) => `- ${one}`)
  const more = without(found, wanted).map((one) => `+ ${one}`)
  return missing.length + more.length === 0 ? undefined : [...missing, ...more].join("; ")
}
