import { mkdirSync, mkdtempSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Campaign } from "./campaign.ts"
import { shorter } from "./campaign.ts"
import { finishedJournal, tryOutputs } from "./hostile-outputs.ts"
import { batch, tryScript } from "./hostile-script.ts"
import { hostileText, shorterText } from "./hostile-values.ts"

interface Case {
  readonly into: "script" | "outputs"
  readonly values: readonly string[]
}

/** Texts of clusters and inputs in every output: terminal, JSON, every format of a report. */
export const hostile: Campaign<Case> = {
  name: "hostile",
  promise: "nothing of a hostile text is run or obeyed",
  unit: "values",
  count: 500,
  short: 80,
  async prepare() {
    const folder = mkdtempSync(join(tmpdir(), "hostile-"))
    const finished = join(folder, "finished")
    mkdirSync(finished)
    const journal = await finishedJournal(finished)
    return {
      draw: (random) => {
        const into = random.percent(60) ? "script" : "outputs"
        const count = into === "script" ? batch(10) : 25
        return { into, values: random.list(count, () => hostileText(random)) }
      },
      attempt: ({ into, values }) =>
        into === "script"
          ? tryScript(join(folder, "script"), values)
          : tryOutputs(join(folder, "outputs"), journal, values),
      *smaller({ into, values }) {
        for (const fewer of shorter(values)) yield { into, values: fewer }
        if (values.length === 1) for (const text of shorterText(values[0]!)) yield { into, values: [text] }
      },
      show: ({ into, values }) => `${into} with ${JSON.stringify(values)}`,
      size: ({ values }) => values.length,
      close: async () => {},
    }
  },
}
