import { existsSync } from "node:fs"
import { readdir } from "node:fs/promises"
import { join } from "node:path"
import { afterEach, describe, expect, test } from "vitest"
import type { Fault } from "../../lib/practice/types.ts"
import { labels } from "../../runbooks/labels.ts"
import { Walker, type WalkOptions } from "./walk.ts"

const SKUPPER = "skupper.io/v2alpha1"

let walker: Walker
afterEach(() => walker?.close())

const places = [
  "prerequisites",
  ...["login", "project", "install-operator", "site-create"].flatMap((step) => [
    `superlink/${step}`,
    `supernode-1/${step}`,
  ]),
  "supernode-1/token-issue",
  "supernode-1/token-redeem",
  "supernode-1/link-status",
]

test("from nothing to a link that is up; a second run acts on nothing; nobody else's journal is needed", async () => {
  walker = await Walker.start()
  const first = await walker.walk()
  expect(first.outcomes).toMatchObject(Object.fromEntries(places.map((place) => [place, { ok: true }])))
  expect(first.kinds).toMatchObject({
    "supernode-1/login": "acted",
    "supernode-1/project": "acted",
    "supernode-1/install-operator": "acted",
    "supernode-1/site-create": "acted",
    "supernode-1/token-redeem": "acted",
  })
  expect(first.commands).toContain(
    "skupper site create superlink-interconnect --enable-link-access --wait none -n flower-openshift-demo",
  )
  expect(first.commands).toContain("skupper token redeem supernode-1.yaml -n flower-supernode-1")
  const shown = first.events.filter((event) => event.type === "shown")
  expect(shown.filter(({ differs }) => differs.length > 0)).toEqual([])

  const [site] = await walker.admin("superlink").list({ apiVersion: SKUPPER, kind: "Site" })
  const [link] = await walker.admin("supernode-1").list({ apiVersion: SKUPPER, kind: "Link" })
  expect([site!.metadata.labels, link!.metadata.labels]).toEqual([labels("trial"), labels("trial")])
  const left = [
    await walker.admin("superlink").list({ apiVersion: SKUPPER, kind: "AccessGrant" }),
    await walker.admin("supernode-1").list({ apiVersion: SKUPPER, kind: "AccessToken" }),
    await readdir(join(walker.state, "tokens")),
  ]
  expect(left).toEqual([[], [], []])

  const second = await walker.walk()
  expect(second.events.filter(({ type }) => type === "act started")).toEqual([])
  expect(second.code).toBe(0)
  expect((await walker.plan()).filter(({ would }) => would !== "nothing" && would !== "not needed")).toEqual(
    [],
  )
  for (const { admin } of walker.practice.clusters) expect(await walker.journal()).not.toContain(admin.token)
})

test("the link file does without a token", async () => {
  walker = await Walker.start()
  const { kinds, commands } = await walker.walk({ inputs: { linkWith: "file" } })
  expect(kinds).toMatchObject({
    "supernode-1/token-redeem": "acted",
    "supernode-1/link-status": expect.stringMatching(/acted|done/),
  })
  expect(commands.find((line) => line.startsWith("skupper link generate"))).toBeDefined()
  expect(await readdir(join(walker.state, "tokens"))).toEqual([])
})

describe("tokens that are refused", () => {
  const withFault = async (fault: Partial<Fault> & { what: string }) => {
    walker = await Walker.start({ faults: [{ where: "grant", ...fault }] })
    return walker.walk()
  }
  test.each(["used", "expired"])("%s: another is issued", async (what) => {
    const { kinds, notes, commands } = await withFault({ what, times: 1 })
    expect(kinds).toMatchObject({ "supernode-1/token-redeem": "acted" })
    expect(notes.join("\n")).toContain("token-issue again")
    expect(commands.filter((line) => line.startsWith("skupper token issue"))).toHaveLength(2)
  })
  test("unreachable: the address, and the way without; once cured, the same run goes on", async () => {
    const { outcomes } = await withFault({ what: "unreachable" })
    expect(outcomes["supernode-1/token-redeem"]).toMatchObject({
      kind: "failed",
      reason: expect.stringMatching(/cannot reach \S+:\d+/),
      fix: expect.stringContaining("--link-with file"),
    })
    expect(await walker.admin("supernode-1").list({ apiVersion: SKUPPER, kind: "AccessToken" })).toEqual([])
    walker.practice.faults.set([])
    expect((await walker.walk()).kinds).toMatchObject({ "supernode-1/token-redeem": "acted" })
  })
  test("grants that are off", async () => {
    const { outcomes } = await withFault({ what: "off" })
    expect(outcomes["supernode-1/token-issue"]).toMatchObject({
      kind: "failed",
      why: "AccessGrants are not enabled",
      fix: expect.stringContaining("--link-with file"),
    })
  })
})

