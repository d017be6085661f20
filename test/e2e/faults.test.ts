/**
 * What a person sees of each fault of the table, how the program ends, and that the same command goes on to the end once
 * it is cured. Many faults share one run, each at a cluster of its own.
 */
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterEach, describe, expect, test } from "vitest"
import type { Fault } from "../../lib/practice/types.ts"
import type { Outcome } from "../../lib/runner/events.ts"
import { linesOf, place, startWorld, type World } from "./harness.ts"

let world: World
afterEach(() => world?.close())

/** How each place ended in the last run. */
function outcomes(): Record<string, Outcome> {
  const journal = world.journal()
  const run = journal.at(-1)?.run
  return Object.fromEntries(
    linesOf(journal, "step ended").flatMap((line) =>
      line.run === run ? [[place(line), line.outcome] as const] : [],
    ),
  )
}

/** What a text says, however it is wrapped. */
const folded = (text: string): string => text.replace(/\s+/g, " ")

/** Every word of the failures is on the screen, and nothing of a stack. */
function expectTold(stdout: string): void {
  const screen = folded(stdout)
  for (const outcome of Object.values(outcomes())) {
    if (outcome.ok || outcome.kind === "not run") continue
    for (const words of [outcome.reason, outcome.why, outcome.fix, outcome.next]) {
      if (words !== undefined) expect(screen).toContain(folded(words))
    }
  }
  expect(screen).not.toMatch(/This should not happen|\bat .*\.ts:\d+/)
}

const federation = (...more: string[]): string[] => [
  ...["--federation", world.practice.federationFile, "--yes"],
  ...more,
]

const cure = (): void => world.practice.faults.set([])

const file = (name: string, text: string): string => {
  const path = join(world.folder, name)
  writeFileSync(path, text, { mode: 0o600 })
  return path
}

/** One SuperNode a fault; the SuperLink's cluster is sound. */
const each = (where: Fault["where"], whats: readonly string[], more: Partial<Fault> = {}): Fault[] =>
  whats.map((what, index) => ({ where, what, cluster: `supernode-${index + 1}`, ...more }))

test("the operator", { timeout: 60_000 }, async () => {
  const whats = ["slow", "fails", "manual", "no-catalog", "no-group", "two-groups", "old"]
  world = await startWorld({ supernodes: whats.length + 1 })
  world.practice.faults.set(each("operator", whats, { delay: 60_000 }))
  const developer = world.practice.clusters.at(-1)!.developer
  const argv = ["run", ...federation("--to", "install-operator", "--timeout", "6s")]
  const asDeveloper = ["--supernode", `name=supernode-8,token-file=${file("developer", developer.token)}`]

  const broken = await world.call([...argv, ...asDeveloper])
  expect(broken).toMatchObject({ code: 1, stderr: "" })
  expect(outcomes()).toMatchObject({
    "superlink/install-operator": { ok: true },
    "supernode-1/install-operator": {
      kind: "failed",
      reason: expect.stringMatching(/Installing|installing/),
    },
  })
  expectTold(broken.stdout)

  cure()
  const cured = await world.call(argv)
  expect(cured).toMatchObject({ code: 0, stderr: "" })
})
