import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { federate } from "../../lib/library.ts"
import { isWanted, type Notebook } from "../../lib/notebook/notebook.ts"
import type { Recorded } from "../../lib/runner/events.ts"
import { openState, readState } from "../../lib/runner/open-state.ts"
import { type Preview, preview } from "../../lib/runner/preview.ts"
import { run } from "../../lib/runner/run.ts"
import type { RunOptions } from "../../lib/runner/types.ts"
import guide from "../../runbooks/index.ts"
import { linesOf, place, startWorld, type World, writes } from "./harness.ts"
import { siteInputs, withRunOptions } from "./options.ts"

/** Steps that write a token's file are previewed here too: a preview writes a copy of it. */
const previewable: Notebook = {
  ...guide,
  steps: guide.steps.map((one) => (one.id.startsWith("token-") ? { ...one, noPreview: false } : one)),
}

let world: World
beforeAll(async () => {
  world = await startWorld({ supernodes: 1 })
})
afterAll(() => world.close())

const inputs = (values: Record<string, unknown>) => ({
  name: "trial",
  values,
  sites: siteInputs(world.practice),
})

async function withOptions<T>(
  values: Record<string, unknown>,
  more: Partial<RunOptions>,
  work: (options: RunOptions) => Promise<T>,
): Promise<T> {
  const federation = await federate(guide, inputs(values))
  const state = readState(world.state)
  return withRunOptions(world.practice, { notebook: previewable, federation, state, ...more }, work)
}

/** @param own inputs of the SuperLink's site */
const previewOf = (step: string, site?: string, values = {}, own = {}): Promise<Preview> =>
  withOptions(values, {}, async (options) => {
    const { sites, ...more } = inputs(values)
    const other = sites.map((one) => (one.role === "superlink" ? { ...one, ...own } : one))
    return preview({ ...options, federation: await federate(guide, { ...more, sites: other }) }, step, site)
  })

async function runWith(more: Partial<RunOptions>, values = {}): Promise<Recorded[]> {
  const state = await openState(world.state, { command: "test" })
  const events: Recorded[] = []
  try {
    await withOptions(values, { ...more, state, listeners: [(event) => events.push(event)] }, run)
    return events
  } finally {
    await state.close()
  }
}

/** The commands of each place's first action: checks and shows have commands too, a second action follows another check. */
function actionLines(events: readonly Recorded[]): Map<string, string[]> {
  const lines = new Map<string, string[]>()
  const open = new Set<string>()
  for (const event of events) {
    if (!("step" in event)) continue
    const at = place(event)
    if (event.type === "action started" && !lines.has(at)) open.add(at)
    if (event.type === "action ended") open.delete(at)
    if (event.type === "command" && open.has(at)) lines.set(at, [...(lines.get(at) ?? []), event.line])
  }
  return lines
}

/** Everything in the folder that is not a manifest, with its time and content. */
const files = (): Record<string, string> =>
  Object.fromEntries(
    (existsSync(world.state) ? readdirSync(world.state, { recursive: true, withFileTypes: true }) : [])
      .filter((entry) => entry.isFile() && !entry.parentPath.endsWith("manifests"))
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => [path, `${statSync(path).mtimeMs} ${readFileSync(path, "utf8")}`]),
  )

