/**
 * The gate: a proxy in the SuperLink's pod that passes its Fleet API and GET /health, and nothing else. From Flower 1.40 on, one
 * port serves the Control and Runtime API as well, to whoever reaches it and without credentials (measured with 1.42.0).
 */
import { createHash } from "node:crypto"
import {
  blocked,
  type CheckResult,
  type ClusterReader,
  type Difference,
  type KubeObject,
} from "../../lib/index.ts"
import { type Container, type Deployment, type PodSpec, withPods } from "../openshift/workload.ts"
import { FEDERATION, labels, owns, PROGRAM } from "../shared/labels.ts"
import { objectRef } from "../shared/reading.ts"
import { snippet } from "../shared/snippet.ts"

/** The name of its container. */
export const GATE = "gate"
/** Where it reaches the SuperLink: on their pod's loopback. */
export const GATE_UPSTREAM = "127.0.0.1:8000"
/** Images that run nginx: what practice clusters take for a gate. */
export const GATE_IMAGE = /(?:^|\/)[\w.-]*nginx[\w.-]*(?::|@|$)/
/** Annotation of the SuperLink's pods: a pod reads its configuration once, so another one has to be another pod. */
const CONFIGURATION = `${PROGRAM}/gate`

/** Flower's own TLS, as the SuperLink's flags name it: paths in its container. */
export interface GateTls {
  readonly certificate: string
  readonly key: string
  readonly authority: string
}

/** What the gate of a SuperLink depends on. */
export interface GateInputs {
  readonly image?: string | undefined
  readonly tls?: GateTls | undefined
  readonly federation: string
}

/** The gate that a Deployment has. */
export const gateIn = ({ spec }: Deployment): Container | undefined =>
  spec.template.spec.containers.find(({ name }) => name === GATE)

/** Where the gate is asked for its health, and through it the SuperLink: by HTTP GET, for a probe. */
export const gateHealth = ({ spec }: Deployment) => {
  const gate = spec.template.spec.containers.find(({ name }) => name === GATE)
  const tls = gate?.env?.some(({ name }) => name === "CERTIFICATE") === true
  return gate && { path: "/health", port: "fleet", scheme: tls ? "HTTPS" : "HTTP" }
}

/** The name of the ConfigMap with its configuration. */
export const gateConfigName = (superlink: string): string => `${superlink}-${GATE}`

/** The configuration of nginx. */
export function gateConfig({ metadata }: Deployment, { tls, federation }: GateInputs): KubeObject {
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: {
      name: gateConfigName(metadata.name),
      ...(metadata.namespace !== undefined && { namespace: metadata.namespace }),
      labels: { app: metadata.name, ...labels(federation) },
    },
    data: {
      "nginx.conf": snippet("gate/nginx.conf"),
      "server.conf": snippet(tls === undefined ? "gate/plain.conf" : "gate/tls.conf"),
    },
  }
}

const hashOf = ({ data }: KubeObject): string =>
  createHash("sha256").update(JSON.stringify(data)).digest("hex").slice(0, 16)

/** A Deployment of a SuperLink that listens on its pod's loopback, with the gate before it. */
export async function withGate(deployment: Deployment, superlink: Container, inputs: GateInputs) {
  const { parse } = await import("yaml")
  const made = parse(snippet("gate/pod.yaml")) as Required<Pick<PodSpec, "containers" | "volumes">>
  const [gate] = made.containers as [Container]
  const config = gateConfig(deployment, inputs)
  if (inputs.image !== undefined) gate.image = inputs.image
  const { tls } = inputs
  if (tls !== undefined) {
    gate.env = [
      { name: "CERTIFICATE", value: tls.certificate },
      { name: "KEY", value: tls.key },
      { name: "AUTHORITY", value: tls.authority },
    ]
    gate.volumeMounts = [...gate.volumeMounts!, ...mountsOf(superlink, Object.values(tls))]
  }
  for (const volume of made.volumes)
    if (volume.configMap !== undefined) volume.configMap = { name: config.metadata.name }
  const { template } = withoutGate(deployment).spec
  const pod = template.spec
  const annotations = { ...template.metadata?.annotations, [CONFIGURATION]: hashOf(config) }
  const containers = [...pod.containers, gate]
  const volumes = [...(pod.volumes ?? []), ...made.volumes]
  return { deployment: withPods(deployment, { ...pod, containers, volumes }, annotations), config }
}

/** Where the SuperLink's container has its certificates. */
const mountsOf = ({ volumeMounts = [] }: Container, paths: readonly string[]) =>
  volumeMounts
    .filter(({ mountPath }) => paths.some((path) => path === mountPath || path.startsWith(`${mountPath}/`)))
    .map((mount) => ({ ...mount, readOnly: true }))

/** The same Deployment without a gate. */
export function withoutGate(deployment: Deployment): Deployment {
  const { template } = deployment.spec
  const { containers, volumes = [], ...pod } = template.spec
  const { [CONFIGURATION]: _, ...annotations } = template.metadata?.annotations ?? {}
  const others = {
    ...pod,
    containers: containers.filter(({ name }) => name !== GATE),
    volumes: volumes.filter(({ name }) => !name.startsWith(`${GATE}-`)),
  }
  return withPods(deployment, others, annotations)
}

/** `gate: off → on`, in place of the fields of its container. */
export function gateDifferences(
  differences: readonly Difference[],
  found: Deployment,
  wanted: Deployment,
): Difference[] {
  const [is, should] = [gateIn(found), gateIn(wanted)].map((gate) => (gate === undefined ? "off" : "on")) as [
    string,
    string,
  ]
  const rest = differences.flatMap((one) => {
    if (one.field === GATE) return is === should ? [{ ...one, field: "configuration of the gate" }] : []
    return one.field === `container ${GATE}` ? [] : [one]
  })
  return is === should ? rest : [{ field: GATE, found: is, wanted: should }, ...rest]
}

/** What is said of a configuration that is not the gate's: pods that were started meanwhile run with it. */
export const ANOTHER = "another configuration"

/** How the ConfigMap differs: its content decides what the gate passes. */
export function configDifferences(found: KubeObject | undefined, wanted: KubeObject): Difference[] {
  const field = `ConfigMap ${wanted.metadata.name}`
  if (found === undefined) return [{ field, found: "missing", wanted: "present" }]
  const [is, should] = [found, wanted].map(({ data }) => JSON.stringify(Object.entries(data ?? {}).sort()))
  return is === should ? [] : [{ field, found: ANOTHER, wanted: "the gate's" }]
}

/** A ConfigMap of somebody else's under the gate's name: it would decide what the gate passes. */
export async function foreignConfig(
  cluster: ClusterReader,
  wanted: KubeObject,
  federation: string,
): Promise<CheckResult | undefined> {
  const { name, namespace = "" } = wanted.metadata
  const found = await cluster.get({ apiVersion: "v1", kind: "ConfigMap", name, namespace })
  if (found === undefined || owns(found, federation)) return undefined
  const whose = found.metadata.labels?.[FEDERATION]
  return blocked(
    `ConfigMap ${name} in ${namespace} ${whose === undefined ? "was not created by this program" : `belongs to the federation ${whose}`}, and the gate would take its configuration from it`,
    {
      code: "gate",
      fix: "check what uses it, then rename or delete it",
      next: `oc get configmap ${name} -n ${namespace} -o yaml`,
      object: objectRef(found),
    },
  )
}
