import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { failed, killed } from "../report/scene.ts"
import { type Campaign, shorter } from "./campaign.ts"
import { type Target, targets, tryFile } from "./fuzz-targets.ts"
import { shorterText } from "./hostile-values.ts"
import { mutated } from "./mutate.ts"

interface Case {
  readonly target: Target
  readonly text: string
}

/** Every file that the program reads, changed at random. */
export const fuzz: Campaign<Case> = {
  name: "fuzz",
  promise: "a damaged file leads to a sentence: no stack, no hang, nothing overwritten",
  unit: "inputs",
  count: 10_000,
  short: 400,
  async prepare() {
    const folder = mkdtempSync(join(tmpdir(), "fuzz-"))
    // The same lines each time: a seed repeats a case only if it changes the same file.
    const all = targets([...killed(), ...failed()].map((line) => JSON.stringify(line)))
    return {
      draw(random) {
        const target = random.pick(all)
        return { target, text: mutated(random, random.pick(target.right)) }
      },
      async attempt({ target, text }) {
        const place = join(folder, target.name)
        rmSync(place, { recursive: true, force: true })
        return tryFile(target, place, text)
      },
      *smaller({ target, text }) {
        for (const lines of shorter(text.split("\n"))) yield { target, text: lines.join("\n") }
        if (text.length < 2000) for (const less of shorterText(text)) yield { target, text: less }
      },
      show: ({ target, text }) => `${target.name} (${target.file}): ${JSON.stringify(text)}`,
      close: async () => rmSync(folder, { recursive: true, force: true }),
    }
  },
}
