/** A small notebook, a federation and a journal of two runs with one of everything that a report has. */

import { ready } from "../../lib/notebook/check-result.ts"
import type { Federation } from "../../lib/notebook/federation.ts"
import { type Notebook, notebook } from "../../lib/notebook/notebook.ts"
import { step } from "../../lib/notebook/step.ts"
import { type ReportOptions, readReport } from "../../lib/report/read-report.ts"
import type { ReportInput } from "../../lib/report/types.ts"
import type { Event, Recorded } from "../../lib/runner/events.ts"
import { MemoryReader } from "../../lib/runner/journal-memory.ts"
import { placeOf as at, ended, heldBack, outcome, recorded } from "../terminal/scene.ts"

const stepOf = (id: string, on: string, title: string, more: { prose?: string; expect?: string } = {}) =>
  step({ id, on, title, prose: more.prose ?? `${title}.`, check: () => ready("exists"), ...more })

const roles = { superlink: "one", supernode: "many" } as const
const inputs: Notebook["inputs"] = {
  greeting: { type: "text", per: "federation", help: "", default: "Hello" },
  server: { type: "url", per: "site", help: "", identity: true },
  project: { type: "name", per: "site", help: "" },
  password: { type: "text", per: "site", help: "", secret: true },
}

export const book = notebook({
  name: "flower-runbook",
  title: "Sites that are linked",
  roles,
  inputs,
  steps: [
    stepOf("prerequisites", "here", "What you need"),
    stepOf("login", "every site", "Log in to the cluster"),
    stepOf("site-create", "every site", "Create the Skupper site", {
      prose: "A Skupper **site** is a router in your project.\n\n    skupper site create NAME",
      expect: 'Site "<name>" is ready.\nNAME  STATUS',
    }),
    stepOf("token-redeem", "link", "Redeem the token: create the link"),
    stepOf("verify-federation", "federation", "Verify the federation"),
  ],
  sections: ({ federation, seen }) => [
    {
      id: "reach",
      title: "Who can reach what",
      text: ["Each site administers the others' routers."],
      head: ["who", "reaches", "seen"],
      rows: federation.sites.map(({ name }) => [
        `the administrator of ${name}`,
        "<b>its own</b> | and *others*",
        seen("login", name)?.reason ?? "not yet",
      ]),
      notes: ["What stays open is in docs/security.md."],
    },
  ],
  teardown: notebook({
    name: "flower-runbook",
    title: "Undo it",
    roles,
    inputs,
    steps: [
      stepOf("remove-link", "supernode", "Remove the link"),
      stepOf("remove-site", "every site", "Remove the Skupper site"),
    ],
  }),
})

export const siteOf = (name: string) => ({
  name,
  role: name === "superlink" ? "superlink" : "supernode",
  server: `https://api.${name}.example:6443`,
  project: `flower-${name}`,
})

export const federationOf = (names: readonly string[]): Federation => ({
  name: "hospital-trial",
  values: { greeting: "Hello" },
  sites: names.map(siteOf),
  origins: {},
})

export const summaryOf = (name: string) => {
  const { role, ...given } = siteOf(name)
  return { name, role, given }
}

export const startOf = (
  names: readonly string[],
  more: Partial<Extract<Event, { type: "run started" }>> = {},
): Event => ({
  type: "run started",
  version: "0.1.0",
  notebook: "flower-runbook",
  federation: "hospital-trial",
  command: "flower-runbook run --yes",
  by: { user: "alice", host: "ward", platform: "linux-x64", node: "24.21.0" },
  sites: names.map(summaryOf),
  given: {},
  lanes: [],
  ...more,
})

/** Stamps the events of one run. */
export const runOf = (
  name: string,
  start: string,
  events: readonly (Event & { after?: number })[],
): Recorded[] => recorded(events, Date.parse(start)).map((line) => ({ ...line, run: name }))

const CREATE = "skupper site create superlink-interconnect --enable-link-access --wait none"
export const HASH = "d1c3de9a2cf572e10d88a18a93e5cf8ffa6ce2f8ccdd9ecc3833576991dd5156"

export const login = (site: string): Event[] => {
  const place = at(`${site}/login`)
  const server = siteOf(site).server
  return [
    { type: "step started", ...place },
    { type: "checked", ...place, result: { state: "missing", reason: `not logged in to ${server} yet` } },
    { type: "action started", ...place, action: "apply" },
    { type: "command", ...place, line: "oc whoami" },
    { type: "output", ...place, stream: "stdout", text: "adm" },
    { type: "output", ...place, stream: "stdout", text: "in\n" },
    { type: "command ended", ...place, exitCode: 0, seconds: 0.3 },
    { type: "action ended", ...place, action: "apply", ok: true },
    { type: "session", ...place, user: "admin", server },
    { type: "checked", ...place, result: { state: "ready", reason: `logged in as admin at ${server}` } },
    { type: "shown", ...place, line: "oc whoami", text: "admin\n", differs: [] },
    { type: "checkpoint", ...place, fingerprint: "f", inputs: { version: "1", server }, reason: "logged in" },
    ended(`${site}/login`, "applied", `logged in as admin at ${server}`),
  ]
}

