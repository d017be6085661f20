/** Many lanes: one slot for all, one of them blocked, two runs at once. */
import { afterEach, expect, test } from "vitest"
import { linesOf, place, startWorld, type World } from "./harness.ts"

let world: World
afterEach(() => world?.close())

const ended = (run: World) =>
  new Map(linesOf(run.journal(), "step ended").map((line) => [place(line), line.outcome]))

test("with one slot three SuperNodes end verified", { timeout: 300_000 }, async () => {
  world = await startWorld({ supernodes: 3 })
  const argv = ["run", "--federation", world.practice.federationFile, "--yes", "--parallel", "1"]
  expect(await world.call(argv)).toMatchObject({ code: 0, stderr: "" })
  const busy = { now: 0, most: 0 }
  for (const { type } of world.journal()) {
    if (type === "command") busy.most = Math.max(busy.most, ++busy.now)
    if (type === "command ended") busy.now--
  }
  expect(busy).toEqual({ now: 0, most: 1 })
})

test("one lane blocked, the others verified; once fixed, it resumes", { timeout: 300_000 }, async () => {
  world = await startWorld({ supernodes: 2 })
  world.practice.faults.set([
    { where: "pod", cluster: "supernode-2", match: "^flower-supernode|^supernode", what: "image" },
  ])
  const argv = ["run", "--federation", world.practice.federationFile, "--yes"]

  const broken = await world.call(argv)
  expect(broken).toMatchObject({ code: 1, stderr: "" })
  const first = ended(world)
  expect(first.get("supernode-1/verify")).toMatchObject({ ok: true })
  expect(first.get("supernode-2/deploy-supernode")).toMatchObject({ ok: false })
  expect(first.get("supernode-2/verify")).toMatchObject({
    kind: "skipped",
    root: "supernode-2/deploy-supernode",
  })
  expect(first.get("verify-federation")).toMatchObject({
    kind: "blocked",
    reason: expect.stringContaining("supernode-2"),
  })
  expect(broken.stdout).toMatch(/supernode-2\/deploy-supernode/)
  expect(broken.stdout).toMatch(/ErrImagePull|ImagePullBackOff/)

  world.practice.faults.set([])
  expect(await world.call(argv)).toMatchObject({ code: 0, stderr: "" })
  expect(ended(world).get("verify-federation")).toMatchObject({ ok: true })
})

test("a second run meets the first one's lock", { timeout: 300_000 }, async () => {
  world = await startWorld({ supernodes: 1 })
  const argv = ["run", "--federation", world.practice.federationFile, "--yes"]
  const acting = world.line(({ type }) => type === "action started")
  const first = world.start(argv)
  await acting
  const second = await world.call(argv)
  expect(second.code).toBe(3)
  expect(second.stderr).toContain(`pid ${first.pid}`)
  expect(await first.ended).toMatchObject({ code: 0, stderr: "" })
  // The second one wrote nothing into the first one's journal.
  expect(new Set(world.journal().map(({ run }) => run)).size).toBe(1)
})
