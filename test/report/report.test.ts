import { describe, expect, it } from "vitest"
import { htmlReport } from "../../lib/report/html.ts"
import type { ReportPlace } from "../../lib/report/types.ts"
import { placeOf as at } from "../terminal/scene.ts"
import { failed, killed, runOf, startOf, undone, walkOf } from "./scene.ts"

const place = (walk: ReturnType<typeof walkOf>, step: string, site?: string): ReportPlace =>
  [...walk.cells, ...walk.others].find((cell) => cell.step === step)!.places.find((one) => one.site === site)!

describe("the walk of a journal with a killed run and one that failed", () => {
  const walk = walkOf([...killed(), ...failed()])

  it("has its runs, with who, when, how they ended, approvals and warnings", () => {
    expect(walk.runs).toMatchObject([
      {
        number: 1,
        started: "2026-11-22T18:00:00.100Z",
        by: { user: "alice" },
        version: "0.1.0",
        approvals: [{ how: "flag", what: "creates a Site on https://api.superlink.example:6443" }],
      },
      {
        number: 2,
        by: { user: "bob" },
        version: "0.2.0",
        code: 1,
        seconds: 197.4,
        counts: { failed: 1 },
        warnings: ["the journal's last line was torn: it is cut"],
      },
    ])
    expect(walk.runs[0]).not.toHaveProperty("ended")
    expect(walk.runs[0]!.last).toBe(killed().at(-1)!.t)
    expect(walk.runs[1]!.ended).toBe(walk.runs[1]!.last)
  })

  it("has one cell per step with its places in the federation's order, and the sites that left", () => {
    expect(
      walk.cells.map(({ step, number, places }) => [number, step, ...places.map(({ site }) => site)]),
    ).toEqual([
      [1, "prerequisites", undefined],
      [2, "login", "superlink", "supernode-1", "supernode-2", "supernode-3"],
      [3, "site-create", "superlink", "supernode-1", "supernode-2"],
      [4, "token-redeem", "supernode-1", "supernode-2"],
      [5, "verify-federation", undefined],
    ])
    expect(walk.sites).toEqual([
      { name: "superlink", role: "superlink", identity: "https://api.superlink.example:6443", user: "admin" },
      {
        name: "supernode-1",
        role: "supernode",
        identity: "https://api.supernode-1.example:6443",
        user: "admin",
      },
      {
        name: "supernode-2",
        role: "supernode",
        identity: "https://api.supernode-2.example:6443",
        user: "admin",
      },
      {
        name: "supernode-3",
        role: "supernode",
        identity: "https://api.supernode-3.example:6443",
        user: "admin",
        gone: true,
      },
    ])
    expect(place(walk, "login", "supernode-3").gone).toBe(true)
    expect(place(walk, "login", "supernode-2")).not.toHaveProperty("gone")
  })

  it("has an interrupted action, and the run that found its result", () => {
    const [first, second] = place(walk, "site-create", "superlink").executions
    expect(first).toMatchObject({
      run: 1,
      actions: [{ action: "apply" }],
      before: { result: { state: "missing" } },
      after: { result: { state: "missing" } },
      commands: [{ cwd: "/home/alice", output: [{ stream: "stdout", text: "Waiting for status" }] }],
    })
    expect(first).not.toHaveProperty("ended")
    expect(first!.actions[0]).not.toHaveProperty("ended")
    expect(first!.commands[0]).not.toHaveProperty("exitCode")
    expect(second).toMatchObject({
      run: 2,
      actions: [{ action: "apply", ok: true, reason: "found at resume" }],
      before: { result: { state: "progressing" } },
      after: { result: { state: "ready", object: { kind: "Site" } } },
      written: expect.arrayContaining([
        expect.objectContaining({ what: "patch Site superlink-interconnect" }),
      ]),
      shown: [{ differs: ['Site "<name>" is ready.'] }],
      outcome: { kind: "applied" },
    })
    expect(second!.waits.map(({ reason }) => reason)).toEqual([
      "Pending: no Route is admitted yet",
      "Pending: the router's certificate | `tls`",
    ])
  })

  it("is interrupted only while no later run has ended the action", () => {
    expect(place(walkOf(killed()), "site-create", "superlink").interrupted).toBe(true)
    expect(place(walk, "site-create", "superlink")).not.toHaveProperty("interrupted")
  })

  it("joins output to whole lines, consecutive ones of one stream in one text", () => {
    const [execution] = place(walk, "login", "superlink").executions
    expect(execution!.commands).toMatchObject([
      { line: "oc whoami", exitCode: 0, seconds: 0.3, output: [{ stream: "stdout", text: "admin\n" }] },
    ])
    const lines = runOf("x", "2026-11-22T18:00:00.000Z", [
      startOf(["superlink"]),
      { type: "step started", ...at("superlink/login") },
      { type: "command", ...at("superlink/login"), line: "oc login" },
      { type: "output", ...at("superlink/login"), stream: "stdout", text: "a\nb" },
      { type: "output", ...at("superlink/login"), stream: "stderr", text: "warning\n" },
      { type: "output", ...at("superlink/login"), stream: "stdout", text: "c\nd\n" },
      { type: "output", ...at("superlink/login"), stream: "stdout", text: "e\nlast" },
      { type: "command ended", ...at("superlink/login"), exitCode: 0, seconds: 1 },
    ])
    expect(place(walkOf(lines), "login", "superlink").executions[0]!.commands[0]!.output).toEqual([
      { stream: "stdout", text: "a\nbc\n" },
      { stream: "stderr", text: "warning\n" },
      { stream: "stdout", text: "d\ne\nlast\n" },
    ])
  })

  it("has an execution without an outcome where a later step went back to an earlier one", () => {
    const [first, second] = place(walk, "login", "supernode-1").executions
    expect(first).toMatchObject({ run: 1, outcome: { kind: "applied" } })
    expect(second).toMatchObject({
      run: 2,
      actions: [{ ok: true }],
      before: { result: { state: "missing" } },
    })
    expect(second).not.toHaveProperty("outcome")
    expect(second!.ended).toBe(second!.after!.t)
    expect(place(walk, "login", "supernode-1").outcome).toMatchObject({ kind: "applied" })
  })

  it("knows what was adopted, created manually, and is stale", () => {
    expect(place(walk, "site-create", "supernode-1").adopted).toBe(true)
    expect(place(walk, "site-create", "supernode-2").executions[0]!.actions).toMatchObject([{ manual: true }])
    expect(place(walk, "site-create", "superlink").stale).toEqual(["project flower-a → flower-superlink"])
    expect(place(walk, "site-create", "supernode-1").stale).toEqual([])
  })

  it("does not end a manual action with the end of an earlier interrupted one", () => {
    const site = at("superlink/site-create")
    const lines = runOf("x", "2026-11-22T18:00:00.000Z", [
      startOf(["superlink"]),
      { type: "step started", ...site },
      { type: "manual", ...site, action: "apply" },
      { type: "action ended", ...site, action: "apply", ok: true, reason: "found at resume" },
    ])
    const [execution] = place(walkOf(lines), "site-create", "superlink").executions
    expect(execution!.actions).toMatchObject([{ manual: true }, { ok: true, reason: "found at resume" }])
    expect(execution!.actions[0]).not.toHaveProperty("ended")
  })

  it("has only the selected sites", () => {
    const one = walkOf([...killed(), ...failed()], { sites: ["supernode-1"] })
    expect(one.sites.map(({ name }) => name)).toEqual(["supernode-1"])
    expect(new Set(one.cells.flatMap(({ places }) => places.map(({ site }) => site)))).toEqual(
      new Set([undefined, "supernode-1"]),
    )
    expect(new Set(one.inputs.map(({ site }) => site))).toEqual(new Set([undefined, "supernode-1"]))
  })
})

