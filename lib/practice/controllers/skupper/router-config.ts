/** ConfigMap `skupper-router`: with what the router is configured. The kube-adaptor brings the router to it at each change. */
import type { KubeObject } from "../../../cluster/types.ts"
import { attachedConnectors } from "./attachments.ts"
import { initialisedSite, kind, type Skupper, VERSION } from "./common.ts"
import { acceptsLinks, configuredObjects, interRouter, listenerPort, targetsOf } from "./router-ends.ts"
import { CONFIG_KEY, type Entity, nameOf, ROUTER_CONFIG } from "./router-names.ts"

const profile = (name: string): Entity => {
  const folder = `/etc/skupper-router-certs/${name}`
  const file = (key: string) => `${folder}/${key}`
  return [
    "sslProfile",
    {
      name,
      certFile: file("tls.crt"),
      privateKeyFile: file("tls.key"),
      caCertFile: file("ca.crt"),
      ordinal: 0,
      oldestValidOrdinal: 0,
    },
  ]
}

/** What every router has. */
const common = (site: KubeObject): Entity[] => [
  [
    "router",
    {
      id: `${site.metadata.name}-\${HOSTNAME}`,
      mode: "interior",
      helloMaxAgeSeconds: "3",
      metadata: JSON.stringify({ id: site.metadata.uid, version: VERSION, platform: "kubernetes" }),
    },
  ],
  profile("skupper-local-server"),
  [
    "listener",
    {
      name: "amqps",
      port: 5671,
      role: "normal",
      sslProfile: "skupper-local-server",
      saslMechanisms: "EXTERNAL",
      authenticatePeer: true,
    },
  ],
  ["listener", { name: "@9090", role: "normal", port: 9090, http: true, healthz: true, metrics: true }],
  ["listener", { name: "amqp", host: "localhost", port: 5672, role: "normal" }],
  ["address", { prefix: "mc", distribution: "multicast" }],
]

const TLS_IN = { sslProfile: "skupper-site-server", saslMechanisms: "EXTERNAL", authenticatePeer: true }
const forLinks: readonly Entity[] = [
  profile("skupper-site-server"),
  ["listener", { name: "skupper-router-1", role: "inter-router", port: 55_671, ...TLS_IN }],
  ["listener", { name: "skupper-router-2", role: "edge", port: 45_671, ...TLS_IN }],
]

function linkEntities(link: KubeObject): Entity[] {
  const { metadata, spec } = link
  const [endpoint] = interRouter(link)
  if (endpoint === undefined) return []
  const sslProfile = `${spec.tlsCredentials ?? metadata.name}-profile`
  const { host, port } = endpoint
  const cost = spec.cost || 1
  return [
    profile(sslProfile),
    ["connector", { name: metadata.name, role: "inter-router", host, port: String(port), cost, sslProfile }],
  ]
}

/** What the controller writes for a namespace. */
function entitiesOf(skupper: Skupper, site: KubeObject): Entity[] {
  const { namespace = "", uid: siteId } = site.metadata
  const listeners = configuredObjects(skupper, "Listener", namespace).flatMap((one): Entity[] => {
    const port = listenerPort(skupper, one)
    if (port === undefined) return []
    const name = nameOf.listener(one.metadata.name)
    return [["tcpListener", { name, port: String(port), address: one.spec.routingKey, siteId }]]
  })
  const own = kind(skupper.store, "Connector")
    .list(namespace)
    .filter((one) => one.metadata.deletionTimestamp === undefined)
  const connectors = [...own, ...attachedConnectors(skupper, namespace)].flatMap((one) =>
    targetsOf(skupper, one).map(({ host, process: processId }): Entity => {
      const { routingKey: address, port } = one.spec
      const name = nameOf.connector(one.metadata.name, host)
      return ["tcpConnector", { name, host, port: String(port), address, siteId, processId }]
    }),
  )
  return [
    ...common(site),
    ...(acceptsLinks(skupper, namespace) ? forLinks : []),
    ...configuredObjects(skupper, "Link", namespace).flatMap(linkEntities),
    ...listeners,
    ...connectors,
  ]
}

/** Writes the ConfigMap where what it says has changed. */
export async function reconcileRouterConfig(skupper: Skupper, namespace: string): Promise<void> {
  const { store } = skupper
  const site = initialisedSite(store, namespace)
  const configMap = store.of("v1", "ConfigMap").get(namespace, ROUTER_CONFIG)
  if (site === undefined || configMap === undefined) return
  const text = JSON.stringify(entitiesOf(skupper, site))
  if (configMap.data?.[CONFIG_KEY] !== text) await store.merge(configMap, { data: { [CONFIG_KEY]: text } })
}
