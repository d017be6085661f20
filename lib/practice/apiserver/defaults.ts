/** What the API server fills in: defaults of the built-in kinds, as clients see them on a real one. */
import { randomInt } from "node:crypto"
import type { KubeObject } from "../../cluster/types.ts"
import type { Item } from "./lists.ts"
import { fill, ownPodSpec, podSpec, qosClass } from "./pods.ts"
import { badRequest, Unreadable } from "./status.ts"

function workload(spec: Item | undefined, more: Item): Item {
  const template = (spec?.template ?? {}) as Item
  const { creationTimestamp: _, ...metadata } = (template.metadata ?? {}) as Item
  return {
    ...fill(spec, { replicas: 1, ...more }),
    template: { ...template, metadata, spec: podSpec(template.spec as Item | undefined) },
  }
}

function strategy(given: Item | undefined): Item {
  const { type = "RollingUpdate", rollingUpdate } = given ?? {}
  if (type !== "RollingUpdate") return { ...given, type }
  return {
    type,
    rollingUpdate: fill(rollingUpdate as Item | undefined, { maxUnavailable: "25%", maxSurge: "25%" }),
  }
}

const servicePorts = (spec: Item, nodePorts: boolean, current: Item | undefined): Item[] =>
  ((spec.ports as Item[] | undefined) ?? []).map((port) => {
    const before = (current?.ports as Item[] | undefined)?.find((one) => one.port === port.port)
    return fill(port, {
      protocol: "TCP",
      targetPort: port.port,
      ...(nodePorts ? { nodePort: before?.nodePort ?? randomInt(30000, 32768) } : {}),
    })
  })

function service(given: Item | undefined, current: Item | undefined): Item {
  const spec = fill(given, { type: "ClusterIP" })
  const nodePorts = spec.type === "NodePort" || spec.type === "LoadBalancer"
  const ports = servicePorts(spec, nodePorts, current)
  const common = { ...(ports.length === 0 ? {} : { ports }), sessionAffinity: "None" }
  if (spec.type === "ExternalName") return fill({ ...spec, ...common }, {})
  const clusterIP = spec.clusterIP || current?.clusterIP || `172.30.${randomInt(1, 255)}.${randomInt(1, 255)}`
  return fill(
    { ...spec, ...common, clusterIP },
    {
      ...(nodePorts ? { externalTrafficPolicy: "Cluster" } : {}),
      ...(spec.type === "LoadBalancer" ? { allocateLoadBalancerNodePorts: true } : {}),
      clusterIPs: [clusterIP],
      internalTrafficPolicy: "Cluster",
      ipFamilies: ["IPv4"],
      ipFamilyPolicy: "SingleStack",
    },
  )
}

/** Plain `stringData` becomes `data`, and is never stored. */
function secret({ stringData, ...object }: KubeObject): KubeObject {
  const encoded = Object.fromEntries(
    Object.entries((stringData ?? {}) as Record<string, string>).map(([key, value]) => [
      key,
      Buffer.from(value).toString("base64"),
    ]),
  )
  const { data: given, ...rest } = object
  if (Object.values(given ?? {}).some((one) => !/^[A-Za-z0-9+/\s]*={0,2}$/.test(String(one))))
    throw new Unreadable("illegal base64 data at input byte 0")
  const data = { ...given, ...encoded }
  return {
    ...rest,
    ...(Object.keys(data).length > 0 ? { data } : {}),
    type: object.type ?? "Opaque",
  } as KubeObject
}

/** What may be used at most is the limit, the limit is the request, and so is the least, where nothing else is said. */
function limit(given: Item): Item {
  if (given.type !== "Container") return given
  const limits = fill(given.default as Item | undefined, (given.max as Item | undefined) ?? {})
  const requests = fill(fill(given.defaultRequest as Item | undefined, limits), (given.min as Item) ?? {})
  return {
    ...given,
    ...(Object.keys(limits).length > 0 && { default: limits }),
    ...(Object.keys(requests).length > 0 && { defaultRequest: requests }),
  }
}

