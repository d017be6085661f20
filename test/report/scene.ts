/** A small notebook, a federation and a journal of two runs that meets one of everything that a report tells. */
import type { Federation } from "../../lib/notebook/federation.ts"
import { done } from "../../lib/notebook/looks.ts"
import { type Notebook, notebook } from "../../lib/notebook/notebook.ts"
import { step } from "../../lib/notebook/step.ts"
import type { WalkInput } from "../../lib/report/types.ts"
import { readWalk, type WalkOptions } from "../../lib/report/walk.ts"
import type { Event, Recorded } from "../../lib/runner/events.ts"
import { MemoryReader } from "../../lib/runner/journal.ts"
import { placeOf as at, ended, outcome, recorded } from "../terminal/scene.ts"

const stepOf = (id: string, on: string, title: string, more: { prose?: string; expect?: string } = {}) =>
  step({ id, on, title, prose: more.prose ?? `${title}.`, look: () => done("there"), ...more })

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
    stepOf("token-redeem", "link", "Redeem the token: make the link"),
    stepOf("verify-federation", "federation", "Verify the federation"),
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
    { type: "looked", ...place, look: { is: "absent", reason: `not logged in to ${server} yet` } },
    { type: "act started", ...place, action: "act" },
    { type: "command", ...place, line: "oc whoami" },
    { type: "output", ...place, stream: "stdout", text: "adm" },
    { type: "output", ...place, stream: "stdout", text: "in\n" },
    { type: "command ended", ...place, exitCode: 0, seconds: 0.3 },
    { type: "act ended", ...place, action: "act", ok: true },
    { type: "session", ...place, user: "admin", server },
    { type: "looked", ...place, look: { is: "done", reason: `logged in as admin at ${server}` } },
    { type: "shown", ...place, line: "oc whoami", text: "admin\n", differs: [] },
    { type: "checkpoint", ...place, fingerprint: "f", made: { version: "1", server }, reason: "logged in" },
    ended(`${site}/login`, "acted", `logged in as admin at ${server}`),
  ]
}

/** The first run: killed while the SuperLink's site was made. */
export const killed = (): Recorded[] => {
  const site = at("superlink/site-create")
  return runOf("one", "2026-11-22T18:00:00.000Z", [
    startOf(["superlink", "supernode-1", "supernode-2", "supernode-3"]),
    { type: "step started", ...at("prerequisites") },
    {
      type: "looked",
      ...at("prerequisites"),
      look: { is: "done", reason: "bash, oc and skupper 2.2.1 are here" },
    },
    { type: "checkpoint", ...at("prerequisites"), fingerprint: "f", made: { version: "1" }, reason: "here" },
    ended("prerequisites", "done", "bash, oc and skupper 2.2.1 are here", { seconds: 0.01 }),
    ...["superlink", "supernode-1", "supernode-2", "supernode-3"].flatMap(login),
    { type: "step started", ...site },
    { type: "looked", ...site, look: { is: "absent", reason: "no Site", consent: "creates a Site" } },
    { type: "consent", what: "creates a Site on https://api.superlink.example:6443", how: "flag" },
    { type: "act started", ...site, action: "act" },
    { type: "command", ...site, line: CREATE, cwd: "/home/alice" },
    { type: "output", ...site, stream: "stdout", text: "Waiting for status" },
  ])
}

