/** What the runner adds to steps that cost nothing: journal, events, lanes, checkpoints. */
import { mkdtempSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { missing, notebook, ready, run, type Step, step, type Toolbox } from "../../lib/index.ts"

const SITES = 20
const STEPS = 10

/** @returns milliseconds a step that acts, over the same steps called directly in this run */
export async function overhead(): Promise<{ perStep: number; direct: number; steps: number }> {
  const there = new Set<string>()
  const steps: Step[] = Array.from({ length: STEPS }, (_, n) =>
    step({
      id: `step-${n}`,
      title: "",
      on: "every site",
      prose: "",
      ...(n > 0 && { needs: [`step-${n - 1}`] }),
      check: ({ site }) => (there.has(`${site.name}/${n}`) ? ready("there") : missing("not there")),
      apply: ({ site }) => void there.add(`${site.name}/${n}`),
    }),
  )
  const sites = Array.from({ length: SITES }, (_, n) => ({ name: `site-${n}`, role: "place" }))
  const toolbox: Toolbox = {
    open: () => ({}),
    observe: () => ({ tools: {}, changed: async () => {}, close() {} }),
    close: async () => {},
  }
  const book = notebook({ name: "bench", title: "", roles: { place: "many" }, inputs: {}, steps })
  const folder = () => mkdtempSync(join(tmpdir(), "bench-"))
  await run(book, { name: "warm-up", sites: sites.slice(0, 1) }, { folder: folder(), toolbox })
  there.clear()
  const started = performance.now()
  const { code } = await run(book, { name: "bench", sites }, { folder: folder(), toolbox })
  const perStep = (performance.now() - started) / (SITES * STEPS)
  if (code !== 0) throw new Error(`the run ended with ${code}`)
  there.clear()
  const direct = performance.now()
  for (const site of sites) {
    for (const one of steps) {
      const context = { site }
      await one.check(context)
      await one.apply!(context)
      await one.check(context)
    }
  }
  return { perStep, direct: (performance.now() - direct) / (SITES * STEPS), steps: SITES * STEPS }
}
