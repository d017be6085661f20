/** The API server of a practice cluster: HTTPS on loopback, objects in memory, answers as a real one gives them. */
import type { IncomingMessage, ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { setTimeout as delay } from "node:timers/promises"
import { RunbookError } from "../../notebook/errors.ts"
import { listenAt, listenExactly } from "../ports.ts"
import { guarded, report } from "../stray.ts"
import type { ApiServer, ApiServerOptions, PracticeUser, RequestEntry, Snapshot } from "../types/apiserver.ts"
import { Access, ANONYMOUS, type Attributes, isOpenPath, refusal } from "./access.ts"
import { AccountTokens, keepAccounts } from "./accounts.ts"
import { Admission } from "./admission/index.ts"
import { establish, openCluster } from "./cluster-state.ts"
import { serveDiscovery } from "./discovery.ts"
import { Collector } from "./garbage.ts"
import { dialInside } from "./inside.ts"
import { Interference } from "./interference.ts"
import type { Kind } from "./kind.ts"
import { sendLog } from "./logs.ts"
import { OAuth } from "./oauth.ts"
import { checkOptions } from "./options.ts"
import { forwardPort, serveUpgrades } from "./port-forward.ts"
import { serveProjects } from "./projects.ts"
import {
  attributesOf,
  type Call,
  checkAccepted,
  isWatch,
  parsePath,
  readBody,
  sendError,
  sendJson,
  verbOf,
} from "./request.ts"
import { serveResource } from "./resources.ts"
import { type ReviewParts, serveReview, serveUsers } from "./reviews.ts"
import { ApiError, badRequest, forbidden, methodNotAllowed, notServed, unauthorized } from "./status.ts"
import { createTlsServer } from "./tls.ts"
import { Watches } from "./watch.ts"

export { SYSTEM_HOST } from "./tls.ts"

/** What of a pod runs commands in it. */
const RUN = ["exec", "attach", "ephemeralcontainers"]

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
  const admission = new Admission(objects, kinds, options.faults, options.name)
  objects.admission = admission
  const watches = new Watches(store)
  const access = new Access(options.users, store, kinds)
  const interference = new Interference(options.faults, options.name, kinds, watches)
  objects.clock = () => interference.now()
  const collector = options.collect === false ? undefined : new Collector(objects, kinds)
  const kubeletClient = await options.ca.issue("kube-apiserver-kubelet-client", { client: true })
  const tokens = new AccountTokens(objects, options.ca)
  const stopAccounts =
    options.collect === false
      ? () => undefined
      : keepAccounts(objects, kinds.byKey("/serviceaccounts")!, openshift)
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

  /** Whoever sends no token is the anonymous user; a token that nobody has is nobody's. */
  const identify = (request: IncomingMessage): PracticeUser | undefined => {
    const [, token] = /^Bearer\s+(\S+)$/i.exec(request.headers.authorization ?? "") ?? []
    if (token === undefined) return ANONYMOUS
    const account = tokens.identify(token)
    if (account !== undefined) return account
    const found = access.identify(token)
    if (found === undefined || interference.isExpired(found.user, found.issued)) return undefined
    return interference.isAnonymous(found.user) ? ANONYMOUS : found.user
  }

  /** @throws ApiError 404 where there is no such pod, 400 as nothing of it could run */
  const refuseRun = (kind: Kind, call: Call): ApiError => {
    objects.get(kind, call.namespace, call.name!)
    return badRequest("practice pods cannot run commands")
  }

  const serve = async (kind: Kind, call: Call): Promise<void> => {
    const { verb, subresource } = call
    if (kind.group === "project.openshift.io") return serveProjects(projects, kind, call)
    if (kind.kind === "User") return serveUsers(reviews, kind, call)
    if (kind.virtual) return serveReview(reviews, kind, call)
    if (subresource !== undefined && RUN.includes(subresource) && verb !== "get") throw refuseRun(kind, call)
    if (subresource === "token") return tokens.serve(kind, call)
    if (subresource === "log") return sendLog(call, kind, kinds.byKey("/nodes")!, objects, kubeletClient)
    if (subresource === "portforward")
      return forwardPort(call, kind, kinds.byKey("/nodes")!, objects, kubeletClient)
    if (verb !== "watch") return serveResource(objects, kind, call)
    watches.start(call, { key: kind.key, kind, namespace: call.namespace })
  }

  /** @throws ApiError 404, 405 for paths, verbs and subresources that a kind has not */
  const kindOf = (call: Call): Kind => {
    const kind = kinds.served(call.group, call.version, call.resource)
    const missing = () => notServed(kinds.all().some((one) => one.group === call.group && !one.defined))
    if (kind === undefined) throw missing()
    const misplaced = kind.namespaced
      ? call.namespace === undefined && call.name !== undefined && !kind.virtual
      : call.namespace !== undefined
    const sub = kind.subresources.find((one) => one.name === call.subresource)
    if (misplaced || (call.subresource !== undefined && sub === undefined)) throw missing()
    const everywhere = kind.namespaced && call.namespace === undefined && !kind.virtual
    if (everywhere && ["create", "update", "patch"].includes(call.verb)) throw methodNotAllowed()
    // An object's own path takes no POST, and a collection's no PUT or PATCH.
    const named = (call.verb === "create") === (call.name !== undefined) && sub === undefined
    // OLM's package server takes no writes: the system's own make its objects.
    const isOurs = kind.plural === "packagemanifests" && call.user.name.startsWith("system:")
    const verbs: readonly string[] = sub?.verbs ?? kind.verbs
    const wrongWay = named && ["create", "update", "patch"].includes(call.verb)
    if (wrongWay || call.method === "HEAD" || (!verbs.includes(call.verb) && !isOurs))
      throw methodNotAllowed()
    return kind
  }

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const method = request.method ?? "GET"
    const path = request.url ?? "/"
    const address = URL.parse(`https://practice${path}`)
    // A request for a whole server (`*`) names no path.
    if (!path.startsWith("/") || address === null) throw badRequest(`invalid request path ${path}`)
    const { pathname, searchParams: query } = address
    const caller = identify(request)
    record(request, response, method, path, caller)
    const about = parsePath(pathname)
    const verb = about === undefined ? "" : verbOf(method, about, query)
    const asked = about === undefined ? undefined : attributesOf({ ...about, verb, query })
    const fault = await interference.strike(caller, method, path, asked, response)
    if (fault?.what === "reset") return
    if (openshift && (await oauth.serve(new URL(`${url}${path}`), request, response))) return
    if (caller === undefined && !isOpenPath(pathname)) throw unauthorized()
    const user = access.impersonated(caller ?? ANONYMOUS, request.headers)
    if (about === undefined && !access.mayRead(user, pathname)) {
      const why = `forbidden: User ${JSON.stringify(user.name)} cannot ${method.toLowerCase()} path ${JSON.stringify(pathname)}`
      throw new ApiError(403, "Forbidden", why, {})
    }
    if (pathname === "/")
      return sendJson(response, 200, { paths: ["/api", "/apis", "/openapi/v3", "/version"] })
    if (serveDiscovery(kinds, pathname, request, response)) return
    if (about === undefined) throw notServed()
    const manager = query.get("fieldManager") || agentName(request)
    const body = () => readBody(request, kinds.served(about.group, about.version, about.resource)?.kind)
    const call: Call = { ...about, verb, method, path, query, user, manager, request, response, body }
    // Rights come first: a kind that is not served is 403 to whoever has no rights on it.
    if (!access.allowed(user, asked!)) {
      throw about.resource === "projectrequests"
        ? new ApiError(403, "Forbidden", "You may not request a new project via this API.")
        : forbidden(
            { group: about.group, plural: about.resource },
            asked!.name ?? "",
            refusal(user.name, asked!),
          )
    }
    const kind = kindOf(call)
    checkAccepted(request)
    checkOptions(call)
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
      user: user === ANONYMOUS ? undefined : user?.name,
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

  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    response.setHeader("date", new Date(interference.now()).toUTCString())
    guarded(report, () => handle(request, response).catch((error) => sendError(response, error)))
  }
  const { server, close } = await createTlsServer(options.name, options.ca, options.faults, answer)
  serveUpgrades(server, answer)
  const stop = async () => {
    collector?.close()
    admission.close()
    stopAccounts()
    stopEstablishing()
    interference.close()
    watches.close()
    await close()
  }
  try {
    await (options.port === undefined ? listenAt(server) : listenExactly(server, options.port))
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
    dial: dialInside(server),
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
