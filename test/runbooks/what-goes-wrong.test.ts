import { readdirSync } from "node:fs"
import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { afterEach, describe, expect, test } from "vitest"
import { parse } from "yaml"
import type { Fault } from "../../lib/practice/types/faults.ts"
import { type Call, startWorld, type World } from "./practice.ts"
import { journalOf, privateFile, TO_THE_LINK, walk } from "./walk.ts"

const SKUPPER = "skupper.io/v2alpha1"

let world: World
afterEach(() => world?.close())

describe("tokens that are refused", () => {
  const withFault = async (fault: Partial<Fault> & { what: string }) => {
    world = await startWorld({ faults: [{ where: "grant", ...fault }] })
    return walk(world)
  }

  test.each(["used", "expired"])("%s: another is issued", async (what) => {
    const { outcomes, notes, commands } = await withFault({ what, times: 1 })
    expect(outcomes).toMatchObject({
      "supernode-1/token-redeem": { kind: "applied" },
      "supernode-1/link-status": { ok: true },
    })
    expect(notes.join("\n")).toContain("token-issue again")
    expect(commands.filter((line) => line.startsWith("skupper token issue"))).toHaveLength(2)
  })

  test("unreachable: the address, and the other way; when it is fixed, the same run continues", async () => {
    const { outcomes } = await withFault({ what: "unreachable" })
    expect(outcomes["supernode-1/token-redeem"]).toMatchObject({
      kind: "failed",
      reason: expect.stringMatching(/cannot reach \S+:\d+/),
      fix: expect.stringContaining("--link-with file"),
    })
    expect(await world.cluster("supernode-1").list({ apiVersion: SKUPPER, kind: "AccessToken" })).toEqual([])
    world.practice.faults.set([])
    expect((await walk(world)).outcomes).toMatchObject({ "supernode-1/link-status": { ok: true } })
  })

  test("grants that are off", async () => {
    const { outcomes } = await withFault({ what: "off" })
    expect(outcomes["supernode-1/token-issue"]).toMatchObject({
      kind: "failed",
      why: "AccessGrants are not enabled",
      fix: expect.stringContaining("--link-with file"),
    })
    expect(await world.cluster("superlink").list({ apiVersion: SKUPPER, kind: "AccessGrant" })).toEqual([])
  })
})

describe("the operator", () => {
  test.each([
    ["manual", { code: "approval" }],
    ["no-catalog", { code: "no catalog" }],
    ["no-group", { code: "no OperatorGroup" }],
    ["two-groups", { code: "OperatorGroups" }],
    ["old", { code: "version 1" }],
  ])("%s: explained at once, with a fix", async (what, expected) => {
    world = await startWorld({ faults: [{ where: "operator", cluster: "superlink", what }] })
    const { outcomes } = await walk(world, { selection: { ...TO_THE_LINK, sites: ["superlink"] } })
    expect(outcomes["superlink/install-operator"]).toMatchObject({
      kind: "blocked",
      fix: expect.stringMatching(/./),
      ...expected,
    })
  })

  test("two catalogs offer it: OpenShift's own is taken, and the other one is named", async () => {
    world = await startWorld({ faults: [{ where: "operator", cluster: "superlink", what: "two-catalogs" }] })
    const sites = ["superlink"]
    await walk(world, { selection: { only: ["prerequisites", "login", "project"], sites } })
    expect((await world.plan({ selection: { sites } }))["superlink/install-operator"]).toMatch(
      /; redhat-operators offers it in channel stable-2 \(so does cs-redhat-operator-index-v4-19: --operator-source chooses\)$/,
    )
  })

  test("fails: OLM installs it again, so it is waited for; the time limit says why", async () => {
    world = await startWorld({ faults: [{ where: "operator", cluster: "superlink", what: "fails" }] })
    const selection = { ...TO_THE_LINK, sites: ["superlink"] }
    const { outcomes } = await walk(world, { selection, timeout: 3 })
    expect(outcomes["superlink/install-operator"]).toMatchObject({
      kind: "failed",
      code: "timeout",
      reason: expect.stringMatching(
        /^timed out after 3 s: \S+ failed \(InstallCheckFailed\): install timeout: /,
      ),
    })
    world.practice.faults.set([])
    expect((await walk(world, { selection })).outcomes).toMatchObject({
      "superlink/install-operator": { ok: true },
    })
  })
})

describe("logging in", () => {
  const login = (superlink: Record<string, unknown>, more: Call = {}) =>
    walk(world, {
      selection: { only: ["prerequisites", "login", "project"], sites: ["superlink"] },
      sites: { superlink },
      ...more,
    }).then(({ outcomes }) => outcomes)

  test("with a token or a password that is not accepted", async () => {
    world = await startWorld()
    const token = await privateFile(world, "bad", "sha256~nothing-that-is-known")
    expect((await login({ "token-file": token }))["superlink/login"]).toMatchObject({
      kind: "failed",
      reason: expect.stringContaining(`the token in ${token} does not log in to https://`),
      next: "flower-runbook step login --site superlink",
    })
    const password = await privateFile(world, "password", "not this")
    const wrong = await login({ login: "password", username: "developer", "password-file": password })
    expect(wrong["superlink/login"]).toMatchObject({
      kind: "failed",
      reason: expect.stringContaining("does not accept the password of developer"),
    })
    expect(await journalOf(world)).not.toMatch(/nothing-that-is-known|not this/)
  })

  test("by browser requires a terminal", async () => {
    world = await startWorld()
    expect((await login({ login: "web" }))["superlink/login"]).toMatchObject({
      kind: "blocked",
      code: "login",
      next: "flower-runbook step login --site superlink",
    })
  })

  test("with a context of another kubeconfig", async () => {
    world = await startWorld()
    const { kubeconfig } = world.practice.clusters[0]!
    const context = parse(await readFile(kubeconfig, "utf8"))["current-context"]
    expect((await login({ login: "context", kubeconfig, context }))["superlink/login"]).toMatchObject({
      kind: "applied",
      reason: expect.stringContaining("kube:admin"),
    })
  })
})

test("an ordinary user gets what the administrator has to apply", async () => {
  world = await startWorld()
  const { name, password } = world.practice.clusters[0]!.developer
  const { outcomes } = await walk(world, {
    selection: { ...TO_THE_LINK, sites: ["superlink"] },
    sites: {
      superlink: {
        login: "password",
        username: name,
        "password-file": await privateFile(world, "password", `${password}\n`),
      },
    },
  })
  expect(outcomes).toMatchObject({
    "superlink/login": { kind: "applied" },
    "superlink/project": { kind: "applied" },
    "superlink/install-operator": { kind: "blocked", fix: expect.stringContaining("kind: Subscription") },
  })
  expect(readdirSync(join(world.state, "manifests"))).toEqual([])
})
