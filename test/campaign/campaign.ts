/**
 * A campaign tries random cases until one fails, and then looks for a smaller case that fails in the same way. Case number `n` of
 * seed `s` is drawn from the seed `s + n`, so that each case can be repeated alone: `--seed s+n --count 1`.
 */
import { Random } from "./random.ts"

/** What a campaign needs while it runs: clusters, a folder. */
export interface Prepared<Case> {
  /** Only from the random numbers, so that the seed repeats it. */
  draw(random: Random): Case
  /** @returns what is wrong, in a sentence; nothing if the program keeps its promise */
  attempt(one: Case): Promise<string | undefined>
  /** Simpler cases, the simplest first. */
  smaller(one: Case): Iterable<Case>
  show(one: Case): string
  /** How many things a case tries, where it is not one. */
  size?(one: Case): number
  close(): Promise<void>
}

export interface Campaign<Case = unknown> {
  readonly name: string
  /** The promise that it holds the program to. */
  readonly promise: string
  /** What it counts. */
  readonly unit: string
  /** How many it tries by default, and in its short form. */
  readonly count: number
  readonly short: number
  /** How many cases are tried at once, where they wait most of the time; 1 by default. */
  readonly jobs?: number
  prepare(): Promise<Prepared<Case>>
}

export interface Limits {
  readonly seed: number
  readonly count: number
  /** In milliseconds. */
  readonly time: number
  readonly jobs?: number
}

export interface Failure {
  readonly seed: number
  readonly what: string
  /** The smallest case that was found to fail. */
  readonly smallest: string
}

export interface Tally {
  readonly tried: number
  readonly survived: number
  readonly failures: readonly Failure[]
  readonly seconds: number
}

/** How long one failing case is made smaller, in milliseconds. */
const SHRINKING = 60_000
/** More failures than these say nothing new. */
const MOST_FAILURES = 5

/** @param progress is told after each case how many things were tried so far, and how it failed */
export async function runCampaign<Case>(
  campaign: Campaign<Case>,
  { seed, count, time, jobs = campaign.jobs ?? 1 }: Limits,
  progress: (tried: number, failed: Failure | undefined) => void = () => {},
): Promise<Tally> {
  const started = performance.now()
  let next = seed
  let tried = 0
  const failures: Failure[] = []
  /** With clusters and folders of its own. */
  const work = async (): Promise<void> => {
    const prepared = await campaign.prepare()
    try {
      while (tried < count && performance.now() - started < time && failures.length < MOST_FAILURES) {
        const own = next++
        const one = prepared.draw(new Random(own))
        const what = await attempted(prepared, one)
        tried += prepared.size?.(one) ?? 1
        const failure = what && { seed: own, what, smallest: await smallest(prepared, one) }
        if (failure) failures.push(failure)
        progress(tried, failure || undefined)
      }
    } finally {
      await prepared.close()
    }
  }
  // All end, so that each takes its clusters away.
  const ends = await Promise.allSettled(Array.from({ length: Math.max(1, jobs) }, work))
  for (const end of ends) if (end.status === "rejected") throw end.reason
  const seconds = (performance.now() - started) / 1000
  return { tried, survived: tried - failures.length, failures, seconds }
}

/** An attempt that throws has failed too. */
async function attempted<Case>(prepared: Prepared<Case>, one: Case): Promise<string | undefined> {
  try {
    return await prepared.attempt(one)
  } catch (error) {
    return `the attempt threw: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`
  }
}

async function smallest<Case>(prepared: Prepared<Case>, failing: Case): Promise<string> {
  const until = performance.now() + SHRINKING
  let best = failing
  let found = true
  while (found && performance.now() < until) {
    found = false
    for (const one of prepared.smaller(best)) {
      if (performance.now() > until) break
      if ((await attempted(prepared, one)) === undefined) continue
      best = one
      found = true
      break
    }
  }
  return prepared.show(best)
}

/** Parts of a list, the smallest first: without all but one half, then without one item each. */
export function* shorter<T>(items: readonly T[]): Iterable<T[]> {
  if (items.length < 2) return
  const middle = Math.ceil(items.length / 2)
  yield items.slice(0, middle)
  yield items.slice(middle)
  if (items.length > 12) return
  for (let index = 0; index < items.length; index++) yield items.toSpliced(index, 1)
}