/** The first run: killed while it created the SuperLink's site. */
export const killed = (): Recorded[] => {
  const site = at("superlink/site-create")
  return runOf("one", "2026-11-22T18:00:00.000Z", [
    startOf(["superlink", "supernode-1", "supernode-2", "supernode-3"]),
    { type: "step started", ...at("prerequisites") },
    {
      type: "checked",
      ...at("prerequisites"),
      result: { state: "ready", reason: "bash, oc and skupper 2.2.1 are installed" },
    },
    {
      type: "checkpoint",
      ...at("prerequisites"),
      fingerprint: "f",
      inputs: { version: "1" },
      reason: "here",
    },
    ended("prerequisites", "unchanged", "bash, oc and skupper 2.2.1 are installed", { seconds: 0.01 }),
    ...["superlink", "supernode-1", "supernode-2", "supernode-3"].flatMap(login),
    { type: "step started", ...site },
    { type: "checked", ...site, result: { state: "missing", reason: "no Site", approval: "creates a Site" } },
    { type: "approval", what: "creates a Site on https://api.superlink.example:6443", how: "flag" },
    { type: "action started", ...site, action: "apply" },
    { type: "command", ...site, line: CREATE, cwd: "/home/alice" },
    { type: "output", ...site, stream: "stdout", text: "Waiting for status" },
  ])
}

/** The second: resumes, and a token is not redeemed. */
export const failed = (): Recorded[] => {
  const [hub, adopted, manual] = ["superlink", "supernode-1", "supernode-2"].map((name) =>
    at(`${name}/site-create`),
  )
  const redeem = "supernode-1/token-redeem"
  return runOf("two", "2026-11-22T19:30:00.000Z", [
    startOf(["superlink", "supernode-1", "supernode-2"], {
      version: "0.2.0",
      by: { user: "bob", host: "ward", platform: "linux-x64", node: "24.21.0" },
    }),
    { type: "warning", text: "the journal's last line was torn: it is cut" },
    { type: "step started", ...hub! },
    { type: "checked", ...hub!, result: { state: "progressing", reason: "Pending" } },
    { type: "action ended", ...hub!, action: "apply", ok: true, reason: "found at resume" },
    { type: "written", ...hub!, what: "manifests/superlink-site.yaml", sha256: HASH },
    { type: "written", ...hub!, what: "patch Site superlink-interconnect", sha256: "0".repeat(64) },
    { type: "written", ...hub!, what: "patch Site superlink-interconnect", sha256: "1".repeat(64) },
    { type: "written", ...hub!, what: "patch Route superlink", sha256: "2".repeat(64) },
    { type: "written", ...hub!, what: "delete AccessToken old" },
    { type: "waiting", ...hub!, reason: "Pending: no Route is admitted yet" },
    { type: "waiting", ...hub!, reason: "Pending: no Route is admitted yet" },
    { type: "waiting", ...hub!, reason: "Pending: the router's certificate | `tls`", after: 60 },
    {
      type: "checked",
      ...hub!,
      result: { state: "ready", reason: "Ready", object: { kind: "Site", name: "superlink-interconnect" } },
    },
    {
      type: "shown",
      ...hub!,
      line: "skupper site status",
      text: "NAME                    STATUS  MESSAGE\nsuperlink-interconnect  Ready   OK\n",
      differs: ['Site "<name>" is ready.'],
    },
    {
      type: "checkpoint",
      ...hub!,
      fingerprint: "f",
      inputs: { version: "1", project: "flower-a" },
      reason: "Ready",
    },
    ended("superlink/site-create", "applied", "Ready", { seconds: 61.3 }),
    { type: "step started", ...adopted! },
    { type: "checked", ...adopted!, result: { state: "ready", reason: "Ready", adopted: true } },
    {
      type: "checkpoint",
      ...adopted!,
      fingerprint: "f",
      inputs: { version: "1" },
      reason: "Ready",
      adopted: true,
    },
    ended("supernode-1/site-create", "unchanged", "Ready", { adopted: true }),
    { type: "step started", ...manual! },
    { type: "checked", ...manual!, result: { state: "missing", reason: "no Site" } },
    { type: "manual", ...manual!, action: "apply" },
    { type: "checked", ...manual!, result: { state: "ready", reason: "Ready" }, after: 130 },
    { type: "checkpoint", ...manual!, fingerprint: "f", inputs: { version: "1" }, reason: "Ready" },
    ended("supernode-2/site-create", "unchanged", "Ready", { seconds: 130.2 }),
    { type: "step started", ...at(redeem) },
    { type: "checked", ...at(redeem), result: { state: "missing", reason: "no Link leads to it yet" } },
    { type: "action started", ...at(redeem), action: "apply" },
    { type: "command", ...at(redeem), line: "skupper token redeem supernode-1.yaml" },
    ...Array.from(
      { length: 24 },
      (_, n): Event => ({
        type: "output",
        ...at(redeem),
        stream: n % 2 === 0 ? "stdout" : "stderr",
        text: `${"```"} line ${n + 1}\n`,
      }),
    ),
    { type: "command ended", ...at(redeem), exitCode: 1, seconds: 2.5 },
    { type: "action ended", ...at(redeem), action: "apply", ok: false, reason: "exit code 1" },
    { type: "note", ...at(redeem), text: "the session is renewed" },
    // The step goes back to its login, which has neither a start nor an end of its own.
    {
      type: "checked",
      ...at("supernode-1/login"),
      result: { state: "missing", reason: "the session expired" },
    },
    { type: "action started", ...at("supernode-1/login"), action: "apply" },
    { type: "action ended", ...at("supernode-1/login"), action: "apply", ok: true },
    { type: "checked", ...at("supernode-1/login"), result: { state: "ready", reason: "logged in as admin" } },
    ended(redeem, "failed", "the token was not redeemed", {
      root: redeem,
      why: "404 (Not Found) *No such claim*",
      fix: "issue a new token",
      next: "flower-runbook step token-issue --site supernode-1 --rerun",
      seconds: 3.04,
    }),
    { type: "step started", ...at("verify-federation") },
    heldBack("verify-federation", redeem, { seconds: 0 }),
    {
      type: "run ended",
      code: 1,
      counts: { unchanged: 2, applied: 1, failed: 1, skipped: 1 },
      seconds: 197.4,
    },
  ])
}