test("a new Link is made when asked for; and when the SuperLink's Site was made anew", async () => {
  walker = await Walker.start()
  await walker.walk()
  const names = async () =>
    (await walker.admin("supernode-1").list({ apiVersion: SKUPPER, kind: "Link" })).map(
      ({ metadata }) => metadata.name,
    )
  const before = await names()
  expect((await walker.walk({ only: ["token-redeem"], again: true })).code).toBe(0)
  const after = await names()
  expect(after).toHaveLength(1)
  expect(after).not.toEqual(before)
  const ref = {
    apiVersion: SKUPPER,
    kind: "Site",
    name: "superlink-interconnect",
    namespace: "flower-openshift-demo",
  }
  await walker.admin("superlink").remove(ref)
  const { kinds, code } = await walker.walk()
  expect(code).toBe(0)
  expect(kinds).toMatchObject({ "superlink/site-create": "acted", "supernode-1/token-redeem": "acted" })
  const site = await walker.admin("superlink").get(ref)
  const links = await walker.admin("supernode-1").list({ apiVersion: SKUPPER, kind: "Link" })
  expect(links.map(({ status }) => status.remoteSiteId)).toEqual([site!.metadata.uid])
})

describe("the operator", () => {
  test.each([
    ["fails", { code: "CSV" }],
    ["manual", { code: "approval" }],
    ["no-catalog", { kind: "blocked" }],
    ["no-group", { code: "no OperatorGroup" }],
    ["two-groups", { code: "OperatorGroups" }],
    ["old", { code: "version 1" }],
  ])("%s is explained, and ends the wait", async (what, expected) => {
    walker = await Walker.start({ faults: [{ where: "operator", cluster: "superlink", what }] })
    const { outcomes } = await walker.walk({ sites: ["superlink"] })
    expect(outcomes["superlink/install-operator"]).toMatchObject(expected)
    expect(outcomes["superlink/install-operator"]).toHaveProperty("fix")
  })
})

test("an ordinary user is given what the administrator has to apply", async () => {
  walker = await Walker.start()
  const developer = walker.practice.clusters[0]!.developer
  const { outcomes } = await walker.walk({
    sites: ["superlink"],
    site: {
      login: "password",
      username: developer.name,
      passwordFile: await walker.file("password", developer.password!),
    },
  })
  expect(outcomes["superlink/login"]).toMatchObject({ kind: "acted" })
  expect(outcomes["superlink/project"]).toMatchObject({ kind: "acted" })
  expect(outcomes["superlink/install-operator"]).toMatchObject({
    kind: "blocked",
    fix: expect.stringContaining("kind: Subscription"),
  })
  expect(existsSync(join(walker.state, "manifests"))).toBe(false)
})

test("an existing context is copied", async () => {
  walker = await Walker.start()
  const cluster = walker.practice.clusters[0]!
  const { outcomes } = await walker.walk({
    sites: ["superlink"],
    only: ["prerequisites", "login", "project"],
    superlink: {
      login: "context",
      kubeconfig: cluster.kubeconfig,
      context: await walker.contextOf(cluster.kubeconfig),
    },
  })
  expect(outcomes["superlink/login"]).toMatchObject({
    kind: "acted",
    reason: expect.stringContaining("kube:admin"),
  })
})

describe("logging in", () => {
  const walkLogin = (superlink: Record<string, unknown>, more: WalkOptions = {}) =>
    walker.walk({ sites: ["superlink"], only: ["prerequisites", "login"], superlink, ...more })

  test("with a token or a password that is not accepted", async () => {
    walker = await Walker.start()
    const tokenFile = await walker.file("bad", "sha256~nothing-that-is-known")
    expect((await walkLogin({ tokenFile })).outcomes["superlink/login"]).toMatchObject({
      kind: "failed",
      reason: expect.stringContaining(`the token in ${tokenFile} does not log in to https://`),
      next: "flower-runbook step login --site superlink",
    })
    const passwordFile = await walker.file("password", "not this")
    const wrong = await walkLogin({ login: "password", username: "developer", passwordFile })
    expect(wrong.outcomes["superlink/login"]).toMatchObject({
      kind: "failed",
      reason: expect.stringContaining("does not accept the password of developer"),
    })
    expect(await walker.journal()).not.toMatch(/nothing-that-is-known|not this/)
  })

  test("by browser needs a person", async () => {
    walker = await Walker.start()
    expect((await walkLogin({ login: "web" })).outcomes["superlink/login"]).toMatchObject({
      kind: "blocked",
      code: "login",
      next: "flower-runbook step login --site superlink",
    })
  })
})

test("plain Kubernetes has namespaces, a controller and load balancers", async () => {
  walker = await Walker.start({ openshift: false })
  const { outcomes, code, commands } = await walker.walk()
  expect(outcomes).toMatchObject({
    "superlink/project": {
      kind: "acted",
      reason: expect.stringContaining("namespace flower-openshift-demo"),
    },
    "superlink/install-operator": { kind: "done", adopted: true },
    "supernode-1/link-status": { ok: true },
  })
  expect(commands).toContain("oc create namespace flower-supernode-1")
  expect(code).toBe(0)
})
