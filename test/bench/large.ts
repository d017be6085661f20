/**
 * Many sites to the end: a first run that is killed when nine of ten SuperNodes are verified, its resumption, a run with nothing to do,
 * ten sites more and ten less. Takes minutes; not part of `npm run bench`.
 *
 *     node test/bench/large.ts SUPERNODES [api|commands] [DELAYS]
 */
import type { Delays } from "../../lib/practice/types/practice.ts"
import { costLine, many, type RunOptions } from "./many.ts"

const MORE = 10
const [count = "200", via = "api", delays = "short"] = process.argv.slice(2)
const sites = Number(count)
const started = performance.now()
const world = await many(sites + MORE, delays as Delays)
const say = (text: string): void =>
  console.log(`${((performance.now() - started) / 1000).toFixed(0).padStart(5)} s  ${text}`)
say(`1+${sites + MORE} clusters started; ${world.descriptors} descriptors, ${world.megabytes.toFixed(0)} MB`)

const run = async (what: string, options: RunOptions) => {
  const cost = await world.run({ argv: ["--via", via], ...options })
  say(costLine(what, cost))
  const { written } = cost
  say(
    `  exit code ${cost.code}; ${written.length} clusters written to${written.length > 12 ? "" : `: ${written.join(" ")}`}`,
  )
  if (cost.code !== 0 && options.killAt === undefined) console.log(cost.tail)
}
try {
  const file = world.file(sites)
  await run("killed at 90 %", { file, killAt: Math.floor(0.9 * sites) })
  await run("resumed", { file })
  await run("nothing to do", { file })
  await run(`${MORE} more`, { file: world.file(sites + MORE) })
  await run(`${MORE} less`, { file })
  say(`practice: ${world.descriptors} descriptors, ${world.megabytes.toFixed(0)} MB`)
} finally {
  await world.close()
}
