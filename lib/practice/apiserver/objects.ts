/** What a write does to an object: names, uids, generations, status subresources, owners of fields, finalizers. */
import { randomInt, randomUUID } from "node:crypto"
import { isDeepStrictEqual } from "node:util"
import type { KubeObject } from "../../cluster/types.ts"
import { firstStatus, withDefaults } from "./defaults.ts"
import { isSame, readManaged, trackUpdate, writeManaged } from "./fields.ts"
import { structOfKind } from "./go-type.ts"
import { apiVersionOf, type Kind } from "./kind.ts"
import { type Meta, metaOf, tidy } from "./metadata.ts"
import { conform, type Schema } from "./schema.ts"
import {
  ApiError,
  alreadyExists,
  badRequest,
  conflict,
  forbidden,
  invalid,
  invalidValue,
  modified,
  notFound,
  required,
} from "./status.ts"
import type { Store } from "./store.ts"
import { validate } from "./validate.ts"

/** Who writes, and how. */
export interface Writer {
  /** The field manager. */
  manager: string
  dryRun?: boolean
}

/** The writes that the server itself makes. */
export const SERVER: Writer = { manager: "kube-apiserver" }

/** Times on the wire have no fractions. */
export const wireTime = (at = Date.now()): string => new Date(at).toISOString().replace(/\.\d+/, "")

const NAMESPACES = { group: "", plural: "namespaces", kind: "Namespace" }
const SUFFIX = "bcdfghjklmnpqrstvwxz2456789"
const suffix = () => Array.from({ length: 5 }, () => SUFFIX[randomInt(SUFFIX.length)]).join("")

/** Fields in a new object's own order: apiVersion, kind and metadata first. */
const shape = (kind: Kind, object: KubeObject, metadata: Meta): KubeObject => ({
  ...object,
  apiVersion: apiVersionOf(kind),
  kind: kind.kind,
  metadata,
})

/** What objects pass on their way in: LimitRanges, quotas, webhooks. Set once the server has made it. */
export interface Gate {
  /** A new or changed object as it is let in. */
  mutate(kind: Kind, given: KubeObject, created: boolean): KubeObject
  /** @throws ApiError for a new object that is not let in */
  check(kind: Kind, object: KubeObject): void
}

/** A custom resource as its definition has it. */
const conformed = (kind: Kind, object: KubeObject): KubeObject =>
  kind.schema === undefined ? object : (conform(kind.schema as Schema, object) as KubeObject)

const isPackageManifest = (kind: Kind) => kind.key === "packages.operators.coreos.com/packagemanifests"

export class Objects {
  readonly store: Store
  /** What is let in, and how; everything as it is where it is left out. */
  admission: Gate | undefined
  /** What dates new objects. */
  clock: () => number = Date.now
  constructor(store: Store) {
    this.store = store
  }

  /** @throws ApiError 404 */
  get(kind: Kind, namespace: string | undefined, name: string): KubeObject {
    const shown = isPackageManifest(kind)
      ? this.list(kind, namespace).find((one) => one.metadata.name === name)
      : undefined
    const found = shown ?? this.store.get(kind.key, namespace, name)
    if (found === undefined) throw notFound(kind, name)
    return found
  }

