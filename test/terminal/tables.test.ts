import { describe, expect, it } from "vitest"
import type { Event } from "../../lib/runner/events.ts"
import { MemoryReader } from "../../lib/runner/journal-memory.ts"
import type { PlanEntry, RunResult } from "../../lib/runner/types.ts"
import {
  closingTable,
  colours,
  doctorTable,
  errorText,
  planSummary,
  planTable,
  showText,
  statusTable,
  table,
  valuesTable,
  width,
} from "../../lib/terminal/index.ts"
import { outcome, placeOf, recorded, run, started } from "./scene.ts"

const entry = (
  at: string,
  action: PlanEntry["action"],
  reason: string,
  more: Partial<PlanEntry> = {},
): PlanEntry => ({
  ...placeOf(at),
  title: `Do ${at}`,
  action,
  reason,
  ...more,
})

const yaml = "ask an administrator to apply:\napiVersion: v1\nkind: Namespace\nmetadata:\n  name: flower"

const entries = (): PlanEntry[] => [
  entry("prerequisites", "ok", "bash, oc 4.21, skupper 2.2.1"),
  entry("superlink/login", "ok", "logged in as admin at https://api.a.example:6443"),
  entry("supernode-1/login", "unknown", "the session has expired", {
    fix: "log in again",
    next: "flower-runbook step login --site supernode-1",
    foreseen: [{ kind: "sends", what: "sends the token in b.token to https://api.b.example:6443" }],
  }),
  entry("superlink/project", "apply", "no project flower-openshift-demo", {
    approval: "creates the project flower-openshift-demo on https://api.a.example:6443",
  }),
  entry(
    "superlink/deploy-superlink",
    "update",
    "image is flwr/superlink:1.34.0, should be flwr/superlink:1.36.0",
    {
      stale: ["flower-version 1.34.0 → 1.36.0"],
      effects: [
        "restarts Deployment superlink in flower-openshift-demo: the SuperLink forgets its SuperNodes",
      ],
    },
  ),
  entry(
    "superlink/install-operator",
    "blocked",
    'User "dev" cannot create resource "subscriptions" in API group "operators.coreos.com" in the namespace "openshift-operators"',
    { fix: yaml },
  ),
  entry("superlink/site-create", "wait", "Pending: no Route is admitted yet"),
  entry("supernode-1/site-create", "wait", "after login", {
    after: "login",
    foreseen: [{ kind: "creates", what: "creates Site supernode-1-interconnect" }],
  }),
  entry("supernode-1/project", "wait", "after login", {
    after: "login",
    foreseen: [{ kind: "outside", what: "creates project flower-supernode-1 on https://api.b.example:6443" }],
  }),
  entry("supernode-1/token-issue", "ok", "not needed: token-redeem is ready"),
  entry("verify-federation", "wait", "after supernode-1/verify"),
]

const result = (): RunResult => ({
  code: 1,
  outcomes: [
    { step: "prerequisites", outcome: outcome("unchanged", "all there") },
    { site: "superlink", step: "login", outcome: outcome("applied", "logged in") },
    {
      site: "superlink",
      step: "site-create",
      outcome: outcome("failed", "timed out after 300 s: the Site is not ready", {
        why: "Route flower/skupper-router is not admitted: HostAlreadyClaimed, route x in namespace y owns the host",
        fix: "delete the other Route, or give the project another name",
        next: "flower-runbook run --federation hospital-trial.yaml --site superlink --yes --timeout 600s",
        root: "superlink/site-create",
      }),
    },
    {
      site: "supernode-3",
      step: "login",
      outcome: outcome("blocked", "the session has expired", {
        fix: "log in again",
        next: "flower-runbook step login --site supernode-3",
        root: "supernode-3/login",
      }),
    },
    ...[1, 2, 3, 4, 5, 6, 7, 8].flatMap((n) =>
      ["token-issue", "token-redeem"].map((step) => ({
        site: `supernode-${n}`,
        step,
        outcome: outcome(
          "skipped",
          n === 3 ? "supernode-3/login is blocked" : "superlink/site-create failed",
          { because: "dependency" },
        ),
      })),
    ),
  ],
})

const memory = (events: readonly Event[]): MemoryReader => {
  const reader = new MemoryReader("/nowhere")
  for (const event of recorded(events)) reader.take(event)
  return reader
}

/** No line is wider than the screen, but for its last word, or a command, that must stay whole. */
function fits(text: string, columns: number, whole: RegExp = /$^/): void {
  for (const line of text.split("\n").filter((each) => !whole.test(each))) {
    const kept = width(line) > columns ? line.slice(0, line.lastIndexOf(" ")).trimEnd() : line
    expect(width(kept), line).toBeLessThanOrEqual(columns)
  }
}

