import type { Event } from "./events.ts"

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

/**
 * What is wrong with a line of JSON as an event; nothing where it is one. A type that is not known here is left to those who know it.
 */
export function wrongEvent(line: unknown): string | undefined {
  if (!isObject(line)) return "it is not an event"
  const head = wrongField(line, { type: "text", v: "number" })
  if (head !== undefined) return head
  const fields = FIELDS[line.type as Event["type"]]
  if (fields === undefined) return undefined
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
