/** What the API server fills in: defaults of the built-in kinds, as clients see them on a real one. */
import { randomInt } from "node:crypto"
import type { KubeObject } from "../../cluster/types.ts"
import type { Item } from "./lists.ts"

/** Fields that are missing are taken from the defaults; the given ones stay, and come first. */
const fill = (given: Item | undefined, defaults: Item): Item => {
  const result: Item = { ...given }
  for (const [key, value] of Object.entries(defaults)) result[key] ??= value
  return result
}

const pullPolicy = (image: unknown) => {
  const last = String(image ?? "")
    .split("/")
    .at(-1)!
  return last.includes("@") || (last.includes(":") && !last.endsWith(":latest")) ? "IfNotPresent" : "Always"
}

const container = (given: Item): Item =>
  fill(
    {
      ...given,
      ...(given.ports === undefined
        ? {}
        : { ports: (given.ports as Item[]).map((port) => fill(port, { protocol: "TCP" })) }),
    },
    {
      resources: {},
      terminationMessagePath: "/dev/termination-log",
      terminationMessagePolicy: "File",
      imagePullPolicy: pullPolicy(given.image),
    },
  )

const volume = (given: Item): Item => {
  const mode = { defaultMode: 420 }
  if (given.secret) return { ...given, secret: fill(given.secret as Item, mode) }
  if (given.configMap) return { ...given, configMap: fill(given.configMap as Item, mode) }
  if (given.projected) return { ...given, projected: fill(given.projected as Item, mode) }
  return given
}

const podSpec = (given: Item | undefined): Item =>
  fill(
    {
      ...given,
      containers: ((given?.containers as Item[] | undefined) ?? []).map(container),
      ...(given?.initContainers === undefined
        ? {}
        : { initContainers: (given.initContainers as Item[]).map(container) }),
      ...(given?.volumes === undefined ? {} : { volumes: (given.volumes as Item[]).map(volume) }),
    },
    {
      restartPolicy: "Always",
      terminationGracePeriodSeconds: 30,
      dnsPolicy: "ClusterFirst",
      securityContext: {},
      schedulerName: "default-scheduler",
    },
  )

const workload = (spec: Item | undefined, more: Item): Item => {
  const template = (spec?.template ?? {}) as Item
  const metadata = { creationTimestamp: null, ...(template.metadata as Item | undefined) }
  return {
    ...fill(spec, { replicas: 1, ...more }),
    template: { ...template, metadata, spec: podSpec(template.spec as Item | undefined) },
  }
}

const strategy = (given: Item | undefined): Item => {
  const { type = "RollingUpdate", rollingUpdate } = given ?? {}
  if (type !== "RollingUpdate") return { ...given, type }
  return {
    type,
    rollingUpdate: fill(rollingUpdate as Item | undefined, { maxUnavailable: "25%", maxSurge: "25%" }),
  }
}

const servicePorts = (spec: Item, nodePorts: boolean, current: Item | undefined): Item[] =>
  ((spec.ports as Item[] | undefined) ?? []).map((port) => {
    const before = (current?.ports as Item[] | undefined)?.find((it) => it.port === port.port)
    return fill(port, {
      protocol: "TCP",
      targetPort: port.port,
      ...(nodePorts ? { nodePort: before?.nodePort ?? randomInt(30000, 32768) } : {}),
    })
  })

const service = (given: Item | undefined, current: Item | undefined): Item => {
  const spec = fill(given, { type: "ClusterIP" })
  const ports = servicePorts(spec, spec.type === "NodePort" || spec.type === "LoadBalancer", current)
  const common = { ...(ports.length === 0 ? {} : { ports }), sessionAffinity: "None" }
  if (spec.type === "ExternalName") return fill({ ...spec, ...common }, {})
  const clusterIP = spec.clusterIP || current?.clusterIP || `172.30.${randomInt(1, 255)}.${randomInt(1, 255)}`
  return fill(
    { ...spec, ...common, clusterIP },
    {
      clusterIPs: [clusterIP],
      internalTrafficPolicy: "Cluster",
      ipFamilies: ["IPv4"],
      ipFamilyPolicy: "SingleStack",
    },
  )
}

/** Plain `stringData` becomes `data`, and is never stored. */
const secret = ({ stringData, ...object }: KubeObject): KubeObject => {
  const encoded = Object.fromEntries(
    Object.entries((stringData ?? {}) as Record<string, string>).map(([key, value]) => [
      key,
      Buffer.from(value).toString("base64"),
    ]),
  )
  const data = { ...object.data, ...encoded }
  return {
    ...object,
    ...(Object.keys(data).length > 0 ? { data } : {}),
    type: object.type ?? "Opaque",
  } as KubeObject
}

/** The object with the defaults of its kind; `current` is what is stored, when it is. */
export const withDefaults = (key: string, object: KubeObject, current?: KubeObject): KubeObject => {
  const spec = object.spec as Item | undefined
  switch (key) {
    case "apps/deployments":
      return {
        ...object,
        spec: {
          ...workload(spec, { revisionHistoryLimit: 10, progressDeadlineSeconds: 600 }),
          strategy: strategy(spec?.strategy as Item | undefined),
        },
      }
    case "apps/replicasets":
      return { ...object, spec: workload(spec, {}) }
    case "/pods":
      return { ...object, spec: podSpec(spec) }
    case "/services":
      return { ...object, spec: service(spec, current?.spec) }
    case "/secrets":
      return secret(object)
    case "/namespaces":
      return {
        ...object,
        spec: current?.spec ?? { finalizers: ["kubernetes"] },
        metadata: {
          ...object.metadata,
          labels: { ...object.metadata.labels, "kubernetes.io/metadata.name": object.metadata.name },
        },
      }
    case "route.openshift.io/routes":
      return { ...object, spec: fill(spec, { wildcardPolicy: "None" }) }
    default:
      return object
  }
}

/** The status of an object just created. */
export const firstStatus = (key: string, object: KubeObject): unknown => {
  switch (key) {
    case "/pods":
      return { phase: "Pending", qosClass: "BestEffort" }
    case "/namespaces":
      return { phase: "Active" }
    case "/services":
      return { loadBalancer: {} }
    case "apps/deployments":
    case "/nodes": // a kubelet registers its node with its status
      return key === "/nodes" ? object.status : {}
    case "apps/replicasets":
      return { replicas: 0 }
    default:
      return undefined
  }
}
