/** What OLM lets a project's members do with an operator's kinds: its roles are aggregated into admin, edit and view. */
import type { KubeObject } from "../../../cluster/types.ts"

const RBAC = "rbac.authorization.k8s.io"
const READ = ["get", "list", "watch"]

const VERBS: Readonly<Record<string, readonly string[]>> = {
  admin: ["*"],
  edit: ["create", "update", "patch", "delete"],
  view: READ,
}

/** One set for a group of kinds, where OLM makes one for each kind. */
export const providedRoles = (group: string, version: string): KubeObject[] =>
  Object.entries(VERBS).map(([role, verbs]) => ({
    apiVersion: `${RBAC}/v1`,
    kind: "ClusterRole",
    metadata: {
      name: `${group}-${version}-${role}`,
      labels: { [`${RBAC}/aggregate-to-${role}`]: "true" },
    },
    rules: [{ apiGroups: [group], resources: ["*"], verbs: [...verbs] }],
  }))
