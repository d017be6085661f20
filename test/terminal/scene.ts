import type { Event, Outcome, OutcomeKind, Recorded } from "../../lib/runner/events.ts"

const START = Date.parse("2026-11-22T18:00:00.000Z")

/** Stamps events, a tenth of a second apart unless they carry `after` (seconds since the one before). */
export function recorded(events: readonly (Event & { after?: number })[], start = START): Recorded[] {
  let now = start
  return events.map(({ after = 0.1, ...event }) => {
    now += Math.round(after * 1000)
    return { v: 2, t: new Date(now).toISOString(), run: "run-1", ...event } as Recorded
  })
}

export const outcome = (kind: OutcomeKind, reason: string, more: Partial<Outcome> = {}): Outcome => ({
  kind,
  ok:
    kind === "skipped"
      ? more.because !== "dependency"
      : ["unchanged", "applied", "updated", "deleted"].includes(kind),
  reason,
  seconds: 1.2,
  ...more,
})

export const ended = (at: string, kind: OutcomeKind, reason: string, more: Partial<Outcome> = {}): Event => ({
  type: "step ended",
  ...placeOf(at),
  outcome: outcome(kind, reason, more),
})

/** Skipped because another step (`superlink/site-create`) did not succeed. */
export const heldBack = (at: string, root: string, more: Partial<Outcome> = {}): Event =>
  ended(at, "skipped", `${root} failed`, { because: "dependency", root, ...more })

/** `superlink/site-create` or `prerequisites` as step and site. */
export const placeOf = (at: string): { step: string; site?: string } => {
  const [first, second] = at.split("/")
  return second === undefined ? { step: first! } : { site: first!, step: second }
}

export const lanesOf = (supernodes: number): { name: string; steps: string[] }[] => [
  { name: "here", steps: ["prerequisites"] },
  { name: "superlink", steps: ["login", "site-create", "connector"] },
  ...Array.from({ length: supernodes }, (_, index) => ({
    name: `supernode-${index + 1}`,
    steps: ["login", "site-create", "token-issue", "token-redeem", "verify"],
  })),
  { name: "federation", steps: ["verify-federation"] },
]

export const started = (supernodes: number): Event => ({
  type: "run started",
  version: "0.1.0",
  notebook: "flower-runbook",
  federation: "hospital-trial",
  command: "flower-runbook run --yes",
  sites: [
    { name: "superlink", role: "superlink", given: { server: "https://api.a.example:6443" } },
    ...Array.from({ length: supernodes }, (_, index) => ({
      name: `supernode-${index + 1}`,
      role: "supernode",
      given: {},
    })),
  ],
  given: { "flower-version": "1.34.0" },
  lanes: lanesOf(supernodes),
})

