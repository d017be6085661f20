/** Which kinds a server serves, and what they are called. */
import { type Client, type Json, StatusError, statusError } from "../client.ts"
import { Exit, warn } from "../exit.ts"
import { type Call, fail } from "./call.ts"

/** A kind as it is served. */
export interface Served {
  /** `apps/v1`, or `v1` for the core group. */
  readonly apiVersion: string
  readonly group: string
  readonly kind: string
  readonly plural: string
  readonly singular: string
  readonly short: readonly string[]
  readonly categories: readonly string[]
  readonly namespaced: boolean
}

const AGGREGATED =
  "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json"

const ofAggregated = (body: Json): Served[] =>
  body.items.flatMap((item: Json) =>
    item.versions.flatMap((version: Json) =>
      (version.resources ?? []).map((one: Json): Served => {
        const group: string = item.metadata?.name ?? ""
        return {
          apiVersion: group === "" ? version.version : `${group}/${version.version}`,
          group,
          kind: one.responseKind?.kind ?? "",
          plural: one.resource,
          singular: one.singularResource ?? "",
          short: one.shortNames ?? [],
          categories: one.categories ?? [],
          namespaced: one.scope === "Namespaced",
        }
      }),
    ),
  )

function ofList(list: Json): Served[] {
  const apiVersion: string = list.groupVersion
  const group = apiVersion.includes("/") ? apiVersion.split("/")[0]! : ""
  return (list.resources ?? [])
    .filter((one: Json) => !one.name.includes("/"))
    .map(
      (one: Json): Served => ({
        apiVersion,
        group,
        kind: one.kind,
        plural: one.name,
        singular: one.singularName ?? "",
        short: one.shortNames ?? [],
        categories: one.categories ?? [],
        namespaced: one.namespaced,
      }),
    )
}

async function readOld(client: Client, root: string, body: Json): Promise<Served[]> {
  const paths: string[] =
    root === "/api"
      ? body.versions.map((version: string) => `/api/${version}`)
      : body.groups.flatMap((group: Json) => group.versions.map((one: Json) => `/apis/${one.groupVersion}`))
  const lists = await Promise.all(
    // A group whose server is down is left out, as kubectl leaves it out.
    paths.map((path) => client.json("GET", path).catch(() => undefined)),
  )
  return lists.filter((list) => list !== undefined).flatMap(ofList)
}

/** A line of Go's log. */
function klog(message: string): string {
  const now = new Date()
  const two = (value: number) => String(value).padStart(2, "0")
  const day = `${two(now.getMonth() + 1)}${two(now.getDate())}`
  const time = `${two(now.getHours())}:${two(now.getMinutes())}:${two(now.getSeconds())}`
  const micros = String(now.getMilliseconds() * 1000).padStart(6, "0")
  const pid = String(process.pid).padStart(7)
  return `E${day} ${time}.${micros} ${pid} memcache.go:265] "Unhandled Error" err=${JSON.stringify(message)}`
}

const noContext = (name: string): Exit =>
  new Exit(1, {
    stderr: [
      "Error in configuration: ",
      `* context was not found for specified context: ${name}`,
      "* cluster has no server defined",
    ],
  })

const NO_SESSION = "the server has asked for the client to provide credentials"

/**
 * All kinds, core first.
 * @param tries how often the real one tries, and says so each time, before it gives up: each command has its own number
 * @throws StatusError, ConnectionError; Exit for a context that is not there
 */
export async function discover(call: Call, tries = 5): Promise<Served[]> {
  const context = call.flags.text("context")
  if (context !== "" && (await call.load()).session === undefined) throw noContext(context)
  const client = await call.client()
  const ask = async (root: string): Promise<Served[]> => {
    const answer = await client.send("GET", `${root}?timeout=32s`, { accept: AGGREGATED })
    if (answer.status === 401) throw new StatusError(401, "Unauthorized", NO_SESSION)
    if (answer.status >= 300) throw statusError(answer)
    const body = JSON.parse(answer.text)
    return Array.isArray(body.items) ? ofAggregated(body) : readOld(client, root, body)
  }
  try {
    const core = await ask("/api")
    return [...core, ...(await ask("/apis"))]
  } catch (error) {
    const why = `couldn't get current server API group list: ${(error as Error).message}`
    for (let at = 0; at < tries; at++) warn(klog(why))
    throw error
  }
}

/**
 * The kind of `deploy`, `deployments`, `deployment.apps`, `Deployment.v1.apps` …
 * @throws Exit where it is not served
 */
export function findResource(served: readonly Served[], asked: string): Served {
  const [name = "", ...rest] = asked.toLowerCase().split(".")
  const [version, ...groupAfter] = rest
  const hasName = (one: Served) =>
    one.plural === name ||
    one.singular === name ||
    one.short.includes(name) ||
    one.kind.toLowerCase() === name
  const group = rest.join(".")
  const found =
    served.find((one) => hasName(one) && (rest.length === 0 || one.group === group)) ??
    served.find(
      (one) => hasName(one) && one.group === groupAfter.join(".") && one.apiVersion.endsWith(version ?? "-"),
    ) ??
    served.find((one) => hasName(one) && group !== "" && one.group.startsWith(group))
  if (found === undefined) throw fail(`the server doesn't have a resource type "${asked}"`)
  return found
}

/** The kind of a manifest; nothing where it is not served. */
export const findKind = (
  served: readonly Served[],
  { apiVersion, kind }: { apiVersion?: string; kind?: string },
): Served | undefined => served.find((one) => one.apiVersion === apiVersion && one.kind === kind)

/** `deployment.apps/superlink`, as `-o name` and messages have it. */
export const fullName = ({ kind, group }: Served, name: string): string =>
  `${kind.toLowerCase()}${group === "" ? "" : `.${group}`}/${name}`
