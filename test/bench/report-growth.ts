/** What a report costs by the number of sites, in CPU time: it must grow as the journal does. */
import { markdownReport } from "../../lib/report/markdown.ts"
import { manySites, walkOf } from "../report/scene.ts"

/** @returns milliseconds of CPU time per site, of reading a journal of so many sites and writing it as Markdown */
export function reportCost(sites: number): number {
  const { lines, names } = manySites(sites)
  const before = process.cpuUsage()
  markdownReport(walkOf(lines, { names }))
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000 / sites
}

if (process.argv[1] === import.meta.filename) {
  reportCost(50)
  for (const sites of [100, 400, 1600]) console.log(sites, reportCost(sites).toFixed(3), "ms per site")
}
