/** A Site's router as the network between the clusters sees it: read from the cluster's caches at every question. */
import { X509Certificate } from "node:crypto"
import type { KubeObject } from "../../../cluster/types.ts"
import type { PodService } from "../../types/images.ts"
import type {
  LinkCut,
  NetworkConnector,
  NetworkLink,
  NetworkListener,
  NetworkSite,
} from "../../types/network.ts"
import { isTrue } from "../conditions.ts"
import { faultNow } from "../faulty.ts"
import { podService, resolve } from "../kubelet/dial.ts"
import { kind, SITE_CA, type Skupper, secretText } from "./common.ts"
import { nameOf } from "./router-names.ts"
import { routerOf, routerPod, selectedPods } from "./router-pods.ts"

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

const CUTS: readonly LinkCut[] = ["down", "reset", "drop", "dns"]

export function networkSite(skupper: Skupper, site: KubeObject): NetworkSite {
  const { store, context } = skupper
  const { cluster, network, faults } = { ...context, cluster: context.name }
  const { namespace = "", name, uid = "" } = site.metadata
  const configured = (what: string) =>
    kind(store, what)
      .list(namespace)
      .filter((entry) => isTrue(entry, "Configured") && entry.metadata.deletionTimestamp === undefined)
  const hosts = (connector: KubeObject): Omit<NetworkConnector, "live">[] => {
    const { host, port, routingKey } = connector.spec
    const common = { name: connector.metadata.name, routingKey, port }
    if (host) return [{ ...common, host }]
    return selectedPods(skupper, connector).map(({ metadata, status }) => ({
      ...{ ...common, host: status?.podIP, pod: metadata.name },
      ...(metadata.uid !== undefined && { process: metadata.uid }),
    }))
  }
  const connectors = (): NetworkConnector[] => {
    const names = routerOf(skupper, namespace)?.configured
    return configured("Connector")
      .flatMap(hosts)
      .map((one) => ({ ...one, live: names?.has(nameOf.connector(one.name, one.host)) === true }))
  }
  const behind = ({ host, port, pod }: NetworkConnector): PodService[] =>
    pod === undefined
      ? resolve(store, network, cluster, namespace, `${host}:${port}`)
      : podService(network, { cluster, namespace, pod, port }, host)
  const listeners = (names: ReadonlySet<string> | undefined): NetworkListener[] =>
    configured("Listener").flatMap(({ metadata, spec }) => {
      const ports = store.of("v1", "Service").get(namespace, spec.host)?.spec.ports
      const port = ports?.find((one: { port: number }) => one.port === spec.port)?.targetPort
      if (typeof port !== "number") return []
      const live = names?.has(nameOf.listener(metadata.name)) === true
      return [{ name: metadata.name, routingKey: spec.routingKey, port, live }]
    })
  const links = (names: ReadonlySet<string> | undefined): NetworkLink[] =>
    configured("Link").map((entry) => {
      const endpoints = entry.spec.endpoints as { name: string; host: string; port: string }[]
      return {
        name: entry.metadata.name,
        addresses: endpoints
          .filter((one) => one.name === "inter-router")
          .map((one) => `${one.host}:${one.port}`),
        ca: issuerOf(store.of("v1", "Secret").get(namespace, entry.spec.tlsCredentials)),
        cut: faultNow(faults, "link", cluster, entry.metadata.name, ...CUTS)?.what as LinkCut | undefined,
        live: names?.has(nameOf.link(entry.metadata.name)) === true,
      }
    })
  return {
    cluster,
    namespace,
    uid,
    name,
    backends: (routingKey) =>
      connectors()
        .filter((one) => one.live && one.routingKey === routingKey)
        .flatMap(behind),
    offer() {
      const issuer = store.of("v1", "Secret").get(namespace, site.spec?.defaultIssuer ?? SITE_CA)
      const router = routerOf(skupper, namespace)
      const pod = routerPod(skupper, namespace)
      const adaptor = pod?.status?.containerStatuses?.find(
        (one: { name: string }) => one.name === "kube-adaptor",
      )
      return {
        ca: fingerprint(secretText(issuer, "tls.crt")),
        router: router && { pod: pod!.metadata.name, run: router.run, hung: router.hung },
        adaptor: adaptor?.state?.running === undefined ? undefined : pod!.metadata.name,
        access: kind(store, "RouterAccess").list(namespace).length > 0,
        links: links(router?.configured),
        connectors: connectors(),
        listeners: listeners(router?.configured),
      }
    },
  }
}
