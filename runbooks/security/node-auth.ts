/** What SuperNode authentication changes in the manifests: a flag at the SuperLink; a flag and a mounted key at a SuperNode. */
import type { Container, Deployment } from "../openshift/workload.ts"
import type { Security } from "./inputs.ts"
import { nodeKeySecret, PRIVATE_KEY } from "./node-key.ts"

/** The SuperLink's flag. */
export const ONLY_REGISTERED = "--enable-supernode-auth"
/** The SuperNode's flag. */
export const KEY_FLAG = "--auth-supernode-private-key"

/** The volume with the key. */
export const KEY_VOLUME = "node-key"
const FOLDER = "/app/node-key"
/** The key in a SuperNode's container. */
export const KEY_PATH = `${FOLDER}/${PRIVATE_KEY}`
/**
 * The mode of the mounted key. The files of a Secret belong to root and to the pod's `fsGroup`, which OpenShift sets to the project's own
 * group: read by the group, the key is readable under any user that the cluster picks, and by nobody else in the container.
 */
const MODE = 0o440

/** Further arguments of a SuperLink. */
export const superlinkAuth = ({ nodeAuth }: Pick<Security, "nodeAuth">): string[] =>
  nodeAuth === "on" ? [ONLY_REGISTERED] : []

/** Adds the key to a SuperNode's manifest. @param group where the cluster picks none itself (plain Kubernetes) */
export function addNodeKey(
  deployment: Deployment,
  container: Container,
  site: { readonly name: string },
  group: number | undefined,
): void {
  const pod = deployment.spec.template.spec
  container.args = [...(container.args ?? []), KEY_FLAG, KEY_PATH]
  container.volumeMounts = [
    ...(container.volumeMounts ?? []),
    { name: KEY_VOLUME, mountPath: FOLDER, readOnly: true },
  ]
  // Only the private half: nothing else is needed there.
  const items = [{ key: PRIVATE_KEY, path: PRIVATE_KEY }]
  pod.volumes = [
    ...(pod.volumes ?? []),
    { name: KEY_VOLUME, secret: { secretName: nodeKeySecret(site), defaultMode: MODE, items } },
  ]
  if (group !== undefined) pod.securityContext = { ...pod.securityContext, fsGroup: group }
}
