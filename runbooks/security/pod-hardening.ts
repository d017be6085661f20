/** `pod-hardening: on`: a pod that writes to its volumes alone, has no access to the cluster's API, and installs nothing. */
import type { KubeObject } from "../../lib/index.ts"
import type { Container, Deployment } from "../openshift/workload.ts"
import { labels } from "../shared/labels.ts"

/** No program of the image writes elsewhere but here and in the volumes of the guide (measured with 1.42). */
const SCRATCH = { name: "scratch", mountPath: "/tmp" }

/**
 * Hardens a pod. What the user has set is kept.
 * @param quiet environment with which the program contacts nobody but the SuperLink, and installs nothing
 */
export function hardenPod(
  { deployment, others }: { deployment: Deployment; others: KubeObject[] },
  container: Container,
  { scratchSize }: { readonly scratchSize: string },
  federation: string,
  quiet: Readonly<Record<string, string>>,
): void {
  const { name, namespace } = deployment.metadata
  const pod = deployment.spec.template.spec
  for (const one of pod.containers)
    one.securityContext = { ...one.securityContext, readOnlyRootFilesystem: true }
  container.volumeMounts = [...(container.volumeMounts ?? []), SCRATCH]
  pod.volumes = [...(pod.volumes ?? []), { name: SCRATCH.name, emptyDir: { sizeLimit: scratchSize } }]
  pod.serviceAccountName = name
  pod.automountServiceAccountToken = false
  const known = new Set(container.env?.map((one) => one.name))
  const more = Object.entries(quiet).filter(([variable]) => !known.has(variable))
  container.env = [...(container.env ?? []), ...more.map(([variable, value]) => ({ name: variable, value }))]
  others.push({
    apiVersion: "v1",
    kind: "ServiceAccount",
    metadata: { name, ...(namespace && { namespace }), labels: { app: name, ...labels(federation) } },
    automountServiceAccountToken: false,
  })
}
