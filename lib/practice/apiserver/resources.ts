/** The verbs on stored resources. */
import type { KubeObject } from "../../cluster/types.ts"
import { sendList, sendObject } from "./answers.ts"
import { applyConfiguration } from "./apply.ts"
import { type DeleteOptions, deleteObject } from "./deletion.ts"
import {
  checkApplied,
  checkedBody,
  checkedMerge,
  checkedOptions,
  checkedPatch,
  goWord,
  NO_HEAD,
  wrongHead,
} from "./field-validation.ts"
import { apiVersionOf, type Kind } from "./kind.ts"
import { isMap } from "./lists.ts"
import { type Meta, metaOf } from "./metadata.ts"
import { type Objects, type Writer, wireTime } from "./objects.ts"
import { checkVersion } from "./options.ts"
import { applyJsonPatch, checkPatched, mergePatch, strategicMerge } from "./patch.ts"
import { type Call, sendJson } from "./request.ts"
import { matcherOf } from "./selectors.ts"
import {
  ApiError,
  badRequest,
  conflict,
  invalid,
  invalidValue,
  methodNotAllowed,
  required,
  success,
  unsupportedMedia,
} from "./status.ts"

const MERGE = "application/merge-patch+json"
const JSON_PATCH = "application/json-patch+json"
const STRATEGIC = "application/strategic-merge-patch+json"
const APPLY = "application/apply-patch+yaml"

export const writerOf = ({ query, manager }: Call): Writer => ({
  manager,
  dryRun: query.getAll("dryRun").includes("All"),
})

/** What a server reads first of every body. */
const HEAD =
  'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }'

/** @throws ApiError 400 where there is no body, and for one that is no object or names its kind by something else than a word */
export async function objectBody(call: Call, kind?: Kind): Promise<KubeObject> {
  const body = await call.body()
  const unread = (why: string) =>
    badRequest(`the object provided is unrecognized (must be of type ${kind?.kind ?? "Object"}): ${why}`)
  if (body === undefined) throw unread(`${NO_HEAD}: unexpected end of JSON input (<empty>)`)
  const text = JSON.stringify(body)
  const shown = text.length > 30 ? `${text.slice(0, 30)} ...` : text
  if (!isMap(body)) {
    const bytes = Buffer.from(text)
    const hex = `${bytes.subarray(0, 30).toString("hex")}${bytes.length > 30 ? " ..." : ""}`
    // A body of null is an object without a kind.
    if (body === null) throw unread(`Object 'Kind' is missing in 'null' (${hex})`)
    throw unread(`${NO_HEAD}: json: cannot unmarshal ${goWord(body)} into Go value of type ${HEAD} (${hex})`)
  }
  const why = wrongHead(body)
  if (why !== undefined) throw unread(`${why} (${shown})`)
  return body as KubeObject
}

function apply(
  objects: Objects,
  kind: Kind,
  call: Call,
  given: unknown,
): { object: KubeObject; code: number } {
  if (!isMap(given)) throw badRequest("error decoding YAML: the configuration is no object")
  const manager = call.query.get("fieldManager")
  if (!manager) {
    const options = { group: "meta.k8s.io", plural: "patchoptions", kind: "PatchOptions" }
    throw invalid(options, "", [required("fieldManager", "is required for apply patch")])
  }
  const config = given as KubeObject
  if (config.apiVersion !== apiVersionOf(kind) || config.kind !== kind.kind) {
    const [apiVersion, name] = [config.apiVersion as unknown, config.kind as unknown].map((one) =>
      typeof one === "string" ? one : "",
    ) as [string, string]
    throw badRequest(`invalid object type: ${apiVersion.includes("/") ? "" : "/"}${apiVersion}, Kind=${name}`)
  }
  if (isMap(config.metadata) && metaOf(config).managedFields !== undefined)
    throw badRequest("metadata.managedFields must be nil")
  checkApplied(kind, config)
  if (config.metadata?.name && config.metadata.name !== call.name) {
    throw badRequest(
      `the name of the object (${config.metadata.name}) does not match the name on the URL (${call.name})`,
    )
  }
  const current = objects.store.get(kind.key, call.namespace, call.name!)
  if (current === undefined && config.metadata?.uid) {
    const why = `uid mismatch: the provided object specified uid ${config.metadata.uid}, and no existing object was found`
    throw conflict(kind, call.name!, why)
  }
  const metadata = { ...config.metadata, name: call.name! }
  const { status, ...rest } = config
  const part =
    call.subresource === "status"
      ? { apiVersion: config.apiVersion, kind: config.kind, metadata, status }
      : rest
  const merged = checkedMerge(
    kind,
    applyConfiguration(current, { ...(kind.status ? part : config), metadata } as KubeObject, {
      manager,
      force: call.query.get("force") === "true",
      builtin: kind.builtin,
      now: wireTime(),
      ...(call.subresource === undefined ? {} : { subresource: call.subresource }),
    }),
  )
  const by = writerOf(call)
  if (current === undefined) {
    if (call.subresource !== undefined) objects.get(kind, call.namespace, call.name!)
    return { object: objects.create(kind, call.namespace, merged, by, true), code: 201 }
  }
  return { object: objects.commit(kind, current, merged, by, call.subresource, true), code: 200 }
}

