/** The fields in which a Deployment differs from its manifest. Only what the manifest sets is compared, not what a cluster adds. */
import type { Difference, KubeObject } from "../../lib/index.ts"

export interface Container {
  name: string
  image: string
  command?: string[]
  args?: string[]
  ports?: { name?: string; containerPort: number }[]
  env?: { name: string; value?: string; valueFrom?: object }[]
  resources?: { requests?: Record<string, string>; limits?: Record<string, string> }
  volumeMounts?: { name: string; mountPath: string; readOnly?: boolean }[]
}

export interface PodSpec {
  containers: Container[]
  volumes?: { name: string; secret?: { secretName: string }; [source: string]: unknown }[]
  imagePullSecrets?: { name: string }[]
  securityContext?: Record<string, unknown>
}

export interface Deployment extends KubeObject {
  spec: {
    replicas?: number
    selector: { matchLabels?: Record<string, string> }
    template: { metadata?: { labels?: Record<string, string> }; spec: PodSpec }
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
export function deploymentDifferences(found: Deployment, asked: Deployment): Difference[] {
  const replicas = [found, asked].map((one) => one.spec.replicas ?? 1)
  const [foundPod, askedPod] = [found.spec.template.spec, asked.spec.template.spec]
  return [
    ...unlike("replicas", String(replicas[0]), String(replicas[1])),
    ...askedPod.containers.flatMap((container) => {
      const there = foundPod.containers.find((one) => one.name === container.name)
      if (there === undefined)
        return [{ field: `container ${container.name}`, found: "none", wanted: container.image }]
      return containerDifferences(there, container)
    }),
    ...unlike("image pull secret", pullSecrets(foundPod), pullSecrets(askedPod)),
    ...unlike("mounted secrets", mounts(foundPod, askedPod), mounts(askedPod, askedPod)),
  ]
}

function containerDifferences(found: Container, asked: Container): Difference[] {
  return [
    ...unlike("image", found.image, asked.image),
    ...unlike("command", (found.command ?? []).join(" "), (asked.command ?? []).join(" ")),
    ...unlike("arguments", (found.args ?? []).join(" "), (asked.args ?? []).join(" ")),
    ...unlike("ports", portText(found), portText(asked)),
    ...environmentDifferences(found.env ?? [], asked.env ?? []),
    ...(["requests", "limits"] as const).flatMap((kind) =>
      Object.entries(asked.resources?.[kind] ?? {}).flatMap(([resource, quantity]) => {
        const there = found.resources?.[kind]?.[resource]
        if (there !== undefined && amount(there) === amount(quantity)) return []
        return [{ field: `${kind}.${resource}`, found: there ?? "none", wanted: quantity }]
      }),
    ),
  ]
}

/** Shows only names, because a value may be secret. */
function environmentDifferences(
  found: readonly { name: string }[],
  asked: readonly { name: string }[],
): Difference[] {
  const text = (one: object | undefined): string => JSON.stringify(one, one && Object.keys(one).sort())
  return [...new Set([...found, ...asked].map(({ name }) => name))].flatMap((name) => {
    const [there, wanted] = [found, asked].map((list) => list.find((one) => one.name === name))
    if (text(there) === text(wanted)) return []
    return [
      {
        field: `environment ${name}`,
        found: there === undefined ? "unset" : wanted === undefined ? "set" : "another value",
        wanted: wanted === undefined ? "unset" : "set",
      },
    ]
  })
}

const unlike = (field: string, found: string, asked: string): Difference[] =>
  found === asked ? [] : [{ field, found: found || "none", wanted: asked || "none" }]

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

/** `tls at /app/certificates` for each secret that is mounted into the wanted containers. */
function mounts(pod: PodSpec, asked: PodSpec): string {
  const names = new Set(asked.containers.map(({ name }) => name))
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
