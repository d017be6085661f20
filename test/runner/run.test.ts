import { appendFileSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { pause } from "../../lib/limits.ts"
import { blocked, CheckError, drifted, missing, ready } from "../../lib/notebook/check-result.ts"
import { RunbookError, StillWaitingError } from "../../lib/notebook/errors.ts"
import * as input from "../../lib/notebook/inputs.ts"
import { notebook } from "../../lib/notebook/notebook.ts"
import { rerun } from "../../lib/notebook/step.ts"
import { type Context, federationOf, folder, kinds, plain, roles, runIn, World, worldStep } from "./world.ts"

const inputs = {
  colour: input.text({ help: "" }),
  address: input.text({ help: "", per: "site", identity: true }),
}
const book = (...steps: ReturnType<typeof plain>[]) =>
  notebook({ name: "test", title: "", roles, inputs, steps })

const chain = () =>
  book(
    plain("tools", "here"),
    plain("enter", "every site", { needs: ["tools"] }),
    plain("open", "every site", { needs: ["enter"] }),
    plain("issue", "link", { needs: ["open"], feeds: "redeem" }),
    plain("redeem", "link", { needs: ["open", "issue"] }),
    plain("serve", "hub", { needs: ["open"] }),
    plain("check", "leaf", { needs: ["redeem", "serve"], always: true }),
    plain("all", "federation", { needs: ["check"] }),
  )

describe("run", () => {
  it("walks all lanes in order, links after both ends, the federation last", async () => {
    const world = new World()
    const result = await runIn(world, chain(), federationOf(3))
    expect(result.code).toBe(0)
    expect(world.applied[0]).toBe("tools")
    expect(world.applied.at(-1)).toBe("all")
    const precedes = (a: string, b: string) =>
      expect(world.applied.indexOf(a)).toBeLessThan(world.applied.indexOf(b))
    precedes("hub/open", "leaf-1/issue")
    precedes("leaf-2/issue", "leaf-2/redeem")
    precedes("hub/serve", "leaf-3/check")
  })

  it("applies nothing the second time, with and without its journal, and needs no token for a finished link", async () => {
    const world = new World()
    const first = await runIn(world, chain(), federationOf(2))
    world.applied = []
    world.facts.delete("leaf-1/issue")
    const second = await runIn(world, chain(), federationOf(2), { folder: first.folder })
    const other = await runIn(world, chain(), federationOf(2))
    expect(world.applied).toEqual([])
    expect(kinds(second)["leaf-1/issue"]).toBe("skipped")
    expect(kinds(other)["leaf-1/check"]).toBe("unchanged")
  })

  it("shows what is ready within a limit of its own, not the step's", async () => {
    const show = async ({ signal }: Context): Promise<string> => {
      await pause(2_200, signal)
      if (signal.aborted) throw new Error("the step's limit has ended it")
      return "three rows"
    }
    const result = await runIn(
      new World(),
      book(plain("tools", "here", { timeout: 2, show })),
      federationOf(1),
      {
        quiet: false,
      },
    )
    expect(result.code).toBe(0)
    const shown = result.events.flatMap((event) => (event.type === "shown" ? [event.text] : []))
    expect(shown).toEqual(["three rows"])
  })

  it("finishes with one slot although lanes wait for each other", async () => {
    const world = new World()
    const result = await runIn(world, chain(), federationOf(3), { parallel: 1 })
    expect(result.code).toBe(0)
  })

  it("ends a lane at its failure, names the root, and runs the other lanes to their end", async () => {
    const world = new World()
    const steps = book(
      plain("enter", "every site"),
      plain("open", "every site", {
        needs: ["enter"],
        apply: (c) => {
          if (c.site.name === "leaf-2") throw new RunbookError("quota used up", { fix: "ask for more" })
          c.world.set(`${c.site.name}/open`, "yes")
        },
      }),
      plain("check", "leaf", { needs: ["open"] }),
      plain("last", "leaf", { needs: ["check"] }),
      plain("all", "federation", { needs: ["check"] }),
    )
    const result = await runIn(world, steps, federationOf(3))
    expect(result.code).toBe(1)
    expect(kinds(result)).toMatchObject({
      "leaf-1/last": "applied",
      "leaf-2/open": "failed",
      "leaf-2/check": "skipped",
      "leaf-3/last": "applied",
      all: "applied",
    })
    const last = result.outcomes.find(({ step, site }) => step === "last" && site === "leaf-2")!
    expect(last.outcome.reason).toBe("leaf-2/open failed")
  })

  it("waits while progressing until the world changes, within milliseconds", async () => {
    const world = new World()
    let changed = 0
    const steps = book(
      plain("open", "hub", {
        check: (c) => {
          const fact = c.world.facts.get("pod")
          if (fact === undefined) return { state: "missing", reason: "none" }
          return fact === "ready"
            ? { state: "ready", reason: "ready" }
            : { state: "progressing", reason: `pod ${fact}` }
        },
        apply: (c) => {
          c.world.set("pod", "pending")
          setTimeout(() => c.world.set("pod", "starting"), 20)
          setTimeout(() => {
            changed = performance.now()
            c.world.set("pod", "ready")
          }, 40)
        },
      }),
    )
    const result = await runIn(world, steps, federationOf(0))
    expect(performance.now() - changed).toBeLessThan(2_000)
    expect(result.events.flatMap((event) => (event.type === "waiting" ? [event.reason] : []))).toEqual([
      "pod pending",
      "pod starting",
    ])
  })

  it("ends at the deadline with the last reason", async () => {
    const steps = book(
      plain("open", "hub", { check: () => ({ state: "progressing", reason: "Not Running" }) }),
    )
    const result = await runIn(new World(), steps, federationOf(0), { timeout: 2 })
    expect(result.outcomes[0]!.outcome).toMatchObject({ kind: "failed", code: "timeout" })
    expect(result.outcomes[0]!.outcome.reason).toContain("Not Running")
  })

  it("ends in the middle of a check with the result of the last complete check", async () => {
    const world = new World()
    let checks = 0
    const check = async ({ signal }: { signal: AbortSignal }) => {
      if (++checks > 2) {
        await new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)))
      }
      // The next check comes at once.
      setImmediate(() => world.set("seen", String(checks)))
      return { state: "progressing", reason: "0 of 1 pods ready" } as const
    }
    const result = await runIn(world, book(plain("slow", "hub", { check })), federationOf(0), {
      timeout: 2,
    })
    expect(checks).toBe(3)
    expect(result.outcomes[0]!.outcome.reason).toBe("timed out after 2 s: 0 of 1 pods ready")
  })

  it("does not count the wait for another site's turn as the step's own time", async () => {
    const world = new World()
    const apply = async (c: Context) => {
      await new Promise((resolve) => setTimeout(resolve, 700))
      c.signal.throwIfAborted()
      c.world.set(`${c.site.name}/login`, "yes")
    }
    const steps = book(plain("login", "leaf", { apply, exclusive: () => "browser" }))
    const result = await runIn(world, steps, federationOf(4), { timeout: 2 })
    expect(Object.values(kinds(result))).toEqual(["applied", "applied", "applied", "applied"])
  })

  it("goes back to a step once, then fails", async () => {
    const world = new World()
    let tries = 0
    const steps = book(
      plain("issue", "leaf"),
      plain("redeem", "leaf", {
        needs: ["issue"],
        apply: (c) => {
          tries++
          c.world.facts.delete("leaf-1/issue")
          return rerun("issue", "the token was used")
        },
      }),
    )
    const result = await runIn(world, steps, federationOf(1))
    expect(tries).toBe(2)
    expect(world.applied).toEqual(["leaf-1/issue", "leaf-1/issue"])
    expect(kinds(result)["leaf-1/redeem"]).toBe("failed")
  })

  it("takes ownership also if apply returns what it has created, and takes that for no request to rerun", async () => {
    const world = new World()
    const owned: string[] = []
    // A notebook in JavaScript: the compiler would refuse it.
    const apply = ((c: { world: World }) => {
      c.world.set("hub/open", "yes")
      return { kind: "ConfigMap" }
    }) as never
    const steps = book(plain("open", "hub", { apply, takeOwnership: (c) => void owned.push(c.site.name) }))
    expect(kinds(await runIn(world, steps, federationOf(0)))["hub/open"]).toBe("applied")
    expect(owned).toEqual(["hub"])
  })

  it("resumes an apply that a killed run interrupted: it takes ownership of what exists and does not apply again", async () => {
    const world = new World()
    const owned: string[] = []
    const steps = book(plain("open", "hub", { takeOwnership: (c) => void owned.push(c.site.name) }))
    const at = folder()
    appendFileSync(
      join(at, "journal.jsonl"),
      `${JSON.stringify({ v: 2, t: "2026-11-22T18:00:00.000Z", run: "r", type: "action started", action: "apply", step: "open", site: "hub" })}\n`,
      { mode: 0o600 },
    )
    world.set("hub/open", "yes")
    const result = await runIn(world, steps, federationOf(0), { folder: at })
    expect(world.applied).toEqual([])
    expect(owned).toEqual(["hub"])
    expect(kinds(result)["hub/open"]).toBe("applied")
    const second = await runIn(world, steps, federationOf(0), { folder: at })
    expect(owned).toEqual(["hub"])
    expect(kinds(second)["hub/open"]).toBe("unchanged")
  })

  it("records the start of an apply once it has its slot: what merely waited claims nothing, also after an interrupt", async () => {
    const world = new World()
    const owned: string[] = []
    const stop = new AbortController()
    const claiming = (apply: (c: Context) => void) =>
      book(plain("open", "leaf", { apply, takeOwnership: (c) => void owned.push(c.site.name) }))
    const waiting = claiming((c) => {
      stop.abort(130)
      c.signal.throwIfAborted()
    })
    const at = folder()
    const more = { folder: at, parallel: 1 }
    const first = await runIn(world, waiting, federationOf(5), { ...more, signal: stop.signal })
    const started = first.events.filter(({ type }) => type === "action started")
    expect(started).toHaveLength(1)
    const began = (started[0] as { site?: string }).site
    // Somebody else makes them by hand meanwhile.
    for (let leaf = 1; leaf <= 5; leaf++) world.set(`leaf-${leaf}/open`, "yes")
    const second = await runIn(
      world,
      claiming(() => {}),
      federationOf(5),
      more,
    )
    expect(owned).toEqual([began])
    expect(Object.values(kinds(second)).filter((kind) => kind === "unchanged")).toHaveLength(4)
  })

  it("applies nothing that somebody else made while it waited for its slot", async () => {
    const world = new World()
    const steps = book(
      plain("open", "leaf", {
        apply: (c) => {
          world.applied.push(c.site.name)
          for (let leaf = 1; leaf <= 3; leaf++) world.set(`leaf-${leaf}/open`, "yes")
        },
      }),
    )
    const result = await runIn(world, steps, federationOf(3), { parallel: 1 })
    expect([result.code, world.applied]).toEqual([0, ["leaf-1"]])
    expect(kinds(result)).toEqual({
      "leaf-1/open": "applied",
      "leaf-2/open": "unchanged",
      "leaf-3/open": "unchanged",
    })
  })

  it("ends a check and an action that never settle, and says so", async () => {
    const never = () => new Promise<never>(() => {})
    const steps = book(plain("check", "leaf", { check: never }), plain("apply", "hub", { apply: never }))
    const result = await runIn(new World(), steps, federationOf(1), { timeout: 2 })
    expect(kinds(result)).toEqual({ "leaf-1/check": "failed", "hub/apply": "failed" })
    for (const { outcome } of result.outcomes) expect(outcome.reason).toMatch(/^timed out after 2 s: /)
    expect(result.events.at(-1)).toMatchObject({ type: "run ended", code: 1 })
  }, 30_000)

  it("runs no step's clock while it waits for a slot, and leaves the wait out of its time", async () => {
    const world = new World()
    const takes = 600
    const steps = book(
      plain("open", "leaf", {
        spawns: true,
        apply: async (c) => {
          await new Promise((resolve) => setTimeout(resolve, takes))
          c.world.set(`${c.site.name}/open`, "yes")
        },
      }),
    )
    // Six in a row take longer than the limit of each.
    const result = await runIn(world, steps, federationOf(6), { parallel: 1, timeout: 3 })
    expect(result.code).toBe(0)
    const seconds = result.outcomes.map(({ outcome }) => outcome.seconds)
    expect(Math.max(...seconds)).toBeLessThan(3)
    expect(seconds.reduce((all, one) => all + one, 0)).toBeLessThan(3 * 6 - takes / 1000)
  })

  it("does not claim what existed before its interrupted apply", async () => {
    const world = new World()
    const owned: string[] = []
    const periods: unknown[] = []
    const steps = book(
      plain("open", "hub", {
        check: (c) => {
          periods.push(c.applyPeriod)
          return ready("it exists", { adopted: true })
        },
        takeOwnership: (c) => void owned.push(c.site.name),
      }),
    )
    const at = folder()
    const line = (more: object) =>
      `${JSON.stringify({ v: 2, run: "r", action: "apply", step: "open", site: "hub", ...more })}\n`
    const lines = [
      line({ t: "2026-01-01T00:00:00Z", type: "action started" }),
      line({ t: "2026-01-01T00:00:05Z", type: "action ended", ok: false }),
      line({ t: "2026-01-01T00:00:06Z", type: "action started" }),
      line({ t: "2026-01-01T00:00:09Z", type: "note", text: "last sign" }),
    ]
    appendFileSync(join(at, "journal.jsonl"), lines.join(""), { mode: 0o600 })
    const result = await runIn(world, steps, federationOf(0), { folder: at })
    expect(periods[0]).toEqual({ from: "2026-01-01T00:00:00Z", to: "2026-01-01T00:00:09Z" })
    expect([owned, kinds(result)]).toEqual([[], { "hub/open": "unchanged" }])
  })

  it("takes no ownership of what an interrupted update finds", async () => {
    const world = new World()
    const interrupted: boolean[] = []
    const owned: string[] = []
    const steps = book(
      plain("open", "hub", {
        check: (c) => {
          interrupted.push(c.applyInterrupted)
          return c.world.facts.get("hub/open") === "wide"
            ? { state: "ready", reason: "wide open" }
            : { state: "drifted", reason: "ajar", fields: [] }
        },
        update: (c) => {
          interrupted.push(c.applyInterrupted)
          c.world.set("hub/open", "wide")
        },
        takeOwnership: (c) => void owned.push(c.site.name),
      }),
    )
    await runIn(world, steps, federationOf(0))
    const at = folder()
    appendFileSync(
      join(at, "journal.jsonl"),
      `${JSON.stringify({ v: 2, t: "2026-11-22T18:00:00.000Z", run: "r", type: "action started", action: "update", step: "open", site: "hub" })}\n`,
      { mode: 0o600 },
    )
    owned.length = 0
    expect(kinds(await runIn(world, steps, federationOf(0), { folder: at }))["hub/open"]).toBe("applied")
    expect(owned).toEqual([])
    expect(interrupted).not.toContain(true)
  })

  it("applies to update where a step says that both are the same", async () => {
    const world = new World()
    const applied: string[] = []
    const steps = book(
      plain("open", "hub", {
        check: ({ world: { facts } }) => {
          const found = facts.get("hub/open")
          if (found === undefined) return missing("it is closed")
          return found === "wide" ? ready("it is open") : drifted([{ field: "width", found, wanted: "wide" }])
        },
        apply: (c) => {
          applied.push(c.world.facts.get("hub/open") ?? "nothing")
          c.world.set("hub/open", "wide")
        },
        update: true,
      }),
    )
    const first = await runIn(world, steps, federationOf(0))
    world.set("hub/open", "ajar")
    const second = await runIn(world, steps, federationOf(0), { folder: first.folder })
    expect([first, second].map((result) => kinds(result)["hub/open"])).toEqual(["applied", "updated"])
    expect(applied).toEqual(["nothing", "ajar"])
    expect(second.events).toContainEqual(
      expect.objectContaining({ type: "action started", action: "update" }),
    )
  })

  it("refuses update: true without an apply", () => {
    expect(() => book(plain("open", "hub", { apply: undefined, update: true }))).toThrow(
      "step open has update: true, but no apply",
    )
  })

  it("continues when the command failed but what it creates exists", async () => {
    const world = new World()
    const steps = book(
      plain("open", "hub", {
        apply: (c) => {
          c.world.set("hub/open", "yes")
          throw new RunbookError("connection reset")
        },
      }),
    )
    expect(kinds(await runIn(world, steps, federationOf(0)))["hub/open"]).toBe("applied")
  })

  it("was applied where it was created and then adjusted, and updated where it existed", async () => {
    const world = new World()
    const steps = book(
      plain("open", "hub", {
        check: (c) => {
          const door = c.world.facts.get("hub/open")
          if (door === undefined) return { state: "missing", reason: "no door" }
          return door === "wide"
            ? { state: "ready", reason: "wide open" }
            : { state: "drifted", reason: "ajar", fields: [] }
        },
        apply: (c) => c.world.set("hub/open", "ajar"),
        update: (c) => c.world.set("hub/open", "wide"),
      }),
    )
    expect(kinds(await runIn(world, steps, federationOf(0)))["hub/open"]).toBe("applied")
    world.facts.set("hub/open", "ajar")
    expect(kinds(await runIn(world, steps, federationOf(0)))["hub/open"]).toBe("updated")
  })

  it("is blocked where it is drifted without an update, and where approval is required", async () => {
    const difference = book(
      plain("open", "hub", {
        check: () => ({ state: "drifted", reason: "image is 1, should be 2", fields: [] }),
      }),
    )
    expect(kinds(await runIn(new World(), difference, federationOf(0)))["hub/open"]).toBe("blocked")
    const approval = book(
      plain("open", "hub", {
        check: () => ({ state: "missing", reason: "none", approval: "creates a project" }),
      }),
    )
    const result = await runIn(new World(), approval, federationOf(0), { approval: "named" })
    expect(result.outcomes[0]!.outcome).toMatchObject({ kind: "blocked", code: "approval" })
  })

  describe("a step that is not selected, but needed", () => {
    const alone = (check: () => Promise<never>) =>
      runIn(
        new World(),
        book(plain("tools", "here", { check }), plain("open", "hub", { needs: ["tools"] })),
        federationOf(0),
        { selection: { only: ["open"] }, timeout: 2 },
      )
    const reasonOf = async (check: () => Promise<never>) => (await alone(check)).outcomes[0]!.outcome.reason

    it("passes on why it failed", async () => {
      expect(await reasonOf(() => Promise.reject(new Error("the file is broken")))).toBe(
        "tools was not selected and failed: the file is broken",
      )
      const forbidden = new CheckError(blocked("no right to read pods", { fix: "ask for it" }))
      expect(await reasonOf(() => Promise.reject(forbidden))).toBe(
        "tools was not selected and blocked: no right to read pods",
      )
    })
  })

  it.each([
    [
      "what it says itself",
      new StillWaitingError("host had not answered GET /api"),
      "host had not answered GET /api",
    ],
    ["its check", new DOMException("This operation was aborted", "AbortError"), "its check had not ended"],
  ])("a time limit names what was waited for: %s", async (_, error, words) => {
    const check = ({ signal }: { signal: AbortSignal }) =>
      new Promise<never>((_, reject) => signal.addEventListener("abort", () => reject(error)))
    const steps = book(plain("slow", "hub", { check }), plain("open", "hub", { needs: ["slow"] }))
    const own = await runIn(new World(), steps, federationOf(0), { timeout: 2 })
    expect(own.outcomes[0]!.outcome).toMatchObject({
      kind: "failed",
      code: "timeout",
      reason: `timed out after 2 s: ${words}`,
    })
    const needed = await runIn(new World(), steps, federationOf(0), {
      timeout: 2,
      selection: { only: ["open"] },
    })
    expect(needed.outcomes[0]!.outcome.reason).toBe(
      `hub/slow was not selected and failed: timed out after 2 s: ${words}`,
    )
  })

  it("checks steps that are not selected only for those that need them", async () => {
    const world = new World()
    const steps = chain()
    const alone = await runIn(world, steps, federationOf(1), { selection: { only: ["serve"] } })
    expect(alone.outcomes[0]!.outcome.reason).toBe("tools was not selected and missing: no tools")
    expect(alone.outcomes[0]!.outcome.next).toBe("test step tools")
    expect(world.applied).toEqual([])
    for (const fact of ["tools", "hub/enter", "hub/open"]) world.set(fact, "yes")
    const ready = await runIn(world, steps, federationOf(1), { selection: { only: ["serve"] } })
    expect(kinds(ready)).toEqual({ "hub/serve": "applied" })
  })

  it("trusts checkpoints except of steps that are always checked", async () => {
    const world = new World()
    const first = await runIn(world, chain(), federationOf(1))
    world.facts.clear()
    world.applied = []
    const result = await runIn(world, chain(), federationOf(1), {
      folder: first.folder,
      trustCheckpoints: true,
    })
    expect(world.applied).toEqual(["leaf-1/check"])
    expect(result.code).toBe(0)
  })

  it("is held before its first action, and exits as if the folder were locked where somebody else holds it", async () => {
    const steps = {
      ...book(plain("open", "hub"), plain("next", "hub")),
      lease: { role: "hub", namespace: "x", after: "open" },
    }
    const world = new World()
    const taken: string[] = []
    const result = await runIn(world, steps, federationOf(0), {
      toolbox: {
        ...world.toolbox(),
        hold: () => ({
          take: async () => ({ state: "blocked", reason: "alice applies it", fix: "wait", code: "held" }),
          release: async (left) => void taken.push(`released ${left}`),
        }),
      },
    })
    // The step that makes the place usable comes before.
    expect(kinds(result)).toEqual({ "hub/open": "applied", "hub/next": "blocked" })
    expect(result.code).toBe(3)
    expect(world.applied).toEqual(["hub/open"])
    expect(taken[0]).toBe("released false")
  })

  it("refuses another federation in the same folder, naming both", async () => {
    const first = await runIn(new World(), chain(), federationOf(1))
    const moved = federationOf(1)
    const other = { ...moved, sites: moved.sites.map((site) => ({ ...site, address: "elsewhere" })) }
    await expect(runIn(new World(), chain(), other, { folder: first.folder })).rejects.toThrow(
      /the address of hub was a .* elsewhere/,
    )
  })

  it("is interrupted: journal first, the code of the signal, and nothing counts as successful", async () => {
    const world = new World()
    const stop = new AbortController()
    const steps = book(
      plain("open", "hub", { check: () => ({ state: "progressing", reason: "slow" }) }),
      plain("next", "hub"),
    )
    setTimeout(() => stop.abort(143), 30)
    const result = await runIn(world, steps, federationOf(0), { signal: stop.signal })
    expect(result.code).toBe(143)
    expect(kinds(result)).toEqual({ "hub/open": "interrupted", "hub/next": "skipped" })
    expect(readFileSync(join(result.folder, "journal.jsonl"), "utf8")).toContain('"type":"run ended"')
  })

  it("is interrupted also while it checks a step that it feeds: the signal's reason is no failure", async () => {
    const stop = new AbortController()
    const steps = book(
      plain("issue", "hub", { feeds: "redeem" }),
      plain("redeem", "hub", {
        check: ({ signal }) =>
          new Promise((_, reject) => {
            signal.addEventListener("abort", () => reject(signal.reason))
            setImmediate(() => stop.abort(130))
          }),
      }),
    )
    const result = await runIn(new World(), steps, federationOf(0), { signal: stop.signal })
    expect(kinds(result)).toEqual({ "hub/issue": "interrupted", "hub/redeem": "skipped" })
  })

  it("reruns a step that supports it", async () => {
    const world = new World()
    let restarts = 0
    const steps = book(
      plain("open", "hub", {
        rerun: () => {
          restarts++
        },
      }),
    )
    const first = await runIn(world, steps, federationOf(0))
    await runIn(world, steps, federationOf(0), { folder: first.folder, rerun: true })
    expect(restarts).toBe(1)
  })

  it("applies one after the other where steps share something, and checks again before the second", async () => {
    const world = new World()
    const steps = book(
      worldStep({
        id: "operator",
        title: "",
        on: "every site",
        prose: "",
        exclusive: () => "the cluster",
        check: (c) =>
          c.world.facts.has("operator")
            ? { state: "ready", reason: "it exists" }
            : { state: "missing", reason: "no operator" },
        apply: async (c) => {
          c.world.applied.push(c.site.name)
          await new Promise((resolve) => setTimeout(resolve, 10))
          c.world.set("operator", "yes")
        },
      }),
    )
    const result = await runIn(world, steps, federationOf(2))
    expect(world.applied).toHaveLength(1)
    expect(result.code).toBe(0)
  })

  it("forgets the checkpoints of what was undone", async () => {
    const world = new World()
    const forward = book(plain("open", "hub"))
    const { folder: at } = await runIn(world, forward, federationOf(0))
    const backward = book(plain("close", "hub", { undoes: ["open"] }))
    await runIn(world, backward, federationOf(0), { folder: at })
    world.facts.clear()
    const result = await runIn(world, forward, federationOf(0), { folder: at, trustCheckpoints: true })
    expect(kinds(result)["hub/open"]).toBe("applied")
  })
})