const NO_MAP = "json: cannot unmarshal array into Go value of type map[string]interface {}"

/** An object after a patch of the request's type. @throws ApiError 415 */
export function patched(kind: Kind, call: Call, current: KubeObject, patch: unknown): KubeObject {
  const type = (call.request.headers["content-type"] ?? "").split(";")[0]!.trim()
  // A Scale is patched as the kind that it is.
  const about = { ...kind, kind: current.kind }
  const checked = (next: unknown, strategic?: unknown) =>
    checkedPatch(kind, call, checkPatched(next, about, call.name!), strategic)
  if (type === JSON_PATCH) return checked(applyJsonPatch(current, patch))
  if (!isMap(patch)) throw badRequest(`error decoding patch: ${NO_MAP}`)
  if (type === MERGE) return checked(mergePatch(current, patch))
  if (type === STRATEGIC && kind.builtin) return checked(strategicMerge(current, patch), patch)
  if (kind.builtin) throw new ApiError(415, "UnsupportedMediaType", "415: Unsupported Media Type", {})
  throw unsupportedMedia([JSON_PATCH, MERGE, APPLY])
}

/** Kinds whose deletion is answered with what went; of others with a Status. */
const RETURNED = ["/pods", "/services", "/serviceaccounts", "/persistentvolumeclaims", "/resourcequotas"]

async function remove(objects: Objects, kind: Kind, call: Call): Promise<void> {
  const body = checkedOptions(await call.body()) as DeleteOptions
  const { query } = call
  const grace = query.get("gracePeriodSeconds")
  const policy = query.get("propagationPolicy")
  const options: DeleteOptions = {
    ...body,
    ...(grace === null ? {} : { gracePeriodSeconds: Number(grace) }),
    ...(policy === null ? {} : { propagationPolicy: policy }),
  }
  const by = { ...writerOf(call), dryRun: writerOf(call).dryRun || body.dryRun?.includes("All") === true }
  if (call.name === undefined) {
    const matches = matcherOf(query, kind.plural) ?? (() => true)
    const found = objects.list(kind, call.namespace).filter(matches)
    const went = found.map(
      ({ metadata }) => deleteObject(objects, kind, metadata.namespace, metadata.name, options, by).object,
    )
    const { resourceVersion } = objects.store
    const head = { kind: kind.listKind, apiVersion: apiVersionOf(kind) }
    const metadata = { resourceVersion: String(resourceVersion) }
    return sendJson(call.response, 200, { ...head, metadata, items: went })
  }
  const { object, gone } = deleteObject(objects, kind, call.namespace, call.name, options, by)
  if (!gone || RETURNED.includes(kind.key)) return sendJson(call.response, 200, object)
  const group = kind.group === "" ? {} : { group: kind.group }
  const { name, uid } = object.metadata
  sendJson(call.response, 200, success(undefined, { name, ...group, kind: kind.plural, uid: uid! }))
}

const BINDING = { group: "", version: "v1", kind: "Binding" }
const SCALE = { group: "autoscaling", version: "v1", kind: "Scale" }

/** Assigns a pod to a node. */
async function bind(objects: Objects, kind: Kind, call: Call): Promise<void> {
  const body = checkedBody(kind, call, await objectBody(call), BINDING)
  const pod = objects.get(kind, call.namespace, call.name!)
  if (pod.spec.nodeName) {
    const about = { group: "", plural: "pods/binding" }
    throw conflict(about, call.name!, `pod ${call.name} is already assigned to node "${pod.spec.nodeName}"`)
  }
  const bound = { ...pod, spec: { ...pod.spec, nodeName: body.target?.name } }
  const stored = objects.commit(kind, pod, bound, writerOf(call), "binding")
  const condition = {
    type: "PodScheduled",
    status: "True",
    lastTransitionTime: wireTime(),
    lastProbeTime: null,
  }
  const others = (stored.status?.conditions ?? []).filter(
    (one: { type: string }) => one.type !== "PodScheduled",
  )
  const status = { ...stored.status, conditions: [...others, condition] }
  objects.commit(kind, stored, { ...stored, status }, writerOf(call), "status")
  sendJson(call.response, 201, success(201))
}

