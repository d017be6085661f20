/**
 * What a person sees of each fault of the table, how the program ends, and that the same command succeeds once it is
 * fixed. Many faults share one run, each at its own cluster.
 */
import { execFile } from "node:child_process"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { promisify } from "node:util"
import { afterEach, expect, test } from "vitest"
import type { Fault } from "../../lib/practice/types/faults.ts"
import type { Outcome } from "../../lib/runner/events.ts"
import { flat, linesOf, place, startWorld, type World } from "./harness.ts"

let world: World
afterEach(() => world?.close())

/** How each place ended in the last run. */
function outcomes(): Record<string, Outcome> {
  const journal = world.journal()
  const run = journal.at(-1)?.run
  const ended = linesOf(journal, "step ended").filter((line) => line.run === run)
  return Object.fromEntries(ended.map((line) => [place(line), line.outcome]))
}

/** A run that must fail: every text of each failure is on the screen, and no stack. */
async function broken(argv: readonly string[]): Promise<Record<string, Outcome>> {
  const { code, stdout, stderr } = await world.call(argv)
  expect({ code, stderr }).toEqual({ code: 1, stderr: "" })
  const screen = flat(stdout)
  const ended = outcomes()
  for (const { ok, kind, reason, why, fix, next } of Object.values(ended)) {
    if (ok || kind === "skipped") continue
    for (const words of [reason, why, fix, next]) {
      if (words !== undefined) expect(screen).toContain(flat(words).trim())
    }
  }
  expect(screen).not.toMatch(/Unexpected error| at \S+\.ts:\d+/)
  return ended
}

/** The same command once the fault is gone. */
async function fixed(argv: readonly string[]): Promise<void> {
  world.practice.faults.set([])
  await succeeds(argv)
}

/** A run that must succeed. */
async function succeeds(argv: readonly string[]): Promise<void> {
  const { code, stdout, stderr } = await world.call(argv)
  expect({ code, stderr, stdout: code === 0 ? "" : stdout }).toEqual({ code: 0, stderr: "", stdout: "" })
}

const run = (...more: string[]): string[] => [
  ...["run", "--federation", world.practice.federationFile, "--yes"],
  ...more,
]

const given = (name: string, text: string): string => {
  const path = join(world.folder, name)
  writeFileSync(path, text, { mode: 0o600 })
  return path
}

/** Each at the cluster of another SuperNode. */
const atEach = (faults: readonly Omit<Fault, "cluster">[]): Fault[] =>
  faults.map((fault, index) => ({ ...fault, cluster: `supernode-${index + 1}` }))

const says = (pattern: RegExp) => expect.stringMatching(pattern)

test("the operator: slow, failing, manual, no catalog, no or two groups, old, not allowed", {
  timeout: 120_000,
}, async () => {
  const kinds = ["slow", "fails", "manual", "no-catalog", "no-group", "two-groups", "old"]
  world = await startWorld({ supernodes: kinds.length + 1 })
  world.practice.faults.set(atEach(kinds.map((what) => ({ where: "operator", what, delay: 60_000 }))))
  const developer = given("developer", world.practice.clusters.at(-1)!.developer.token)
  const argv = run("--to", "install-operator", "--timeout", "12s")

  const ended = await broken([...argv, "--supernode", `name=supernode-8,token-file=${developer}`])
  expect(ended).toMatchObject({
    "superlink/install-operator": { ok: true },
    "supernode-1/install-operator": {
      kind: "failed",
      reason: says(/timed out after 12 s: skupper-operator\S+ is (?:Pending|Installing): /),
    },
    "supernode-2/install-operator": {
      kind: "failed",
      reason: says(/timed out after 12 s: \S+ failed \(InstallCheckFailed\): install timeout/),
    },
    "supernode-3/install-operator": { kind: "blocked", code: "approval", fix: says(/approve/i) },
    "supernode-4/install-operator": { kind: "blocked", code: "no catalog", fix: says(/--operator-source/) },
    "supernode-5/install-operator": { kind: "blocked", code: "no OperatorGroup" },
    "supernode-6/install-operator": { kind: "blocked", code: "OperatorGroups" },
    "supernode-7/install-operator": { kind: "blocked", code: "version 1" },
    "supernode-8/install-operator": { kind: "blocked", code: "forbidden", fix: says(/kind: Subscription/) },
  })
  // The approval of the InstallPlan stays after its fault is fixed: it is given as `next` says.
  const [, plan, patch] = /installplan (\S+) -n openshift-operators .* -p '(.*)'$/.exec(
    ended["supernode-3/install-operator"]?.next ?? "",
  )!
  await world.cluster("supernode-3").merge(
    {
      apiVersion: "operators.coreos.com/v1alpha1",
      kind: "InstallPlan",
      name: plan!,
      namespace: "openshift-operators",
    },
    JSON.parse(patch!),
  )
  await fixed(argv)
})

