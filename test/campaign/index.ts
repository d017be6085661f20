/**
 * `npm run campaign -- kills|faults|fuzz|hostile|secrets [--seed N] [--count N] [--minutes N] [--jobs N]`:
 * holds the program to its promises with random cases. `short` runs a short form of all of them, as CI does.
 */
import { parseArgs } from "node:util"
import temporaryFolder from "../temporary-folder.ts"
import { type Campaign, type Failure, runCampaign } from "./campaign.ts"

/** Loaded when they run: some build the package first. */
const CAMPAIGNS: Readonly<Record<string, () => Promise<AnyCampaign>>> = {
  kills: async () => (await import("./kills.ts")).kills,
  faults: async () => (await import("./faults.ts")).faults,
  fuzz: async () => (await import("./fuzz.ts")).fuzz,
  hostile: async () => (await import("./hostile.ts")).hostile,
  secrets: async () => (await import("./secrets.ts")).secrets,
}

// biome-ignore lint/suspicious/noExplicitAny: each has cases of its own.
type AnyCampaign = Campaign<any>

const USAGE = `Usage: npm run campaign -- ${Object.keys(CAMPAIGNS).join("|")}|short [--seed N] [--count N] [--minutes N] [--jobs N]`

interface Wanted {
  readonly names: readonly string[]
  readonly short: boolean
  readonly seed: number
  readonly count: number | undefined
  readonly minutes: number
  readonly jobs: number | undefined
}

/** What was typed, or undefined. */
function wantedBy(argv: readonly string[]): Wanted | undefined {
  try {
    const string = { type: "string" } as const
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: { seed: string, count: string, minutes: string, jobs: string },
    })
    const numbers = Object.values(values).map(Number)
    const [name] = positionals
    if (positionals.length !== 1 || numbers.some((one) => !(one >= 0))) return undefined
    const short = name === "short"
    if (!short && !(name! in CAMPAIGNS)) return undefined
    return {
      names: short ? Object.keys(CAMPAIGNS) : [name!],
      short,
      // CI tries the same cases each time: what fails there is new.
      seed:
        values.seed === undefined ? (short ? 1 : Math.floor(Math.random() * 1_000_000)) : Number(values.seed),
      count: values.count === undefined ? undefined : Number(values.count),
      minutes: values.minutes === undefined ? Number.POSITIVE_INFINITY : Number(values.minutes),
      jobs: values.jobs === undefined ? undefined : Number(values.jobs),
    }
  } catch {
    return undefined
  }
}

function printFailure(name: string, { seed, what, smallest }: Failure): void {
  console.log(`  failed: ${what.replaceAll("\n", "\n    ")}`)
  console.log(`  smallest: ${smallest.replaceAll("\n", "\n    ")}`)
  console.log(`  again: npm run campaign -- ${name} --seed ${seed} --count 1`)
}

async function runAll({ names, short, seed, count, minutes, jobs }: Wanted): Promise<boolean> {
  let failed = 0
  for (const name of names) {
    const campaign = await CAMPAIGNS[name]!()
    const limits = {
      seed,
      count: count ?? (short ? campaign.short : campaign.count),
      time: minutes * 60_000,
      ...(jobs !== undefined && { jobs }),
    }
    console.log(`${name}: ${campaign.promise}`)
    let told = performance.now()
    const tally = await runCampaign(campaign, limits, (tried, failure) => {
      if (failure !== undefined) printFailure(name, failure)
      if (performance.now() - told < 30_000) return
      told = performance.now()
      console.error(`  ${tried} ${campaign.unit} tried`)
    })
    const { tried, survived, failures, seconds } = tally
    console.log(
      `  seed ${seed}, tried ${tried} ${campaign.unit}, survived ${survived}, failed ${failures.length}, ${seconds.toFixed(0)} s`,
    )
    failed += Math.sign(failures.length)
  }
  console.log(`${names.length - failed} passed, ${failed} failed (campaigns)`)
  return failed === 0
}

const wanted = wantedBy(process.argv.slice(2))
if (wanted === undefined) {
  console.error(USAGE)
  process.exitCode = 2
} else {
  const removeAll = temporaryFolder()
  try {
    process.exitCode = (await runAll(wanted)) ? 0 : 1
  } finally {
    removeAll()
  }
}
