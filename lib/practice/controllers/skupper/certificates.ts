/** Certificate → Secret of the same name. EC keys in place of Skupper's RSA ones: they cost a thousandth. */
import type { KubeObject } from "../../../cluster/types.ts"
import { createAuthority, loadAuthority } from "../../certificates.ts"
import type { CertificateAuthority } from "../../types/apiserver.ts"
import { ownedBy, withCondition } from "../conditions.ts"
import { splitKey } from "../controller.ts"
import { base64, CONTROLLED, kind, type Skupper, secretText } from "./common.ts"

/** The authority kept in a Secret, if it is there. */
export async function authorityOf(secret: KubeObject | undefined): Promise<CertificateAuthority | undefined> {
  const certificate = secretText(secret, "tls.crt")
  const key = secretText(secret, "tls.key")
  return certificate === undefined || key === undefined ? undefined : loadAuthority({ certificate, key })
}

async function issued(skupper: Skupper, object: KubeObject): Promise<Record<string, string> | string> {
  const { ca = "", subject, hosts = [], client, server, signing } = object.spec
  if (signing || ca === "") {
    const { certificate, key } = await createAuthority(subject)
    return { "tls.crt": certificate, "tls.key": key, "ca.crt": certificate }
  }
  const { namespace } = object.metadata
  const authority = await authorityOf(skupper.store.of("v1", "Secret").get(namespace, ca))
  if (authority === undefined) return `CA "${namespace}/${ca}" not found`
  const { certificate, key } = await authority.issue(subject, {
    hosts,
    client: client === true,
    server: server === true,
  })
  return { "tls.crt": certificate, "tls.key": key, "ca.crt": authority.certificate }
}

export async function reconcileCertificate(skupper: Skupper, key: string): Promise<void> {
  const { store } = skupper
  const object = kind(store, "Certificate").get(...splitKey(key))
  if (object === undefined || object.metadata.deletionTimestamp !== undefined) return
  const { name, namespace, generation } = object.metadata
  const secret = store.of("v1", "Secret").get(namespace, name)
  let error: string | undefined
  if (secret === undefined) {
    const made = await issued(skupper, object)
    if (typeof made === "string") error = made
    else {
      await store.ensure({
        apiVersion: "v1",
        kind: "Secret",
        metadata: {
          name,
          namespace,
          annotations: { [CONTROLLED]: "true" },
          ownerReferences: [ownedBy(object, false)],
        },
        type: "kubernetes.io/tls",
        data: Object.fromEntries(Object.entries(made).map(([field, text]) => [field, base64(text)])),
      } as KubeObject)
    }
  } else if (secret.metadata.annotations?.[CONTROLLED] === undefined) {
    error = "secret exists but is not controlled by skupper"
  }
  // Skupper never writes `status` and `message` of a Certificate.
  const conditions = withCondition(object.status?.conditions, {
    type: "Ready",
    status: error === undefined ? "True" : "False",
    reason: error === undefined ? "Ready" : "Error",
    message: error ?? "OK",
    observedGeneration: generation,
  })
  await store.status(object, { ...object.status, conditions })
}
