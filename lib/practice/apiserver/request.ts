/** A request, taken apart: what it is about, who asks, and how it is answered. */
import { randomUUID } from "node:crypto"
import type { IncomingMessage, ServerResponse } from "node:http"
import { parse as parseYaml } from "yaml"
import type { PracticeUser } from "../types/apiserver.ts"
import type { Attributes } from "./access.ts"
import { noteDuplicates } from "./duplicates.ts"
import { decodeProtobuf } from "./protobuf.ts"
import { ApiError, badRequest, NotServed, unsupportedMedia } from "./status.ts"

/** What a resource path names. */
export interface ResourcePath {
  group: string
  version: string
  resource: string
  namespace?: string
  name?: string
  subresource?: string
}

/** The parts of `/api/v1/…` and `/apis/GROUP/VERSION/…`, or undefined for paths that are about no resource. */
export function parsePath(path: string): ResourcePath | undefined {
  let parts: string[]
  try {
    parts = path
      .split("/")
      .filter((one) => one !== "")
      .map(decodeURIComponent)
  } catch {
    throw badRequest(`the path ${path} is not encoded as a URL`)
  }
  const legacy = parts[0] === "api"
  if (!legacy && parts[0] !== "apis") return undefined
  const [group, version] = legacy ? ["", parts[1]] : [parts[1], parts[2]]
  const rest = parts.slice(legacy ? 2 : 3)
  if (group === undefined || version === undefined || rest.length === 0) return undefined
  const about = { group, version }
  // `namespaces/NAME`, `namespaces/NAME/status` and `…/finalize` are the namespace itself.
  const inside = rest[0] === "namespaces" && rest.length > 2 && !["status", "finalize"].includes(rest[2]!)
  const [resource, name, subresource, ...more] = inside ? rest.slice(2) : rest
  if (more.length > 0) return undefined
  return {
    ...about,
    resource: resource!,
    ...(inside ? { namespace: rest[1]! } : {}),
    ...(name === undefined ? {} : { name }),
    ...(subresource === undefined ? {} : { subresource }),
  }
}

export const isWatch = (query: URLSearchParams): boolean => ["true", "1"].includes(query.get("watch") ?? "")

const VERBS: Readonly<Record<string, [one: string, many: string]>> = {
  GET: ["get", "list"],
  HEAD: ["get", "list"],
  POST: ["create", "create"],
  PUT: ["update", "update"],
  PATCH: ["patch", "patch"],
  DELETE: ["delete", "deletecollection"],
}

/** The verb that RBAC knows a request by. */
export function verbOf(method: string, path: ResourcePath, query: URLSearchParams): string {
  const [one, many] = VERBS[method] ?? ["", ""]
  if (path.name !== undefined) return one
  return many === "list" && isWatch(query) ? "watch" : many
}

/** Everything a handler needs of one request. */
export interface Call extends ResourcePath {
  verb: string
  method: string
  path: string
  query: URLSearchParams
  user: PracticeUser
  /** Field manager of a write: as asked, else the client's own name. */
  manager: string
  request: IncomingMessage
  response: ServerResponse
  body(): Promise<unknown>
}

/** A namespace and a project are governed from inside themselves. */
const GOVERNED = ["/namespaces", "project.openshift.io/projects"]
const LISTED = ["list", "watch", "deletecollection"]

export function attributesOf(call: ResourcePath & { verb: string; query?: URLSearchParams }): Attributes {
  // A list of one object by its name is about that object.
  const [, chosen] = /(?:^|,)metadata\.name==?([^,]+)/.exec(call.query?.get("fieldSelector") ?? "") ?? []
  const name = call.name ?? (LISTED.includes(call.verb) ? chosen : undefined)
  const own = GOVERNED.includes(`${call.group}/${call.resource}`) ? call.name : undefined
  const namespace = call.namespace ?? own
  return {
    verb: call.verb,
    group: call.group,
    resource: call.resource,
    ...(call.subresource === undefined ? {} : { subresource: call.subresource }),
    ...(namespace === undefined ? {} : { namespace }),
    ...(name === undefined ? {} : { name }),
  }
}

