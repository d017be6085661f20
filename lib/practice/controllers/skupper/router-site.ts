/** A Site's router as the network between the clusters sees it: read from the cluster's caches at every question. */
import { X509Certificate } from "node:crypto"
import type { KubeObject } from "../../../cluster/types.ts"
import type { PodService } from "../../types/images.ts"
import type { NetworkLink, NetworkSite } from "../../types/network.ts"
import { isReadyPod, isTrue, selects } from "../conditions.ts"
import { faultNow } from "../faulty.ts"
import { podService, resolve } from "../kubelet/dial.ts"
import { kind, parseSelector, SITE_CA, type Skupper, secretText } from "./common.ts"

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

/** Pods behind a Connector that may take traffic. */
export function selectedPods({ store }: Skupper, connector: KubeObject): KubeObject[] {
  const { selector = "", includeNotReadyPods } = connector.spec
  const labels = parseSelector(selector)
  return store
    .of("v1", "Pod")
    .list(connector.metadata.namespace)
    .filter((pod) => selects(labels, pod.metadata.labels))
    .filter((pod) =>
      includeNotReadyPods
        ? pod.status?.phase === "Running" && pod.metadata.deletionTimestamp === undefined
        : isReadyPod(pod),
    )
}

export function networkSite(skupper: Skupper, site: KubeObject): NetworkSite {
  const { store, context } = skupper
  const { cluster, network, faults } = { ...context, cluster: context.name }
  const { namespace = "", name, uid = "" } = site.metadata
  const configured = (what: string) =>
    kind(store, what)
      .list(namespace)
      .filter((entry) => isTrue(entry, "Configured") && entry.metadata.deletionTimestamp === undefined)

  const behind = (connector: KubeObject): PodService[] => {
    const { host, port } = connector.spec
    if (host) return resolve(store, network, cluster, namespace, `${host}:${port}`)
    return selectedPods(skupper, connector).flatMap((pod) =>
      podService(network, { cluster, namespace, pod: pod.metadata.name, port }, pod.status?.podIP),
    )
  }
  const keyed = (entry: KubeObject) => ({
    name: entry.metadata.name,
    routingKey: entry.spec.routingKey as string,
  })
  return {
    cluster,
    namespace,
    uid,
    name,
    get ca() {
      const issuer = store.of("v1", "Secret").get(namespace, site.spec?.defaultIssuer ?? SITE_CA)
      return fingerprint(secretText(issuer, "tls.crt"))
    },
    backends: (routingKey) =>
      configured("Connector")
        .filter((entry) => entry.spec.routingKey === routingKey)
        .flatMap(behind),
    connectors: () => configured("Connector").map(keyed),
    listeners: () =>
      configured("Listener").flatMap((entry) => {
        const service = store.of("v1", "Service").get(namespace, entry.spec.host)
        const port = service?.spec.ports?.find(
          (one: { port: number }) => one.port === entry.spec.port,
        )?.targetPort
        return typeof port === "number" ? [{ ...keyed(entry), port }] : []
      }),
    links: () =>
      configured("Link").map((entry): NetworkLink => {
        const endpoints = entry.spec.endpoints as { name: string; host: string; port: string }[]
        return {
          name: entry.metadata.name,
          addresses: endpoints
            .filter((one) => one.name === "inter-router")
            .map((one) => `${one.host}:${one.port}`),
          ca: issuerOf(store.of("v1", "Secret").get(namespace, entry.spec.tlsCredentials)),
          down: faultNow(faults, "link", cluster, entry.metadata.name, "down") !== undefined,
        }
      }),
  }
}
