import { readFileSync } from "node:fs"
import { afterAll, beforeAll, expect, test } from "vitest"
import { draftText, type Edits, readDraft, type Section } from "../../lib/cli/walk/draft.ts"
import { federate } from "../../lib/library.ts"
import type { Recorded } from "../../lib/runner/events.ts"
import { openState } from "../../lib/runner/open-state.ts"
import { preview } from "../../lib/runner/preview.ts"
import { run } from "../../lib/runner/run.ts"
import type { RunOptions } from "../../lib/runner/types.ts"
import guide from "../../runbooks/index.ts"
import { linesOf, place, startWorld, type World } from "./harness.ts"
import { siteInputs, withRunOptions } from "./options.ts"

let world: World
beforeAll(async () => {
  world = await startWorld({ supernodes: 1 })
})
afterAll(() => world.close())

async function withOptions<T>(work: (options: RunOptions) => Promise<T>): Promise<T> {
  const { practice } = world
  const federation = await federate(guide, { name: "trial", sites: siteInputs(practice) })
  const state = await openState(world.state, { command: "test" })
  try {
    return await withRunOptions(practice, { notebook: guide, federation, state }, work)
  } finally {
    await state.close()
  }
}

const runWith = (selection: RunOptions["selection"], edits?: Edits): Promise<Recorded[]> =>
  withOptions(async (options) => {
    const events: Recorded[] = []
    const listeners = [(event: Recorded) => events.push(event)]
    await run({ ...options, selection, listeners, ...(edits && { edits }) })
    return events
  })

/** What a person edits of a step at a site. */
const section = (step: string, site: string): Promise<Section> =>
  withOptions(async (options) => {
    const { commands } = await preview(options, step, site)
    const paths = commands.flatMap(({ files }) => files)
    return {
      place: place({ step, site }),
      commands,
      manifests: new Map(paths.map((path) => [path, readFileSync(path, "utf8")])),
    }
  })

test("an edited manifest is what is applied, and the journal names what really ran", async () => {
  await runWith({ to: "project" })
  const before = await section("deploy-superlink", "superlink")
  const edits = await readDraft(
    draftText("Deploy", [before]).replace("  annotations:\n", "$&    example.com/by: hand\n"),
    [before],
  )
  const events = await runWith({ only: ["deploy-superlink"] }, edits)
  const deployment = await world.cluster("superlink").get({
    apiVersion: "apps/v1",
    kind: "Deployment",
    name: "superlink",
    namespace: "flower-openshift-demo",
  })
  expect(deployment?.metadata.annotations).toMatchObject({ "example.com/by": "hand" })
  const [asked] = before.commands
  const lines = linesOf(events, "command").map(({ line }) => line)
  expect(lines).toContain(asked!.line.replace(".yaml", ".edited.yaml"))
  expect(lines).not.toContain(asked!.line)
  expect(linesOf(events, "note").map(({ text }) => text)).toContain(
    "edited: superlink-superlink.yaml: + example.com/by: hand",
  )
  const applied = linesOf(events, "written").find(({ what }) => what.endsWith(".edited.yaml"))
  expect(applied).toMatchObject({
    step: "deploy-superlink",
    site: "superlink",
    what: "manifests/superlink-superlink.edited.yaml",
  })
  expect(linesOf(events, "step ended").map(({ outcome }) => outcome.kind)).toEqual(["applied"])
  expect(
    world
      .journal()
      .filter(({ type }) => type === "command")
      .at(-1),
  ).toBeDefined()
})

test("an edited argument is passed to the command, at its own site only, for this run", async () => {
  await runWith({ to: "install-operator" })
  const before = await section("site-create", "supernode-1")
  const [asked] = before.commands
  const edits = await readDraft(
    draftText("Site", [before]).replace("skupper site create supernode-1-interconnect", "$& --timeout '2m'"),
    [before],
  )
  const events = await runWith({ only: ["site-create"] }, edits)
  const lines = linesOf(events, "command").map(({ line }) => line)
  expect(lines).toContain(asked!.line.replace("interconnect", "interconnect --timeout '2m'"))
  expect(lines.filter((line) => line.includes("superlink-interconnect")).join()).not.toContain("--timeout")
  expect(linesOf(events, "step ended").map(({ outcome }) => outcome.kind)).toEqual(["applied", "applied"])
})

test("an edit that differs from the values stays, is reported, and is reset by the next run", async () => {
  const only = { only: ["deploy-supernode"], sites: ["supernode-1"] }
  await runWith({ to: "listener" })
  const before = await section("deploy-supernode", "supernode-1")
  const edits = await readDraft(draftText("Deploy", [before]).replace(/memory: \w+/, "memory: 640Mi"), [
    before,
  ])
  const events = await runWith(only, edits)
  const [ended] = linesOf(events, "step ended")
  expect(ended!.outcome).toMatchObject({
    kind: "applied",
    ok: true,
    reason: expect.stringMatching(/^as edited: .*memory is 640Mi, should be/),
  })
  expect(linesOf(events, "action started")).toHaveLength(1)
  expect(linesOf(events, "checkpoint")).toEqual([])
  expect(linesOf(events, "note").map(({ text }) => text)).toContainEqual(
    expect.stringContaining("the next run"),
  )
  const [next] = linesOf(await runWith(only), "step ended")
  expect(next!.outcome).toMatchObject({ kind: "updated", reason: expect.not.stringContaining("640Mi") })
})
