/** A notebook whose steps take a while and touch nothing, for measuring the display of many lanes. Two of a hundred lanes fail. */
import { writeFileSync } from "node:fs"
import { monitorEventLoopDelay } from "node:perf_hooks"
import { setTimeout as sleep } from "node:timers/promises"
import { main, missing, notebook, type Program, ready, step } from "../../lib/index.ts"

const STEPS = 10
const there = new Set<string>()
/** The same at every run. */
const milliseconds = (site: string, at: number): number =>
  50 + ((Number(site.split("-")[1]) * 7919 + at * 104_729) % 450)

const steps = Array.from({ length: STEPS }, (_, at) =>
  step({
    id: `step-${at}`,
    title: `Take the step number ${at}`,
    on: "every site",
    prose: "It takes a while.",
    ...(at > 0 && { needs: [`step-${at - 1}`] }),
    check: ({ site }) => (there.has(`${site.name}/${at}`) ? ready("taken") : missing("not taken yet")),
    async apply({ site }) {
      await sleep(milliseconds(site.name, at))
      if (at === 4 && site.name.endsWith("13"))
        throw new Error("subscriptions.operators.coreos.com is forbidden")
      there.add(`${site.name}/${at}`)
    },
  }),
)

export const program: Program = {
  notebook: notebook({ name: "lanes", title: "Many lanes", roles: { place: "many" }, inputs: {}, steps }),
  version: "0",
}

if (import.meta.main) {
  const delay = monitorEventLoopDelay({ resolution: 1 })
  delay.enable()
  process.on("exit", () => {
    const { LANES_COST } = process.env
    if (LANES_COST !== undefined)
      writeFileSync(
        LANES_COST,
        JSON.stringify({ worst: delay.max / 1e6, ninetyNine: delay.percentile(99) / 1e6 }),
      )
  })
  void main(import.meta.url)
}
