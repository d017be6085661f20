import { readdirSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { drifted } from "../../lib/notebook/check-result.ts"
import * as input from "../../lib/notebook/inputs.ts"
import { notebook } from "../../lib/notebook/notebook.ts"
import { Redactor } from "../../lib/notebook/secrets.ts"
import { readState } from "../../lib/runner/open-state.ts"
import { plan, somethingToDo } from "../../lib/runner/plan.ts"
import { federationOf, folder, plain, roles, runIn, World } from "./world.ts"

const book = () =>
  notebook({
    name: "test",
    title: "",
    roles,
    inputs: { colour: input.text({ help: "" }) },
    steps: [
      plain("tools", "here"),
      plain("open", "every site", { needs: ["tools"] }),
      plain("issue", "link", { needs: ["open"], feeds: "redeem" }),
      plain("redeem", "link", { needs: ["open", "issue"] }),
      plain("paint", "leaf", { needs: ["redeem"], inputs: ["colour"] }),
    ],
  })

const planIn = (
  world: World,
  at: string,
  values: Record<string, unknown> = {},
  trustCheckpoints = false,
  steps = book(),
) =>
  plan({
    notebook: steps,
    federation: federationOf(1, values),
    state: readState(at),
    toolbox: world.toolbox(),
    redactor: new Redactor(),
    selection: {},
    approval: "all",
    command: "plan",
    version: "0",
    interactive: false,
    listeners: [],
    trustCheckpoints,
    signal: new AbortController().signal,
  })

const words = (entries: Awaited<ReturnType<typeof planIn>>) =>
  entries.map((entry) => `${entry.site ?? "-"} ${entry.step}: ${entry.action}, ${entry.reason}`)

describe("plan", () => {
  it("names what comes first, and that the rest waits for it; writes nothing", async () => {
    const at = folder()
    const entries = await planIn(new World(), at)
    expect(words(entries)).toEqual([
      "- tools: apply, no tools",
      "hub open: wait, after tools",
      "leaf-1 open: wait, after tools",
      "leaf-1 issue: wait, after tools",
      "leaf-1 redeem: wait, after tools",
      "leaf-1 paint: wait, after tools",
    ])
    expect(readdirSync(at)).toEqual([])
    expect(somethingToDo(entries)).toBe(true)
  })

  it("resumes midway, and has nothing to do at the end", async () => {
    const world = new World()
    const { folder: at } = await runIn(world, book(), federationOf(1))
    expect(somethingToDo(await planIn(world, at))).toBe(false)
    world.facts.delete("leaf-1/redeem")
    world.facts.delete("leaf-1/issue")
    expect(words(await planIn(world, at)).slice(3)).toEqual([
      "leaf-1 issue: apply, no issue",
      "leaf-1 redeem: wait, after issue",
      "leaf-1 paint: wait, after redeem",
    ])
  })

  it("updates where apply and update are the same, and is blocked without an update", async () => {
    const check = () => drifted([{ field: "colour", found: "red", wanted: "blue" }])
    const action = async (more: Parameters<typeof plain>[2]) => {
      const steps = [plain("paint", "hub", { check, ...more })]
      const painted = notebook({ name: "test", title: "", roles, inputs: {}, steps })
      return (await planIn(new World(), folder(), {}, false, painted))[0]!.action
    }
    expect(await action({ update: true })).toBe("update")
    expect(await action({})).toBe("blocked")
  })

  it("trusts checkpoints on request, but not those whose inputs changed", async () => {
    const world = new World()
    const { folder: at } = await runIn(world, book(), federationOf(1, { colour: "red" }))
    world.facts.clear()
    const trusted = await planIn(world, at, { colour: "red" }, true)
    expect(somethingToDo(trusted)).toBe(false)
    const changed = await planIn(world, at, { colour: "blue" }, true)
    expect(changed.at(-1)).toMatchObject({ action: "apply", stale: ["colour red → blue"] })
  })
})

describe("what a step foresees from its inputs", () => {
  const foresees = () => [
    { kind: "creates" as const, what: "creates Thing x" },
    { kind: "sends" as const, what: "sends the token in f to h" },
    { kind: "outside" as const, what: "creates project p" },
  ]
  const kindsOf = async (world: World) => {
    const book = notebook({
      name: "test",
      title: "",
      roles,
      inputs: {},
      steps: [plain("first", "hub"), plain("second", "hub", { needs: ["first"], foresees })],
    })
    const entries = await planIn(world, folder(), {}, false, book)
    return entries.find(({ step }) => step === "second")!.foreseen?.map(({ kind }) => kind)
  }

  it("is all in the plan while the step cannot be checked", async () => {
    expect(await kindsOf(new World())).toEqual(["creates", "sends", "outside"])
  })

  it("is only what its check does not say, once it is checked; nothing of a step that is ready", async () => {
    const world = new World()
    world.set("hub/first", "yes")
    expect(await kindsOf(world)).toEqual(["sends"])
    world.set("hub/second", "yes")
    expect(await kindsOf(world)).toBeUndefined()
  })
})
