/** The example notebook as a program, for tests that need a process: signals, imports, closed pipes. */
import { main } from "../../lib/cli/main.ts"
import { progressing, ready, type StepContext, step } from "../../lib/index.ts"
import { mirrors } from "../example/notebook.ts"

/** Waits forever, and shows when it has started. */
const slow = step<StepContext>({
  id: "slow",
  title: "Takes its time",
  on: "here",
  prose: "",
  check: ({ applyInterrupted: interrupted, folder }) => {
    // Neither settles nor keeps the process alive.
    if (process.env.STALL === "yes") return new Promise<never>(() => {})
    if (process.env.QUICK === "yes") return ready("quick")
    return interrupted ? progressing(`started in ${folder}`) : { state: "missing", reason: "not yet" }
  },
  apply: async ({ $ }) => void (await $`sh -c ${`touch acting; exec sleep ${process.env.SLEEP}`}`),
})

process.exitCode = await main({ ...mirrors, steps: [slow, ...mirrors.steps] }, process.argv.slice(2), {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  cwd: process.cwd(),
  program: "mirror-pages",
  version: "1.2.3",
  practiceImages: [],
})