it("keeps a teardown's steps apart, and knows what they deleted", () => {
  const walk = walkOf([...killed(), ...failed(), ...undone()])
  expect(walk.others).toMatchObject([
    { step: "remove-site", number: 6, title: "Remove the Skupper site", places: [{ site: "superlink" }] },
  ])
  expect(place(walk, "site-create", "superlink").undone).toMatchObject({ step: "remove-site" })
  expect(place(walk, "site-create", "supernode-1")).not.toHaveProperty("undone")
  const place2 = at("superlink/site-create")
  const again = runOf("four", "2026-11-24T08:00:00.000Z", [
    startOf(["superlink"]),
    { type: "step started", ...place2 },
    { type: "checkpoint", ...place2, fingerprint: "f", inputs: { version: "1" }, reason: "Ready" },
  ])
  const redone = walkOf([...killed(), ...failed(), ...undone(), ...again])
  expect(place(redone, "site-create", "superlink")).not.toHaveProperty("undone")
})

it("names a step that is in no notebook by its id", () => {
  const lines = runOf("x", "2026-11-22T18:00:00.000Z", [
    startOf(["superlink"]),
    { type: "step started", ...at("superlink/of-old") },
  ])
  expect(walkOf(lines).others).toMatchObject([{ step: "of-old", title: "of-old", prose: "" }])
})

it("has only inputs and steps before the first run", () => {
  const walk = walkOf([])
  expect(walk.runs).toEqual([])
  expect(walk.others).toEqual([])
  expect(walk.cells).toHaveLength(5)
  expect(place(walk, "login", "superlink")).toEqual({ site: "superlink", stale: [], executions: [] })
})

it("says that a run is in progress only where there is one, and which step is running", () => {
  const running = walkOf(killed(), { running: true })
  expect(running.running).toBe(true)
  expect(place(running, "site-create", "superlink").executions).toMatchObject([{ running: true }])
  expect(place(running, "site-create", "superlink")).not.toHaveProperty("interrupted")
  expect(place(running, "login", "superlink").executions[0]).not.toHaveProperty("running")
  expect(walkOf(killed())).not.toHaveProperty("running")
  expect(walkOf([], { running: true })).not.toHaveProperty("running")
})

it("takes a run whose lines are in the journal twice as two runs, each with its own executions", async () => {
  const lines = killed()
  const walk = walkOf([...lines, ...lines])
  expect(walk.runs.map(({ number }) => number)).toEqual([1, 2])
  expect(new Set(place(walk, "prerequisites").executions.map(({ run }) => run))).toEqual(new Set([1, 2]))
  expect(await htmlReport(walk)).toContain("Run 2")
})
