/** A lane that failed over something that passes is tried once more at the end of the run, and others are not. */
import { afterEach, expect, test } from "vitest"
import type { Fault } from "../../lib/practice/types/faults.ts"
import type { Report } from "../../lib/report/types.ts"
import type { Outcome } from "../../lib/runner/events.ts"
import { flat, linesOf, place, startWorld, type World } from "./harness.ts"

let world: World
afterEach(() => world?.close())

const argv = (): string[] => [
  ...["run", "--federation", world.practice.federationFile, "--yes", "--timeout", "12s"],
  ...["--to", "site-create"],
]

/** How each try of a step ended. */
const tries = (name: string): Outcome[] =>
  linesOf(world.journal(), "step ended")
    .filter((line) => place(line) === name)
    .map(({ outcome }) => outcome)

/** Ends a fault once its lane has failed. */
const endsAfter = async (name: string, fault: Fault): Promise<void> => {
  await world.line((line) => line.type === "step ended" && place(line) === name && !line.outcome.ok)
  world.practice.faults.set(world.practice.faults.faults.filter((one) => one !== fault))
}

test("a fault that ends after its lane has failed", { timeout: 120_000 }, async () => {
  world = await startWorld({ supernodes: 3 })
  const busy: Fault = { where: "api", cluster: "supernode-1", match: "^POST .*/sites", what: "503" }
  const pending: Fault = { where: "site", cluster: "supernode-2", what: "pending" }
  const forbidden: Fault = { where: "api", cluster: "supernode-3", match: "/sites", what: "forbidden" }
  world.practice.faults.set([busy, pending, forbidden])
  const running = world.start(argv())
  await Promise.all([
    endsAfter("supernode-1/site-create", busy),
    endsAfter("supernode-2/site-create", pending),
  ])
  const { code, stdout, stderr } = await running.ended
  expect({ code, stderr }).toEqual({ code: 1, stderr: "" })

  expect(tries("supernode-1/site-create")).toMatchObject([
    { kind: "failed", passing: true, why: expect.stringContaining("unable to handle the request") },
    { kind: "applied" },
  ])
  expect(tries("supernode-2/site-create")).toMatchObject([
    { kind: "failed", passing: true, code: "timeout" },
    { ok: true },
  ])
  expect(tries("supernode-3/site-create")).toMatchObject([{ kind: "blocked", code: "forbidden" }])
  expect(tries("superlink/site-create")).toHaveLength(1)

  // The terminal, the journal and the report say so.
  const said = "second try, after all other lanes; the first one ended: timed out after 12 s"
  expect(flat(stdout)).toContain(said)
  expect(world.journal()).toContainEqual(
    expect.objectContaining({ type: "note", site: "supernode-2", text: expect.stringContaining(said) }),
  )
  const report = JSON.parse((await world.call(["report", "--format", "json"])).stdout) as Report
  const { places } = report.cells.find(({ step }) => step === "site-create")!
  expect(places.map(({ executions }) => executions.length)).toEqual([1, 2, 2, 1])
  // What a second try has mended is not what went wrong.
  expect(report.runs.at(-1)!.wrong.map(({ site }) => site)).toEqual(["supernode-3"])
})

test("a fault that stays fails its lane after the second try", { timeout: 120_000 }, async () => {
  world = await startWorld({ supernodes: 1 })
  world.practice.faults.set([{ where: "site", cluster: "superlink", what: "pending" }])
  const { code, stderr } = await world.call([...argv().slice(0, -1), "link-status"])
  expect({ code, stderr }).toEqual({ code: 1, stderr: "" })
  expect(tries("superlink/site-create")).toMatchObject([{ code: "timeout" }, { code: "timeout" }])
  // A step that waits for it is skipped again, and not started.
  expect(tries("supernode-1/token-redeem")).toMatchObject([
    { kind: "skipped", root: "superlink/site-create" },
    { kind: "skipped", root: "superlink/site-create" },
  ])
})
