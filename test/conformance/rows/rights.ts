/** Who may what: RBAC and its words. */
import { grant, RBAC, rule } from "../grant.ts"
import { said } from "../normal.ts"
import { row, type Theme } from "../row.ts"
import { configMap, deployment, secret, widget } from "../things.ts"

/** Once RBAC's own caches have followed: until then it says no. */
const once = async <T>(answer: () => Promise<T & { status: number }>): Promise<T & { status: number }> => {
  for (let tries = 0; ; tries++) {
    const found = await answer()
    if (found.status !== 403 || tries > 500) return found
    await new Promise(setImmediate)
  }
}

export const rights: Theme = {
  theme: "rights",
  rows: [
    row(
      "403: the whole Status",
      async ({ developer, core }) => (await developer.get(`${core}/configmaps/a`)).body,
      {
        kind: "Status",
        apiVersion: "v1",
        metadata: {},
        status: "Failure",
        message:
          'configmaps "a" is forbidden: User "developer" cannot get resource "configmaps" in API group "" in the namespace "NS"',
        reason: "Forbidden",
        details: { name: "a", kind: "configmaps" },
        code: 403,
      },
    ),
    row(
      "403: of a missing object, not 404",
      async ({ developer, core }) => said(await developer.get(`${core}/configmaps/nope`)),
      '403 Forbidden configmaps "nope" is forbidden: User "developer" cannot get resource "configmaps" in API group "" in the namespace "NS"',
    ),
    row(
      "403: a list in a namespace",
      async ({ developer, apps }) => (await developer.get(`${apps}/deployments`)).body,
      {
        kind: "Status",
        apiVersion: "v1",
        metadata: {},
        status: "Failure",
        message:
          'deployments.apps is forbidden: User "developer" cannot list resource "deployments" in API group "apps" in the namespace "NS"',
        reason: "Forbidden",
        details: { group: "apps", kind: "deployments" },
        code: 403,
      },
    ),
    row(
      "403: a list of the whole cluster",
      async ({ developer }) => said(await developer.get("/api/v1/secrets")),
      '403 Forbidden secrets is forbidden: User "developer" cannot list resource "secrets" in API group "" at the cluster scope',
    ),
    row(
      "403: in a namespace that is not there",
      async ({ developer }) => said(await developer.get("/api/v1/namespaces/nowhere/secrets")),
      '403 Forbidden secrets is forbidden: User "developer" cannot list resource "secrets" in API group "" in the namespace "nowhere"',
    ),
    row(
      "403: a cluster-wide object",
      async ({ developer }) => said(await developer.get("/api/v1/nodes/n")),
      '403 Forbidden nodes "n" is forbidden: User "developer" cannot get resource "nodes" in API group "" at the cluster scope',
    ),
    row(
      "403: namespaces, one and all",
      async ({ developer, ns }) => [
        said(await developer.get(`/api/v1/namespaces/${ns}`)),
        said(await developer.get("/api/v1/namespaces")),
      ],
      [
        '403 Forbidden namespaces "NS" is forbidden: User "developer" cannot get resource "namespaces" in API group "" in the namespace "NS"',
        '403 Forbidden namespaces is forbidden: User "developer" cannot list resource "namespaces" in API group "" at the cluster scope',
      ],
    ),
    row(
      "403: every verb has its own word",
      async ({ developer, core, apps }) => {
        const answers = [
          await developer.post(`${core}/secrets`, secret("a")),
          await developer.put(`${core}/secrets/a`, secret("a")),
          await developer.merge(`${core}/secrets/a`, {}),
          await developer.delete(`${core}/secrets/a`),
          await developer.delete(`${core}/secrets`),
          await developer.get(`${core}/secrets?watch=true`),
          await developer.apply(`${apps}/deployments/a?fieldManager=x`, deployment("a")),
          await developer.merge(`${apps}/deployments/a/status`, {}),
          await developer.get(`${core}/pods/a/log`),
        ]
        return answers.map((it) => it.body.message)
      },
      [
        'secrets is forbidden: User "developer" cannot create resource "secrets" in API group "" in the namespace "NS"',
        'secrets "a" is forbidden: User "developer" cannot update resource "secrets" in API group "" in the namespace "NS"',
        'secrets "a" is forbidden: User "developer" cannot patch resource "secrets" in API group "" in the namespace "NS"',
        'secrets "a" is forbidden: User "developer" cannot delete resource "secrets" in API group "" in the namespace "NS"',
        'secrets is forbidden: User "developer" cannot deletecollection resource "secrets" in API group "" in the namespace "NS"',
        'secrets is forbidden: User "developer" cannot watch resource "secrets" in API group "" in the namespace "NS"',
        'deployments.apps "a" is forbidden: User "developer" cannot patch resource "deployments" in API group "apps" in the namespace "NS"',
        'deployments.apps "a" is forbidden: User "developer" cannot patch resource "deployments/status" in API group "apps" in the namespace "NS"',
        'pods "a" is forbidden: User "developer" cannot get resource "pods/log" in API group "" in the namespace "NS"',
      ],
    ),
    row(
      "403: a custom resource, and a kind that is not served",
      async ({ developer, own, ns }) => {
        return [
          said(await developer.get(`${own}/widgets`)),
          said(await developer.get(`/apis/nope.example/v1/namespaces/${ns}/things`)),
        ]
      },
      [
        '403 Forbidden widgets.conformance.example is forbidden: User "developer" cannot list resource "widgets" in API group "conformance.example" in the namespace "NS"',
        '403 Forbidden things.nope.example is forbidden: User "developer" cannot list resource "things" in API group "nope.example" in the namespace "NS"',
      ],
    ),
    row(
      "403: a path that is no resource",
      async ({ developer }) => said(await developer.get("/nowhere")),
      '403 Forbidden forbidden: User "developer" cannot get path "/nowhere"',
    ),
    row(
      "everybody may read what is served",
      async ({ developer }) => {
        const paths = ["/api", "/apis", "/api/v1", "/apis/apps/v1", "/version", "/openapi/v3", "/healthz"]
        return (await Promise.all(paths.map((it) => developer.get(it)))).map((it) => it.status)
      },
      [200, 200, 200, 200, 200, 200, 200],
    ),
    row(
      "a role grants its verbs in its namespace alone",
      async (scene) => {
        await grant(scene, rule("", "secrets", "get list"))
        const list = await once(() => scene.developer.get(`${scene.core}/secrets`))
        const create = await scene.developer.post(`${scene.core}/secrets`, secret("a"))
        const other = await scene.developer.get("/api/v1/namespaces/default/secrets")
        return [list.status, said(create), said(other)]
      },
      [
        200,
        '403 Forbidden secrets is forbidden: User "developer" cannot create resource "secrets" in API group "" in the namespace "NS"',
        '403 Forbidden secrets is forbidden: User "developer" cannot list resource "secrets" in API group "" in the namespace "default"',
      ],
    ),
    row(
      "a role of names grants those alone",
      async (scene) => {
        for (const name of ["a", "b"]) await scene.admin.post(`${scene.core}/configmaps`, configMap(name))
        await grant(scene, rule("", "configmaps", "get list", ["a"]))
        const one = await once(() => scene.developer.get(`${scene.core}/configmaps/a`))
        const two = await scene.developer.get(`${scene.core}/configmaps/b`)
        const all = await scene.developer.get(`${scene.core}/configmaps`)
        const chosen = await scene.developer.get(`${scene.core}/configmaps?fieldSelector=metadata.name%3Da`)
        return [one.status, two.status, all.status, chosen.status]
      },
      [200, 403, 403, 200],
    ),
    row(
      "a role of a subresource grants not the object",
      async (scene) => {
        await scene.admin.post(`${scene.own}/widgets`, widget("a"))
        await grant(scene, rule("conformance.example", "widgets/status", "patch"))
        const part = await once(() =>
          scene.developer.merge(`${scene.own}/widgets/a/status`, { status: { message: "x" } }),
        )
        return [part.status, said(await scene.developer.merge(`${scene.own}/widgets/a`, {}))]
      },
      [
        200,
        '403 Forbidden widgets.conformance.example "a" is forbidden: User "developer" cannot patch resource "widgets" in API group "conformance.example" in the namespace "NS"',
      ],
    ),
    row(
      "a role of the group of all who are known",
      async (scene) => {
        const { admin, ns, developer, core } = scene
        const inside = `${RBAC}/namespaces/${ns}`
        await admin.post(`${inside}/roles`, {
          metadata: { name: "some" },
          rules: [rule("", "secrets", "list")],
        })
        await admin.post(`${inside}/rolebindings`, {
          metadata: { name: "some" },
          roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "some" },
          subjects: [{ kind: "Group", apiGroup: "rbac.authorization.k8s.io", name: "system:authenticated" }],
        })
        return (await once(() => developer.get(`${core}/secrets`))).status
      },
      200,
    ),
    row(
      "nobody grants more than he has",
      async (scene) => {
        await grant(scene, rule("rbac.authorization.k8s.io", "roles", "create"))
        const more = { metadata: { name: "more" }, rules: [rule("", "secrets", "get")] }
        const answer = await (async () => {
          for (let tries = 0; ; tries++) {
            const found = await scene.developer.post(`${RBAC}/namespaces/${scene.ns}/roles`, more)
            if (!found.body.message?.includes("cannot create resource") || tries > 500) return found
          }
        })()
        return said(answer)
      },
      '403 Forbidden roles.rbac.authorization.k8s.io "more" is forbidden: user "developer" (groups=["system:authenticated"]) is attempting to grant RBAC permissions not currently held:\n{APIGroups:[""], Resources:["secrets"], Verbs:["get"]}',
      { why: "left out, because the notebook grants nothing", gives: "201 Role" },
    ),
  ],
}