/** A policy is for what comes in, and for what goes out where it has rules for that; ports are TCP. */
function policy(spec: Item | undefined): Item {
  const rules = (list: unknown) =>
    ((list as Item[] | undefined) ?? []).map((rule) =>
      rule.ports === undefined
        ? rule
        : { ...rule, ports: (rule.ports as Item[]).map((port) => fill(port, { protocol: "TCP" })) },
    )
  return {
    ...fill(spec, {
      podSelector: {},
      policyTypes: spec?.egress === undefined ? ["Ingress"] : ["Ingress", "Egress"],
    }),
    ...(spec?.ingress === undefined ? {} : { ingress: rules(spec.ingress) }),
    ...(spec?.egress === undefined ? {} : { egress: rules(spec.egress) }),
  }
}

const GROUP = "rbac.authorization.k8s.io"

const binding = (object: KubeObject): KubeObject => ({
  ...object,
  roleRef: { apiGroup: GROUP, ...object.roleRef },
  ...(object.subjects === undefined
    ? {}
    : {
        subjects: object.subjects.map((subject: Item) =>
          subject.kind === "ServiceAccount" ? subject : { apiGroup: GROUP, ...subject },
        ),
      }),
})

/**
 * The object with the defaults of its kind; `current` is what is stored, when it is.
 * @throws ApiError 400 for a value that cannot be read
 */
export function withDefaults(key: string, object: KubeObject, current?: KubeObject): KubeObject {
  try {
    return filled(key, object, current)
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error
    const { kind, apiVersion } = object
    const version = apiVersion.split("/").at(-1)
    throw badRequest(`${kind} in version "${version}" cannot be handled as a ${kind}: ${error.message}`)
  }
}

function filled(key: string, object: KubeObject, current: KubeObject | undefined): KubeObject {
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
      return { ...object, spec: ownPodSpec(spec) }
    case "/services":
      return { ...object, spec: service(spec, current?.spec) }
    case "/persistentvolumeclaims":
      return { ...object, spec: fill(spec, { volumeMode: "Filesystem" }) }
    case "storage.k8s.io/storageclasses":
      return { reclaimPolicy: "Delete", volumeBindingMode: "Immediate", ...object }
    case "networking.k8s.io/networkpolicies":
      return { ...object, spec: policy(spec) }
    case "/secrets":
      return secret(object)
    case "/limitranges":
      return { ...object, spec: { ...spec, limits: ((spec?.limits as Item[]) ?? []).map(limit) } }
    case "/namespaces":
      return {
        ...object,
        spec: current?.spec ?? { finalizers: ["kubernetes"] },
        metadata: {
          ...object.metadata,
          labels: { ...object.metadata.labels, "kubernetes.io/metadata.name": object.metadata.name },
        },
      }
    case "/configmaps": {
      const { data, ...rest } = object
      return Object.keys(data ?? {}).length === 0 ? (rest as KubeObject) : object
    }
    case "rbac.authorization.k8s.io/rolebindings":
    case "rbac.authorization.k8s.io/clusterrolebindings":
      return binding(object)
    case "apiextensions.k8s.io/customresourcedefinitions":
      return { ...object, spec: fill(spec, { conversion: { strategy: "None" } }) }
    case "route.openshift.io/routes":
      return { ...object, spec: fill(spec, { wildcardPolicy: "None" }) }
    default:
      return object
  }
}

/** The status of an object just created. */
export function firstStatus(key: string, object: KubeObject): unknown {
  switch (key) {
    case "/pods":
      return { phase: "Pending", qosClass: qosClass(object) }
    case "/namespaces":
      return { phase: "Active" }
    case "/persistentvolumeclaims":
      return { phase: "Pending" }
    case "/services":
    case "networking.k8s.io/ingresses":
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
