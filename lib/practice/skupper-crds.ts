/**
 * The CustomResourceDefinitions of Skupper 2.2.1 (config/crd/bases): names, columns and schemas, without descriptions and
 * without the rules in CEL. The operator's installation creates them; until then the kinds are not served.
 */
import type { KubeObject } from "../cluster/types.ts"

type Schema = Record<string, unknown>
type Type = "string" | "integer" | "boolean"

interface Row {
  kind: string
  plural: string
  short?: string[]
  spec: Record<string, Schema>
  /** Required fields of the spec. */
  required?: string[]
  status?: Record<string, Schema>
  /** Columns that `kubectl get` prints: name, JSON path, and type where it is not a text. */
  columns: readonly (readonly [name: string, path: string, type?: Type])[]
  more?: Schema
}

const text = { type: "string" }
const integer = { type: "integer" }
const yes = { type: "boolean" }
const time = { type: "string", format: "date-time" }
const list = (items: Schema): Schema => ({ type: "array", items })
const map = (values: Schema): Schema => ({ type: "object", additionalProperties: values })
const object = (properties: Record<string, Schema>, required?: string[]): Schema => ({
  ...{ type: "object", properties },
  ...(required !== undefined && { required }),
})

/** As Kubernetes' own conditions. */
const condition = object(
  {
    lastTransitionTime: time,
    message: { ...text, maxLength: 32768 },
    observedGeneration: { ...integer, format: "int64", minimum: 0 },
    reason: { ...text, maxLength: 1024, minLength: 1, pattern: "^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$" },
    status: { ...text, enum: ["True", "False", "Unknown"] },
    type: {
      ...{ ...text, maxLength: 316 },
      pattern:
        "^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])$",
    },
  },
  ["lastTransitionTime", "message", "reason", "status", "type"],
)
const endpoints = list(object({ name: text, host: text, port: text, group: text }))
const selectedPods = list(object({ name: text, ip: text }))
const observer = { ...text, enum: ["auto", "none", "http1", "http2"] }

const STATUS = ["Status", ".status.status"] as const
const MESSAGE = ["Message", ".status.message"] as const
const ROUTING_KEY = ["Routing Key", ".spec.routingKey"] as const
const PORT = ["Port", ".spec.port", "integer"] as const
const LISTENER = ["Has Matching Listener", ".status.hasMatchingListener", "boolean"] as const