const KNOWN = /^(\*\/\*|application\/(\*|json|yaml|vnd\.kubernetes\.protobuf)|text\/\*)/

/** @throws ApiError 406 for an answer of a type that nobody makes */
export function checkAccepted({ headers: { accept } }: IncomingMessage): void {
  if (accept === undefined || accept.split(",").some((one) => KNOWN.test(one.trim()))) return
  const types = ["application/json", "application/yaml", "application/vnd.kubernetes.protobuf"]
  const all = [...types, "application/json;stream=watch", "application/vnd.kubernetes.protobuf;stream=watch"]
  throw new ApiError(
    406,
    "NotAcceptable",
    `406: Not Acceptable\n\nAvailable representations: ${all.join(", ")}`,
  )
}

/** As the real server's default: 3 MiB. */
const LIMIT = 3 * 1024 * 1024

export async function readBytes(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request) {
    size += (chunk as Buffer).length
    if (size > LIMIT) throw new ApiError(413, "RequestEntityTooLarge", `limit is ${LIMIT}`)
    chunks.push(chunk as Buffer)
  }
  return Buffer.concat(chunks)
}

const BODIES = /json|yaml|protobuf|^$|^application\/x-www-form-urlencoded/

/**
 * The body as an object: JSON, YAML or protobuf; undefined when there is none.
 * @param kind what it must be of, for the words of an error
 * @throws ApiError 400, 413, 415
 */
export async function readBody(request: IncomingMessage, kind = "Object"): Promise<unknown> {
  const bytes = await readBytes(request)
  if (bytes.length === 0) return undefined
  const type = request.headers["content-type"] ?? ""
  if (!BODIES.test(type))
    throw unsupportedMedia(["application/json", "application/yaml", "application/vnd.kubernetes.protobuf"])
  if (type.startsWith("application/vnd.kubernetes.protobuf")) return decodeProtobuf(bytes)
  const text = bytes.toString()
  try {
    const body: unknown = JSON.parse(text)
    noteDuplicates(body, text)
    return body
  } catch (error) {
    if (!type.includes("yaml")) {
      throw badRequest(
        `the object provided is unrecognized (must be of type ${kind}): couldn't get version/kind; json parse error: ${(error as Error).message}`,
      )
    }
  }
  try {
    return parseYaml(text, { logLevel: "error" })
  } catch (error) {
    throw badRequest(`error decoding YAML: ${(error as Error).message}`)
  }
}

const texts = new WeakMap<object, string>()

/** An object as JSON. Stored objects never change, so that their text is made once. */
export function textOf(object: object): string {
  const known = texts.get(object)
  if (known !== undefined) return known
  const text = JSON.stringify(object)
  texts.set(object, text)
  return text
}

export function sendText(
  response: ServerResponse,
  code: number,
  text: string,
  type: string,
  headers = {},
): void {
  response.writeHead(code, {
    "audit-id": randomUUID(),
    "cache-control": "no-cache, private",
    ...headers,
    "content-type": type,
    "content-length": Buffer.byteLength(text),
  })
  response.end(text)
}

export const sendJson = (response: ServerResponse, code: number, body: object, headers = {}): void =>
  sendText(response, code, textOf(body), "application/json", headers)

/** Answers with an error; those that are not ours are 500, with their message. */
export function sendError(response: ServerResponse, error: unknown): void {
  const known =
    error instanceof ApiError
      ? error
      : new ApiError(500, "InternalError", `Internal error occurred: ${(error as Error)?.message ?? error}`)
  if (response.headersSent) response.destroy()
  else if (known instanceof NotServed)
    sendText(response, 404, `${known.message}\n`, "text/plain; charset=utf-8")
  else sendJson(response, known.code, known.toStatus(), known.headers)
}