test("pods: quota, image, crash; a site and a link that do not come up", { timeout: 120_000 }, async () => {
  world = await startWorld({ supernodes: 5 })
  const argv = run("--timeout", "20s")
  world.practice.faults.set(
    atEach([
      { where: "pod", what: "quota", match: "^supernode" },
      { where: "pod", what: "image", match: "^supernode" },
      { where: "pod", what: "crash", match: "^supernode" },
      { where: "site", what: "pending" },
      { where: "link", what: "down" },
    ]),
  )
  const ended = await broken(argv)
  expect(ended).toMatchObject({
    "supernode-1/deploy-supernode": {
      kind: "blocked",
      reason: says(/exceeded quota/),
      fix: says(/higher quota/),
    },
    "supernode-2/deploy-supernode": {
      kind: "blocked",
      reason: says(/cannot be pulled/),
      fix: says(/flower-version|image-pull-secret/),
    },
    "supernode-3/deploy-supernode": {
      kind: "blocked",
      reason: says(/crash-looping/),
      next: says(/\/oc'? logs .* --previous/),
    },
    "supernode-4/site-create": { kind: "failed", reason: says(/Site supernode-4-interconnect: /) },
    "supernode-5/link-status": { kind: "failed", reason: says(/Not Operational|connects to/) },
    "verify-federation": { kind: "skipped" },
  })
  // Typed in a shell of nothing: it has the site's kubeconfig and the command.
  const { next } = ended["supernode-3/deploy-supernode"] as Outcome
  const typed = await promisify(execFile)("/bin/sh", ["-c", next!], { env: { PATH: "/bin:/usr/bin" } })
  expect(typed.stdout).toContain("this container crashes")
  await fixed(argv)
})

test("admission: what it demands is told with its fix, what it rewrites is used; short image names; router shards", {
  timeout: 120_000,
}, async () => {
  world = await startWorld({ supernodes: 7 })
  const argv = run("--timeout", "20s")
  world.practice.faults.set([
    ...atEach([
      { where: "admission", what: "quota" },
      { where: "admission", what: "limits" },
      { where: "admission", what: "images" },
      { where: "admission", what: "labels" },
      { where: "admission", what: "sidecar" },
      { where: "pod", what: "short-name", match: "^supernode" },
      { where: "login", what: "anonymous" },
    ]),
    { where: "route", what: "shards", cluster: "superlink" },
  ])
  const ended = await broken(argv)
  expect(ended).toMatchObject({
    "supernode-1/site-create": {
      kind: "blocked",
      reason: says(/failed quota: practice: must specify limits\.cpu for: /),
      fix: says(/kind: LimitRange[\s\S]*skupper\.io\/site-sizing/),
    },
    "supernode-2/deploy-supernode": {
      kind: "blocked",
      reason: says(/cpu max limit to request ratio per Container is 4/),
      fix: says(/maxLimitRequestRatio|closer together/),
    },
    "supernode-3/deploy-supernode": {
      kind: "applied",
      reason: says(/^mirror\.practice\.test\/flwr\/supernode:/),
    },
    "supernode-3/verify": { ok: true },
    "supernode-4/verify": { ok: true },
    "supernode-5/verify": { ok: true },
    // The default images have their registry's name.
    "supernode-6/verify": { ok: true },
    "supernode-7/login": { kind: "failed", why: says(/system:anonymous/), fix: says(/did not arrive/) },
    "superlink/site-create": { ok: true },
  })
  await fixed(argv)
})

test("tokens: expired and used ones are replaced; an unreachable grant server is reported", {
  timeout: 120_000,
}, async () => {
  world = await startWorld({ supernodes: 3 })
  world.practice.faults.set([
    { where: "grant", what: "unreachable", cluster: "supernode-3" },
    { where: "grant", what: "expired", cluster: "superlink", times: 1 },
    { where: "grant", what: "used", cluster: "superlink", times: 1 },
  ])
  const argv = run("--to", "link-status")
  const ended = await broken(argv)
  expect(ended).toMatchObject({
    "supernode-1/link-status": { ok: true },
    "supernode-2/link-status": { ok: true },
    "supernode-3/token-redeem": {
      kind: "failed",
      reason: says(/cannot reach \S+:\d+/),
      fix: says(/--link-with file/),
      next: says(/--link-with file/),
    },
  })
  const again = linesOf(world.journal(), "note").filter(({ text }) => text.includes("token-issue again"))
  expect(again.map(({ site }) => site).sort()).toEqual(["supernode-1", "supernode-2"])
  await fixed(argv)
})

test("an API that fails for a while is waited for, whatever it answers", { timeout: 120_000 }, async () => {
  world = await startWorld({ supernodes: 4 })
  const match = "^(GET|POST|PATCH) /(api|apis)/"
  // Two faults at a cluster come one after the other.
  world.practice.faults.set([
    { where: "api", cluster: "supernode-1", what: "500", match, times: 4 },
    { where: "api", cluster: "supernode-1", what: "503", match, times: 4 },
    { where: "api", cluster: "supernode-2", what: "429", match, times: 3 },
    { where: "api", cluster: "supernode-2", what: "reset", match, times: 4 },
    { where: "api", cluster: "supernode-3", what: "slow", match, delay: 200 },
    { where: "api", cluster: "supernode-4", what: "cut", times: 5 },
    { where: "api", cluster: "supernode-4", what: "gone", times: 5 },
  ])
  await succeeds(run("--to", "install-operator"))
})

test("an API that stays broken, a wrong CA, a session that ends", { timeout: 120_000 }, async () => {
  world = await startWorld({ supernodes: 5 })
  const argv = run("--to", "project", "--timeout", "6s")
  world.practice.faults.set(
    atEach([
      { where: "api", what: "503" },
      { where: "tls", what: "wrong-ca" },
      { where: "login", what: "expired" },
      { where: "api", what: "reset" },
      { where: "api", what: "forbidden", match: "projectrequests" },
    ]),
  )
  const ended = await broken(argv)
  expect(ended).toMatchObject({
    "superlink/project": { ok: true },
    "supernode-1/login": {
      kind: "failed",
      reason: says(/timed out after 6 s: \S+ answered 503/),
    },
    "supernode-2/login": {
      kind: "blocked",
      code: "certificate",
      reason: says(/\(certificate-authority: .*federation\.yaml:\d+:\d+/),
      fix: says(/certificate-authority/),
    },
    "supernode-3/login": { kind: "failed", why: says(/Unauthorized/), fix: says(/expires after 24 hours/) },
    "supernode-4/login": { kind: "failed", reason: says(/cannot be reached/) },
    "supernode-5/project": { kind: "blocked", code: "no project", fix: says(/administrator/) },
  })
  await fixed(argv)
})