/** The second: goes on, and a token is not redeemed. */
export const failed = (): Recorded[] => {
  const [hub, adopted, byHand] = ["superlink", "supernode-1", "supernode-2"].map((name) =>
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
    { type: "looked", ...hub!, look: { is: "under way", reason: "Pending" } },
    { type: "act ended", ...hub!, action: "act", ok: true, reason: "found at resume" },
    { type: "applied", ...hub!, what: "manifests/superlink-site.yaml", sha256: HASH },
    { type: "applied", ...hub!, what: "patch Site superlink-interconnect", sha256: "0".repeat(64) },
    { type: "applied", ...hub!, what: "patch Site superlink-interconnect", sha256: "1".repeat(64) },
    { type: "applied", ...hub!, what: "patch Route superlink", sha256: "2".repeat(64) },
    { type: "applied", ...hub!, what: "remove AccessToken old" },
    { type: "waiting", ...hub!, reason: "Pending: no Route is admitted yet" },
    { type: "waiting", ...hub!, reason: "Pending: no Route is admitted yet" },
    { type: "waiting", ...hub!, reason: "Pending: the router's certificate | `tls`", after: 60 },
    {
      type: "looked",
      ...hub!,
      look: { is: "done", reason: "Ready", seen: { kind: "Site", name: "superlink-interconnect" } },
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
      made: { version: "1", project: "flower-a" },
      reason: "Ready",
    },
    ended("superlink/site-create", "acted", "Ready", { seconds: 61.3 }),
    { type: "step started", ...adopted! },
    { type: "looked", ...adopted!, look: { is: "done", reason: "Ready", adopted: true } },
    {
      type: "checkpoint",
      ...adopted!,
      fingerprint: "f",
      made: { version: "1" },
      reason: "Ready",
      adopted: true,
    },
    ended("supernode-1/site-create", "done", "Ready", { adopted: true }),
    { type: "step started", ...byHand! },
    { type: "looked", ...byHand!, look: { is: "absent", reason: "no Site" } },
    { type: "by hand", ...byHand!, action: "act" },
    { type: "looked", ...byHand!, look: { is: "done", reason: "Ready" }, after: 130 },
    { type: "checkpoint", ...byHand!, fingerprint: "f", made: { version: "1" }, reason: "Ready" },
    ended("supernode-2/site-create", "done", "Ready", { seconds: 130.2 }),
    { type: "step started", ...at(redeem) },
    { type: "looked", ...at(redeem), look: { is: "absent", reason: "no Link leads to it yet" } },
    { type: "act started", ...at(redeem), action: "act" },
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
    { type: "act ended", ...at(redeem), action: "act", ok: false, reason: "exit code 1" },
    { type: "note", ...at(redeem), text: "the session is renewed" },
    // The step goes back to its login, which has neither a start nor an end of its own.
    { type: "looked", ...at("supernode-1/login"), look: { is: "absent", reason: "the session expired" } },
    { type: "act started", ...at("supernode-1/login"), action: "act" },
    { type: "act ended", ...at("supernode-1/login"), action: "act", ok: true },
    { type: "looked", ...at("supernode-1/login"), look: { is: "done", reason: "logged in as admin" } },
    ended(redeem, "failed", "the token was not redeemed", {
      root: redeem,
      why: "404 (Not Found) *No such claim*",
      fix: "issue a new token",
      next: "flower-runbook step token-issue --site supernode-1 --again",
      seconds: 3.04,
    }),
    { type: "step started", ...at("verify-federation") },
    ended("verify-federation", "not run", `not run: ${redeem} failed`, { root: redeem, seconds: 0 }),
    { type: "run ended", code: 1, counts: { done: 2, acted: 1, failed: 1, "not run": 1 }, seconds: 197.4 },
  ])
}

/** A teardown over what `killed` and `failed` made at one site. */
export const undone = (): Recorded[] => {
  const place = at("superlink/remove-site")
  return runOf("three", "2026-11-23T08:00:00.000Z", [
    startOf(["superlink", "supernode-1", "supernode-2"], { command: "flower-runbook teardown --yes" }),
    { type: "step started", ...place },
    { type: "looked", ...place, look: { is: "absent", reason: "removes Site superlink-interconnect" } },
    { type: "act started", ...place, action: "act", undoes: ["site-create"] },
    { type: "act ended", ...place, action: "act", ok: true },
    { type: "looked", ...place, look: { is: "done", reason: "nothing of ours is left" } },
    ended("superlink/remove-site", "acted", "nothing of ours is left"),
    { type: "run ended", code: 0, counts: { acted: 1 }, seconds: 1.5 },
  ])
}

const inputsOf = (names: readonly string[]): WalkInput[] => [
  { name: "greeting", value: "Hello", origin: "default" },
  ...names.flatMap((site): WalkInput[] => [
    { site, name: "server", value: siteOf(site).server, origin: "file" },
    { site, name: "project", value: siteOf(site).project, origin: "file" },
    { site, name: "password", origin: "variable", secret: true },
  ]),
]

/** The walk that such lines tell, at a fixed time. */
export function walkOf(lines: readonly Recorded[], more: Partial<WalkOptions> & { names?: string[] } = {}) {
  const { names = ["superlink", "supernode-1", "supernode-2"], ...options } = more
  const memory = new MemoryReader()
  for (const line of lines) memory.take(line)
  return readWalk({
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
