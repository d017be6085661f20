import type { CheckResult } from "../notebook/check-result.ts"
import type { Event, Exchanged, OutcomeKind } from "./events.ts"

type Kind = "text" | "number" | "boolean" | "object" | "list"
type Fields = Readonly<Record<string, Kind>>

const place: Fields = { step: "text" }
const sites: Fields = { federation: "text", sites: "list", given: "object" }

/** What readers of the journal rely on, by event. A field that is not listed here may be missing. */
const FIELDS: Readonly<Record<Event["type"], Fields>> = {
  "run started": { version: "text", notebook: "text", command: "text", lanes: "list", ...sites },
  answered: sites,
  approval: { what: "text", how: "text" },
  "step started": place,
  checked: { result: "object", ...place },
  "action started": { action: "text", ...place },
  command: { line: "text", ...place },
  output: { stream: "text", text: "text", ...place },
  "command ended": { exitCode: "number", seconds: "number", ...place },
  "action ended": { action: "text", ok: "boolean", ...place },
  session: { user: "text", server: "text", ...place },
  written: { what: "text", ...place },
  message: {
    way: "text",
    kind: "text",
    party: "text",
    name: "text",
    fingerprint: "text",
    trust: "text",
    digest: "text",
    created: "text",
    names: "list",
    own: "text",
  },
  created: { object: "object", ...place },
  manual: { action: "text", ...place },
  value: { name: "text", ...place },
  waiting: { reason: "text", ...place },
  note: { text: "text", ...place },
  shown: { line: "text", text: "text", differs: "list", ...place },
  checkpoint: { fingerprint: "text", inputs: "object", reason: "text", ...place },
  "step ended": { outcome: "object", ...place },
  "run ended": { code: "number", counts: "object", seconds: "number" },
  warning: { text: "text" },
}

/** As `toISOString` writes it: other texts are times for JavaScript too, such as `202500Z`, the year 202500. */
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/

/** What an object in a field has. */
const WITHIN: Readonly<Record<string, Fields>> = {
  outcome: { kind: "text", ok: "boolean", reason: "text", seconds: "number" },
  result: { state: "text", reason: "text" },
  object: { kind: "text", name: "text", uid: "text" },
}

/** Words that readers look up in tables of theirs: a text that is none of them has no sign, no colour and no list. */
const WORDS: Readonly<Record<string, { of?: string; field: string; known: ReadonlySet<unknown> }>> = {
  "step ended": {
    of: "outcome",
    field: "kind",
    known: words<OutcomeKind>({
      unchanged: 0,
      applied: 0,
      updated: 0,
      deleted: 0,
      skipped: 0,
      failed: 0,
      blocked: 0,
      interrupted: 0,
      waiting: 0,
    }),
  },
  checked: {
    of: "result",
    field: "state",
    known: words<CheckResult["state"]>({
      ready: 0,
      missing: 0,
      drifted: 0,
      progressing: 0,
      blocked: 0,
      unknown: 0,
    }),
  },
  message: { field: "way", known: words<Exchanged["way"]>({ received: 0, sent: 0 }) },
}

/** All words of a type, so that a new one is not forgotten here. */
function words<Word extends string>(all: Record<Word, 0>): ReadonlySet<unknown> {
  return new Set(Object.keys(all))
}

/** @param line has the fields that `FIELDS` names */
function wrongWord(line: Record<string, unknown>): string | undefined {
  const type = line.type as string
  const { of, field, known } = WORDS[type] ?? {}
  if (field === undefined || known === undefined) return undefined
  const { [field]: word } = (of === undefined ? line : line[of]) as Record<string, unknown>
  if (known.has(word)) return undefined
  return `${type}: ${of === undefined ? "" : `${of}: `}${field} is none of ${[...known].join(", ")}`
}

/**
 * What is wrong with a line of JSON as an event; nothing where it is one. A type that is not known here is left to those who know it.
 */
export function wrongEvent(line: unknown): string | undefined {
  if (!isObject(line)) return "it is not an event"
  const head = wrongField(line, { type: "text", v: "number" })
  if (head !== undefined) return head
  if (!Object.hasOwn(FIELDS, line.type as string)) return undefined
  const fields = FIELDS[line.type as Event["type"]]
  const wrong = wrongField(line, { t: "text", run: "text", ...fields })
  if (wrong !== undefined) return `${line.type}: ${wrong}`
  if (!TIME.test(line.t as string) || Number.isNaN(Date.parse(line.t as string)))
    return `${line.type}: t is not a time`
  for (const [name, within] of Object.entries(WITHIN)) {
    if (fields[name] !== "object") continue
    const inner = wrongField(line[name] as Record<string, unknown>, within)
    if (inner !== undefined) return `${line.type}: ${name}: ${inner}`
  }
  return (
    wrongWord(line) ??
    (fields.sites === "list" ? wrongSite(line.sites as unknown[]) : undefined) ??
    (fields.lanes === "list" ? wrongLane(line.lanes as unknown[]) : undefined)
  )
}

function wrongSite(list: unknown[]): string | undefined {
  for (const site of list) {
    const wrong = isObject(site)
      ? wrongField(site, { name: "text", role: "text", given: "object" })
      : "one is not a site"
    if (wrong !== undefined) return `sites: ${wrong}`
  }
  return undefined
}

function wrongLane(lanes: unknown[]): string | undefined {
  const isLane = (lane: unknown): boolean =>
    isObject(lane) && wrongField(lane, { name: "text", steps: "list" }) === undefined
  return lanes.every(isLane) ? undefined : "lanes: is not a list of lanes"
}

function wrongField(object: Readonly<Record<string, unknown>>, fields: Fields): string | undefined {
  for (const [name, kind] of Object.entries(fields)) {
    const value = Object.hasOwn(object, name) ? object[name] : undefined
    if (value === undefined) return `${name} is missing`
    if (kindOf(value) !== kind) return `${name} is not ${kind === "object" ? "an object" : `a ${kind}`}`
  }
  return undefined
}

const isObject = (value: unknown): value is Record<string, unknown> => kindOf(value) === "object"

function kindOf(value: unknown): Kind | undefined {
  if (Array.isArray(value)) return "list"
  switch (typeof value) {
    case "string":
      return "text"
    case "number":
      return "number"
    case "boolean":
      return "boolean"
    case "object":
      return value === null ? undefined : "object"
    default:
      return undefined
  }
}
