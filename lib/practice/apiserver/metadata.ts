/** `metadata` as every kind has it: what of it is checked, and what of it is left out when it is empty. */
import type { KubeObject, ObjectMeta } from "../../cluster/types.ts"
import { type Cause, forbiddenField, invalidValue } from "./status.ts"

export type Meta = ObjectMeta & { managedFields?: object[]; deletionGracePeriodSeconds?: number }

export const metaOf = (object: KubeObject): Meta => object.metadata as Meta

const EMPTY = ["labels", "annotations", "finalizers", "ownerReferences", "managedFields"] as const

/** Without the maps and lists that are empty, and without undefined fields: as Go writes it. */
export function tidy(metadata: Meta): Meta {
  const result = {} as Meta & Record<string, unknown>
  for (const [field, value] of Object.entries(metadata)) {
    if (value === undefined) continue
    // The largest part by far, and it is always made anew as a whole.
    const kept = field === "managedFields" || typeof value !== "object"
    result[field] = kept ? value : JSON.parse(JSON.stringify(value))
  }
  for (const name of EMPTY) {
    const value = result[name]
    if (value === null || (value !== undefined && Object.keys(value).length === 0)) delete result[name]
  }
  return result
}

const NAME_PART =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"
/** Why a label's value is none. */
export const LABEL_VALUE =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"
export const isLabelValue = (value: string): boolean =>
  /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/.test(value) && value.length <= 63

const isKey = (key: string) =>
  /^([a-z0-9]([-a-z0-9.]*[a-z0-9])?\/)?([A-Za-z0-9][-\w.]*)?[A-Za-z0-9]$/.test(key)

/** Finalizers without a domain that Kubernetes knows. */
const STANDARD = ["kubernetes", "orphan", "foregroundDeletion"]

export function metadataCauses(metadata: Meta, current: Meta | undefined): Cause[] {
  const { labels = {}, annotations = {}, finalizers = [], ownerReferences = [] } = metadata
  const causes = Object.entries(labels).flatMap(([key, value]) => [
    ...(isKey(key) ? [] : [invalidValue("metadata.labels", key, NAME_PART)]),
    ...(isLabelValue(value) ? [] : [invalidValue("metadata.labels", value, LABEL_VALUE)]),
  ])
  for (const key of Object.keys(annotations))
    if (!isKey(key)) causes.push(invalidValue("metadata.annotations", key, NAME_PART))
  for (const owner of ownerReferences)
    if (!owner.uid) causes.push(invalidValue("metadata.ownerReferences.uid", "", "must not be empty"))
  const controllers = ownerReferences.filter((ownerReference) => ownerReference.controller === true)
  if (controllers.length > 1) {
    const [one, two] = controllers.map(({ kind, name }) => `${kind}/${name}`)
    const why = `Only one reference can have Controller set to true. Found "true" in references for ${one} and ${two}`
    causes.push({
      ...{ reason: "FieldValueInvalid", field: "metadata.ownerReferences" },
      message: `Invalid value: ${JSON.stringify(ownerReferences)}: ${why}`,
    })
  }
  for (const [at, name] of finalizers.entries()) {
    const why = "name is neither a standard finalizer name nor is it fully qualified"
    if (!name.includes("/") && !STANDARD.includes(name) && !name.includes("."))
      causes.push(invalidValue(`metadata.finalizers[${at}]`, name, why))
  }
  if (current?.deletionTimestamp !== undefined) {
    const fresh = finalizers.filter((finalizer) => !current.finalizers?.includes(finalizer))
    const shown = `[]string{${fresh.map((entry) => JSON.stringify(entry)).join(", ")}}`
    const why = `no new finalizers can be added if the object is being deleted, found new finalizers ${shown}`
    if (fresh.length > 0) causes.push(forbiddenField("metadata.finalizers", why))
  }
  return causes
}
