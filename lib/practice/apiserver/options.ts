/** The options in a request's query, checked as a real server does before anything else happens. */
import type { Call } from "./request.ts"
import { ApiError, badRequest, forbiddenField, invalidOptions, timeout, unsupported } from "./status.ts"

/** @throws ApiError 400 where an option is there and no number */
export function wholeNumber(query: URLSearchParams, name: string): void {
  const value = query.get(name)
  if (value !== null && !/^-?\d+$/.test(value))
    throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(value)}: invalid syntax`)
}

const MATCHES = ["Exact", "NotOlderThan", ""]

/** What is wrong with `resourceVersionMatch`; nothing where it fits. */
function matchTrouble(query: URLSearchParams, watch: boolean): string | undefined {
  const match = query.get("resourceVersionMatch") ?? ""
  const initial = query.get("sendInitialEvents")
  const version = query.get("resourceVersion") ?? ""
  if (watch && initial !== null) {
    return match === "NotOlderThan"
      ? undefined
      : "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan"
  }
  if (match === "") return undefined
  if (watch) return "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided"
  if (query.get("continue")) return "resourceVersionMatch is forbidden when continue is provided"
  if (version === "") return "resourceVersionMatch is forbidden unless resourceVersion is provided"
  return match === "Exact" && version === "0"
    ? 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"'
    : undefined
}

function checkList({ query, verb }: Call): void {
  for (const name of ["limit", "timeoutSeconds"]) wholeNumber(query, name)
  const match = query.get("resourceVersionMatch") ?? ""
  const why = matchTrouble(query, verb === "watch")
  if (why !== undefined) throw invalidOptions("ListOptions", forbiddenField("resourceVersionMatch", why))
  if (!MATCHES.includes(match))
    throw invalidOptions("ListOptions", unsupported("resourceVersionMatch", match, MATCHES))
  const version = query.get("resourceVersion") ?? ""
  if (/^\d*$/.test(version)) return
  const parse = `resourceVersion: Invalid value: ${JSON.stringify(version)}: strconv.ParseUint: parsing ${JSON.stringify(version)}: invalid syntax`
  if (verb === "watch") throw new ApiError(500, "", parse)
  throw badRequest(`invalid resource version: ${parse}`)
}

const WRITES: Readonly<Record<string, string>> = {
  create: "CreateOptions",
  update: "UpdateOptions",
  patch: "PatchOptions",
  delete: "DeleteOptions",
}
const VALIDATIONS = ["", "Ignore", "Strict", "Warn"]

/** @throws ApiError 400, 422, and 500 where a real server says so */
export function checkOptions(call: Call): void {
  const { verb, query } = call
  if (verb === "list" || verb === "watch") checkList(call)
  const kind = WRITES[verb]
  if (kind === undefined) return
  const dryRun = query.getAll("dryRun").filter((one) => one !== "")
  if (dryRun.some((one) => one !== "All")) throw invalidOptions(kind, unsupported("dryRun", dryRun, ["All"]))
  const validation = query.get("fieldValidation") ?? ""
  if (!VALIDATIONS.includes(validation))
    throw invalidOptions(kind, unsupported("fieldValidation", validation, VALIDATIONS))
}

/**
 * A real server waits three seconds for a version that it has not seen yet; here none ever comes.
 * @throws ApiError 504
 */
export function checkVersion(query: URLSearchParams, current: number): void {
  const version = Number(query.get("resourceVersion") ?? 0)
  if (version > current) throw timeout(version, current)
}