describe("table", () => {
  it("aligns by display width, left and right", () => {
    const rows = [
      ["名前", "1", "x"],
      ["é", "200", "y"],
    ]
    expect(table(rows, { align: ["left", "right"], head: ["name", "n", "what"] })).toBe(
      "name    n  what\n名前    1  x\né     200  y\n",
    )
  })

  it("wraps the last column below itself, keeps a long word whole, or cuts it", () => {
    const rows = [["key", "one two three four five https://a.example/very/long/path/that/stays/whole end"]]
    expect(table(rows, { columns: 30 })).toBe(
      "key  one two three four five\n     https://a.example/very/long/path/that/stays/whole\n     end\n",
    )
    expect(table(rows, { columns: 30, last: "cut" })).toBe("key  one two three four five …\n")
  })

  it("narrows the widest columns on a narrow screen and takes 0 columns for 80", () => {
    const rows = [["a".repeat(60), "b".repeat(10), "the end"]]
    fits(table(rows, { columns: 40 }), 40)
    expect(table(rows, { columns: 40 })).toContain("the end")
    expect(table(rows, { columns: 0 })).toBe(table(rows, { columns: 80 }))
    expect(table([])).toBe("")
  })
})

describe.each([80, 60, 40, 200])("at %i columns", (columns) => {
  const paint = colours(true)
  const golden = (name: string) => `golden/${name}-${columns}.txt`

  it("planTable", async () => {
    const text = planTable(entries(), { columns, sites: ["superlink", "supernode-1"] })
    fits(text, columns, /next:|- superlink\/project/)
    if (columns === 80) await expect(text).toMatchFileSnapshot(golden("plan"))
    const painted = planTable(entries(), { columns, sites: ["superlink", "supernode-1"], colours: paint })
    expect(painted.replaceAll(/\u001b\[\d+m/g, "").replaceAll(/ +$/gm, "")).toBe(text)
  })

  it("closingTable", async () => {
    const text = closingTable(result(), {
      columns,
      federation: "hospital-trial",
      seconds: 301.4,
      resume: "flower-runbook run --yes",
    })
    fits(text, columns, /next:/)
    if (columns === 80) await expect(text).toMatchFileSnapshot(golden("closing"))
  })

  it("statusTable", async () => {
    const text = statusTable(
      memory([...run(), { type: "action started", ...placeOf("supernode-1/verify"), action: "apply" }]),
      {
        columns,
        steps: [
          "prerequisites",
          "login",
          "site-create",
          "connector",
          "token-redeem",
          "verify",
          "verify-federation",
        ],
        stale: (place) => (place === "superlink/connector" ? ["connector-port 9092 → 9093"] : []),
      },
    )
    fits(text, columns)
    expect(text).toMatch(/✗ {2}supernode-1\/verify +interrupted\b/)
    if (columns === 80) await expect(text).toMatchFileSnapshot(golden("status"))
  })

  it("valuesTable and doctorTable", async () => {
    const values = valuesTable(
      [
        { name: "flower-version", value: "1.34.0", origin: "default" },
        { name: "link-with", value: "token", origin: "file" },
        { site: "superlink", name: "server", value: "https://api.a.example:6443", origin: "flag" },
        { site: "superlink", name: "password", value: "hunter2", origin: "prompt", secret: true },
        { site: "superlink", name: "proxy", value: undefined },
      ],
      { columns },
    )
    const doctor = doctorTable(
      [
        { title: "oc", ok: true, said: "4.21.0 at /usr/bin/oc" },
        {
          title: "skupper",
          ok: false,
          said: "1.9.2 is too old: the guide needs 2.x",
          fix: "install skupper 2.x and put it before the old one on PATH",
        },
        {
          site: "superlink",
          title: "clock",
          ok: "warn",
          said: "the cluster's clock is 42 s ahead",
          fix: "set this machine's clock",
        },
      ],
      { columns },
    )
    expect(values).not.toContain("hunter2")
    fits(values + doctor, columns)
    if (columns === 80) {
      await expect(values).toMatchFileSnapshot(golden("values"))
      await expect(doctor).toMatchFileSnapshot(golden("doctor"))
    }
  })

  it("errorText and showText", async () => {
    const error = errorText(
      {
        what: "superlink/install-operator: the operator cannot be installed by this user in this namespace",
        why: 'subscriptions.operators.coreos.com is forbidden: User "dev" cannot create resource "subscriptions" in API group "operators.coreos.com"',
        fix: yaml,
        next: "flower-runbook run --federation /a/very/long/path/that/must/not/be/wrapped/hospital-trial.yaml --yes",
        stack: "Error: x\n    at y (z.ts:1:2)",
      },
      { columns },
    )
    fits(error, columns, /next:/)
    if (columns === 80) await expect(error).toMatchFileSnapshot(golden("error"))
    const shown = run().find((event) => event.type === "shown")!
    const text = showText(shown, {
      expect: 'Waiting for status...\nSite "superlink-interconnect" is ready.\n',
    })
    if (columns === 80) await expect(text).toMatchFileSnapshot(golden("show"))
  })
})

describe("planTable", () => {
  it("shows lanes with the same plan once when they are many, and those that differ", async () => {
    const many = Array.from({ length: 40 }, (_, n) => `supernode-${n + 1}`)
    const text = planTable(
      ["login", "site-create"].flatMap((step) =>
        many.map((site) =>
          site === "supernode-7" && step === "site-create"
            ? entry(`${site}/${step}`, "blocked", "two Sites: a, b", { fix: "delete one of them" })
            : entry(`${site}/${step}`, "ok", `done at ${site}`),
        ),
      ),
      { sites: many },
    )
    await expect(text).toMatchFileSnapshot("golden/plan-many.txt")
  })

  it("ends with what whoever approves it has to know, if there is something to do", () => {
    const sites = ["superlink"]
    const notices = ["Trust: sites administer each other."]
    const open = [entry("superlink/login", "apply", "no session")]
    expect(planTable(open, { sites, notices })).toMatch(
      /Plan: 1 to apply\.\n\nTrust: sites administer each other\.\n$/,
    )
    expect(planTable([entry("superlink/login", "ok", "")], { sites, notices })).not.toContain("Trust")
  })

  it("says when there is nothing to do", () => {
    expect(planSummary([])).toBe("Plan: nothing to do.")
    expect(planSummary([entry("a", "ok", "")])).toBe("Plan: nothing to do, 1 ok.")
    expect(planSummary([entry("a", "apply", ""), entry("b", "ok", "")])).toBe("Plan: 1 to apply, 1 ok.")
  })
})

describe("closingTable", () => {
  it("tells a failure of many sites once, with its fix", () => {
    const sites = Array.from({ length: 37 }, (_, at) => `supernode-${at + 1}`)
    const fix = "ask an administrator for the right"
    const blocked = (site: string, reason: string) => ({
      step: "install-operator",
      site,
      outcome: outcome("blocked", reason, { fix, next: `flower-runbook doctor --site ${site}` }),
    })
    const text = (outcomes: RunResult["outcomes"]) =>
      closingTable(
        { code: 1, outcomes },
        { federation: "f", columns: 80, resume: "flower-runbook run --yes" },
      )
    const same = text(sites.map((site) => blocked(site, "not allowed to create subscriptions")))
    expect(same).toMatch(/^✗ 37 sites: install-operator is blocked: not allowed to create subscriptions\n/m)
    expect(same).toMatch(/^ {2}at supernode-1, .*supernode-5 and 32 more\n {2}fix: {2}ask an administrator/m)
    expect(same.match(/fix:/g)).toHaveLength(1)
    expect(same).not.toMatch(/doctor --site/)
    const own = text(sites.map((site) => blocked(site, `no quota in flower-${site}`)))
    expect(own).toMatch(/37 sites: install-operator is blocked, for example at supernode-1: no\s+quota/)
    expect(text(sites.slice(0, 4).map((site) => blocked(site, "no"))).match(/next:/g)).toHaveLength(4)
  })

  it("is two lines when all is well", () => {
    const well: RunResult = {
      code: 0,
      outcomes: [
        { step: "a", outcome: outcome("unchanged", "there") },
        { step: "b", outcome: outcome("applied", "created") },
        { step: "c", outcome: outcome("skipped", "", { because: "not needed" }) },
      ],
    }
    expect(closingTable(well, { federation: "f", seconds: 2.5, after: "flower-runbook status" })).toBe(
      "✓ f: 2 steps done (1 applied, 1 unchanged), in 2.5 s.\n\nNext: flower-runbook status\n",
    )
    expect(closingTable(well, { federation: "f" })).toBe("✓ f: 2 steps done (1 applied, 1 unchanged).\n")
  })
})

describe("statusTable", () => {
  it("is steps by sites: sites with the same states share a column", () => {
    const names = Array.from({ length: 50 }, (_, n) => `supernode-${n + 1}`)
    const lines = names.flatMap((site, n): Event[] => [
      { type: "step ended", site, step: "login", outcome: outcome("applied", "logged in") },
      {
        type: "step ended",
        site,
        step: "verify",
        outcome: n === 6 ? outcome("failed", "no answer") : outcome("unchanged", "active"),
      },
    ])
    const text = statusTable(memory([started(50), ...lines]), {
      steps: ["login", "verify"],
      sites: names,
      columns: 80,
    })
    const [head] = text.split("\n").filter((line) => line.startsWith("STEP"))
    expect(head).toMatch(/^STEP +supernode-1 \+4\d +supernode-\d+/)
    expect(text).toMatch(/^verify +✓ unchanged .*✗ failed/m)
    expect(text).toContain("supernode-7/verify")
    fits(text, 80)
  })

  it("says when nothing has run, and which sites have left", () => {
    expect(statusTable(new MemoryReader("/nowhere"), { steps: [] })).toBe("Nothing has run here yet.\n")
    const gone = statusTable(memory([...run(), started(0)]), { steps: ["prerequisites", "login"] })
    expect(gone).toContain("No longer in the federation: supernode-1")
    expect(gone).toContain(", interrupted")
  })
})
