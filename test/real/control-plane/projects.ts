/**
 * OpenShift's project API as an aggregated API behind a real kube-apiserver: namespaces of that server, shown and asked for
 * as on practice clusters (lib/practice/apiserver/projects.ts). The server in front has already decided by RBAC.
 */

import type { IncomingMessage, ServerResponse } from "node:http"
import { createServer, request as httpsRequest } from "node:https"
import type { AddressInfo } from "node:net"
import { createInterface } from "node:readline"
import { json } from "node:stream/consumers"
import type { KubeObject } from "../../../lib/cluster/types.ts"
import {
  adminBinding,
  projectExists,
  projectOf,
  requestedNamespace,
} from "../../../lib/practice/apiserver/projects.ts"
import { ApiError, success } from "../../../lib/practice/apiserver/status.ts"
import type { ControlPlane } from "./control-plane.ts"

const GROUP = "project.openshift.io"
const RESOURCES = {
  kind: "APIResourceList",
  apiVersion: "v1",
  groupVersion: `${GROUP}/v1`,
  resources: [
    {
      name: "projects",
      singularName: "project",
      namespaced: false,
      kind: "Project",
      verbs: ["delete", "get", "list", "watch"],
    },
    {
      name: "projectrequests",
      singularName: "projectrequest",
      namespaced: false,
      kind: "ProjectRequest",
      verbs: ["create", "list"],
    },
  ],
}
const NAMESPACES = "/api/v1/namespaces"

interface Caller {
  readonly user: string
  readonly groups: readonly string[]
}

/** Answers of the real server itself, passed on as they are. */
class Refused extends Error {
  readonly status: { code: number }
  constructor(status: { code: number }) {
    super("refused by the server behind")
    this.status = status
  }
}

const send = (response: ServerResponse, code: number, body: unknown): void =>
  void response.writeHead(code, { "content-type": "application/json" }).end(JSON.stringify(body))

/** Serves it on loopback and registers it. @returns how to end it */
export const startProjects = async (plane: ControlPlane): Promise<() => Promise<void>> => {
  const cluster = plane.open(plane.system)

  /** A request to the server behind, as the system; not for its watches. */
  const open = (method: string, path: string, body?: object): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      const headers = { authorization: `Bearer ${plane.system.token}`, "content-type": "application/json" }
      const { port, ca } = plane
      const options = { host: "127.0.0.1", port, ca: ca.certificate, method, path, headers }
      const asked = httpsRequest(options, resolve).on("error", reject)
      asked.end(body && JSON.stringify(body))
    })
  // biome-ignore lint/suspicious/noExplicitAny: whatever the server answers.
  const ask = async (method: string, path: string, body?: object): Promise<any> => {
    const answer = await open(method, path, body)
    const found = await json(answer)
    if ((answer.statusCode ?? 500) >= 400) throw new Refused(found as { code: number })
    return found
  }
  const sees = async ({ user, groups }: Caller, name: string): Promise<boolean> => {
    const resourceAttributes = { verb: "get", group: GROUP, resource: "projects", namespace: name, name }
    const spec = { user, groups, resourceAttributes }
    const { status } = await ask("POST", "/apis/authorization.k8s.io/v1/subjectaccessreviews", {
      apiVersion: "authorization.k8s.io/v1",
      kind: "SubjectAccessReview",
      spec,
    })
    return status.allowed
  }

  const watch = async (caller: Caller, query: string, response: ServerResponse): Promise<void> => {
    const answer = await open("GET", `${NAMESPACES}?${query}`)
    if (answer.statusCode !== 200) throw new Refused((await json(answer)) as { code: number })
    response.on("close", () => answer.destroy())
    response.writeHead(200, { "content-type": "application/json" }).flushHeaders()
    for await (const line of createInterface({ input: answer })) {
      const { type, object } = JSON.parse(line) as { type: string; object: KubeObject }
      const shown = type === "ERROR" || type === "BOOKMARK" || (await sees(caller, object.metadata.name))
      const view = object.kind === "Namespace" ? projectOf(object) : object
      if (shown) response.write(`${JSON.stringify({ type, object: view })}\n`)
    }
    response.end()
  }

  const create = async (
    caller: Caller,
    request: IncomingMessage,
    query: URLSearchParams,
  ): Promise<KubeObject> => {
    const body = (await json(request)) as KubeObject
    const dryRun = query.has("dryRun") ? "?dryRun=All" : ""
    const { name } = body.metadata
    const made = await ask("POST", NAMESPACES + dryRun, requestedNamespace(body, caller.user)).catch(
      (error) => {
        throw error instanceof Refused && error.status.code === 409 ? projectExists(name) : error
      },
    )
    if (dryRun === "") await cluster.create(adminBinding(name, caller.user))
    return projectOf(made)
  }

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { pathname, searchParams: query } = new URL(request.url ?? "/", "https://projects")
    const [, , , , resource, name] = pathname.split("/")
    const caller = {
      user: String(request.headers["x-remote-user"]),
      groups: [request.headers["x-remote-group"] ?? []].flat().flatMap((it) => it.split(", ")),
    }
    if (resource === undefined || resource === "") return send(response, 200, RESOURCES)
    if (resource === "projectrequests") {
      if (request.method === "GET") return send(response, 200, success(200))
      return send(response, 201, await create(caller, request, query))
    }
    if (name !== undefined) {
      if (request.method === "DELETE") {
        await ask("DELETE", `${NAMESPACES}/${name}`)
        return send(response, 200, success(200, { name, group: GROUP, kind: "projects" }))
      }
      return send(response, 200, projectOf(await ask("GET", `${NAMESPACES}/${name}`)))
    }
    if (["1", "true"].includes(query.get("watch") ?? "")) return watch(caller, query.toString(), response)
    const { metadata, items } = (await ask("GET", `${NAMESPACES}?${query}`)) as {
      metadata: object
      items: KubeObject[]
    }
    const seen = await Promise.all(items.map((it) => sees(caller, it.metadata.name)))
    const projects = items
      .filter((_, index) => seen[index])
      .map((it) => projectOf({ ...it, kind: "Namespace" }))
    send(response, 200, { kind: "ProjectList", apiVersion: `${GROUP}/v1`, metadata, items: projects })
  }

  const { certificate, key } = await plane.ca.issue("projects", { hosts: ["127.0.0.1"], server: true })
  const server = createServer({ cert: certificate, key }, (request, response) => {
    serve(request, response).catch((error) => {
      if (response.headersSent) response.destroy()
      else if (error instanceof Refused) send(response, error.status.code, error.status)
      else if (error instanceof ApiError) send(response, error.code, error.toStatus())
      else send(response, 500, new ApiError(500, "InternalError", String(error)).toStatus())
    })
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const { port } = server.address() as AddressInfo
  await cluster.create({
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "projects", namespace: "kube-system" },
    spec: { type: "ExternalName", externalName: "127.0.0.1", ports: [{ port }] },
  })
  await cluster.create({
    apiVersion: "apiregistration.k8s.io/v1",
    kind: "APIService",
    metadata: { name: `v1.${GROUP}` },
    spec: {
      group: GROUP,
      version: "v1",
      groupPriorityMinimum: 9900,
      versionPriority: 15,
      insecureSkipTLSVerify: true,
      service: { name: "projects", namespace: "kube-system", port },
    },
  })
  return async () => {
    await cluster.close()
    server.closeAllConnections()
    server.close()
  }
}