  /** @throws ApiError 400 where path and body disagree */
  #checkBody(kind: Kind, namespace: string | undefined, body: KubeObject): void {
    const version = apiVersionOf(kind)
    if (!kind.builtin && !body.kind) {
      const text = JSON.stringify(body)
      throw badRequest(
        `the object provided is unrecognized (must be of type ${kind.kind}): Object 'Kind' is missing in '${text}' (${text})`,
      )
    }
    if (kind.builtin && body.kind === kind.kind && body.apiVersion && body.apiVersion !== version) {
      throw badRequest(
        `${kind.kind} in version "${body.apiVersion.split("/").at(-1)}" cannot be handled as a ${kind.kind}: no kind "${kind.kind}" is registered for version "${body.apiVersion}" in scheme "pkg/runtime/scheme.go:110"`,
      )
    }
    if (body.apiVersion && body.apiVersion !== version) {
      throw badRequest(
        `the API version in the data (${body.apiVersion}) does not match the expected API version (${version})`,
      )
    }
    if (body.kind && body.kind !== kind.kind) {
      const version = body.apiVersion || apiVersionOf(kind)
      const why =
        kind.builtin && structOfKind(kind.group, body.kind) === undefined
          ? `: no kind ${JSON.stringify(body.kind)} is registered for version ${JSON.stringify(version)} in scheme "pkg/runtime/scheme.go:110"`
          : ""
      throw badRequest(`${body.kind} in version "${kind.version}" cannot be handled as a ${kind.kind}${why}`)
    }
    const inside = body.metadata?.namespace
    if (inside && inside !== namespace) {
      throw badRequest(
        "the namespace of the provided object does not match the namespace sent on the request",
      )
    }
  }

  /** @throws ApiError 404 for a namespace that is not there, 403 for one that is going */
  #checkNamespace(kind: Kind, namespace: string | undefined, name: string): void {
    if (namespace === undefined) return
    const found = this.store.get("/namespaces", undefined, namespace)
    if (found === undefined) throw notFound(NAMESPACES, namespace)
    if (found.metadata.deletionTimestamp !== undefined) {
      const why = `namespace ${namespace} is being terminated`
      throw forbidden(
        kind,
        name,
        `unable to create new content in namespace ${namespace} because it is being terminated`,
        [{ reason: "NamespaceTerminating", message: why, field: "metadata.namespace" }],
      )
    }
  }

  /** @param applied when `managedFields` are worked out already (server-side apply) */
  create(
    kind: Kind,
    namespace: string | undefined,
    body: KubeObject,
    by: Writer,
    applied = false,
  ): KubeObject {
    this.#checkBody(kind, namespace, body)
    const given = (body.metadata ?? {}) as Meta
    if (!given.name && !given.generateName) {
      throw invalid(kind, "", [required("metadata.name", "name or generateName is required")])
    }
    // A dry run does not get as far as where this is found out.
    if (given.resourceVersion && !by.dryRun)
      throw new ApiError(500, "", "resourceVersion should not be set on objects to be created")
    const name = given.name || `${given.generateName}${suffix()}`
    this.#checkNamespace(kind, namespace, name)
    const { deletionTimestamp, deletionGracePeriodSeconds, managedFields, ...kept } = given
    const now = wireTime(this.clock())
    const metadata: Meta = {
      ...kept,
      name,
      ...(namespace === undefined ? {} : { namespace }),
      uid: randomUUID(),
      creationTimestamp: now,
      ...(kind.generation ? { generation: 1 } : {}),
    }
    let object = conformed(kind, withDefaults(kind.key, shape(kind, body, metadata)))
    object = this.admission?.mutate(kind, object, true) ?? object
    // Whoever creates an object owns what it holds, what the server filled in too; but not its status.
    const { status: _, ...whole } = object
    if (kind.status) {
      const { status, ...rest } = object
      const first = firstStatus(kind.key, object)
      object = (first === undefined ? rest : { ...rest, status: first }) as KubeObject
    }
    validate(kind, object)
    const before = this.store.get(kind.key, namespace, name)
    if (before === undefined) this.admission?.check(kind, object)
    if (before !== undefined) throw alreadyExists(kind, name, before.metadata.deletionTimestamp !== undefined)
    const sent = () =>
      trackUpdate(undefined, (kind.status ? whole : object) as KubeObject, by, kind.builtin, now)
    const managed = applied ? managedFields : writeManaged(sent(), apiVersionOf(kind))
    object = { ...object, metadata: tidy({ ...metaOf(object), managedFields: managed } as Meta) }
    return by.dryRun ? object : this.store.put(kind.key, object)
  }

  /** A full update; of the status alone for `status`. */
  update(
    kind: Kind,
    namespace: string | undefined,
    name: string,
    body: KubeObject,
    by: Writer,
    subresource?: string,
  ): KubeObject {
    this.#checkBody(kind, namespace, body)
    const current = this.get(kind, namespace, name)
    const given = body.metadata ?? {}
    if (given.name && given.name !== name) {
      throw badRequest(`the name of the object (${given.name}) does not match the name on the URL (${name})`)
    }
    if (!given.resourceVersion && !kind.builtin) {
      const cause = invalidValue("metadata.resourceVersion", 0, "must be specified for an update")
      throw invalid({ ...kind, kind: kind.plural }, name, [cause])
    }
    if (given.uid && given.uid !== current.metadata.uid) {
      const why = `Precondition failed: UID in precondition: ${given.uid}, UID in object meta: ${current.metadata.uid}`
      const where = `/registry/${kind.plural}/${namespace === undefined ? "" : `${namespace}/`}${name}`
      throw conflict(
        kind,
        name,
        `StorageError: invalid object, Code: 4, Key: ${where}, ResourceVersion: 0, AdditionalErrorMsg: ${why}`,
      )
    }
    const managedFields = metaOf(body).managedFields ?? metaOf(current).managedFields
    return this.commit(
      kind,
      current,
      { ...body, metadata: { ...given, managedFields } as Meta },
      by,
      subresource,
    )
  }

  /**
   * Stores a changed object: the one way an object changes. Nothing happens when nothing changed.
   * @param applied when the owners of its fields are worked out already (server-side apply)
   */
  commit(
    kind: Kind,
    current: KubeObject,
    next: KubeObject,
    by: Writer,
    subresource?: string,
    applied = false,
  ): KubeObject {
    const { name } = current.metadata
    const wanted = next.metadata.resourceVersion
    if (wanted && wanted !== current.metadata.resourceVersion) throw modified(kind, name)
    if (next.metadata.uid && next.metadata.uid !== current.metadata.uid)
      throw invalid(kind, name, [invalidValue("metadata.uid", next.metadata.uid, "field is immutable")])
    const was = metaOf(current)
    let object = shape(kind, next, {
      ...next.metadata,
      name,
      namespace: was.namespace,
      uid: was.uid,
      resourceVersion: was.resourceVersion,
      generation: was.generation,
      creationTimestamp: was.creationTimestamp,
      deletionTimestamp: was.deletionTimestamp,
      deletionGracePeriodSeconds: was.deletionGracePeriodSeconds,
    } as Meta)
    if (subresource === "status") {
      // The deployment controller writes a Deployment's revision together with its status.
      const { annotations } = kind.key === "apps/deployments" ? object.metadata : was
      const { managedFields } = metaOf(object)
      object = {
        ...current,
        status: object.status,
        metadata: { ...was, annotations, managedFields } as Meta,
      }
    } else if (kind.status) object = { ...object, status: current.status }
    for (const field of ["status", "spec"]) if (object[field] === undefined) delete object[field]
    object = conformed(kind, { ...object, metadata: tidy(metaOf(object)) })
    if (subresource !== "status") object = withDefaults(kind.key, object, current)
    if (subresource === undefined) object = this.admission?.mutate(kind, object, false) ?? object
    if (subresource !== "binding" && (subresource !== "status" || !kind.builtin))
      validate(kind, object, current)
    if (kind.generation && subresource !== "status" && this.#changesSpec(kind, current, object)) {
      object.metadata.generation = (was.generation ?? 0) + 1
    }
    if (!applied) {
      const entries = trackUpdate(
        current,
        object,
        { manager: by.manager, ...(subresource ? { subresource } : {}) },
        kind.builtin,
        wireTime(),
      )
      const managedFields = writeManaged(entries, apiVersionOf(kind))
      object.metadata = tidy({ ...object.metadata, managedFields } as Meta)
    }
    if (this.#isSame(current, object)) return current
    if (by.dryRun) return object
    const going = was.deletionTimestamp !== undefined && (object.metadata.finalizers ?? []).length === 0
    const waits = (metaOf(current).deletionGracePeriodSeconds ?? 0) > 0 || object.spec?.finalizers?.length > 0
    if (going && !waits) return this.store.remove(kind.key, object)
    return this.store.put(kind.key, object)
  }

  #changesSpec(kind: Kind, current: KubeObject, next: KubeObject): boolean {
    const annotated = kind.key === "apps/deployments" // whose revision is an annotation
    if (annotated && !isDeepStrictEqual(current.metadata.annotations, next.metadata.annotations)) return true
    if (kind.builtin) return !isDeepStrictEqual(current.spec, next.spec)
    const { metadata: _a, status: _b, ...before } = current
    const { metadata: _c, status: _d, ...after } = next
    return !isDeepStrictEqual(before, after)
  }

  /** Whether a write changes nothing but times and owners of what is as it was. */
  #isSame(current: KubeObject, next: KubeObject): boolean {
    const plain = ({ metadata, ...rest }: KubeObject) => {
      const { managedFields, ...meta } = metadata as Meta
      return { ...rest, metadata: meta }
    }
    if (!isDeepStrictEqual(plain(current), plain(next))) return false
    const before = readManaged(current)
    const after = readManaged(next)
    return (
      before.length === after.length &&
      after.every((one) =>
        before.some((other) => isSame(other, one) && isDeepStrictEqual(other.paths, one.paths)),
      )
    )
  }

  /** PackageManifests are shown in every namespace that asks, as OLM's package server does. */
  list(kind: Kind, namespace: string | undefined, at = this.store.resourceVersion): KubeObject[] {
    if (!isPackageManifest(kind) || namespace === undefined) return this.store.listAt(kind.key, namespace, at)
    return this.store
      .listAt(kind.key, undefined, at)
      .filter(
        (one) => one.metadata.namespace === namespace || one.metadata.namespace === "openshift-marketplace",
      )
      .map((one) => ({
        ...one,
        // Several catalogs may have the package: each is listed under the package's own name.
        metadata: { ...one.metadata, namespace, name: one.status?.packageName ?? one.metadata.name },
      }))
  }
}
