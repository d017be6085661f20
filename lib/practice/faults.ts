/** The one table of faults: what strikes where, how often and for how long. */
import { parse } from "yaml"
import { UsageError } from "../notebook/errors.ts"
import { nearest } from "../notebook/nearest.ts"
import type { Fault, FaultTable, FaultWhere } from "./types/faults.ts"

/** What can happen at each place. */
const kinds: Readonly<Record<FaultWhere, readonly string[]>> = {
  api: ["500", "503", "429", "reset", "slow", "cut", "gone", "forbidden", "unauthorized"],
  login: ["expired", "refused", "anonymous"],
  admission: ["quota", "limits", "images", "labels", "sidecar"],
  operator: ["slow", "fails", "manual", "no-catalog", "two-catalogs", "no-group", "two-groups", "old"],
  site: ["pending"],
  grant: ["expired", "used", "unreachable", "off"],
  link: ["down", "reset", "drop", "dns"],
  router: ["restart", "oom", "hang", "replace"],
  pod: ["quota", "image", "short-name", "crash", "pending"],
  route: ["shards"],
  tls: ["wrong-ca"],
  clock: ["ahead", "behind"],
}

const fields: Readonly<Record<keyof Fault, "string" | "number">> = {
  where: "string",
  cluster: "string",
  match: "string",
  what: "string",
  delay: "number",
  times: "number",
  seconds: "number",
}

/** A router that is broken again as soon as it is back never works: it is broken once. */
const timesOf = ({ times, where }: Fault): number =>
  times ?? (where === "router" ? 1 : Number.POSITIVE_INFINITY)

/** A table that starts with these faults. `seconds` count from here, and from each `set`. */
export function createFaultTable(initial: readonly Fault[] = []): FaultTable {
  let faults: readonly Fault[] = []
  let since = 0
  let patterns = new Map<Fault, RegExp>()
  let strikes = new Map<Fault, number>()
  const listeners = new Set<() => void>()

  const load = (next: readonly Fault[]) => {
    faults = [...next]
    since = Date.now()
    strikes = new Map()
    patterns = new Map(
      faults.filter((one) => one.match !== undefined).map((one) => [one, new RegExp(one.match!)]),
    )
  }
  /** What only a watch or a continued list can meet: a cut, a resourceVersion that is gone. */
  const fits = ({ where, what }: Fault, subject = "") =>
    where !== "api" ||
    (what !== "cut" && what !== "gone") ||
    /[?&]watch=(true|1)(&|$)/.test(subject) ||
    (what === "gone" && /[?&]continue=./.test(subject))
  const strikesNow = (fault: Fault, where: FaultWhere, cluster: string, subject: string | undefined) =>
    fault.where === where &&
    fits(fault, subject) &&
    (fault.cluster === undefined || fault.cluster === "*" || fault.cluster === cluster) &&
    (fault.match === undefined || (subject !== undefined && patterns.get(fault)!.test(subject))) &&
    (strikes.get(fault) ?? 0) < timesOf(fault) &&
    (fault.seconds === undefined || Date.now() - since < fault.seconds * 1000)

  load(initial)
  const peek: FaultTable["peek"] = (where, cluster, subject) =>
    faults.find((fault) => strikesNow(fault, where, cluster, subject))
  return {
    peek,
    strike(where, cluster, subject) {
      const fault = peek(where, cluster, subject)
      if (fault !== undefined) strikes.set(fault, (strikes.get(fault) ?? 0) + 1)
      return fault
    },
    set(next) {
      load(next)
      for (const listener of [...listeners]) listener()
    },
    get faults() {
      return faults
    },
    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

/** How far a clock that a fault sets wrong differs, in milliseconds. */
const CLOCK_DIFFERENCE = 600_000

/** The time by a cluster's clock, which a fault sets wrong. */
export function timeAt(faults: FaultTable, cluster: string): number {
  const { what, delay = CLOCK_DIFFERENCE } = faults.peek("clock", cluster) ?? {}
  return Date.now() + (what === "ahead" ? delay : what === "behind" ? -delay : 0)
}

function choose(word: string, words: readonly string[]): string {
  const found = nearest(word, words)
  return `${found === undefined ? "" : `did you mean ${found}? `}There are: ${words.join(", ")}`
}

function wrong(at: number, what: string, fix: string): never {
  throw new UsageError(`fault ${at + 1}: ${what}`, { fix })
}

function check(entry: unknown, at: number, clusters: readonly string[] | undefined): Fault {
  if (typeof entry !== "object" || entry === null || Array.isArray(entry)) {
    return wrong(at, "is not a mapping", 'write each fault as `- { where: api, what: "503", times: 3 }`')
  }
  const fault: Record<string, unknown> = { ...entry }
  if (typeof fault.what === "number") fault.what = String(fault.what) // YAML reads 503 as a number
  for (const [key, value] of Object.entries(fault)) {
    const type = Object.hasOwn(fields, key) ? fields[key as keyof Fault] : undefined
    if (type === undefined) wrong(at, `unknown key ${key}`, choose(key, Object.keys(fields)))
    if (typeof value !== type || (type === "number" && !((value as number) >= 0))) {
      wrong(at, `${key} must be a ${type === "number" ? "number, 0 or more" : "string"}`, `correct ${key}`)
    }
  }
  const { where, what, match, cluster } = fault as Partial<Record<string, string>>
  const choices: readonly string[] | undefined =
    where !== undefined && Object.hasOwn(kinds, where) ? kinds[where as FaultWhere] : undefined
  if (where === undefined) wrong(at, "where is missing", `add where: one of ${Object.keys(kinds).join(", ")}`)
  if (choices === undefined) wrong(at, `unknown where ${where}`, choose(where!, Object.keys(kinds)))
  if (what === undefined) wrong(at, "what is missing", `add what: one of ${choices!.join(", ")}`)
  if (!choices!.includes(what!)) wrong(at, `unknown what ${what} for ${where}`, choose(what!, choices!))
  if (cluster !== undefined && cluster !== "*" && clusters?.includes(cluster) === false)
    wrong(at, `there is no cluster ${cluster}`, choose(cluster, [...clusters, "*"]))
  if (match !== undefined) {
    try {
      new RegExp(match)
    } catch (error) {
      wrong(at, `match is not a regular expression: ${(error as Error).message}`, "correct match")
    }
  }
  return fault as unknown as Fault
}

/**
 * Reads a list of faults, YAML or JSON. An empty text is no faults.
 * @param clusters the clusters that exist; without it any name is accepted
 * @throws UsageError naming the entry, what is wrong and the nearest right word.
 */
export function readFaults(text: string, clusters?: readonly string[]): Fault[] {
  let read: unknown
  try {
    read = parse(text, { logLevel: "error" })
  } catch (error) {
    throw new UsageError("the faults are not YAML", {
      why: (error as Error).message,
      fix: "correct the file",
    })
  }
  if (read === null || read === undefined) return []
  if (!Array.isArray(read)) {
    throw new UsageError("the faults are not a list", { fix: "begin each fault with `- where: …`" })
  }
  return read.map((entry, at) => check(entry, at, clusters))
}
