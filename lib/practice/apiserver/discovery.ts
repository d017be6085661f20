/** What is served: `/api`, `/apis` in the old and the aggregated form, `/version`, and OpenAPI as far as `apply` asks. */
import { createHash } from "node:crypto"
import type { IncomingMessage, ServerResponse } from "node:http"
import { apiVersionOf, type Kind } from "./kind.ts"
import type { Groups, Kinds } from "./kinds.ts"
import { schemasOf } from "./openapi.ts"
import { sendJson, sendText, textOf } from "./request.ts"

/** The Kubernetes in OpenShift 4.19. */
const KUBERNETES_VERSION = "v1.32.5"

const version = {
  major: "1",
  minor: "32",
  gitVersion: KUBERNETES_VERSION,
  gitCommit: "practice",
  gitTreeState: "clean",
  buildDate: "2025-05-15T00:00:00Z",
  goVersion: "go1.23.8",
  compiler: "gc",
  platform: "linux/amd64",
}

const scopeOf = (kind: Kind) => (kind.namespaced ? "Namespaced" : "Cluster")

const resourceLists = (kinds: readonly Kind[]) =>
  kinds.flatMap((one) => [
    {
      name: one.plural,
      singularName: one.singular,
      namespaced: one.namespaced,
      kind: one.kind,
      verbs: one.verbs,
      ...(one.shortNames.length > 0 ? { shortNames: one.shortNames } : {}),
      ...(one.categories.length > 0 ? { categories: one.categories } : {}),
    },
    ...one.subresources.map((sub) => ({
      name: `${one.plural}/${sub.name}`,
      singularName: "",
      namespaced: one.namespaced,
      ...(sub.group === undefined ? {} : { group: sub.group, version: sub.version }),
      kind: sub.kind,
      verbs: sub.verbs,
    })),
  ])

/** The core group's kinds say no version: a real server leaves it empty. */
const responseKind = ({ group, version, kind }: Pick<Kind, "group" | "version" | "kind">) => ({
  ...{ group, version: group === "" ? "" : version, kind },
})

const aggregatedVersion = (name: string, kinds: readonly Kind[]) => ({
  version: name,
  freshness: "Current",
  resources: kinds.map((kind) => ({
    resource: kind.plural,
    responseKind: responseKind(kind),
    scope: scopeOf(kind),
    singularResource: kind.singular,
    verbs: kind.verbs,
    ...(kind.shortNames.length > 0 ? { shortNames: kind.shortNames } : {}),
    ...(kind.categories.length > 0 ? { categories: kind.categories } : {}),
    ...(kind.subresources.length === 0
      ? {}
      : {
          subresources: kind.subresources.map((sub) => ({
            subresource: sub.name,
            responseKind: responseKind({ ...kind, ...sub }),
            verbs: sub.verbs,
          })),
        }),
  })),
})

const asParameter = "g=apidiscovery.k8s.io"

/** `v2` or `v2beta1`, where the client takes the aggregated form. */
function aggregatedForm(accept: string): string | undefined {
  const found = accept
    .split(",")
    .filter((one) => one.includes(asParameter))
    .map((one) => /v=(v2(?:beta1)?)(?:;|$)/.exec(one.trim())?.[1])
  return found.includes("v2") ? "v2" : found.find((one) => one !== undefined)
}

const answers = new WeakMap<Groups, Map<string, object>>()

/** An answer about these kinds: every command asks first what is served. */
function once(groups: Groups, question: string, answer: () => object): object {
  const known = answers.get(groups) ?? new Map<string, object>()
  answers.set(groups, known)
  const found = known.get(question) ?? answer()
  known.set(question, found)
  return found
}

function sendAggregated(response: ServerResponse, form: string, groups: Groups, core: boolean): void {
  const body = once(groups, `${form} ${core}`, () => ({
    kind: "APIGroupDiscoveryList",
    apiVersion: `apidiscovery.k8s.io/${form}`,
    metadata: {},
    items: [...groups]
      .filter(([name]) => (name === "") === core)
      .map(([name, versions]) => ({
        metadata: name === "" ? {} : { name },
        versions: [...versions].map(([inner, kinds]) => aggregatedVersion(inner, kinds)),
      })),
  }))
  const type = `application/json;${asParameter};v=${form};as=APIGroupDiscoveryList`
  sendText(response, 200, textOf(body), type)
}

function groupOf(name: string, versions: ReadonlyMap<string, readonly Kind[]>) {
  const all = [...versions.keys()].map((one) => ({ groupVersion: `${name}/${one}`, version: one }))
  return { name, versions: all, preferredVersion: all[0] }
}