/** A run of one SuperLink and one SuperNode that meets one of everything. */
export function run(): Recorded[] {
  const at = placeOf
  const site = "superlink/site-create"
  const redeem = "supernode-1/token-redeem"
  return recorded([
    { type: "answered", federation: "hospital-trial", sites: [], given: {} },
    started(1),
    { type: "warning", text: "the journal's last line was torn (a run was killed): it is cut" },
    { type: "step started", ...at("prerequisites") },
    {
      type: "checked",
      ...at("prerequisites"),
      result: { state: "ready", reason: "bash, oc 4.21, skupper 2.2.1" },
    },
    ended("prerequisites", "unchanged", "bash, oc 4.21, skupper 2.2.1", { seconds: 0.01 }),
    { type: "step started", ...at("superlink/login") },
    {
      type: "note",
      ...at("superlink/login"),
      text: "Open this in a browser:\nhttps://oauth.a.example/oauth/authorize?client_id=openshift-cli-client&response_type=code&code_challenge_method=S256",
    },
    ended("superlink/login", "applied", "logged in as admin at https://api.a.example:6443", {
      seconds: 12.4,
    }),
    ended("supernode-1/login", "unchanged", "logged in as developer at https://api.b.example:6443", {
      seconds: 0,
    }),
    { type: "approval", what: "creates project flower-openshift-demo", how: "flag" },
    { type: "session", ...at(site), user: "alice", server: "https://api.example:6443" },
    { type: "step started", ...at(site) },
    {
      type: "checked",
      ...at(site),
      result: { state: "missing", reason: "no Site", approval: "creates a Site" },
    },
    { type: "action started", ...at(site), action: "apply" },
    {
      type: "command",
      ...at(site),
      line: "skupper site create superlink-interconnect --enable-link-access --wait none",
      cwd: "/home/me",
    },
    { type: "manual", ...at(site), action: "apply" },
    { type: "written", ...at(site), what: "patch Site superlink-interconnect", sha256: "0".repeat(64) },
    { type: "output", ...at(site), stream: "stdout", text: "Waiting for " },
    { type: "output", ...at(site), stream: "stdout", text: "status...\nWarning: \u001b[33mslow\u001b[39m" },
    { type: "command ended", ...at(site), exitCode: 0, seconds: 0.31 },
    { type: "action ended", ...at(site), action: "apply", ok: true },
    { type: "checked", ...at(site), result: { state: "progressing", reason: "Pending" } },
    { type: "waiting", ...at(site), reason: "Pending: no Route is admitted yet" },
    { type: "waiting", ...at(site), reason: "Pending: no Route is admitted yet", after: 5 },
    { type: "waiting", ...at(site), reason: "Pending: waiting for the router's certificate", after: 60 },
    {
      type: "shown",
      ...at(site),
      line: "skupper site status",
      text: "NAME                   STATUS  MESSAGE\nsuperlink-interconnect Ready   OK\n",
      differs: ['Site "superlink-interconnect" is ready.'],
    },
    {
      type: "checkpoint",
      ...at(site),
      fingerprint: "0123456789abcdef",
      inputs: { version: "1", "skupper-site": "superlink-interconnect" },
      reason: "Ready",
    },
    {
      type: "created",
      ...at(site),
      object: { kind: "Site", name: "superlink-interconnect", namespace: "flower", uid: "0090f981" },
    },
    {
      type: "message",
      way: "received",
      kind: "request",
      party: "st-marys",
      name: "St. Mary's",
      fingerprint: "12345 12345 12345 12345 12345 12345 12345 12345",
      trust: "fingerprint",
      digest: "0".repeat(64),
      created: "2026-11-30T12:00:00.000Z",
      expires: "2026-12-14T12:00:00.000Z",
      names: [{ theirs: "supernode-1", ours: "supernode-1" }],
      own: "the-host",
    },
    { type: "value", ...at(site), name: "router", value: "router.a.example:443" },
    { type: "value", ...at(site), name: "router-key", revision: "0a1b2c3d" },
    ended(site, "applied", "Site superlink-interconnect is Ready", { seconds: 125.2 }),
    ended("superlink/connector", "unchanged", "Configured, one pod matches", { seconds: 0.2 }),
    ended("supernode-1/site-create", "unchanged", "Site supernode-1-interconnect is Ready", {
      adopted: true,
    }),
    ended("supernode-1/token-issue", "skipped", "token-redeem is progressing", { because: "not needed" }),
    { type: "step started", ...at(redeem) },
    ended(redeem, "failed", "the token was not redeemed", {
      root: redeem,
      why: "Controller got failed response: 404 (Not Found) No such claim",
      fix: "issue a new token",
      next: "flower-runbook step token-issue --site supernode-1 --rerun",
      code: "used",
      seconds: 3.04,
    }),
    heldBack("supernode-1/verify", redeem, { seconds: 0 }),
    heldBack("verify-federation", redeem, { seconds: 0 }),
    {
      type: "run ended",
      code: 1,
      counts: { unchanged: 5, applied: 2, failed: 1, skipped: 2 },
      seconds: 83.4,
    },
  ])
}
