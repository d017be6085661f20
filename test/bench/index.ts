/** `npm run bench`: ratios of things measured in this one run, on the built package. The machine's noise is in both. */
import { mkdirSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import temporaryFolder from "../temporary-folder.ts"
import { finishedFederation } from "./finished.ts"
import { idle } from "./idle.ts"
import { lanes, lanesLine } from "./lanes.ts"
import { type Cost, costLine, many } from "./many.ts"
import { overhead } from "./overhead.ts"
import { installedPackage } from "./package.ts"
import { practiceGrowth } from "./practice-growth.ts"
import { reaction } from "./reaction.ts"
import { reportCost } from "./report-growth.ts"
import { startup } from "./startup.ts"

const removeAll = temporaryFolder()
try {
  const folder = join(tmpdir(), "packed")
  mkdirSync(folder)
  const bin = installedPackage(folder)
  const finished = await finishedFederation(bin)
  try {
    const still = await idle(finished.practice)
    const rows = startup(
      bin,
      [
        { what: "--version", argv: ["--version"], most: 1.5 },
        { what: "--help", argv: ["--help"], most: 1.8 },
        { what: "status", argv: ["status", ...finished.argv], most: 4 },
        {
          what: "plan --trust-checkpoints",
          argv: ["plan", "--trust-checkpoints", ...finished.argv],
          most: 6,
        },
      ],
      finished.env,
    )
    console.log("start-up, median of 15             ms   ratio   at most")
    for (const { what, ms, ratio, most } of rows) {
      const verdict =
        most === undefined ? "" : `${most.toFixed(1).padStart(9)}${ratio > most ? "  TOO SLOW" : ""}`
      console.log(
        `${what.padEnd(28)} ${ms.toFixed(1).padStart(8)} ${ratio.toFixed(2).padStart(7)} ${verdict}`,
      )
    }
    if (still !== undefined) {
      const ratio = still.practice / still.bare
      console.log(
        `practice clusters in which nothing changes: ${still.practice} ms of CPU time in 10 s, ${ratio.toFixed(1)} times node -e 0 (2 at most)${ratio > 2 ? "  TOO SLOW" : ""}`,
      )
    }
  } finally {
    await finished.close()
  }
  const cost = await overhead()
  console.log(
    `\noverhead a step: ${cost.perStep.toFixed(2)} ms over ${cost.steps} steps that act (2 ms at most);`,
  )
  console.log(`the same steps called directly: ${cost.direct.toFixed(4)} ms`)
  const { reaction: soon, read, worst } = await reaction()
  console.log(
    `reaction to readiness: median ${soon.toFixed(1)} ms, worst ${worst.toFixed(1)} ms (median 50 ms at most);`,
  )
  console.log(`${(soon / read).toFixed(1)} times one plain read (${read.toFixed(1)} ms)`)
  console.log(
    `peak memory of a run over 1 SuperLink and 2 SuperNodes: ${finished.peak.toFixed(0)} MB, ${finished.seconds.toFixed(1)} s`,
  )
  reportCost(50)
  const [few, many] = [reportCost(100), reportCost(1600)]
  console.log(
    `\nreport of 1,600 sites: ${many.toFixed(2)} ms of CPU time per site, ${(many / few).toFixed(2)} times that of 100 sites (1.5 at most)`,
  )
  const sizes = [await practiceGrowth(5), await practiceGrowth(40)]
  const perSite = sizes.map(({ sites, started, linked, heard }) => (started + linked + heard) / sites)
  console.log(
    `practice of 40 sites, linked: ${perSite[1]!.toFixed(2)} s of CPU time per site, ${(perSite[1]! / perSite[0]!).toFixed(2)} times that of 5 (1.5 at most); ${sizes[1]!.descriptors} descriptors, ${sizes[1]!.megabytes.toFixed(0)} MB`,
  )
  console.log()
  console.log(lanesLine(await lanes(200)))
  console.log(lanesLine(await lanes(1000)))
  await growth()
} finally {
  removeAll()
}

/** Runs over more and more sites: what each costs, by requests and by commands. */
async function growth(): Promise<void> {
  const perSite = new Map<string, Cost & { sites: number }>()
  for (const [sites, via] of [
    [10, "api"],
    [50, "api"],
    [50, "commands"],
  ] as const) {
    const world = await many(sites)
    try {
      console.log(`\n1+${sites}, --via ${via}`)
      const first = await world.run({ argv: ["--via", via] })
      console.log(costLine("first run", first))
      const second = await world.run({ argv: ["--via", via] })
      console.log(costLine("nothing to do", second))
      console.log(
        `a second run takes ${(second.wall / first.wall).toFixed(2)} of the first in wall, ${(second.cpu / first.cpu).toFixed(2)} in CPU (0.1 at most)`,
      )
      perSite.set(`${sites} ${via}`, { ...first, sites })
    } finally {
      await world.close()
    }
  }
  const [few, much] = [perSite.get("10 api")!, perSite.get("50 api")!]
  const ratio = much.cpu / much.sites / (few.cpu / few.sites)
  console.log(`\n50 sites cost ${ratio.toFixed(2)} times the CPU per site of 10 (1.5 at most)`)
}