const table: Row[] = [
  {
    ...{ kind: "Site", plural: "sites", short: ["st"] },
    spec: { serviceAccount: text, linkAccess: text, defaultIssuer: text, ha: yes, edge: yes },
    status: {
      ...{ defaultIssuer: text, endpoints, sitesInNetwork: integer },
      controller: object({ name: text, namespace: text, version: text }),
      network: list(
        object({
          ...{ id: text, name: text, namespace: text, platform: text, version: text },
          links: list(object({ name: text, remoteSiteId: text, remoteSiteName: text, operational: yes })),
          services: list(object({ routingKey: text, connectors: list(text), listeners: list(text) })),
        }),
      ),
    },
    columns: [STATUS, ["Sites In Network", ".status.sitesInNetwork", "integer"], MESSAGE],
  },
  {
    ...{ kind: "Link", plural: "links", short: ["ln"] },
    spec: { endpoints, tlsCredentials: text, cost: integer },
    required: ["endpoints"],
    status: { remoteSiteId: text, remoteSiteName: text },
    columns: [STATUS, ["Remote Site", ".status.remoteSiteName"], MESSAGE],
  },
  {
    ...{ kind: "Connector", plural: "connectors", short: ["cnr"] },
    spec: {
      ...{ routingKey: text, port: integer, selector: text, host: text, tlsCredentials: text },
      ...{ useClientCert: yes, verifyHostname: yes, type: text, includeNotReadyPods: yes },
      exposePodsByName: yes,
    },
    required: ["routingKey", "port"],
    // A selector or a host, never both.
    more: { oneOf: [{ required: ["selector"] }, { required: ["host"] }] },
    status: { hasMatchingListener: yes, selectedPods },
    columns: [
      ...([ROUTING_KEY, PORT, ["Host", ".spec.host"], ["Selector", ".spec.selector"]] as const),
      ...[STATUS, LISTENER, MESSAGE],
    ],
  },
  {
    ...{ kind: "Listener", plural: "listeners", short: ["lnr"] },
    spec: {
      ...{ observer, routingKey: text, host: text, port: integer, tlsCredentials: text, type: text },
      exposePodsByName: yes,
    },
    required: ["routingKey", "host", "port"],
    status: { hasMatchingConnector: yes },
    columns: [
      ...([ROUTING_KEY, PORT, ["Host", ".spec.host"], STATUS] as const),
      ["Has Matching Connector", ".status.hasMatchingConnector", "boolean"],
      MESSAGE,
    ],
  },
  {
    ...{ kind: "MultiKeyListener", plural: "multikeylisteners" },
    spec: {
      ...{ observer, host: text, port: integer, requireClientCert: yes, tlsCredentials: text },
      strategy: object({
        priority: object({ routingKeys: { ...list(text), maxItems: 256, minItems: 1 } }, ["routingKeys"]),
        weighted: object({ routingKeys: map(integer) }, ["routingKeys"]),
      }),
    },
    required: ["host", "port", "strategy"],
    status: {
      hasDestination: yes,
      strategy: object({
        priority: object({ routingKeysReachable: list(text) }, ["routingKeysReachable"]),
        weighted: object({ routingKeysReachable: map(integer) }, ["routingKeysReachable"]),
      }),
    },
    columns: [STATUS, MESSAGE, ["HasDestination", ".status.hasDestination", "boolean"]],
  },
  {
    ...{ kind: "AccessGrant", plural: "accessgrants", short: ["grant", "gr"] },
    spec: {
      ...{ redemptionsAllowed: integer, expirationWindow: { ...text, format: "duration" } },
      ...{ code: text, issuer: text },
    },
    status: { url: text, code: text, ca: text, redemptions: integer, expirationTime: time },
    columns: [
      ["Redemptions Allowed", ".spec.redemptionsAllowed", "integer"],
      ["Redemptions Made", ".status.redemptions", "integer"],
      ["Expiration", ".status.expirationTime"],
      ...[STATUS, MESSAGE],
    ],
  },
  {
    ...{ kind: "AccessToken", plural: "accesstokens", short: ["token", "to"] },
    spec: { url: text, code: text, ca: text, linkCost: integer },
    required: ["url", "code", "ca"],
    status: { redeemed: yes },
    columns: [["URL", ".spec.url"], ["Redeemed", ".status.redeemed", "boolean"], STATUS, MESSAGE],
  },
  {
    ...{ kind: "RouterAccess", plural: "routeraccesses" },
    spec: {
      roles: list(object({ name: text, port: integer }, ["name"])),
      ...{ generateTlsCredentials: yes, issuer: text, accessType: text, tlsCredentials: text },
      ...{ bindHost: text, subjectAlternativeNames: list(text) },
    },
    required: ["roles", "tlsCredentials"],
    status: { endpoints },
    columns: [STATUS, MESSAGE],
  },
  {
    ...{ kind: "SecuredAccess", plural: "securedaccesses" },
    spec: {
      ports: list(
        object({ name: text, port: integer, targetPort: integer, protocol: text }, ["name", "port"]),
      ),
      ...{ selector: map(text), issuer: text, certificate: text, accessType: text },
    },
    required: ["selector", "ports"],
    status: { endpoints, ca: text },
    columns: [STATUS, MESSAGE],
  },
  {
    ...{ kind: "Certificate", plural: "certificates" },
    spec: { ca: text, subject: text, hosts: list(text), client: yes, server: yes, signing: yes },
    required: ["ca", "subject"],
    status: { expiration: time },
    columns: [
      ["CA", ".spec.ca"],
      ...(["server", "client", "signing"] as const).map(
        (name) => [name[0]!.toUpperCase() + name.slice(1), `.spec.${name}`, "boolean"] as const,
      ),
      ...([STATUS, ["Expiration", ".status.expiration"], MESSAGE] as const),
    ],
  },
  {
    ...{ kind: "AttachedConnector", plural: "attachedconnectors", short: ["acnr"] },
    spec: {
      ...{ siteNamespace: text, port: integer, selector: text, tlsCredentials: text },
      ...{ useClientCert: yes, type: text, includeNotReadyPods: yes },
    },
    required: ["port", "selector", "siteNamespace"],
    status: { selectedPods },
    columns: [PORT, ["Selector", ".spec.selector"], ["Site Namespace", ".spec.siteNamespace"], STATUS],
  },
  {
    ...{ kind: "AttachedConnectorBinding", plural: "attachedconnectorbindings", short: ["acnrb"] },
    spec: { connectorNamespace: text, routingKey: text, exposePodsByName: yes },
    required: ["connectorNamespace", "routingKey"],
    status: { hasMatchingListener: yes },
    columns: [ROUTING_KEY, ["Connector Namespace", ".spec.connectorNamespace"], STATUS, LISTENER],
  },
]

const crd = ({ kind, plural, short, spec, required, status, columns, more }: Row): KubeObject => ({
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: `${plural}.skupper.io` },
  spec: {
    group: "skupper.io",
    scope: "Namespaced",
    names: {
      ...{ kind, listKind: `${kind}List`, plural, singular: kind.toLowerCase() },
      ...(short !== undefined && { shortNames: short }),
    },
    versions: [
      {
        ...{ name: "v2alpha1", served: true, storage: true, subresources: { status: {} } },
        schema: {
          openAPIV3Schema: object(
            {
              spec: { ...object({ ...spec, settings: map(text) }, required), ...more },
              status: object({ ...status, status: text, message: text, conditions: list(condition) }),
            },
            kind === "MultiKeyListener" ? ["spec"] : undefined,
          ),
        },
        additionalPrinterColumns: columns.map(([name, jsonPath, type = "string"]) => ({
          name,
          type,
          jsonPath,
        })),
      },
    ],
  },
})

/** Skupper's definitions, to be created on a cluster by whoever installs it. */
export const skupperCrds = (): KubeObject[] => table.map(crd)
