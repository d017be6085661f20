/** Whether a cluster's network enforces NetworkPolicies: the API server stores them in any case. */
import type { ClusterReader } from "../../lib/index.ts"
import { ifAllowed, ifServed } from "../shared/reading.ts"

/** What OpenShift's network operator writes down for everybody who has logged in. */
const FEATURES = {
  apiVersion: "v1",
  kind: "ConfigMap",
  namespace: "openshift-config-managed",
  name: "openshift-network-features",
}

/** What is known of it, in a few words. */
export async function enforcementText(cluster: ClusterReader): Promise<string> {
  const data = (await ifServed(ifAllowed(cluster.get(FEATURES))))?.data as Record<string, string> | undefined
  if (data?.policy_egress === undefined) return "whether this cluster's network enforces them is not known"
  if (data.policy_egress !== "true")
    return "this cluster's network enforces them for what comes in, and not for what goes out"
  if (data.policy_peer_ipblock_exceptions === "false")
    return "this cluster's network enforces them, but not the exceptions of address ranges"
  return "this cluster's network enforces them"
}
