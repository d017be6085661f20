/** The aggregated form of discovery, versions, and OpenAPI. */
import { row, type Theme } from "../row.ts"

const AGGREGATED = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"

export const aggregated: Theme = {
  theme: "aggregated discovery and OpenAPI",
  rows: [
    row(
      "aggregated discovery of the core group",
      async ({ admin }) => {
        const answer = await admin.get("/api", { accept: AGGREGATED })
        const [group] = answer.body.items
        const find = (it: string) =>
          group.versions[0].resources.find((one: { resource: string }) => one.resource === it)
        return {
          type: answer.headers["content-type"],
          kind: answer.body.kind,
          apiVersion: answer.body.apiVersion,
          metadata: group.metadata,
          version: group.versions[0].version,
          configmaps: find("configmaps"),
          namespaces: find("namespaces"),
        }
      },
      {
        type: "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList",
        kind: "APIGroupDiscoveryList",
        apiVersion: "apidiscovery.k8s.io/v2",
        metadata: {},
        version: "v1",
        configmaps: {
          resource: "configmaps",
          responseKind: { group: "", version: "", kind: "ConfigMap" },
          scope: "Namespaced",
          singularResource: "configmap",
          verbs: ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"],
          shortNames: ["cm"],
        },
        namespaces: {
          resource: "namespaces",
          responseKind: { group: "", version: "", kind: "Namespace" },
          scope: "Cluster",
          singularResource: "namespace",
          verbs: ["create", "delete", "get", "list", "patch", "update", "watch"],
          shortNames: ["ns"],
          subresources: [
            {
              subresource: "finalize",
              responseKind: { group: "", version: "", kind: "Namespace" },
              verbs: ["update"],
            },
            {
              subresource: "status",
              responseKind: { group: "", version: "", kind: "Namespace" },
              verbs: ["get", "patch", "update"],
            },
          ],
        },
      },
    ),
    row(
      "aggregated discovery of custom resources",
      async ({ admin }) => {
        const { body } = await admin.get("/apis", { accept: AGGREGATED })
        const group = body.items.find(
          (it: { metadata: { name: string } }) => it.metadata.name === "conformance.example",
        )
        const [version] = group.versions
        const found = version.resources.find((it: { resource: string }) => it.resource === "widgets")
        return {
          metadata: { name: group.metadata.name },
          version: version.version,
          freshness: version.freshness,
          resource: { ...found, verbs: found.verbs.toSorted() },
        }
      },
      {
        metadata: { name: "conformance.example" },
        version: "v1",
        freshness: "Current",
        resource: {
          resource: "widgets",
          responseKind: { group: "conformance.example", version: "v1", kind: "Widget" },
          scope: "Namespaced",
          singularResource: "widget",
          verbs: ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"],
          shortNames: ["widx"],
          subresources: [
            {
              subresource: "status",
              responseKind: { group: "conformance.example", version: "v1", kind: "Widget" },
              verbs: ["get", "patch", "update"],
            },
          ],
        },
      },
    ),
    row(
      "aggregated discovery and an older form: the client's first choice",
      async ({ admin }) => {
        const { headers } = await admin.get("/api", {
          accept: `${AGGREGATED},application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json`,
        })
        return headers["content-type"]
      },
      "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList",
    ),
    row(
      "/version says major and minor",
      async ({ admin }) => {
        const { body } = await admin.get("/version")
        return Object.keys(body)
          .filter((it) =>
            [
              "major",
              "minor",
              "gitVersion",
              "platform",
              "goVersion",
              "buildDate",
              "compiler",
              "gitCommit",
              "gitTreeState",
            ].includes(it),
          )
          .sort()
      },
      [
        "buildDate",
        "compiler",
        "gitCommit",
        "gitTreeState",
        "gitVersion",
        "goVersion",
        "major",
        "minor",
        "platform",
      ],
    ),
    row(
      "/openapi/v3 is an index of paths with their hash",
      async ({ admin }) => {
        const { body } = await admin.get("/openapi/v3")
        const url = body.paths["apis/apps/v1"].serverRelativeURL
        return {
          url: url.replace(/hash=.+/, "hash=H"),
          served: (await admin.get(url)).status,
          core: body.paths["api/v1"] !== undefined,
          own: body.paths["apis/conformance.example/v1"] !== undefined,
        }
      },
      { url: "/openapi/v3/apis/apps/v1?hash=H", served: 200, core: true, own: true },
    ),
    row(
      "/openapi/v3: a patch of a Deployment takes fieldValidation",
      async ({ admin }) => {
        const { body } = await admin.get("/openapi/v3/apis/apps/v1")
        const { patch } = body.paths["/apis/apps/v1/namespaces/{namespace}/deployments/{name}"]
        return {
          gvk: patch["x-kubernetes-group-version-kind"],
          parameters: patch.parameters.map((it: { name: string }) => it.name).sort(),
        }
      },
      {
        gvk: { group: "apps", version: "v1", kind: "Deployment" },
        parameters: ["dryRun", "fieldManager", "fieldValidation", "force"],
      },
    ),
    row(
      "/openapi/v3 of custom resources: their schema",
      async ({ admin }) => {
        const { body } = await admin.get("/openapi/v3/apis/conformance.example/v1")
        const schema = body.components.schemas["example.conformance.v1.Widget"]
        if (schema === undefined) return Object.keys(body.components.schemas)
        return {
          gvk: schema["x-kubernetes-group-version-kind"],
          properties: Object.keys(schema.properties).sort(),
          size: schema.properties.spec.properties.size,
        }
      },
      {
        gvk: [{ group: "conformance.example", kind: "Widget", version: "v1" }],
        properties: ["apiVersion", "kind", "metadata", "spec", "status"],
        size: { type: "integer", maximum: 9, minimum: 1 },
      },
    ),
  ],
}
