import { readFileSync } from "node:fs"
import { expect, it } from "vitest"
import { jsonReport } from "../../lib/report/json.ts"
import type { Report } from "../../lib/report/types.ts"
import { problems } from "../terminal/validate.ts"
import { failed, killed, manySites, undone, walkOf } from "./scene.ts"
import { walked } from "./walked.ts"

const read = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../schema/${name}.schema.json`, import.meta.url), "utf8"))
const schema = read("report")

const { lines, names } = manySites(3)
/** A report of one of several parties, joined with another's. */
const shared = (): Report => {
  const walk = walkOf([...killed(), ...failed()])
  const t = "2026-11-30T12:00:00.000Z"
  const message = {
    t,
    way: "received",
    kind: "request",
    party: "st-marys",
    name: "St. Mary's",
    fingerprint: "12345 ".repeat(8).trim(),
    trust: "none",
    digest: "0".repeat(64),
    created: t,
    expires: t,
    purpose: "to see",
  } as const
  return {
    ...walk,
    sites: walk.sites.map((site) => ({ ...site, party: "st-marys" })),
    messages: [
      message,
      { ...message, way: "sent", kind: "approval", answers: message.digest },
      { t, approved: "joins", how: "asked" },
    ],
    joined: {
      parties: ["St. Mary's"],
      checks: [{ what: "the request", ok: true, why: "both have it" }],
      timeline: [{ t, who: "here", what: "accepted it" }],
    },
  }
}

const walks: [string, Report][] = [
  ["of one of several parties", shared()],
  ["of a killed run, one that failed and a teardown", walkOf([...killed(), ...failed(), ...undone()])],
  ["of a run in progress", walkOf(killed(), { running: true })],
  ["of no run", walkOf([])],
  ["of many sites", walkOf(lines, { names })],
  ["of a walk cell by cell", walkOf(walked())],
]

it.each(walks)("the report %s is as its schema says, and leaves nothing out", (_, walk) => {
  const report = JSON.parse(jsonReport(walk))
  expect(problems(schema, report)).toEqual([])
  const { notebook, federation, ...rest } = walk
  expect(report).toEqual({
    version: 2,
    notebook: { name: notebook.name, title: notebook.title, roles: notebook.roles },
    federation: federation.name,
    ...rest,
  })
})

it("the scene has every field that the schema knows", () => {
  const seen = new Set<string>()
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(visit)
    else if (value !== null && typeof value === "object") {
      for (const [key, item] of Object.entries(value)) {
        seen.add(key)
        visit(item)
      }
    }
  }
  for (const [, walk] of walks) visit(JSON.parse(jsonReport(walk)))
  const own = ["site", "input", "change", "run", "cell", "place", "execution", "checked", "command"]
  const known = [schema, ...own.map((name) => schema.$defs[name])].flatMap(({ properties }) =>
    Object.keys(properties),
  )
  expect(known.filter((key) => !seen.has(key))).toEqual([])
})

it("the schema has check results and outcomes as the schema of events has them", () => {
  const events = read("events").$defs
  for (const name of ["result", "outcome", "outcomeKind", "object"]) {
    expect(schema.$defs[name], name).toEqual(events[name])
  }
})

it("the schema refuses what is not a report", () => {
  const good = JSON.parse(jsonReport(walkOf(killed())))
  const bad = [
    { ...good, version: 1 },
    { ...good, made: "yesterday" },
    { ...good, colour: "red" },
    { ...good, runs: [{ ...good.runs[0], number: 0 }] },
    { ...good, cells: [{ ...good.cells[0], places: [{ stale: [] }] }] },
  ]
  for (const report of bad) expect(problems(schema, JSON.parse(JSON.stringify(report)))).not.toEqual([])
})
