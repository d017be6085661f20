/** Rights for rows that ask who may what. */
import type { Scene } from "./scene.ts"

export const RBAC = "/apis/rbac.authorization.k8s.io/v1"

export const DEVELOPER = { kind: "User", apiGroup: "rbac.authorization.k8s.io", name: "developer" }

/** Gives the developer rules in the row's namespace. */
export const grant = async ({ admin, ns }: Scene, ...rules: object[]): Promise<void> => {
  const inside = `${RBAC}/namespaces/${ns}`
  await admin.post(`${inside}/roles`, { metadata: { name: "some" }, rules })
  await admin.post(`${inside}/rolebindings`, {
    metadata: { name: "some" },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "some" },
    subjects: [DEVELOPER],
  })
}

/** One rule; `verbs` are words with spaces between. */
export const rule = (apiGroups: string, resources: string, verbs: string, resourceNames?: string[]) => ({
  ...{ apiGroups: [apiGroups], resources: [resources], verbs: verbs.split(" ") },
  ...(resourceNames === undefined ? {} : { resourceNames }),
})
