/** Runs that are stopped in the middle of something: a command that hangs, a site that is not ready yet. */
import { afterEach, expect, test } from "vitest"
import { labels } from "../../runbooks/shared/labels.ts"
import { linesOf, place, startWorld, type World } from "./harness.ts"
import { allEnded, processesOf } from "./processes.ts"

let world: World
afterEach(() => world?.close())

const SITE = { apiVersion: "skupper.io/v2alpha1", kind: "Site", namespace: "flower-supernode-1" }
const CREATING = "^POST /apis/skupper.io/v2alpha1/namespaces/flower-supernode-1/sites"

const run = () => ["run", "--federation", world.practice.federationFile, "--yes"]
const commandOf = (site: string, step: string) =>
  world.line((line) => line.type === "command" && line.step === step && line.site === site)

test.each([
  ["SIGINT", 130],
  ["SIGTERM", 143],
  ["SIGHUP", 129],
] as const)("%s: journal, then children, then exit %i", { timeout: 120_000 }, async (signal, code) => {
  world = await startWorld({ supernodes: 1 })
  world.practice.faults.set([
    { where: "api", cluster: "supernode-1", match: CREATING, what: "slow", delay: 600_000 },
  ])
  const hanging = commandOf("supernode-1", "site-create")
  const first = world.start(run())
  await hanging
  expect(processesOf(world).length).toBeGreaterThan(1)
  first.kill(signal)
  expect(await first.ended).toMatchObject({ code, signal: null })
  expect(processesOf(world)).toEqual([])
  const journal = world.journal()
  expect(journal.at(-1)).toMatchObject({ type: "run ended", code })
  const outcomes = linesOf(journal, "step ended").map((line) => [place(line), line.outcome.kind])
  expect(outcomes).toContainEqual(["supernode-1/site-create", "interrupted"])

  world.practice.faults.set([])
  expect(await world.call(run())).toMatchObject({ code: 0, stderr: "" })
})

test.each([
  ["is still running", false],
  ["has ended", true],
])(
  "killed during a command, resumed when that %s: created once, by this federation",
  { timeout: 120_000 },
  async (_, wait) => {
    world = await startWorld({ supernodes: 1 })
    world.practice.faults.set([
      { where: "api", cluster: "supernode-1", match: CREATING, what: "slow", delay: 2000, times: 1 },
    ])
    const hanging = commandOf("supernode-1", "site-create")
    const first = world.start(run())
    await hanging
    first.kill("SIGKILL")
    expect(await first.ended).toMatchObject({ signal: "SIGKILL" })
    if (wait) await allEnded(world)
    expect(await world.call(run())).toMatchObject({ code: 0, stderr: "" })
    const sites = await world.cluster("supernode-1").list(SITE)
    expect(sites.map(({ metadata }) => metadata.labels)).toEqual([expect.objectContaining(labels("e2e"))])
    const actions = linesOf(world.journal(), "action started").map(place)
    if (wait) expect(actions.filter((where) => where === "supernode-1/site-create")).toHaveLength(1)
  },
)

test("killed between apply and ready: resuming only waits", { timeout: 120_000 }, async () => {
  world = await startWorld({ supernodes: 1, delays: "short" })
  world.practice.faults.set([{ where: "site", cluster: "supernode-1", what: "pending" }])
  const applied = world.line(
    (line) => line.type === "action ended" && line.step === "site-create" && line.site === "supernode-1",
  )
  const first = world.start(run())
  await applied
  first.kill("SIGKILL")
  expect(await first.ended).toMatchObject({ signal: "SIGKILL" })
  const killed = world.journal()[0]!.run
  const [before] = await world.cluster("supernode-1").list(SITE)
  const isReady = (site: typeof before) =>
    site?.status?.conditions?.some(
      (one: { type: string; status: string }) => one.type === "Ready" && one.status === "True",
    ) === true
  expect(before).toBeDefined()
  expect(isReady(before)).toBe(false)

  const waiting = world.line(
    (line) =>
      line.run !== killed &&
      line.type === "waiting" &&
      line.step === "site-create" &&
      line.site === "supernode-1",
  )
  const second = world.start(run())
  await waiting
  world.practice.faults.set([])
  expect(await second.ended).toMatchObject({ code: 0, stderr: "" })
  const [after] = await world.cluster("supernode-1").list(SITE)
  expect(after?.metadata.uid).toBe(before?.metadata.uid)
  expect(isReady(after)).toBe(true)
  const actions = linesOf(world.journal(), "action started").map(place)
  expect(actions.filter((where) => where === "supernode-1/site-create")).toHaveLength(1)
})
