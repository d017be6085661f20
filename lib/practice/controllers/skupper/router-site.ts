/** A Site's router as the network between the clusters sees it: read from the cluster's caches at every question. */
import { X509Certificate } from "node:crypto"
import { isIP } from "node:net"
import type { KubeObject } from "../../../cluster/types.ts"
import type { PodService } from "../../types/images.ts"
import type {
  LinkCut,
  NetworkConnector,
  NetworkLink,
  NetworkListener,
  NetworkSite,
} from "../../types/network.ts"
import { faultNow } from "../faulty.ts"
import { podService, resolve } from "../kubelet/dial.ts"
import { addressOf, mayConnect, mayLeave, mayResolve, takesFromOutside } from "../policies.ts"
import { attachedConnectors } from "./attachments.ts"
import { SITE_CA, type Skupper, secretText } from "./common.ts"
import { acceptsLinks, configuredObjects, interRouter, listenerPort, targetsOf } from "./router-ends.ts"
import { nameOf } from "./router-names.ts"
import { adaptorIn, routerOf, routerPod } from "./router-pods.ts"

const fingerprints = new Map<string, string | undefined>()

/** Reading a certificate takes longer than looking it up; there are few of them. */
function remembered(key: string, compute: () => string | undefined): string | undefined {
  if (!fingerprints.has(key)) {
    if (fingerprints.size > 1000) fingerprints.clear()
    fingerprints.set(key, compute())
  }
  return fingerprints.get(key)
}

/** Fingerprint of a CA certificate. */
const fingerprint = (pem: string | undefined): string =>
  pem === undefined ? "" : (remembered(pem, () => new X509Certificate(pem).fingerprint256) ?? "")

/** Fingerprint of the CA in a link's Secret, if its certificate was really issued by that CA. */
function issuerOf(secret: KubeObject | undefined): string | undefined {
  const own = secretText(secret, "tls.crt")
  const ca = secretText(secret, "ca.crt")
  if (own === undefined || ca === undefined) return undefined
  return remembered(own + ca, () => {
    try {
      const issuer = new X509Certificate(ca)
      return new X509Certificate(own).verify(issuer.publicKey) ? issuer.fingerprint256 : undefined
    } catch {
      return undefined // not certificates at all
    }
  })
}

/** The port of a router's pod that takes links. */
const INTER_ROUTER = 55_671

const CUTS: readonly LinkCut[] = ["down", "reset", "drop", "dns"]

export function networkSite(skupper: Skupper, site: KubeObject): NetworkSite {
  const { store, context } = skupper
  const { cluster, network, faults } = { ...context, cluster: context.name }
  const { namespace = "", name, uid = "" } = site.metadata
  type Names = ReadonlySet<string> | undefined
  const router = () => {
    const pod = routerPod(skupper, namespace)?.metadata.name
    return pod === undefined ? { namespace } : { namespace, pod }
  }
  /** A policy that forbids a link is met without a word: names do not resolve, packets are lost. */
  const forbidden = (addresses: readonly { host: string; port: string }[]): LinkCut | undefined => {
    const pod = routerPod(skupper, namespace)
    if (pod === undefined) return undefined
    if (addresses.some(({ host }) => isIP(host) === 0) && !mayResolve(store, pod)) return "dns"
    const open = addresses.some(({ host, port }) => mayLeave(store, pod, addressOf(host), Number(port)))
    return open || addresses.length === 0 ? undefined : "drop"
  }
  const connectors = (names: Names): NetworkConnector[] =>
    [
      ...configuredObjects(skupper, "Connector", namespace),
      ...attachedConnectors(skupper, namespace),
    ].flatMap((one) => {
      const { routingKey, port } = one.spec
      const elsewhere = one.metadata.namespace === namespace ? {} : { namespace: one.metadata.namespace! }
      return targetsOf(skupper, one).map((target) => ({
        ...{ name: one.metadata.name, routingKey, port, ...target, ...elsewhere },
        live: names?.has(nameOf.connector(one.metadata.name, target.host)) === true,
      }))
    })
  const behind = ({ host, port, pod, namespace: place = namespace }: NetworkConnector): PodService[] =>
    pod === undefined
      ? resolve(store, network, cluster, router(), `${host}:${port}`)
      : mayConnect(store, routerPod(skupper, namespace), store.of("v1", "Pod").get(place, pod), port)
        ? podService(network, { cluster, namespace: place, pod, port }, host)
        : []
  const listeners = (names: Names): NetworkListener[] =>
    configuredObjects(skupper, "Listener", namespace).flatMap((one) => {
      const port = listenerPort(skupper, one)
      if (port === undefined) return []
      const { name } = one.metadata
      return [
        { name, routingKey: one.spec.routingKey, port, live: names?.has(nameOf.listener(name)) === true },
      ]
    })
  const links = (names: Names): NetworkLink[] =>
    configuredObjects(skupper, "Link", namespace).map((entry) => ({
      name: entry.metadata.name,
      addresses: interRouter(entry).map((one) => `${one.host}:${one.port}`),
      ca: issuerOf(store.of("v1", "Secret").get(namespace, entry.spec.tlsCredentials)),
      cut:
        (faultNow(faults, "link", cluster, entry.metadata.name, ...CUTS)?.what as LinkCut | undefined) ??
        forbidden(interRouter(entry)),
      live: names?.has(nameOf.link(entry.metadata.name)) === true,
    }))
  return {
    cluster,
    namespace,
    uid,
    name,
    backends: (routingKey) =>
      connectors(routerOf(skupper, namespace)?.configured)
        .filter((one) => one.live && one.routingKey === routingKey)
        .flatMap(behind),
    offer() {
      const issuer = store.of("v1", "Secret").get(namespace, site.spec?.defaultIssuer ?? SITE_CA)
      const router = routerOf(skupper, namespace)
      const pod = routerPod(skupper, namespace)
      return {
        ca: fingerprint(secretText(issuer, "tls.crt")),
        router: router && { pod: pod!.metadata.name, run: router.run, hung: router.hung },
        adaptor: adaptorIn(pod) && pod!.metadata.name,
        access:
          acceptsLinks(skupper, namespace) &&
          (pod === undefined || takesFromOutside(store, pod, INTER_ROUTER)),
        links: links(router?.configured),
        connectors: connectors(router?.configured),
        listeners: listeners(router?.configured),
      }
    },
  }
}
