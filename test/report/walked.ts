import type { Event, Recorded } from "../../lib/runner/events.ts"
import { placeOf as at, ended, heldBack } from "../terminal/scene.ts"
import { HASH, login, runOf, siteOf, startOf, summaryOf } from "./scene.ts"

/** The runs of a walk, one cell each: one failed and was run again with another greeting; the last was interrupted. */
export const walked = (): Recorded[] => {
  const names = ["superlink", "supernode-1"]
  const walk = (cell: string, more: Partial<Extract<Event, { type: "run started" }>> = {}) =>
    startOf(names, { command: `flower-runbook walk --name hospital-trial: ${cell}`, ...more })
  const [here, site, again] = ["prerequisites", "superlink/site-create", "supernode-1/site-create"].map(at)
  const given = { greeting: "Good morning" }
  const checked = { state: "ready", reason: "bash, oc and skupper 2.2.1 are installed" } as const
  /** `prerequisites` is not selected, but checked because other steps need it; sessions are opened. */
  const checks: Event[] = [
    { type: "command", ...here!, line: "skupper version" },
    { type: "output", ...here!, stream: "stdout", text: "2.2.1\n" },
    { type: "command ended", ...here!, exitCode: 0, seconds: 0.1 },
    { type: "checked", ...here!, result: checked },
    { type: "session", ...at("superlink/login"), user: "admin", server: siteOf("superlink").server },
  ]
  const well = (counts: Extract<Event, { type: "run ended" }>["counts"], seconds: number): Event => ({
    type: "run ended",
    code: 0,
    counts,
    seconds,
  })
  return [
    ...runOf("a0", "2026-11-22T17:59:00.000Z", [
      { type: "answered", federation: "hospital-trial", sites: names.map(summaryOf), given: {} },
    ]),
    ...runOf("a1", "2026-11-22T18:00:00.000Z", [
      walk("prerequisites"),
      { type: "step started", ...here! },
      { type: "command", ...here!, line: "skupper version" },
      { type: "output", ...here!, stream: "stdout", text: "2.2.1\n" },
      { type: "command ended", ...here!, exitCode: 0, seconds: 0.1 },
      { type: "checked", ...here!, result: checked },
      ended("prerequisites", "unchanged", checked.reason),
      well({ unchanged: 1 }, 0.6),
    ]),
    ...runOf("a2", "2026-11-22T18:01:00.000Z", [
      walk("login"),
      ...checks,
      ...names.flatMap(login),
      well({ applied: 2 }, 3),
    ]),
    ...runOf("a3", "2026-11-22T18:02:00.000Z", [
      walk("site-create at superlink"),
      ...checks,
      { type: "approval", what: "creates a Site on https://api.superlink.example:6443", how: "asked" },
      { type: "step started", ...site! },
      { type: "action started", ...site!, action: "apply" },
      { type: "written", ...site!, what: "manifests/site.yaml", sha256: HASH },
      { type: "action ended", ...site!, action: "apply", ok: false, reason: "exit code 1" },
      ended("superlink/site-create", "failed", "no Route is admitted", { root: "superlink/site-create" }),
      heldBack("verify-federation", "superlink/site-create"),
      { type: "run ended", code: 1, counts: { failed: 1, skipped: 1 }, seconds: 4 },
    ]),
    ...runOf("a4", "2026-11-22T18:03:00.000Z", [
      { type: "answered", federation: "hospital-trial", sites: names.map(summaryOf), given },
    ]),
    ...runOf("a5", "2026-11-22T18:04:00.000Z", [
      walk("site-create at superlink", {
        given,
        by: { user: "bob", host: "ward", platform: "linux-x64", node: "24.21.0" },
      }),
      ...checks,
      { type: "step started", ...site! },
      { type: "checked", ...site!, result: { state: "ready", reason: "Ready" } },
      ended("superlink/site-create", "unchanged", "Ready"),
      well({ unchanged: 1 }, 1),
    ]),
    ...runOf("a6", "2026-11-22T18:05:00.000Z", [
      walk("site-create", { given }),
      ...checks,
      { type: "step started", ...again! },
      { type: "manual", ...again!, action: "apply" },
      ended("supernode-1/site-create", "interrupted", "interrupted; the same command resumes from here"),
      { type: "run ended", code: 130, counts: { interrupted: 1 }, seconds: 2 },
    ]),
  ]
}