const SCHEMA = "#/components/schemas/Any"
/** What kinds are made of; which of them a PATCH takes, and that the server checks fields itself (`kubectl apply`). */
const openApi = (kinds: readonly Kind[]) => ({
  openapi: "3.0.0",
  info: { title: "Kubernetes", version: KUBERNETES_VERSION },
  paths: Object.fromEntries(
    kinds
      .filter((one) => one.verbs.includes("patch"))
      .map((one) => {
        const base = one.group === "" ? `/api/${one.version}` : `/apis/${one.group}/${one.version}`
        const inside = one.namespaced ? "/namespaces/{namespace}" : ""
        const parameters = ["dryRun", "fieldManager", "fieldValidation", "force"].map((name) => ({
          name,
          in: "query",
          schema: { type: name === "force" ? "boolean" : "string" },
        }))
        const content = { "application/json": { schema: { $ref: SCHEMA } } }
        const operation = {
          parameters,
          responses: { 200: { description: "OK", content } },
          "x-kubernetes-action": "patch",
          "x-kubernetes-group-version-kind": { group: one.group, version: one.version, kind: one.kind },
        }
        return [`${base}${inside}/${one.plural}/{name}`, { patch: operation }]
      }),
  ),
  components: {
    schemas: { ...schemasOf(kinds), Any: { type: "object", "x-kubernetes-preserve-unknown-fields": true } },
  },
})

const openApiIndex = (groups: Groups) => ({
  paths: Object.fromEntries(
    [...groups].flatMap(([group, versions]) =>
      [...versions].map(([name, inside]) => {
        const path = group === "" ? `api/${name}` : `apis/${group}/${name}`
        const hash = createHash("sha256")
          .update(JSON.stringify(openApi(inside)))
          .digest("hex")
          .slice(0, 16)
        return [path, { serverRelativeURL: `/openapi/v3/${path}?hash=${hash}` }]
      }),
    ),
  ),
})

const PROTO_V2 = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf"
/** A document without definitions (`swagger` alone): `kubectl create -f` of a `List` asks for it, and then checks nothing. */
function sendOpenApiV2(accept: string, response: ServerResponse): void {
  if (accept.includes("protobuf")) sendText(response, 200, "\n\u00032.0", PROTO_V2)
  else
    sendJson(response, 200, {
      swagger: "2.0",
      info: { title: "Kubernetes", version: KUBERNETES_VERSION },
      paths: {},
    })
}

/** Answers a GET about what is served; false where the path is about something else. */
export function serveDiscovery(
  kinds: Kinds,
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
): boolean {
  if (path === "/version" || path === "/version/") {
    sendJson(response, 200, version)
    return true
  }
  if (["/healthz", "/readyz", "/livez"].includes(path)) {
    sendText(response, 200, "ok", "text/plain; charset=utf-8")
    return true
  }
  const parts = path.split("/").filter((one) => one !== "")
  const groups = kinds.groups()
  const form = aggregatedForm(request.headers.accept ?? "")
  if (path === "/api" || path === "/apis") {
    const core = path === "/api"
    if (form !== undefined) {
      sendAggregated(response, form, groups, core)
    } else if (core) {
      sendJson(response, 200, { kind: "APIVersions", versions: ["v1"], serverAddressByClientCIDRs: [] })
    } else {
      const named = [...groups].filter(([name]) => name !== "")
      const list = () => named.map(([name, versions]) => groupOf(name, versions))
      const body = once(groups, path, () => ({ kind: "APIGroupList", apiVersion: "v1", groups: list() }))
      sendJson(response, 200, body)
    }
    return true
  }
  if (path === "/openapi/v2") {
    sendOpenApiV2(request.headers.accept ?? "", response)
    return true
  }
  if (path === "/openapi/v3") {
    sendJson(
      response,
      200,
      once(groups, path, () => openApiIndex(groups)),
    )
    return true
  }
  const described = path.startsWith("/openapi/v3/")
  const [root, ...rest] = described ? parts.slice(2) : parts
  const [group, name] = root === "api" ? ["", rest[0]] : [rest[0], rest[1]]
  if ((root !== "api" && root !== "apis") || rest.length > (root === "api" ? 1 : 2)) return false
  const versions = groups.get(group ?? "")
  if (versions !== undefined && name === undefined && !described) {
    sendJson(response, 200, { kind: "APIGroup", apiVersion: "v1", ...groupOf(group!, versions) })
    return true
  }
  const inside = versions?.get(name ?? "")
  if (inside === undefined) return false
  const first = inside[0]!
  const list = { kind: "APIResourceList", apiVersion: "v1", groupVersion: apiVersionOf(first) }
  const body = once(groups, `${described} ${list.groupVersion}`, () =>
    described ? openApi(inside) : { ...list, resources: resourceLists(inside) },
  )
  sendJson(response, 200, body)
  return true
}
