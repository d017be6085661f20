/** Which kinds a server serves, and what they are called. */
import { type Client, type Json, statusError } from "../client.ts"
import { Exit } from "../exit.ts"
import { fail } from "./call.ts"

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
      (version.resources ?? []).map((it: Json): Served => {
        const group: string = item.metadata?.name ?? ""
        return {
          apiVersion: group === "" ? version.version : `${group}/${version.version}`,
          group,
          kind: it.responseKind?.kind ?? "",
          plural: it.resource,
          singular: it.singularResource ?? "",
          short: it.shortNames ?? [],
          categories: it.categories ?? [],
          namespaced: it.scope === "Namespaced",
        }
      }),
    ),
  )

const ofList = (list: Json): Served[] => {
  const apiVersion: string = list.groupVersion
  const group = apiVersion.includes("/") ? apiVersion.split("/")[0]! : ""
  return (list.resources ?? [])
    .filter((it: Json) => !it.name.includes("/"))
    .map(
      (it: Json): Served => ({
        apiVersion,
        group,
        kind: it.kind,
        plural: it.name,
        singular: it.singularName ?? "",
        short: it.shortNames ?? [],
        categories: it.categories ?? [],
        namespaced: it.namespaced,
      }),
    )
}

const readOld = async (client: Client, root: string, body: Json): Promise<Served[]> => {
  const paths: string[] =
    root === "/api"
      ? body.versions.map((version: string) => `/api/${version}`)
      : body.groups.flatMap((group: Json) => group.versions.map((it: Json) => `/apis/${it.groupVersion}`))
  const lists = await Promise.all(
    // A group whose server is down is left out, as kubectl leaves it out.
    paths.map((path) => client.json("GET", path).catch(() => undefined)),
  )
  return lists.filter((it) => it !== undefined).flatMap(ofList)
}

const klog = (message: string): string => {
  const now = new Date()
  const two = (value: number) => String(value).padStart(2, "0")
  const day = `${two(now.getMonth() + 1)}${two(now.getDate())}`
  const time = `${two(now.getHours())}:${two(now.getMinutes())}:${two(now.getSeconds())}`
  const micros = String(now.getMilliseconds() * 1000).padStart(6, "0")
  const pid = String(process.pid).padStart(7)
  return `E${day} ${time}.${micros} ${pid} memcache.go:265] "Unhandled Error" err="${message}"`
}

/** kubectl tries five times, and says so each time, before it gives up. */
const refused = (): Exit => {
  const why = "the server has asked for the client to provide credentials"
  const tried = Array.from({ length: 5 }, () => klog(`couldn't get current server API group list: ${why}`))
  return new Exit(1, { stderr: [...tried, `error: You must be logged in to the server (${why})`] })
}

/** All kinds, core first. @throws Exit where the session is not valid; StatusError, ConnectionError */
export const discover = async (client: Client): Promise<Served[]> => {
  const parts = await Promise.all(
    ["/api", "/apis"].map(async (root) => {
      const answer = await client.send("GET", root, { accept: AGGREGATED })
      if (answer.status === 401) throw refused()
      if (answer.status >= 300) throw statusError(answer)
      const body = JSON.parse(answer.text)
      return Array.isArray(body.items) ? ofAggregated(body) : readOld(client, root, body)
    }),
  )
  return parts.flat()
}

/**
 * The kind of `deploy`, `deployments`, `deployment.apps`, `Deployment.v1.apps` …
 * @throws Exit where it is not served
 */
export const findResource = (served: readonly Served[], asked: string): Served => {
  const [name = "", ...rest] = asked.toLowerCase().split(".")
  const [version, ...groupAfter] = rest
  const hasName = (it: Served) =>
    it.plural === name || it.singular === name || it.short.includes(name) || it.kind.toLowerCase() === name
  const group = rest.join(".")
  const found =
    served.find((it) => hasName(it) && (rest.length === 0 || it.group === group)) ??
    served.find(
      (it) => hasName(it) && it.group === groupAfter.join(".") && it.apiVersion.endsWith(version ?? "-"),
    ) ??
    served.find((it) => hasName(it) && group !== "" && it.group.startsWith(group))
  if (found === undefined) throw fail(`the server doesn't have a resource type "${asked}"`)
  return found
}

/** The kind of a manifest; nothing where it is not served. */
export const findKind = (
  served: readonly Served[],
  { apiVersion, kind }: { apiVersion?: string; kind?: string },
): Served | undefined => served.find((it) => it.apiVersion === apiVersion && it.kind === kind)

/** `deployment.apps/superlink`, as `-o name` and messages have it. */
export const fullName = ({ kind, group }: Served, name: string): string =>
  `${kind.toLowerCase()}${group === "" ? "" : `.${group}`}/${name}`
