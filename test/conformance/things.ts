/** The objects that rows make. */

export const configMap = (name: string, data: object = {}, metadata: object = {}) => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name, ...metadata },
  data,
})

/** Secrets stand for anything that is listed: nothing else of a cluster makes any. */
export const secret = (name: string, labels: object = {}, metadata: object = {}) => ({
  apiVersion: "v1",
  kind: "Secret",
  metadata: { name, labels, ...metadata },
})

export const pod = (name: string, spec: object = {}, metadata: object = {}) => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name, ...metadata },
  spec: { containers: [{ name: "app", image: "app:1" }], ...spec },
})

export const deployment = (name: string, spec: object = {}, podSpec: object = {}) => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name },
  spec: {
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: { containers: [{ name: "app", image: "app:1" }], ...podSpec },
    },
    ...spec,
  },
})

export const service = (name: string, spec: object = {}) => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: { name },
  spec: { ports: [{ port: 80 }], ...spec },
})

export const WIDGETS = "conformance.example"
export const CRDS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"

export const widget = (name: string, spec: object = {}, metadata: object = {}) => ({
  apiVersion: "conformance.example/v1",
  kind: "Widget",
  metadata: { name, ...metadata },
  spec,
})

/** A definition with everything that Skupper's use: a status subresource, columns, and a schema that is closed. */
export const widgetDefinition = (plural = "widgets", kind = "Widget") => ({
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: `${plural}.conformance.example` },
  spec: {
    group: "conformance.example",
    scope: "Namespaced",
    names: {
      kind,
      listKind: `${kind}List`,
      plural,
      singular: kind.toLowerCase(),
      shortNames: [`${plural.slice(0, 3)}x`],
    },
    versions: [
      {
        name: "v1",
        served: true,
        storage: true,
        subresources: { status: {} },
        additionalPrinterColumns: [
          { name: "Size", jsonPath: ".spec.size", type: "integer" },
          { name: "Message", jsonPath: ".status.message", type: "string" },
        ],
        schema: {
          openAPIV3Schema: {
            type: "object",
            properties: {
              spec: {
                type: "object",
                properties: {
                  size: { type: "integer", minimum: 1, maximum: 9 },
                  ratio: { type: "number" },
                  colour: { type: "string", enum: ["red", "green"] },
                  code: { type: "string", pattern: "^[a-z]+$", maxLength: 5, minLength: 2 },
                  on: { type: "boolean", default: false },
                  words: { type: "array", items: { type: "string" }, maxItems: 2 },
                  parts: {
                    type: "array",
                    "x-kubernetes-list-type": "map",
                    "x-kubernetes-list-map-keys": ["name"],
                    items: {
                      type: "object",
                      required: ["name"],
                      properties: { name: { type: "string" }, count: { type: "integer" } },
                    },
                  },
                  labels: { type: "object", additionalProperties: { type: "string" } },
                  open: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
                  host: { type: "string" },
                  selector: { type: "string" },
                },
              },
              status: {
                type: "object",
                properties: {
                  message: { type: "string" },
                  conditions: {
                    type: "array",
                    "x-kubernetes-list-type": "map",
                    "x-kubernetes-list-map-keys": ["type"],
                    items: {
                      type: "object",
                      required: ["type", "status"],
                      properties: { type: { type: "string" }, status: { type: "string" } },
                    },
                  },
                },
              },
            },
          },
        },
      },
    ],
  },
})
