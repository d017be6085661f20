/** What the API server refuses of pods and of the workloads that make them. */
import { isDeepStrictEqual } from "node:util"
import type { KubeObject } from "../../cluster/types.ts"
import type { Item } from "./lists.ts"
import { type Cause, forbiddenField, invalidValue, required } from "./status.ts"

export const LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?"
/** Why a name is no label, up to the pattern. */
export const LABEL_RULE =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc'"
const NO_LABEL = `${LABEL_RULE}, regex used for validation is '${LABEL}')`
const isLabel = (name: unknown) => new RegExp(`^${LABEL}$`).test(String(name))

function containerCauses(spec: Item | undefined, path: string): Cause[] {
  const containers = (spec?.containers as Item[] | undefined) ?? []
  if (containers.length === 0) return [required(`${path}.containers`)]
  const volumes = ((spec?.volumes as Item[] | undefined) ?? []).map((entry) => entry.name)
  return containers.flatMap((container, index) => {
    const at = `${path}.containers[${index}]`
    const causes: Cause[] = []
    if (!container.name) causes.push(required(`${at}.name`))
    else if (!isLabel(container.name)) causes.push(invalidValue(`${at}.name`, container.name, NO_LABEL))
    else if (containers.findIndex((one) => one.name === container.name) < index) {
      const message = `Duplicate value: ${JSON.stringify(container.name)}`
      causes.push({ reason: "FieldValueDuplicate", message, field: `${at}.name` })
    }
    if (!container.image) causes.push(required(`${at}.image`))
    for (const [place, mount] of ((container.volumeMounts as Item[] | undefined) ?? []).entries()) {
      if (volumes.includes(mount.name)) continue
      const message = `Not found: ${JSON.stringify(mount.name)}`
      causes.push({ reason: "FieldValueNotFound", message, field: `${at}.volumeMounts[${place}].name` })
    }
    return causes
  })
}

export function workloadCauses(object: KubeObject, current: KubeObject | undefined): Cause[] {
  const { selector, template, replicas, strategy } = (object.spec ?? {}) as {
    selector?: Item
    template?: KubeObject
    replicas?: number
    strategy?: Item
  }
  const wanted = (selector?.matchLabels ?? {}) as Record<string, string>
  const labels = template?.metadata?.labels
  const causes: Cause[] = []
  if (replicas !== undefined && replicas < 0)
    causes.push(invalidValue("spec.replicas", replicas, "must be greater than or equal to 0"))
  if (selector === undefined) causes.push(required("spec.selector"))
  if (selector === undefined || Object.entries(wanted).some(([key, value]) => labels?.[key] !== value)) {
    const message = `Invalid value: ${JSON.stringify(labels ?? null)}: \`selector\` does not match template \`labels\``
    causes.push({ reason: "FieldValueInvalid", message, field: "spec.template.metadata.labels" })
  }
  if (strategy?.type === "Recreate" && strategy.rollingUpdate !== undefined)
    causes.push(
      forbiddenField(
        "spec.strategy.rollingUpdate",
        "may not be specified when strategy `type` is 'Recreate'",
      ),
    )
  if (current !== undefined && !isDeepStrictEqual(current.spec.selector, selector)) {
    const message = `Invalid value: ${JSON.stringify(selector)}: field is immutable`
    causes.push({ reason: "FieldValueInvalid", message, field: "spec.selector" })
  }
  return [...causes, ...containerCauses(template?.spec as Item | undefined, "spec.template.spec")]
}

const FREE =
  "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)"

/** A pod's spec without what of it may change. */
function fixed(spec: Item): Item {
  const { containers, initContainers, activeDeadlineSeconds, tolerations, ...rest } = spec
  const plain = (list: unknown) => ((list as Item[] | undefined) ?? []).map(({ image, ...it }) => it)
  return { ...rest, containers: plain(containers), initContainers: plain(initContainers) }
}

export const podCauses = (object: KubeObject, current: KubeObject | undefined): Cause[] => [
  ...containerCauses(object.spec, "spec"),
  ...(current === undefined || isDeepStrictEqual(fixed(object.spec), fixed(current.spec))
    ? []
    : [forbiddenField("spec", FREE)]),
]
