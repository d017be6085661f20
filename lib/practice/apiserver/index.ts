/** The API server of a practice cluster: HTTPS on loopback, objects in memory, answers as a real one gives them. */
import { once } from "node:events"
import type { IncomingMessage, ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { setTimeout as delay } from "node:timers/promises"
import { RunbookError } from "../../notebook/errors.ts"
import type { ApiServer, ApiServerOptions, PracticeUser, RequestEntry, Snapshot } from "../types.ts"
import { Access, type Attributes, refusal } from "./access.ts"
import { establish, openCluster } from "./cluster-state.ts"
import { serveDiscovery } from "./discovery.ts"
import { Collector } from "./garbage.ts"
import { Interference } from "./interference.ts"
import type { Kind } from "./kind.ts"
import { sendLog } from "./logs.ts"
import { OAuth } from "./oauth.ts"
import { serveProjects } from "./projects.ts"
import {
  attributesOf,
  type Call,
  isWatch,
  parsePath,
  readBody,
  sendError,
  sendJson,
  verbOf,
} from "./request.ts"
import { serveResource } from "./resources.ts"
import { type ReviewParts, serveReview, serveUsers } from "./reviews.ts"
import { ApiError, forbidden, methodNotAllowed, notServed, unauthorized } from "./status.ts"
import { createTlsServer } from "./tls.ts"
import { Watches } from "./watch.ts"

export { SYSTEM_HOST } from "./tls.ts"

/** So many requests are remembered. */
const REMEMBERED = 50_000

const agentName = (request: IncomingMessage) =>
  (request.headers["user-agent"] ?? "unknown").split("/")[0]!.trim()

/**
 * Starts an API server.
 * @throws RunbookError when its port is taken
 */
export const startApiServer = async (options: ApiServerOptions): Promise<ApiServer> => {
  const openshift = options.openshift !== false
  const { store, kinds, objects } = openCluster(options)
  const watches = new Watches(store)
  const access = new Access(options.users, store, kinds)
  const interference = new Interference(options.faults, options.name, kinds, watches)
  const collector = options.collect === false ? undefined : new Collector(objects, kinds)
  const kubeletClient = await options.ca.issue("kube-apiserver-kubelet-client", { client: true })
  const stopEstablishing = establish(objects, kinds)
  let url = ""
  const oauth = new OAuth({
    access,
    objects,
    url: () => url,
    refuses: (user) => interference.refusesLogin(user),
  })
  const permits = (user: PracticeUser, asked: Attributes) =>
    access.allowed(user, asked) && !interference.forbids(user, asked)
  const reviews: ReviewParts = { access, permits, openshift, resourceVersion: () => store.resourceVersion }
  const namespaces = kinds.byKey("/namespaces")!
  const roleBindings = kinds.byKey("rbac.authorization.k8s.io/rolebindings")!
  const projects = { objects, access, watches, namespaces, roleBindings }
  const requests: RequestEntry[] = []

  const identify = (request: IncomingMessage): PracticeUser | undefined => {
    const [, token] = /^Bearer\s+(\S+)$/i.exec(request.headers.authorization ?? "") ?? []
    if (token === undefined) return undefined
    const found = access.identify(token)
    if (found === undefined || interference.isExpired(found.user, found.issued)) return undefined
    return found.user
  }

  const serve = async (kind: Kind, call: Call): Promise<void> => {
    const { verb, subresource } = call
    if (kind.group === "project.openshift.io") return serveProjects(projects, kind, call)
    if (kind.kind === "User") return serveUsers(reviews, kind, call)
    if (kind.virtual) return serveReview(reviews, kind, call)
    if (subresource === "log") return sendLog(call, kind, kinds.byKey("/nodes")!, objects, kubeletClient)
    if (verb !== "watch") return serveResource(objects, kind, call)
    watches.start(call, { key: kind.key, kind, namespace: call.namespace })
  }

  /** @throws ApiError 404, 405 for paths, verbs and subresources that a kind has not */
  const kindOf = (call: Call): Kind => {
    const kind = kinds.served(call.group, call.version, call.resource)
    if (kind === undefined) throw notServed()
    const everywhere = call.name === undefined && ["list", "watch", "deletecollection"].includes(call.verb)
    const misplaced = kind.namespaced
      ? call.namespace === undefined && !everywhere && !kind.virtual
      : call.namespace !== undefined
    const sub = kind.subresources.find((it) => it.name === call.subresource)
    if (misplaced || (call.subresource !== undefined && sub === undefined)) throw notServed()
    const named = call.verb === "create" && call.name !== undefined && sub === undefined
    // OLM's package server takes no writes: the system's own make its objects.
    const isOurs = kind.plural === "packagemanifests" && call.user.name.startsWith("system:")
    const verbs: readonly string[] = sub?.verbs ?? kind.verbs
    if (named || (!verbs.includes(call.verb) && !isOurs)) throw methodNotAllowed(call.verb)
    return kind
  }

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const method = request.method ?? "GET"
    const path = request.url ?? "/"
    const { pathname, searchParams: query } = new URL(path, "https://practice")
    const user = identify(request)
    record(request, response, method, path, user)
    const about = parsePath(pathname)
    const verb = about === undefined ? "" : verbOf(method, about, query)
    const asked = about === undefined ? undefined : attributesOf({ ...about, verb } as Call)
    const fault = await interference.strike(user, method, path, asked, response)
    if (fault?.what === "reset") return
    if (openshift && (await oauth.serve(new URL(path, url), request, response))) return
    if (pathname === "/" && user === undefined) {
      throw new ApiError(
        403,
        "Forbidden",
        `forbidden: User "system:anonymous" cannot ${method.toLowerCase()} path "/"`,
      )
    }
    const open = ["/version", "/healthz", "/readyz", "/livez"].includes(pathname)
    if (user === undefined && !open) throw unauthorized()
    if (pathname === "/")
      return sendJson(response, 200, { paths: ["/api", "/apis", "/openapi/v3", "/version"] })
    if (serveDiscovery(kinds, pathname, request, response)) return
    if (about === undefined || user === undefined) throw notServed()
    const manager = query.get("fieldManager") || agentName(request)
    const body = () => readBody(request)
    const call: Call = { ...about, verb, method, path, query, user, manager, request, response, body }
    const kind = kindOf(call)
    if (!access.allowed(user, asked!)) {
      const shown = {
        ...asked!,
        ...(about.resource === "projects" && about.name ? { namespace: about.name } : {}),
      }
      throw about.resource === "projectrequests"
        ? new ApiError(403, "Forbidden", "You may not request a new project via this API.")
        : forbidden(kind, about.name ?? "", refusal(user.name, shown))
    }
    await serve(kind, call)
    if (fault?.what === "cut" && isWatch(query)) {
      await delay(fault.delay ?? 100, undefined, { ref: false })
      for (const watch of [...watches.open]) if (watch.call === call) watch.end()
    }
  }

  /** Notes a request once its answer is known. */
  const record = (
    request: IncomingMessage,
    response: ServerResponse,
    method: string,
    path: string,
    user: PracticeUser | undefined,
  ) => {
    const entry: RequestEntry = {
      at: Date.now(),
      method,
      path,
      user: user?.name,
      status: 0, // until it is answered; stays for one that is cut off
      agent: request.headers["user-agent"],
    }
    requests.push(entry)
    if (requests.length > REMEMBERED) requests.splice(0, REMEMBERED / 10)
    const writeHead = response.writeHead.bind(response) as (...all: unknown[]) => ServerResponse
    response.writeHead = ((...all: unknown[]) => {
      entry.status = all[0] as number
      return writeHead(...all)
    }) as typeof response.writeHead
    if (options.onRequest !== undefined) response.on("close", () => options.onRequest!(entry))
  }

  const { server, close } = await createTlsServer(
    options.name,
    options.ca,
    options.faults,
    (request, response) => {
      handle(request, response).catch((error) => sendError(response, error))
    },
  )
  const stop = async () => {
    collector?.close()
    stopEstablishing()
    interference.close()
    watches.close()
    await close()
  }
  try {
    server.listen(options.port ?? 0, "127.0.0.1")
    await once(server, "listening")
  } catch (error) {
    await stop()
    throw new RunbookError(
      `the practice cluster ${options.name} cannot listen at 127.0.0.1:${options.port}`,
      {
        why: (error as Error).message,
        fix: "end the process that uses this port (other practice clusters?), or start new clusters instead of kept ones",
      },
    )
  }
  const { port } = server.address() as AddressInfo
  url = `https://127.0.0.1:${port}`

  return {
    name: options.name,
    url,
    port,
    ca: options.ca,
    users: options.users,
    requests,
    snapshot: (): Snapshot => ({
      version: 1,
      name: options.name,
      port,
      ca: { certificate: options.ca.certificate, key: options.ca.key },
      users: [...options.users],
      resourceVersion: store.resourceVersion,
      objects: store.everything().map(({ object }) => object),
    }),
    close: stop,
  }
}
