import { readFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, expect, test } from "vitest"
import { draftText, type Edits, readDraft, type Section } from "../../lib/cli/walk/draft.ts"
import { federate } from "../../lib/library.ts"
import { Redactor } from "../../lib/notebook/secrets.ts"
import type { Recorded } from "../../lib/runner/events.ts"
import { openState } from "../../lib/runner/open-state.ts"
import { rehearse } from "../../lib/runner/rehearse.ts"
import { run } from "../../lib/runner/run.ts"
import type { RunOptions } from "../../lib/runner/types.ts"
import { createToolbox } from "../../lib/tools.ts"
import guide from "../../runbooks/index.ts"
import { practiceValues } from "../../runbooks/practice-images.ts"
import { linesOf, place, startWorld, type World } from "./harness.ts"

let world: World
beforeAll(async () => {
  world = await startWorld({ supernodes: 1 })
})
afterAll(() => world.close())

async function withOptions<T>(work: (options: RunOptions) => Promise<T>): Promise<T> {
  const redactor = new Redactor()
  const state = await openState(world.state, { command: "test" })
  const toolbox = createToolbox({ state, redactor, commands: world.practice.commands })
  const sites = world.practice.clusters.map(({ name, role, server }) => ({
    ...practiceValues({ name, role }),
    name,
    role,
    server: server.url,
    "certificate-authority": join(world.practice.folder, "ca", `${name}.crt`),
    "token-file": join(world.practice.folder, "tokens", name),
  }))
  try {
    return await work({
      notebook: guide,
      federation: await federate(guide, { name: "trial", sites }),
      state,
      toolbox,
      redactor,
      selection: {},
      consent: "all",
      command: "test",
      version: "test",
      interactive: false,
      timeout: 20,
      listeners: [],
      signal: new AbortController().signal,
    })
  } finally {
    await toolbox.close()
    await state.close()
  }
}

const carryOut = (selection: RunOptions["selection"], edits?: Edits): Promise<Recorded[]> =>
  withOptions(async (options) => {
    const events: Recorded[] = []
    const listeners = [(event: Recorded) => events.push(event)]
    await run({ ...options, selection, listeners, ...(edits && { edits }) })
    return events
  })

/** What a person edits of a step at a site. */
const section = (step: string, site: string): Promise<Section> =>
  withOptions(async (options) => {
    const { commands } = await rehearse(options, step, site)
    const paths = commands.flatMap(({ files }) => files)
    return {
      place: place({ step, site }),
      commands,
      manifests: new Map(paths.map((path) => [path, readFileSync(path, "utf8")])),
    }
  })

test("an edited manifest is what is applied, and the journal names what really ran", async () => {
  await carryOut({ to: "project" })
  const before = await section("deploy-superlink", "superlink")
  const edits = await readDraft(
    draftText("Deploy", [before]).replace("  annotations:\n", "$&    example.com/by: hand\n"),
    [before],
  )
  const events = await carryOut({ only: ["deploy-superlink"] }, edits)
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
  expect(linesOf(events, "note").map(({ text }) => text)).toContain(`edited: was ${asked!.line}`)
  const applied = linesOf(events, "applied").find(({ what }) => what.endsWith(".edited.yaml"))
  expect(applied).toMatchObject({
    step: "deploy-superlink",
    site: "superlink",
    what: "manifests/superlink-superlink.edited.yaml",
  })
  expect(linesOf(events, "step ended").map(({ outcome }) => outcome.kind)).toEqual(["acted"])
  expect(
    world
      .journal()
      .filter(({ type }) => type === "command")
      .at(-1),
  ).toBeDefined()
})

test("an edited argument is handed to the command, at its own site only, this once", async () => {
  await carryOut({ to: "install-operator" })
  const before = await section("site-create", "supernode-1")
  const [asked] = before.commands
  const edits = await readDraft(
    draftText("Site", [before]).replace("skupper site create supernode-1-interconnect", "$& --timeout '2m'"),
    [before],
  )
  const events = await carryOut({ only: ["site-create"] }, edits)
  const lines = linesOf(events, "command").map(({ line }) => line)
  expect(lines).toContain(asked!.line.replace("interconnect", "interconnect --timeout '2m'"))
  expect(lines.filter((line) => line.includes("superlink-interconnect")).join()).not.toContain("--timeout")
  expect(linesOf(events, "step ended").map(({ outcome }) => outcome.kind)).toEqual(["acted", "acted"])
})
