/**
 * The CustomResourceDefinitions of Skupper 2.2: names, short names and required fields as in its config/crd/bases, the
 * schemas open otherwise. The operator's installation creates them; until then the kinds are not served.
 */
import type { KubeObject } from "../cluster/types.ts"

interface Row {
  kind: string
  plural: string
  short?: string[]
  /** Required fields of the spec. */
  required?: string[]
  spec?: Record<string, unknown>
  /** Columns that `kubectl get` prints: name and JSON path. */
  columns?: [string, string][]
}

const text = { type: "string" }
const integer = { type: "integer" }
const open = { type: "object", "x-kubernetes-preserve-unknown-fields": true }
const texts = { type: "array", items: text }
const objects = { type: "array", items: open }
const condition: [string, string][] = [
  ["Status", ".status.status"],
  ["Message", ".status.message"],
]

const table: Row[] = [
  {
    kind: "Site",
    plural: "sites",
    short: ["st"],
    spec: {
      linkAccess: text,
      ha: { type: "boolean" },
      edge: { type: "boolean" },
      defaultIssuer: text,
      serviceAccount: text,
    },
    columns: [...condition, ["Sites In Network", ".status.sitesInNetwork"]],
  },
  {
    kind: "Link",
    plural: "links",
    short: ["ln"],
    required: ["endpoints"],
    spec: { endpoints: objects, tlsCredentials: text, cost: integer },
    columns: [["Status", ".status.status"], ["Remote Site", ".status.remoteSiteName"], condition[1]!],
  },
  {
    kind: "Connector",
    plural: "connectors",
    short: ["cnr"],
    required: ["port"],
    spec: { routingKey: text, port: integer, selector: text, host: text, tlsCredentials: text, type: text },
    columns: [["Routing Key", ".spec.routingKey"], ["Port", ".spec.port"], ...condition],
  },
  {
    kind: "Listener",
    plural: "listeners",
    short: ["lnr"],
    required: ["host", "port"],
    spec: { routingKey: text, host: text, port: integer, tlsCredentials: text, type: text, observer: text },
    columns: [["Routing Key", ".spec.routingKey"], ["Port", ".spec.port"], ...condition],
  },
  {
    kind: "MultiKeyListener",
    plural: "multikeylisteners",
    required: ["host", "port"],
    spec: { host: text, port: integer },
  },
  {
    kind: "AccessGrant",
    plural: "accessgrants",
    short: ["grant", "gr"],
    spec: { redemptionsAllowed: integer, expirationWindow: text, code: text, issuer: text },
    columns: [
      ["Redemptions Allowed", ".spec.redemptionsAllowed"],
      ["Expiration", ".status.expirationTime"],
      ...condition,
    ],
  },
  {
    kind: "AccessToken",
    plural: "accesstokens",
    short: ["token", "to"],
    required: ["url", "code", "ca"],
    spec: { url: text, code: text, ca: text, linkCost: integer },
    columns: [["Url", ".spec.url"], ["Redeemed", ".status.redeemed"], ...condition],
  },
  {
    kind: "RouterAccess",
    plural: "routeraccesses",
    required: ["roles", "tlsCredentials"],
    spec: { roles: objects, tlsCredentials: text, accessType: text, bindHost: text },
    columns: condition,
  },
  {
    kind: "SecuredAccess",
    plural: "securedaccesses",
    required: ["ports"],
    spec: { selector: open, ports: objects, accessType: text, issuer: text },
    columns: condition,
  },
  {
    kind: "Certificate",
    plural: "certificates",
    required: ["ca", "subject"],
    spec: {
      ca: text,
      subject: text,
      hosts: texts,
      client: { type: "boolean" },
      server: { type: "boolean" },
    },
    columns: condition,
  },
  { kind: "AttachedConnector", plural: "attachedconnectors", required: ["port", "siteNamespace"] },
  {
    kind: "AttachedConnectorBinding",
    plural: "attachedconnectorbindings",
    required: ["connectorNamespace"],
  },
]

/** Connector's `oneOf`: a selector or a host, never both. */
const alternatives = (kind: string) =>
  kind === "Connector" ? { oneOf: [{ required: ["selector"] }, { required: ["host"] }] } : {}

const crd = ({ kind, plural, short, required, spec, columns }: Row): KubeObject => ({
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: `${plural}.skupper.io` },
  spec: {
    group: "skupper.io",
    scope: "Namespaced",
    names: {
      kind,
      listKind: `${kind}List`,
      plural,
      singular: kind.toLowerCase(),
      ...(short === undefined ? {} : { shortNames: short }),
    },
    versions: [
      {
        name: "v2alpha1",
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: {
          openAPIV3Schema: {
            ...open,
            ...(required === undefined ? {} : { required: ["spec"] }),
            properties: {
              spec: {
                ...open,
                ...alternatives(kind),
                ...(required === undefined ? {} : { required }),
                ...(spec === undefined ? {} : { properties: spec }),
              },
              status: open,
            },
          },
        },
        ...(columns === undefined
          ? {}
          : {
              additionalPrinterColumns: columns.map(([name, jsonPath]) => ({
                name,
                jsonPath,
                type: "string",
              })),
            }),
      },
    ],
  },
})

/** Skupper's definitions, to be created on a cluster by whoever installs it. */
export const skupperCrds = (): KubeObject[] => table.map(crd)
