/** What single kinds have filled in, and refuse. */
import { plain, said } from "../normal.ts"
import { row, type Theme } from "../row.ts"
import { configMap, widget } from "../things.ts"
export const kinds: Theme = {
  theme: "single kinds",
  rows: [
    row(
      "a Secret",
      async ({ admin, core }) =>
        plain(
          await admin.post(`${core}/secrets`, {
            metadata: { name: "a" },
            stringData: { x: "y" },
            data: { z: "eg==" },
          }),
        ),
      {
        kind: "Secret",
        apiVersion: "v1",
        metadata: { name: "a" },
        data: { x: "eQ==", z: "eg==" },
        type: "Opaque",
      },
    ),
    row(
      "a Secret's type cannot change",
      async ({ admin, core }) => {
        await admin.post(`${core}/secrets`, { metadata: { name: "a" } })
        return said(await admin.merge(`${core}/secrets/a`, { type: "example.com/other" }))
      },
      '422 Invalid Secret "a" is invalid: type: Invalid value: "example.com/other": field is immutable',
    ),
    row(
      "a Secret of the TLS type wants its keys",
      async ({ admin, core }) => {
        return said(
          await admin.post(`${core}/secrets`, {
            metadata: { name: "a" },
            type: "kubernetes.io/tls",
            data: {},
          }),
        )
      },
      '422 Invalid Secret "a" is invalid: [data[tls.crt]: Required value, data[tls.key]: Required value]',
    ),
    row(
      "a Secret's data that is not base64",
      async ({ admin, core }) => {
        return said(await admin.post(`${core}/secrets`, { metadata: { name: "a" }, data: { x: "%" } }))
      },
      '400 BadRequest Secret in version "v1" cannot be handled as a Secret: illegal base64 data at input byte 0',
    ),
    row(
      "an immutable ConfigMap",
      async ({ admin, core }) => {
        await admin.post(`${core}/configmaps`, { ...configMap("a", { x: "1" }), immutable: true })
        return [
          said(await admin.merge(`${core}/configmaps/a`, { data: { x: "2" } })),
          said(await admin.merge(`${core}/configmaps/a`, { immutable: false })),
        ]
      },
      [
        '422 Invalid ConfigMap "a" is invalid: data: Forbidden: field is immutable when `immutable` is set',
        '422 Invalid ConfigMap "a" is invalid: immutable: Forbidden: field is immutable when `immutable` is set',
      ],
    ),
    row(
      "a ServiceAccount",
      async ({ admin, core }) =>
        plain(await admin.post(`${core}/serviceaccounts`, { metadata: { name: "a" } })),
      { kind: "ServiceAccount", apiVersion: "v1", metadata: { name: "a" } },
    ),
    row(
      "a Role and its binding",
      async ({ admin, ns }) => {
        const rbac = `/apis/rbac.authorization.k8s.io/v1/namespaces/${ns}`
        const role = await admin.post(`${rbac}/roles`, {
          metadata: { name: "r" },
          rules: [{ apiGroups: [""], resources: ["pods"], verbs: ["get"] }],
        })
        const binding = await admin.post(`${rbac}/rolebindings`, {
          metadata: { name: "b" },
          roleRef: { kind: "Role", name: "r" },
          subjects: [
            { kind: "User", name: "u" },
            { kind: "ServiceAccount", name: "s", namespace: ns },
          ],
        })
        return [plain(role), plain(binding)]
      },
      [
        {
          kind: "Role",
          apiVersion: "rbac.authorization.k8s.io/v1",
          metadata: { name: "r" },
          rules: [{ verbs: ["get"], apiGroups: [""], resources: ["pods"] }],
        },
        {
          kind: "RoleBinding",
          apiVersion: "rbac.authorization.k8s.io/v1",
          metadata: { name: "b" },
          subjects: [
            { kind: "User", apiGroup: "rbac.authorization.k8s.io", name: "u" },
            { kind: "ServiceAccount", name: "s", namespace: "NS" },
          ],
          roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "r" },
        },
      ],
    ),
    row(
      "a binding's role cannot change",
      async ({ admin, ns }) => {
        const rbac = `/apis/rbac.authorization.k8s.io/v1/namespaces/${ns}`
        await admin.post(`${rbac}/rolebindings`, {
          metadata: { name: "b" },
          roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "r" },
          subjects: [],
        })
        return said(await admin.merge(`${rbac}/rolebindings/b`, { roleRef: { name: "other" } }))
      },
      '422 Invalid RoleBinding.rbac.authorization.k8s.io "b" is invalid: roleRef: Invalid value: {"APIGroup":"rbac.authorization.k8s.io","Kind":"Role","Name":"other"}: cannot change roleRef',
    ),
    row(
      "an Ingress",
      async ({ admin, core }) =>
        plain(
          await admin.post(`${core.replace("/api/v1", "/apis/networking.k8s.io/v1")}/ingresses`, {
            metadata: { name: "a" },
            spec: { defaultBackend: { service: { name: "b", port: { number: 80 } } } },
          }),
        ),
      {
        kind: "Ingress",
        apiVersion: "networking.k8s.io/v1",
        metadata: { name: "a", generation: 1 },
        spec: { defaultBackend: { service: { name: "b", port: { number: 80 } } } },
        status: { loadBalancer: {} },
      },
    ),
    row(
      "a namespace",
      async ({ admin, id }) =>
        plain(await admin.post("/api/v1/namespaces", { metadata: { name: `n-${id}` } })),
      {
        kind: "Namespace",
        apiVersion: "v1",
        metadata: { name: "n-ID", labels: { "kubernetes.io/metadata.name": "n-ID" } },
        spec: { finalizers: ["kubernetes"] },
        status: { phase: "Active" },
      },
    ),
    row(
      "a namespace's own label comes back",
      async ({ admin, ns }) => {
        const { body } = await admin.merge(`/api/v1/namespaces/${ns}`, {
          metadata: { labels: { "kubernetes.io/metadata.name": null, l: "1" } },
        })
        return body.metadata.labels
      },
      { "kubernetes.io/metadata.name": "NS", l: "1" },
    ),
    row(
      "a custom resource: defaults of its schema",
      async ({ admin, own }) => {
        const bare = await admin.post(`${own}/widgets`, {
          apiVersion: "conformance.example/v1",
          kind: "Widget",
          metadata: { name: "bare" },
        })
        return [(await admin.post(`${own}/widgets`, widget("a"))).body.spec, bare.body.spec ?? null]
      },
      [{ on: false }, null],
    ),
  ],
}