describe("a preview", () => {
  test("of every step, in order, has the commands of the run that follows, and changes nothing", async () => {
    const commandsBy: Record<string, string[]> = {}
    const federation = await federate(guide, inputs({}))
    for (const step of previewable.steps.filter((one) => isWanted(one, federation))) {
      const places = world.practice.clusters
        .filter(({ role }) => step.on === "every site" || step.on === role || step.on === "link")
        .filter(({ role }) => step.on !== "link" || role === "supernode")
        .map(({ name }) => name)
      const before = files()
      const since = world.requests()
      const previews = await Promise.all(
        (places.length === 0 ? [undefined] : places).map(
          async (site) => [site, await previewOf(step.id, site)] as const,
        ),
      )
      expect({ step: step.id, writes: writes(since()) }).toEqual({ step: step.id, writes: [] })
      expect(files()).toEqual(before)
      expect(existsSync(join(world.state, "preview"))).toBe(false)
      const ran = actionLines(await runWith({ selection: { only: [step.id] } }))
      for (const [site, { action, commands, complete }] of previews) {
        const at = place({ step: step.id, ...(site && { site }) })
        if (step.noPreview === true) {
          expect({ at, action, commands, complete }).toEqual({
            at,
            action: undefined,
            commands: [],
            complete: false,
          })
          continue
        }
        const lines = commands.map(({ line }) => line)
        commandsBy[at] = lines
        expect({ at, complete }).toEqual({ at, complete: true })
        // The operator of a second site on one cluster is there once the first has it.
        expect({ at, lines }).toEqual({ at, lines: ran.get(at) ?? [] })
        expect({ at, action }).toEqual({ at, action: lines.length === 0 ? undefined : "apply" })
      }
    }
    expect(commandsBy["supernode-1/token-issue"]).toEqual([
      "skupper token issue supernode-1.token.yaml -n flower-openshift-demo",
    ])
    expect(Object.values(commandsBy).filter((lines) => lines.length > 0).length).toBeGreaterThan(8)
  })

  test("of what is ready has no action; of a step that cannot be checked yet says why", async () => {
    expect(await previewOf("site-create", "superlink")).toMatchObject({
      action: undefined,
      commands: [],
      complete: true,
      result: { state: "ready" },
    })
    const kubeconfig = join(world.state, "kubeconfigs", "superlink")
    const text = readFileSync(kubeconfig)
    rmSync(kubeconfig)
    expect(await previewOf("site-create", "superlink")).toMatchObject({
      action: undefined,
      complete: false,
      why: expect.stringContaining("not logged in"),
    })
    writeFileSync(kubeconfig, text, { mode: 0o600 })
  })

  test("of an update names the manifest that it would apply, and its writes without a command", async () => {
    const update = await previewOf("deploy-supernode", "supernode-1", { "flower-version": "1.32.0" })
    expect(update).toMatchObject({ action: "update", complete: true, result: { state: "drifted" } })
    const [{ files: manifests, line } = { files: [], line: "" }] = update.commands
    expect(line).toContain("oc apply --server-side")
    expect(manifests).toEqual([join(world.state, "manifests", "supernode-1-supernode.yaml")])
    expect(readFileSync(manifests[0]!, "utf8")).toContain("flwr/supernode:1.32.0")
  })

  test("lists writes that have no command, and sends none of them", async () => {
    const since = world.requests()
    const update = await previewOf("site-create", "superlink", {}, { "link-access-type": "loadbalancer" })
    expect(update).toMatchObject({
      action: "update",
      commands: [],
      writes: ["patch Site superlink-interconnect"],
      complete: true,
    })
    expect(writes(since())).toEqual([])
  })

  test("leaves a token unchanged, and deletes its copy of it", async () => {
    const link = world.cluster("supernode-1")
    const namespace = "flower-supernode-1"
    for (const { metadata } of await link.list({
      apiVersion: "skupper.io/v2alpha1",
      kind: "Link",
      namespace,
    }))
      await link.remove({ apiVersion: "skupper.io/v2alpha1", kind: "Link", name: metadata.name, namespace })
    await runWith({ selection: { only: ["token-issue"], sites: ["supernode-1"] } })
    const before = files()
    expect(Object.keys(before).some((path) => path.endsWith("private/supernode-1.token.yaml"))).toBe(true)
    expect(
      (await previewOf("token-redeem", "supernode-1")).commands.map(({ line, cwd }) => [line, cwd]),
    ).toEqual([
      ["skupper token redeem supernode-1.token.yaml -n flower-supernode-1", join(world.state, "private")],
    ])
    expect(files()).toEqual(before)
    expect(existsSync(join(world.state, "preview"))).toBe(false)
  })

  test("that waits for what a command would have created ends, and says so", async () => {
    const file = await previewOf("token-issue", "supernode-1", { "link-with": "file" })
    expect(file).toMatchObject({
      action: "apply",
      complete: false,
      why: expect.stringContaining("generated no link file"),
      commands: [{ line: expect.stringContaining("skupper link generate") }],
    })
  })
})

test("a preview writes no journal and emits no event", async () => {
  const before = world.journal().length
  await previewOf("deploy-superlink", "superlink", { "flower-version": "1.32.0", "allow-restart": true })
  expect(world.journal().length).toBe(before)
  expect(linesOf(world.journal(), "session").length).toBeGreaterThan(0)
})
