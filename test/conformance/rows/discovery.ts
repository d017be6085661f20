import { row, type Theme } from "../row.ts"

/** The kinds whose discovery both servers agree on. */
const CORE = [
  "namespaces",
  "namespaces/finalize",
  "namespaces/status",
  "pods",
  "pods/binding",
  "pods/log",
  "pods/status",
  "services",
  "secrets",
  "configmaps",
  "serviceaccounts",
  "events",
  "nodes",
  "endpoints",
  "persistentvolumeclaims",
  "resourcequotas",
  "limitranges",
]

export const discovery: Theme = {
  theme: "discovery",
  rows: [
    row(
      "/api",
      async ({ admin }) => {
        const { kind, versions } = (await admin.get("/api")).body
        return { kind, versions }
      },
      { kind: "APIVersions", versions: ["v1"] },
    ),
    row(
      "/apis lists groups with their versions",
      async ({ admin }) => {
        const { body } = await admin.get("/apis")
        const of = (name: string) => body.groups.find((it: { name: string }) => it.name === name)
        return {
          kind: body.kind,
          apiVersion: body.apiVersion,
          apps: of("apps"),
          own: of("conformance.example"),
        }
      },
      {
        kind: "APIGroupList",
        apiVersion: "v1",
        apps: {
          name: "apps",
          versions: [{ groupVersion: "apps/v1", version: "v1" }],
          preferredVersion: { groupVersion: "apps/v1", version: "v1" },
        },
        own: {
          name: "conformance.example",
          versions: [{ groupVersion: "conformance.example/v1", version: "v1" }],
          preferredVersion: { groupVersion: "conformance.example/v1", version: "v1" },
        },
      },
    ),
    row("/apis/GROUP", async ({ admin }) => (await admin.get("/apis/apps")).body, {
      kind: "APIGroup",
      apiVersion: "v1",
      name: "apps",
      versions: [{ groupVersion: "apps/v1", version: "v1" }],
      preferredVersion: { groupVersion: "apps/v1", version: "v1" },
    }),
    row(
      "/apis/GROUP of custom resources",
      async ({ admin }) => (await admin.get("/apis/conformance.example")).body,
      {
        kind: "APIGroup",
        apiVersion: "v1",
        name: "conformance.example",
        versions: [{ groupVersion: "conformance.example/v1", version: "v1" }],
        preferredVersion: { groupVersion: "conformance.example/v1", version: "v1" },
      },
    ),
    row(
      "/api/v1: names, verbs, short names",
      async ({ admin }) => {
        const { body } = await admin.get("/api/v1")
        const found = body.resources.filter((it: { name: string }) => CORE.includes(it.name))
        return {
          kind: body.kind,
          groupVersion: body.groupVersion,
          resources: Object.fromEntries(
            // biome-ignore lint/suspicious/noExplicitAny: a resource of a list
            found.map(({ name, storageVersionHash, verbs, ...it }: any) => [
              name,
              { ...it, verbs: [...verbs].sort().join(" ") },
            ]),
          ),
        }
      },
      {
        kind: "APIResourceList",
        groupVersion: "v1",
        resources: {
          configmaps: {
            singularName: "configmap",
            namespaced: true,
            kind: "ConfigMap",
            shortNames: ["cm"],
            verbs: "create delete deletecollection get list patch update watch",
          },
          endpoints: {
            singularName: "endpoints",
            namespaced: true,
            kind: "Endpoints",
            shortNames: ["ep"],
            verbs: "create delete deletecollection get list patch update watch",
          },
          events: {
            singularName: "event",
            namespaced: true,
            kind: "Event",
            shortNames: ["ev"],
            verbs: "create delete deletecollection get list patch update watch",
          },
          limitranges: {
            singularName: "limitrange",
            namespaced: true,
            kind: "LimitRange",
            shortNames: ["limits"],
            verbs: "create delete deletecollection get list patch update watch",
          },
          namespaces: {
            singularName: "namespace",
            namespaced: false,
            kind: "Namespace",
            shortNames: ["ns"],
            verbs: "create delete get list patch update watch",
          },
          "namespaces/finalize": { singularName: "", namespaced: false, kind: "Namespace", verbs: "update" },
          "namespaces/status": {
            singularName: "",
            namespaced: false,
            kind: "Namespace",
            verbs: "get patch update",
          },
          nodes: {
            singularName: "node",
            namespaced: false,
            kind: "Node",
            shortNames: ["no"],
            verbs: "create delete deletecollection get list patch update watch",
          },
          persistentvolumeclaims: {
            singularName: "persistentvolumeclaim",
            namespaced: true,
            kind: "PersistentVolumeClaim",
            shortNames: ["pvc"],
            verbs: "create delete deletecollection get list patch update watch",
          },
          pods: {
            singularName: "pod",
            namespaced: true,
            kind: "Pod",
            shortNames: ["po"],
            categories: ["all"],
            verbs: "create delete deletecollection get list patch update watch",
          },
          "pods/binding": { singularName: "", namespaced: true, kind: "Binding", verbs: "create" },
          "pods/log": { singularName: "", namespaced: true, kind: "Pod", verbs: "get" },
          "pods/status": { singularName: "", namespaced: true, kind: "Pod", verbs: "get patch update" },
          resourcequotas: {
            singularName: "resourcequota",
            namespaced: true,
            kind: "ResourceQuota",
            shortNames: ["quota"],
            verbs: "create delete deletecollection get list patch update watch",
          },
          secrets: {
            singularName: "secret",
            namespaced: true,
            kind: "Secret",
            verbs: "create delete deletecollection get list patch update watch",
          },
          serviceaccounts: {
            singularName: "serviceaccount",
            namespaced: true,
            kind: "ServiceAccount",
            shortNames: ["sa"],
            verbs: "create delete deletecollection get list patch update watch",
          },
          services: {
            singularName: "service",
            namespaced: true,
            kind: "Service",
            shortNames: ["svc"],
            categories: ["all"],
            verbs: "create delete deletecollection get list patch update watch",
          },
        },
      },
    ),
    row(
      "/apis/apps/v1: Deployments",
      async ({ admin }) => {
        const { body } = await admin.get("/apis/apps/v1")
        return (
          body.resources
            .filter((it: { name: string }) => /^deployments/.test(it.name))
            // biome-ignore lint/suspicious/noExplicitAny: a resource of a list
            .map(({ storageVersionHash, verbs, ...it }: any) => ({
              ...it,
              verbs: [...verbs].sort().join(" "),
            }))
        )
      },
      [
        {
          name: "deployments",
          singularName: "deployment",
          namespaced: true,
          kind: "Deployment",
          shortNames: ["deploy"],
          categories: ["all"],
          verbs: "create delete deletecollection get list patch update watch",
        },
        {
          name: "deployments/scale",
          singularName: "",
          namespaced: true,
          group: "autoscaling",
          version: "v1",
          kind: "Scale",
          verbs: "get patch update",
        },
        {
          name: "deployments/status",
          singularName: "",
          namespaced: true,
          kind: "Deployment",
          verbs: "get patch update",
        },
      ],
    ),
    row(
      "/apis/GROUP/VERSION of custom resources",
      async ({ admin }) => {
        const { body } = await admin.get("/apis/conformance.example/v1")
        // biome-ignore lint/suspicious/noExplicitAny: a resource of a list
        const resources = body.resources.map(({ storageVersionHash, verbs, ...it }: any) => ({
          ...it,
          verbs: [...verbs].sort().join(" "),
        }))
        return {
          ...body,
          resources: resources.filter((it: { name: string }) => it.name.startsWith("widgets")),
        }
      },
      {
        kind: "APIResourceList",
        apiVersion: "v1",
        groupVersion: "conformance.example/v1",
        resources: [
          {
            name: "widgets",
            singularName: "widget",
            namespaced: true,
            kind: "Widget",
            shortNames: ["widx"],
            verbs: "create delete deletecollection get list patch update watch",
          },
          {
            name: "widgets/status",
            singularName: "",
            namespaced: true,
            kind: "Widget",
            verbs: "get patch update",
          },
        ],
      },
    ),
  ],
}
