/** The rows of `security: hardened` in the manifests of SuperLink and SuperNode, where the inputs ask for them. */
import type { KubeObject } from "../../lib/index.ts"
import type { Context } from "../context.ts"
import { containerOf, type Deployment, withPods } from "../openshift/workload.ts"
import { askGate } from "../security/gate-probes.ts"
import type { Security } from "../security/inputs.ts"
import { hardenPod } from "../security/pod-hardening.ts"
import { askHealth, type Health } from "../security/probes.ts"
import { keepState } from "../security/state.ts"
import { argumentOf, isLoopback } from "./command-line.ts"
import { familyOf, IMAGE_USER, since } from "./flower-versions.ts"

type Role = "superlink" | "supernode"

interface Inputs {
  readonly version: string
  readonly federation: string
  readonly numericUser: boolean
  readonly security: Security
  readonly claim?: KubeObject | undefined
}

/** Where a program serves gRPC's health service. Nothing else of a pod is known by this port. */
const HEALTH_PORT = 9099

/** Kept by the database in later versions. */
const appsFlag = (version: string): string | undefined =>
  since(version, "1.33.0") ? undefined : "--storage-dir"

/** Neither telemetry nor a look for updates; and apps bring no dependencies from elsewhere. */
const QUIET = { FLWR_TELEMETRY_ENABLED: "0", FLWR_DISABLE_UPDATE_CHECK: "1" }
const NO_INSTALLATION = { FLWR_DISABLE_RUNTIME_DEPENDENCY_INSTALLATION: "1" }

/**
 * A Deployment that had an account of its own goes back to the project's default by its name: a server keeps the deprecated field
 * `serviceAccount` of one that is merely missing.
 */
export function withAccount(wanted: Deployment, found: Deployment | undefined): Deployment {
  const { template } = wanted.spec
  if (found === undefined || template.spec.serviceAccountName !== undefined) return wanted
  const before = found.spec.template.spec.serviceAccountName
  // An account of somebody else's choice stays, and so does the default once it is named: leaving it out would replace the pods.
  if (before !== found.metadata.name && before !== DEFAULT_ACCOUNT) return wanted
  return withPods(wanted, { ...template.spec, serviceAccountName: DEFAULT_ACCOUNT })
}
const DEFAULT_ACCOUNT = "default"

/** The manifest with what the inputs ask for; `guide` leaves it as it is. */
export function hardened<const M extends { deployment: Deployment; others: KubeObject[] }>(
  manifest: M,
  role: Role,
  site: Context["site"],
  inputs: Inputs,
): M {
  const { security, version, federation } = inputs
  const container = containerOf(manifest.deployment, role)
  if (role === "superlink" && security.superlinkState === "disk")
    keepState(manifest, container, site, inputs, { apps: appsFlag(version), group: IMAGE_USER })
  if (security.podHardening === "on") {
    const installs = role === "superlink" && site.runtimeDependencies !== undefined
    hardenPod(manifest, container, site, federation, installs ? QUIET : { ...QUIET, ...NO_INSTALLATION })
  }
  if (security.probes === "on") {
    const health = healthOf(role, version, container.args ?? [])
    if ("grpc" in health)
      container.args = [...(container.args ?? []), "--health-server-address", `0.0.0.0:${health.grpc}`]
    askHealth(container, health)
    askGate(manifest.deployment)
  }
  return manifest
}

/**
 * `GET /health` is answered by a SuperLink of 1.37 and later, and is a proof of the API that it serves. A SuperLink that listens on its
 * pod's loopback, behind a gate, cannot be asked by a kubelet; its gRPC health service can, in every version.
 */
function healthOf(role: Role, version: string, args: readonly string[]): Health {
  if (role === "supernode" || !since(version, "1.37.0")) return { grpc: HEALTH_PORT }
  const host = argumentOf(args, "--host")
  if (host === undefined || isLoopback(host)) return { grpc: HEALTH_PORT }
  const { ports } = familyOf(version)
  return { http: Number(argumentOf(args, "--port") ?? ports.control ?? ports.fleet) }
}
