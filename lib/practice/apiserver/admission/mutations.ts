/** What an organisation's own webhooks change on the way in: the faults `admission: images`, `labels` and `sidecar`. */
import type { KubeObject } from "../../../cluster/types.ts"
import type { Item } from "../lists.ts"

const MIRROR = "mirror.practice.test"
const LABELS = { "policy.practice.test/checked": "true" }
const SIDECAR = {
  name: "istio-proxy",
  image: "docker.io/istio/proxyv2:1.27.3",
  args: ["proxy", "sidecar"],
  resources: { requests: { cpu: "100m", memory: "128Mi" } },
}

/** `docker.io/flwr/superlink:1.34.0` as the mirror has it. */
const mirrored = (image: string): string => {
  const [host, ...rest] = image.split("/")
  const isHost = rest.length > 0 && /[.:]|^localhost$/.test(host!)
  return [MIRROR, ...(isHost ? rest : [host, ...rest])].join("/")
}

const mapPodSpec = (object: KubeObject, change: (spec: Item) => Item): KubeObject => {
  const { template } = object.spec ?? {}
  if (object.kind === "Pod") return { ...object, spec: change(object.spec) }
  if (template?.spec === undefined) return object
  return { ...object, spec: { ...object.spec, template: { ...template, spec: change(template.spec) } } }
}

const containers = (spec: Item): Item[] => (spec.containers as Item[] | undefined) ?? []

/** The object as the webhook leaves it; changing it again changes nothing. */
export function mutated(what: string, object: KubeObject): KubeObject {
  switch (what) {
    case "images":
      return mapPodSpec(object, (spec) => ({
        ...spec,
        containers: containers(spec).map((one) => ({ ...one, image: mirrored(String(one.image)) })),
      }))
    case "labels":
      return {
        ...object,
        metadata: { ...object.metadata, labels: { ...object.metadata.labels, ...LABELS } },
      }
    case "sidecar": {
      // As Istio does it: into pods, not into what makes them.
      if (object.kind !== "Pod" || containers(object.spec).some((one) => one.name === SIDECAR.name))
        return object
      return mapPodSpec(object, (spec) => ({ ...spec, containers: [...containers(spec), SIDECAR] }))
    }
    default:
      return object
  }
}