async function scale(objects: Objects, kind: Kind, call: Call): Promise<void> {
  const current = objects.get(kind, call.namespace, call.name!)
  const view = (of: KubeObject): KubeObject => {
    const { name, namespace, uid, resourceVersion, creationTimestamp } = of.metadata
    const labels = Object.entries(of.spec.selector?.matchLabels ?? {}).map(
      ([key, value]) => `${key}=${value}`,
    )
    return {
      kind: "Scale",
      apiVersion: "autoscaling/v1",
      metadata: { name, namespace, uid, resourceVersion, creationTimestamp } as Meta,
      spec: { replicas: of.spec.replicas },
      status: { replicas: of.status?.replicas ?? 0, selector: labels.join(",") },
    }
  }
  if (call.verb === "get") return sendJson(call.response, 200, view(current))
  const next =
    call.verb === "patch"
      ? patched(kind, call, view(current), await call.body())
      : checkedBody(kind, call, await objectBody(call), SCALE)
  if (next.spec?.replicas < 0) {
    const about = { group: "autoscaling", plural: "scales", kind: "Scale" }
    const why = "must be greater than or equal to 0"
    throw invalid(about, call.name!, [invalidValue("spec.replicas", next.spec.replicas, why)])
  }
  const changed = { ...current, spec: { ...current.spec, replicas: next.spec?.replicas ?? 0 } }
  sendJson(call.response, 200, view(objects.commit(kind, current, changed, writerOf(call), "scale")))
}

async function finalize(objects: Objects, kind: Kind, call: Call): Promise<void> {
  const body = checkedBody(kind, call, await objectBody(call, kind))
  const current = objects.get(kind, undefined, call.name!)
  const next = { ...current, spec: { ...current.spec, finalizers: body.spec?.finalizers ?? [] } }
  const ends = current.metadata.deletionTimestamp !== undefined && next.spec.finalizers.length === 0
  sendJson(
    call.response,
    200,
    ends ? objects.store.remove(kind.key, next) : objects.store.put(kind.key, next),
  )
}

/** Serves one call on a stored kind (all but `watch` and `pods/log`). @throws ApiError */
export async function serveResource(objects: Objects, kind: Kind, call: Call): Promise<void> {
  const { verb, namespace, name, subresource, response } = call
  if (subresource === "binding") return bind(objects, kind, call)
  if (subresource === "eviction") {
    checkedBody(kind, call, await objectBody(call), { group: "policy", version: "v1", kind: "Eviction" })
    deleteObject(objects, kind, namespace, name!, {}, writerOf(call))
    return sendJson(response, 201, success(201))
  }
  if (subresource === "scale") return scale(objects, kind, call)
  if (subresource === "finalize") return finalize(objects, kind, call)
  switch (verb) {
    case "get":
      checkVersion(call.query, objects.store.resourceVersion)
      return sendObject(call, kind, objects.get(kind, namespace, name!))
    case "list":
      return sendList(call, kind, (at) => objects.list(kind, namespace, at), objects.store.resourceVersion)
    case "create": {
      const body = checkedBody(kind, call, await objectBody(call, kind))
      return sendJson(response, 201, objects.create(kind, namespace, body, writerOf(call)))
    }
    case "update": {
      const body = checkedBody(kind, call, await objectBody(call, kind))
      return sendJson(
        response,
        200,
        objects.update(kind, namespace, name!, body, writerOf(call), subresource),
      )
    }
    case "patch": {
      const patch = await call.body()
      if (call.request.headers["content-type"]?.startsWith(APPLY)) {
        const { object, code } = apply(objects, kind, call, patch)
        return sendJson(response, code, object)
      }
      const current = objects.get(kind, namespace, name!)
      const next = patched(kind, call, current, patch)
      return sendJson(response, 200, objects.commit(kind, current, next, writerOf(call), subresource))
    }
    case "delete":
    case "deletecollection":
      return remove(objects, kind, call)
    default:
      throw methodNotAllowed()
  }
}
