/** The fields in which a Deployment differs from its manifest. Only what the manifest sets is compared, not what a cluster adds. */
import type { Difference, KubeObject } from "../../lib/index.ts"
import { type ContainerSettings, type PodSettings, podDifferences } from "./pod-differences.ts"

export interface Container extends ContainerSettings {
  image: string
  command?: string[]
  args?: string[]
  ports?: { name?: string; containerPort: number }[]
  env?: { name: string; value?: string; valueFrom?: object }[]
  resources?: { requests?: Record<string, string>; limits?: Record<string, string> }
}

export interface PodSpec extends PodSettings {
  containers: Container[]
  volumes?: {
    name: string
    secret?: { secretName: string; defaultMode?: number; items?: { key: string; path: string }[] }
    emptyDir?: { sizeLimit?: string }
    [source: string]: unknown
  }[]
  imagePullSecrets?: { name: string }[]
}

export interface Deployment extends KubeObject {
  spec: {
    replicas?: number
    selector: { matchLabels?: Record<string, string> }
    template: {
      metadata?: { labels?: Record<string, string>; annotations?: Record<string, string> }
      spec: PodSpec
    }
  }
  status?: {
    observedGeneration?: number
    replicas?: number
    updatedReplicas?: number
    availableReplicas?: number
    conditions?: {
      type: string
      status: string
      reason?: string
      message?: string
      lastTransitionTime?: string
    }[]
  }
}

/** The same Deployment with other pods. @param annotations of the pods, if they are others too */
export function withPods(
  deployment: Deployment,
  pod: PodSpec,
  annotations?: Readonly<Record<string, string>>,
): Deployment {
  const { spec } = deployment
  const { template } = spec
  const metadata = annotations && { metadata: { ...template.metadata, annotations } }
  return { ...deployment, spec: { ...spec, template: { ...template, ...metadata, spec: pod } } }
}

/** The container with this name, otherwise the first. */
export const containerOf = (deployment: Deployment, name: string): Container =>
  deployment.spec.template.spec.containers.find((one) => one.name === name) ??
  deployment.spec.template.spec.containers[0]!

/** The labels that select a Deployment's pods, as text: `app=superlink,tier=a`. */
export const selectorText = (labels: Readonly<Record<string, string>> | undefined): string =>
  Object.entries(labels ?? {})
    .map(([key, value]) => `${key}=${value}`)
    .sort()
    .join(",")

/** The fields in which a Deployment differs from the wanted one. */
export function deploymentDifferences(found: Deployment, wanted: Deployment): Difference[] {
  const replicas = [found, wanted].map((one) => one.spec.replicas ?? 1)
  const [foundPod, wantedPod] = [found.spec.template.spec, wanted.spec.template.spec]
  return [
    ...unlike("replicas", String(replicas[0]), String(replicas[1])),
    ...wantedPod.containers.flatMap((container) => {
      const existing = foundPod.containers.find((one) => one.name === container.name)
      if (existing === undefined)
        return [{ field: `container ${container.name}`, found: "none", wanted: container.image }]
      return containerDifferences(existing, container)
    }),
    ...annotationDifferences(found, wanted),
    ...unlike("image pull secret", pullSecrets(foundPod), pullSecrets(wantedPod)),
    ...unlike("mounted secrets", mounts(foundPod, wantedPod), mounts(wantedPod, wantedPod)),
    ...sizeDifferences(foundPod, wantedPod),
    ...podDifferences(foundPod, wantedPod),
  ]
}

/** Annotations of pods that the wanted ones have: `certificates`. */
const annotationDifferences = (found: Deployment, wanted: Deployment): Difference[] =>
  Object.entries(wanted.spec.template.metadata?.annotations ?? {}).flatMap(([key, value]) =>
    unlike(key.slice(key.indexOf("/") + 1), found.spec.template.metadata?.annotations?.[key] ?? "", value),
  )