/** A teardown of what `killed` and `failed` created at one site. */
export const undone = (): Recorded[] => {
  const place = at("superlink/remove-site")
  return runOf("three", "2026-11-23T08:00:00.000Z", [
    startOf(["superlink", "supernode-1", "supernode-2"], { command: "flower-runbook teardown --yes" }),
    { type: "step started", ...place },
    {
      type: "checked",
      ...place,
      result: { state: "drifted", reason: "Site superlink-interconnect exists", fields: [] },
    },
    { type: "action started", ...place, action: "delete", undoes: ["site-create"] },
    { type: "action ended", ...place, action: "delete", ok: true },
    {
      type: "checked",
      ...place,
      result: { state: "ready", reason: "nothing created by this federation remains" },
    },
    ended("superlink/remove-site", "deleted", "nothing created by this federation remains"),
    { type: "run ended", code: 0, counts: { deleted: 1 }, seconds: 1.5 },
  ])
}

const inputsOf = (names: readonly string[]): ReportInput[] => [
  { name: "greeting", value: "Hello", origin: "default" },
  ...names.flatMap((site): ReportInput[] => [
    { site, name: "server", value: siteOf(site).server, origin: "file" },
    { site, name: "project", value: siteOf(site).project, origin: "file" },
    { site, name: "password", origin: "variable", secret: true },
  ]),
]

/** The walk of such lines, at a fixed time. */
export function walkOf(lines: readonly Recorded[], more: Partial<ReportOptions> & { names?: string[] } = {}) {
  const { names = ["superlink", "supernode-1", "supernode-2"], ...options } = more
  const memory = new MemoryReader("/nowhere")
  for (const line of lines) memory.take(line)
  return readReport({
    lines,
    notebook: book,
    federation: federationOf(names),
    memory,
    made: "2026-11-23T09:00:00.000Z",
    program: { name: "flower-runbook", version: "0.2.0" },
    inputs: inputsOf(names),
    textOf: (_, value) => String(value),
    stale: (place) =>
      place === "superlink/site-create" && memory.checkpoints.has(place)
        ? ["project flower-a → flower-superlink"]
        : [],
    ...options,
  })
}

/** A run over so many SuperNodes that did the same everywhere, but at one site. */
export function manySites(number: number): { lines: Recorded[]; names: string[] } {
  const names = ["superlink", ...Array.from({ length: number }, (_, n) => `supernode-${n + 1}`)]
  const odd = "supernode-7/login"
  const lines = runOf("many", "2026-11-22T18:00:00.000Z", [
    startOf(names),
    ...names.filter((name) => name !== "supernode-7").flatMap(login),
    { type: "step started", ...at(odd) },
    { type: "step ended", ...at(odd), outcome: outcome("blocked", "no session", { fix: "log in" }) },
    { type: "run ended", code: 1, counts: {}, seconds: 20 },
  ])
  return { lines, names }
}
