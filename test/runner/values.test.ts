/** Values that one step hands to later steps. */
import { createHash } from "node:crypto"
import { existsSync, readFileSync, rmSync, statSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { missing, ready } from "../../lib/notebook/check-result.ts"
import type { Federation } from "../../lib/notebook/federation.ts"
import * as input from "../../lib/notebook/inputs.ts"
import { type Notebook, notebook } from "../../lib/notebook/notebook.ts"
import type { Roles } from "../../lib/notebook/roles.ts"
import { Redactor } from "../../lib/notebook/secrets.ts"
import type { Step, StepDefinition } from "../../lib/notebook/step.ts"
import { everySite, type Value, value } from "../../lib/notebook/value.ts"
import { openState, readState } from "../../lib/runner/open-state.ts"
import { plan } from "../../lib/runner/plan.ts"
import { preview } from "../../lib/runner/preview.ts"
import type { RunOptions, RunResult } from "../../lib/runner/types.ts"
import { type Context, federationOf, folder, kinds, plain, roles, runIn, World } from "./world.ts"

const book = (steps: readonly Step[], of: Roles = roles): Notebook =>
  notebook({ name: "test", title: "", roles: of, inputs: {}, steps })

const members = (count: number): Federation => ({
  name: "test",
  values: {},
  sites: Array.from({ length: count }, (_, n) => ({ name: `m${n + 1}`, role: "member" })),
  origins: {},
})

const address = value("address")
const key = value("key", { secret: true })
const SECRET = "s3cret-of-hub"

/** Provides the fact `<site>/address` of its world in its check, or `https://<site>` once it has applied. */
const serve = (on: string, more: Partial<StepDefinition<Context>> = {}): Step =>
  plain("serve", on, {
    provides: [address],
    check: (c) => {
      const found = c.world.facts.get(`${c.site.name}/address`)
      if (found === undefined) return missing("nothing serves")
      c.provide(address, found)
      return ready("it serves")
    },
    apply: (c) => c.world.set(`${c.site.name}/address`, `https://${c.site.name}`),
    ...more,
  })

/** Writes down what it reads. */
const use = (on: string, read: (c: Context) => unknown, more: Partial<StepDefinition<Context>> = {}): Step =>
  plain("use", on, {
    needs: ["serve"],
    reads: [address],
    apply: (c) => {
      c.world.applied.push(`use ${JSON.stringify(read(c))}`)
      c.world.set(`${on === "federation" ? "" : `${c.site.name}/`}use`, "yes")
    },
    ...more,
  })

const outcomeOf = (result: RunResult, step: string, site?: string) =>
  result.outcomes.find((one) => one.step === step && one.site === site)!.outcome
const journalOf = (at: string): string => readFileSync(join(at, "journal.jsonl"), "utf8")

const options = (world: World, steps: Notebook, federation: Federation, at: string): RunOptions => ({
  notebook: steps,
  federation,
  state: readState(at),
  toolbox: world.toolbox(),
  redactor: new Redactor(),
  selection: {},
  approval: "all",
  command: "test",
  version: "0",
  interactive: false,
  listeners: [],
  signal: new AbortController().signal,
})

describe("a value", () => {
  it("goes to a step at the same site, and from the one site of a role to all others", async () => {
    const same = new World()
    await runIn(same, book([serve("leaf"), use("leaf", (c) => c.value(address))]), federationOf(2))
    expect(same.applied.toSorted()).toEqual(['use "https://leaf-1"', 'use "https://leaf-2"'])
    const fromHub = new World()
    await runIn(fromHub, book([serve("hub"), use("leaf", (c) => c.value(address))]), federationOf(2))
    expect(fromHub.applied).toEqual(['use "https://hub"', 'use "https://hub"'])
  })

  it("goes from both ends of a link to its step, and from this machine everywhere", async () => {
    const world = new World()
    const read = (c: Context) => [c.value(address), c.value(address, c.peer)]
    await runIn(world, book([serve("every site"), use("link", read)]), federationOf(1))
    expect(world.applied).toEqual(['use ["https://leaf-1","https://hub"]'])
    const here = plain("serve", "here", {
      provides: [address],
      check: (c) => {
        c.provide(address, "https://here")
        return ready("it serves")
      },
    })
    const local = new World()
    await runIn(local, book([here, use("hub", (c) => c.value(address))]), federationOf(0))
    expect(local.applied).toEqual(['use "https://here"'])
  })

  it("can be anything that JSON can hold", async () => {
    const ports = value<{ name: string; ports: number[] }>("ports")
    const world = new World()
    const serves = plain("serve", "hub", {
      provides: [ports],
      check: (c) => {
        c.provide(ports, { name: "web", ports: [80, 443] })
        return ready("it serves")
      },
    })
    const uses = use("hub", (c) => c.value(ports).ports, { reads: [ports] })
    await runIn(world, book([serves, uses]), federationOf(0))
    expect(world.applied).toEqual(["use [80,443]"])
  })

  it("is there for a single step and for a later run, where only apply provides it", async () => {
    const once = serve("leaf", {
      check: (c) =>
        c.world.facts.has(`${c.site.name}/serve`) ? ready("it serves") : missing("nothing serves"),
      apply: (c) => {
        c.provide(address, "https://once")
        c.world.set(`${c.site.name}/serve`, "yes")
      },
    })
    const world = new World()
    const steps = book([once, use("leaf", (c) => c.value(address))])
    const first = await runIn(world, steps, federationOf(1), { selection: { only: ["serve"] } })
    expect(world.applied).toEqual([])
    const second = await runIn(world, steps, federationOf(1), {
      folder: first.folder,
      selection: { only: ["use"] },
    })
    expect(kinds(second)).toEqual({ "leaf-1/use": "applied" })
    expect(world.applied).toEqual(['use "https://once"'])
    expect(second.events.filter(({ type }) => type === "value")).toEqual([])
  })

  it("is there after a run that was stopped in the middle of the step that provides it", async () => {
    const stop = new AbortController()
    const once = serve("hub", {
      check: (c) => (c.world.facts.has("hub/serve") ? ready("it serves") : missing("nothing serves")),
      apply: (c) => {
        c.provide(address, "https://once")
        c.world.set("hub/serve", "yes")
        stop.abort(143)
        c.signal.throwIfAborted()
      },
    })
    const world = new World()
    const steps = book([once, use("hub", (c) => c.value(address))])
    const first = await runIn(world, steps, federationOf(0), { signal: stop.signal })
    expect(first.code).toBe(143)
    const second = await runIn(world, steps, federationOf(0), { folder: first.folder })
    expect(second.code).toBe(0)
    expect(world.applied).toEqual(['use "https://once"'])
  })

  it("is one line of the journal, however often the same is provided", async () => {
    const world = new World()
    const steps = book([serve("hub"), use("hub", (c) => c.value(address))])
    const { folder: at } = await runIn(world, steps, federationOf(0))
    await runIn(world, steps, federationOf(0), { folder: at })
    expect(journalOf(at).match(/"type":"value"/g)).toHaveLength(1)
    expect(readState(at).journal.memory.values.get("hub/serve")!.get("address")).toMatchObject({
      value: "https://hub",
    })
  })
})

describe("the values of all sites", () => {
  const slow = (late: string): Step =>
    serve("every site", {
      apply: async (c) => {
        if (c.site.name === late) await new Promise((resolve) => setTimeout(resolve, 30))
        c.world.set(`${c.site.name}/address`, `https://${c.site.name}`)
      },
    })

  it("are waited for, and read by site or all together", async () => {
    const world = new World()
    const read = (c: Context) => [
      c.values(address).map((one) => [one.site.name, one.value]),
      c.value(address),
      c.value(address, c.sites[2]),
    ]
    const steps = book([slow("m3"), use("every site", read, { reads: [everySite(address)] })], {
      member: "many",
    })
    const result = await runIn(world, steps, members(3))
    expect(result.code).toBe(0)
    const all = [1, 2, 3].map((n) => [`m${n}`, `https://m${n}`])
    expect(world.applied.toSorted()).toEqual(
      [1, 2, 3].map((n) => `use ${JSON.stringify([all, `https://m${n}`, "https://m3"])}`),
    )
  })

  it("do not make another value of that step one of all sites", async () => {
    const port = value("port")
    const both = serve("every site", {
      provides: [address, port],
      check: (c) => {
        c.provide(address, `https://${c.site.name}`)
        c.provide(port, c.world.facts.get(`${c.site.name}/port`) ?? "443")
        return ready("it serves")
      },
    })
    const world = new World()
    const steps = book(
      [both, use("every site", (c) => c.value(port), { reads: [everySite(address), port] })],
      {
        member: "many",
      },
    )
    const { folder: at } = await runIn(world, steps, members(2))
    world.set("m2/port", "8443")
    const entries = await plan(options(world, steps, members(2), at))
    expect(entries.flatMap(({ site, stale }) => (stale ? [[site, ...stale]] : []))).toEqual([
      ["m2", "value port 443 → 8443"],
    ])
  })

  it("make every site's step wait in a plan too, and fail with the site that fails", async () => {
    const world = new World()
    const failing = serve("every site", {
      apply: (c) => {
        if (c.site.name === "m2") throw new Error("no room")
        c.world.set(`${c.site.name}/address`, "x")
      },
    })
    const steps = book(
      [failing, use("every site", (c) => c.values(address), { reads: [everySite(address)] })],
      {
        member: "many",
      },
    )
    const at = folder()
    world.set("m1/address", "https://m1")
    const entries = await plan(options(world, steps, members(2), at))
    expect(entries.map(({ step, site, action, after }) => [step, site, action, after])).toEqual([
      ["serve", "m1", "ok", undefined],
      ["serve", "m2", "apply", undefined],
      ["use", "m1", "wait", "m2/serve"],
      ["use", "m2", "wait", "serve"],
    ])
    const result = await runIn(world, steps, members(2), { folder: at })
    expect(outcomeOf(result, "use", "m1")).toMatchObject({ kind: "skipped", reason: "m2/serve failed" })
  })

  it("are those that are there in a step of the federation, which runs although a site failed", async () => {
    const world = new World()
    const failing = serve("leaf", {
      apply: (c) => {
        if (c.site.name === "leaf-2") throw new Error("no room")
        c.world.set(`${c.site.name}/address`, `https://${c.site.name}`)
      },
    })
    const read = (c: Context) => c.values(address).map((one) => one.value)
    await runIn(world, book([failing, use("federation", read)]), federationOf(3))
    expect(world.applied).toEqual(['use ["https://leaf-1","https://leaf-3"]'])
  })
})

/** As the command line completes it: safe to call again on what it has completed. */
const nextLine = (next: string): string =>
  next.includes("--federation") ? next : `${next} --federation f.yaml`

describe("a value that is missing", () => {
  it("names the step to run next: it is needed, and not selected", async () => {
    const steps = book([serve("leaf"), use("leaf", (c) => c.value(address))])
    const result = await runIn(new World(), steps, federationOf(1), {
      selection: { only: ["use"], sites: ["leaf-1"] },
      nextLine,
    })
    expect(outcomeOf(result, "use", "leaf-1")).toMatchObject({
      kind: "skipped",
      next: "test step serve --site leaf-1 --federation f.yaml",
    })
  })

  it("names the step to run next: it was not needed before", async () => {
    const world = new World()
    const feeding = serve("leaf", { feeds: "link" })
    const link = plain("link", "leaf", { needs: ["serve"] })
    const steps = book([
      feeding,
      link,
      use("leaf", (c) => c.value(address), { check: (c) => ready(c.value(address)) }),
    ])
    world.set("leaf-1/link", "yes")
    const result = await runIn(world, steps, federationOf(1), {
      nextLine,
    })
    expect(outcomeOf(result, "use", "leaf-1")).toMatchObject({
      kind: "blocked",
      code: "value",
      reason: "it reads the value address, which leaf-1/serve has not provided",
      fix: "run that step first",
      next: "test step serve --site leaf-1 --federation f.yaml",
    })
  })

  it("fails the step that should have provided it, in a run and in a plan", async () => {
    const silent = (more: Partial<StepDefinition<Context>> = {}) =>
      book([serve("hub", { check: () => ready("it serves"), ...more }), use("hub", (c) => c.value(address))])
    const reason = "it is ready, but has not provided the value address"
    const result = await runIn(new World(), silent(), federationOf(0))
    expect(outcomeOf(result, "serve", "hub")).toMatchObject({
      kind: "failed",
      reason,
      fix: "the step's `check` has to provide it too",
    })
    expect(outcomeOf(result, "use", "hub")).toMatchObject({ kind: "skipped", reason: "hub/serve failed" })
    const [entry] = await plan(options(new World(), silent({ rerun: () => {} }), federationOf(0), folder()))
    expect(entry).toMatchObject({
      action: "blocked",
      reason,
      fix: "run the step again",
      next: "test step serve --site hub --rerun",
    })
    const selected = await runIn(new World(), silent({ rerun: () => {} }), federationOf(0), {
      selection: { only: ["use"] },
    })
    expect(outcomeOf(selected, "use", "hub")).toMatchObject({ next: "test step serve --site hub --rerun" })
  })

  it("is provided by a rerun", async () => {
    const world = new World()
    const again = serve("hub", {
      check: () => ready("it serves"),
      rerun: (c) => c.provide(address, "https://again"),
    })
    const result = await runIn(world, book([again]), federationOf(0), { rerun: true })
    expect(kinds(result)).toEqual({ "hub/serve": "applied" })
  })
})

describe("a changed value", () => {
  const steps = () =>
    book([
      serve("hub", { always: true }),
      use("leaf", (c) => c.value(address)),
      plain("other", "leaf", { needs: ["serve"] }),
    ])

  it("makes the steps that read it stale, and only those", async () => {
    const world = new World()
    const { folder: at } = await runIn(world, steps(), federationOf(1))
    world.set("hub/address", "https://moved")
    const entries = await plan(options(world, steps(), federationOf(1), at))
    expect(entries.flatMap(({ step, stale }) => (stale ? [[step, ...stale]] : []))).toEqual([
      ["use", "value address https://hub → https://moved"],
    ])
    world.facts.delete("leaf-1/use")
    world.facts.delete("leaf-1/other")
    const result = await runIn(world, steps(), federationOf(1), { folder: at, trustCheckpoints: true })
    expect(kinds(result)).toEqual({
      "hub/serve": "unchanged",
      "leaf-1/use": "applied",
      "leaf-1/other": "unchanged",
    })
    expect(world.applied.at(-1)).toBe('use "https://moved"')
  })

  it("is told apart by site where a step reads those of several", async () => {
    const world = new World()
    const all = book(
      [serve("every site"), use("every site", (c) => c.values(address), { reads: [everySite(address)] })],
      {
        member: "many",
      },
    )
    const { folder: at } = await runIn(world, all, members(2))
    world.set("m2/address", "https://moved")
    const entries = await plan(options(world, all, members(2), at))
    expect(entries.map(({ step, site, stale = [] }) => [step, site, ...stale])).toEqual([
      ["serve", "m1"],
      ["serve", "m2"],
      ["use", "m1", "value address of m2 https://m2 → https://moved"],
      ["use", "m2", "value address of m2 https://m2 → https://moved"],
    ])
  })
})

describe("a plan and a preview", () => {
  it("read what a check provides, and keep nothing", async () => {
    const world = new World()
    world.set("hub/address", "https://hub")
    const hidden = serve("hub", {
      provides: [address, key],
      check: (c) => {
        c.provide(address, "https://hub")
        c.provide(key, SECRET)
        return ready("it serves")
      },
    })
    const read = (c: Context) => [c.value(address), c.value(key)]
    const steps = book([
      hidden,
      use("hub", read, {
        reads: [address, key],
        check: (c) => missing(c.value(address) + c.value(key).length),
      }),
    ])
    const at = folder()
    await (await openState(at, { command: "test" })).close()
    const before = journalOf(at)
    const entries = await plan(options(world, steps, federationOf(0), at))
    expect(entries.at(-1)).toMatchObject({ action: "apply", reason: `https://hub${SECRET.length}` })
    const seen = await preview(options(world, steps, federationOf(0), at), "serve", "hub")
    expect(seen).toMatchObject({ complete: true })
    expect(journalOf(at)).toBe(before)
    expect(existsSync(join(at, "private/hub.value-key"))).toBe(false)
  })
})

describe("a secret value", () => {
  const file = (at: string): string => join(at, "private/hub.value-key")
  const keygen = (more: Partial<StepDefinition<Context>> = {}): Step =>
    serve("hub", {
      provides: [key],
      check: (c) => (c.world.facts.has("hub/key") ? ready("the key exists") : missing("there is no key")),
      apply: (c) => {
        c.provide(key, c.world.facts.get("next") ?? SECRET)
        c.note(`created ${SECRET}`)
        c.world.set("hub/key", "yes")
      },
      rerun: (c) => c.provide(key, c.world.facts.get("next") ?? SECRET),
      ...more,
    })
  const reader = () => use("leaf", (c) => c.value(key), { reads: [key] })

  it("is in a private file, and in no journal and no event", async () => {
    const world = new World()
    const talkative = use("leaf", (c) => c.note(`the key is ${c.value(key)}`), { reads: [key] })
    const { folder: at, events } = await runIn(world, book([keygen(), talkative]), federationOf(1))
    expect(statSync(file(at)).mode & 0o777).toBe(0o600)
    expect(readFileSync(file(at), "utf8")).toContain(SECRET)
    expect(events).toContainEqual(expect.objectContaining({ type: "note", text: "the key is ‹secret›" }))
    expect(events).toContainEqual(
      expect.objectContaining({
        type: "value",
        name: "key",
        revision: expect.stringMatching(/^[0-9a-f]{8}$/),
      }),
    )
    for (const text of [JSON.stringify(events), journalOf(at)]) expect(text).not.toContain(SECRET)
  })

  it("is read in a later run, and redacted there before anything reads it", async () => {
    const world = new World()
    const first = await runIn(world, book([keygen()]), federationOf(1))
    const leak = plain("leak", "hub", { check: () => ready(`found ${SECRET}`) })
    const steps = book([keygen(), leak, reader()])
    const leaking = await runIn(world, steps, federationOf(1), {
      folder: first.folder,
      selection: { only: ["leak"] },
    })
    expect(outcomeOf(leaking, "leak", "hub").kind).toBe("unchanged")
    expect(JSON.stringify(leaking.events)).not.toContain(SECRET)
    await runIn(world, steps, federationOf(1), { folder: first.folder })
    expect(world.applied).toEqual([`use "${SECRET}"`])
    expect(journalOf(first.folder)).not.toContain(SECRET)
  })

  it("makes the steps that read it stale once it changes", async () => {
    const world = new World()
    const steps = book([keygen(), reader()])
    const { folder: at } = await runIn(world, steps, federationOf(1))
    const stale = async () =>
      (await plan(options(world, steps, federationOf(1), at))).flatMap((entry) => entry.stale ?? [])
    await runIn(world, steps, federationOf(1), { folder: at, rerun: true, selection: { only: ["serve"] } })
    expect(await stale()).toEqual([])
    world.set("next", "another-secret")
    await runIn(world, steps, federationOf(1), { folder: at, rerun: true, selection: { only: ["serve"] } })
    expect(await stale()).toEqual([expect.stringMatching(/^value key [0-9a-f]{8} → [0-9a-f]{8}$/)])
    expect(journalOf(at)).not.toContain("another-secret")
  })

  it("is missing once its file is gone, also where checkpoints are trusted", async () => {
    const world = new World()
    const steps = book([keygen(), reader()])
    const { folder: at } = await runIn(world, steps, federationOf(1))
    rmSync(file(at))
    const result = await runIn(world, steps, federationOf(1), { folder: at, trustCheckpoints: true })
    expect(outcomeOf(result, "serve", "hub")).toMatchObject({
      kind: "failed",
      next: "test step serve --site hub --rerun",
    })
  })

  it("counts as changed where a killed run has written its file and not its line", async () => {
    const world = new World()
    const steps = book([keygen(), reader()])
    const { folder: at } = await runIn(world, steps, federationOf(1))
    const kept = JSON.parse(readFileSync(file(at), "utf8"))
    const { writeSecret } = await import("../../lib/runner/secret-file.ts")
    writeSecret(file(at), { ...kept, revision: "ffffffff" })
    await runIn(world, steps, federationOf(1), { folder: at, rerun: true, selection: { only: ["serve"] } })
    expect(journalOf(at).match(/"type":"value"/g)).toHaveLength(2)
  })

  it("is forgotten when its step is undone, and its file removed", async () => {
    const world = new World()
    const at = (await runIn(world, book([serve("leaf"), keygen({ id: "keygen" })]), federationOf(1))).folder
    expect(existsSync(file(at))).toBe(true)
    const undo = plain("undo", "every site", { undoes: ["serve", "keygen"] })
    await runIn(world, book([undo]), federationOf(1), { folder: at })
    expect(existsSync(file(at))).toBe(false)
    expect([...readState(at).journal.memory.values.keys()]).toEqual([])
  })
})

describe("a mistake with a value", () => {
  const failure = async (steps: readonly Step[], federation = federationOf(2), of: Roles = roles) => {
    const result = await runIn(new World(), book(steps, of), federation)
    return result.outcomes.map(({ outcome }) => outcome).find(({ ok, code }) => !ok && code === "unexpected")
      ?.reason
  }
  const provides = (content: unknown, token: Value<string> = address) =>
    plain("serve", "hub", {
      provides: [token],
      check: (c) => {
        c.provide(token, content as string)
        return ready("it serves")
      },
    })

  it.each<[string, Step[], string]>([
    [
      "one that is not declared is provided",
      [plain("serve", "hub", { apply: (c) => c.provide(address, "x") })],
      "step serve provides the value address, which is not in its `provides`",
    ],
    [
      "one that is not declared is read",
      [serve("hub"), plain("use", "hub", { needs: ["serve"], apply: (c) => void c.value(address) })],
      "step use reads the value address, which is not in its `reads`",
    ],
    [
      "one of another site is read without waiting for it",
      [serve("every site"), use("leaf", (c) => c.value(address, c.the("hub")))],
      "step use reads the value address of hub, but does not wait for serve there: put everySite(address) into its `reads`",
    ],
    [
      "all are read without waiting for them",
      [serve("every site"), use("leaf", (c) => c.values(address))],
      "step use reads the value address of every site, but waits only for its own: put everySite(address) into its `reads`",
    ],
    [
      "one of several is read without a site",
      [serve("leaf"), use("hub", (c) => c.value(address))],
      "step use reads the value address of 2 sites: give the site, or read all with values()",
    ],
    [
      "one that JSON cannot hold",
      [provides(new Date(0))],
      "the value address of step serve has to be what JSON can hold: text, numbers, true, false, null, lists and objects",
    ],
    [
      "a short secret",
      [provides("1234", key)],
      "the value key of step serve is secret, so it has to be a text of at least 6 characters: a shorter one could not be redacted",
    ],
  ])("fails its step: %s", async (_, steps, message) => {
    expect(await failure(steps)).toBe(message)
  })

  it("fails its step: a secret in a value that is none", async () => {
    const leak = plain("leak", "hub", {
      provides: [address],
      check: (c) => {
        c.secret(SECRET)
        c.provide(address, `https://u:${SECRET}@hub`)
        return ready("it serves")
      },
    })
    const result = await runIn(new World(), book([leak]), federationOf(0))
    expect(outcomeOf(result, "leak", "hub")).toMatchObject({
      kind: "failed",
      reason: "the value address of step leak contains a secret",
      fix: expect.stringContaining('value("address", { secret: true })'),
    })
    expect(journalOf(result.folder)).not.toContain(SECRET)
  })

  it.each<[string, () => unknown, string]>([
    [
      "two steps provide it",
      () => book([serve("hub"), serve("leaf", { id: "other" })]),
      "the value address is provided by serve and by other: one step provides it",
    ],
    [
      "no step provides it",
      () => book([plain("serve", "hub"), use("hub", () => 1)]),
      "step use reads the value address, which no step provides: add it to the `provides` of the step that does",
    ],
    [
      "its step is not needed",
      () => book([serve("hub"), use("hub", () => 1, { needs: [] })]),
      "step use reads the value address, but does not need serve, which provides it: add that to its `needs`",
    ],
    [
      "it is a secret for one step alone",
      () => book([serve("hub"), use("hub", () => 1, { reads: [value("address", { secret: true })] })]),
      "step use reads the value address as a secret, but serve provides it otherwise: declare it once",
    ],
    [
      "its name is none",
      () => value("The Address"),
      'a value cannot be named "The Address": use lower-case letters, digits and dashes',
    ],
  ])("is refused when the notebook loads: %s", (_, load, message) => expect(load).toThrow(message))
})

describe("what is kept of secrets tells nobody else what they are", () => {
  const inputs = { token: input.text({ secret: true, help: "" }) }
  const use = (more: Partial<StepDefinition<Context>> = {}) =>
    notebook({
      name: "test",
      title: "",
      roles,
      inputs,
      steps: [plain("use", "hub", { inputs: ["token"], ...more })],
    })
  const checkpointIn = (at: string) =>
    journalOf(at)
      .split("\n")
      .find((line) => line.includes('"type":"checkpoint"'))!

  it("a secret input is in the fingerprint with the key of its federation", async () => {
    const world = new World()
    const federation = federationOf(0, { token: "1234" })
    const { folder: at } = await runIn(world, use(), federation)
    const [, print] = /"token":"([0-9a-f]{16})"/.exec(checkpointIn(at))!
    expect(createHash("sha256").update("1234").digest("hex")).not.toContain(print)
    const key = join(at, "private/federation.fingerprint-key")
    expect(statSync(key)).toMatchObject({ size: 32, mode: 0o100600 })
    const other = await runIn(new World(), use(), federation)
    expect(checkpointIn(other.folder)).not.toContain(print)
    // The same secret later is the same, and another one is stale.
    const staleWith = async (token: string) =>
      (await plan(options(world, use(), federationOf(0, { token }), at))).flatMap(({ stale }) => stale ?? [])
    expect(await staleWith("1234")).toEqual([])
    expect(await staleWith("5678")).toEqual([expect.stringMatching(`^token ${print} → [0-9a-f]{16}$`)])
  })

  it("a manifest with a secret has no hash, another one has", async () => {
    const apply = (c: Context) => {
      c.secret(SECRET)
      c.recordWrite("config", "kind: ConfigMap\ndata: {}\n")
      c.recordWrite("with", `kind: ConfigMap\ndata: { password: ${SECRET} }\n`)
      c.recordWrite("short", "kind: Secret\nstringData: { pin: '12' }\n")
      c.recordWrite("json", JSON.stringify({ kind: "Secret", data: { pin: "MTI=" } }))
      c.world.set("hub/use", "yes")
    }
    const { events } = await runIn(new World(), use({ apply }), federationOf(0, { token: "1234" }))
    expect(
      events.flatMap((event) => (event.type === "written" ? [[event.what, "sha256" in event]] : [])),
    ).toEqual([
      ["config", true],
      ["with", false],
      ["short", false],
      ["json", false],
    ])
  })
})