function containerDifferences(found: Container, wanted: Container): Difference[] {
  return [
    ...unlike("image", found.image, wanted.image),
    ...unlike("command", (found.command ?? []).join(" "), (wanted.command ?? []).join(" ")),
    ...unlike("arguments", (found.args ?? []).join(" "), (wanted.args ?? []).join(" ")),
    ...unlike("ports", portText(found), portText(wanted)),
    ...environmentDifferences(found.env ?? [], wanted.env ?? []),
    ...(["requests", "limits"] as const).flatMap((kind) =>
      Object.entries(wanted.resources?.[kind] ?? {}).flatMap(([resource, quantity]) => {
        const existing = found.resources?.[kind]?.[resource]
        if (existing !== undefined && amount(existing) === amount(quantity)) return []
        return [{ field: `${kind}.${resource}`, found: existing ?? "none", wanted: quantity }]
      }),
    ),
  ]
}

/** Shows only names, because a value may be secret. */
function environmentDifferences(
  found: readonly { name: string }[],
  wanted: readonly { name: string }[],
): Difference[] {
  const text = (one: object | undefined): string => JSON.stringify(one, one && Object.keys(one).sort())
  return [...new Set([...found, ...wanted].map(({ name }) => name))].flatMap((name) => {
    const [foundOne, wantedOne] = [found, wanted].map((list) => list.find((one) => one.name === name))
    if (text(foundOne) === text(wantedOne)) return []
    return [
      {
        field: `environment ${name}`,
        found: foundOne === undefined ? "unset" : wantedOne === undefined ? "set" : "another value",
        wanted: wantedOne === undefined ? "unset" : "set",
      },
    ]
  })
}

const unlike = (field: string, found: string, wanted: string): Difference[] =>
  found === wanted ? [] : [{ field, found: found || "none", wanted: wanted || "none" }]

const portText = ({ ports }: Container): string =>
  (ports ?? [])
    .map(({ containerPort }) => containerPort)
    .sort((a, b) => a - b)
    .join(", ")

const pullSecrets = ({ imagePullSecrets }: PodSpec): string =>
  (imagePullSecrets ?? [])
    .map(({ name }) => name)
    .sort()
    .join(", ")

/** Volumes of the wanted pod that are smaller or larger than wanted. */
function sizeDifferences(found: PodSpec, wanted: PodSpec): Difference[] {
  return (wanted.volumes ?? []).flatMap(({ name, emptyDir }) => {
    const size = emptyDir?.sizeLimit
    const existing = found.volumes?.find((one) => one.name === name)?.emptyDir?.sizeLimit
    if (size === undefined || (existing !== undefined && amount(existing) === amount(size))) return []
    return [{ field: `size of volume ${name}`, found: existing ?? "none", wanted: size }]
  })
}

/** `tls at /app/certificates` for each secret that is mounted into the wanted containers. */
function mounts(pod: PodSpec, wanted: PodSpec): string {
  const names = new Set(wanted.containers.map(({ name }) => name))
  return pod.containers
    .filter(({ name }) => names.has(name))
    .flatMap(({ volumeMounts }) => volumeMounts ?? [])
    .flatMap(({ name, mountPath }) => {
      const secret = pod.volumes?.find((volume) => volume.name === name)?.secret?.secretName
      return secret === undefined ? [] : [`${secret} at ${mountPath}`]
    })
    .sort()
    .join(", ")
}

const UNITS: Readonly<Record<string, number>> = {
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
}

/** A Kubernetes quantity as a number, because the API server writes `1024Mi` as `1Gi`. NaN if it is not a quantity. */
export function amount(quantity: string): number {
  const match = /^([+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)([a-zA-Z]*)$/.exec(String(quantity))
  if (match === null) return Number.NaN
  const unit = match[2] === "" ? 1 : UNITS[match[2]!]
  return unit === undefined ? Number.NaN : Number((Number(match[1]) * unit).toPrecision(15))
}
