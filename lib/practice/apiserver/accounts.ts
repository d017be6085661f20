/** ServiceAccounts: those that every namespace has, and the tokens that are made for them. */
import { createPrivateKey, createPublicKey, sign, verify } from "node:crypto"
import type { KubeObject } from "../../cluster/types.ts"
import { guarded, report } from "../stray.ts"
import type { CertificateAuthority, PracticeUser } from "../types/apiserver.ts"
import { checkedBody } from "./field-validation.ts"
import type { Kind } from "./kind.ts"
import { type Objects, type Writer, wireTime } from "./objects.ts"
import { type Call, sendJson } from "./request.ts"
import { objectBody } from "./resources.ts"
import { invalid, invalidValue } from "./status.ts"
import type { Change } from "./store.ts"

const ACCOUNTS = "/serviceaccounts"
const NAMESPACES = "/namespaces"
const CONTROLLER: Writer = { manager: "kube-controller-manager" }
const AUDIENCE = "https://kubernetes.default.svc"
const REQUEST = { group: "authentication.k8s.io", version: "v1", kind: "TokenRequest" }
/** Seconds. */
const HOUR = 3600
const LEAST = 600

/** Makes the accounts of each namespace, and makes them again when somebody deletes them. Returns how to stop. */
export function keepAccounts(objects: Objects, kind: Kind, openshift: boolean): () => void {
  const names = openshift ? ["default", "builder", "deployer"] : ["default"]
  const { store } = objects
  const ensure = (namespace: string): void => {
    const found = store.get(NAMESPACES, undefined, namespace)
    if (found === undefined || found.metadata.deletionTimestamp !== undefined) return
    for (const name of names) {
      if (store.get(ACCOUNTS, namespace, name) !== undefined) continue
      const account = { apiVersion: "v1", kind: "ServiceAccount", metadata: { name } }
      objects.create(kind, namespace, account, CONTROLLER)
    }
  }
  // Not from within the event: whoever watches must see the namespace first.
  const soon = (namespace: string): void => {
    setImmediate(() => guarded(report, () => ensure(namespace)))
  }
  const ends = [
    store.subscribe(NAMESPACES, ({ type, object }: Change) => {
      if (type === "ADDED") soon(object.metadata.name)
    }),
    store.subscribe(ACCOUNTS, ({ type, object }: Change) => {
      if (type === "DELETED") soon(object.metadata.namespace!)
    }),
  ]
  for (const { metadata } of store.list(NAMESPACES)) ensure(metadata.name)
  return () => {
    for (const end of ends) end()
  }
}

const encoded = (part: object): string => Buffer.from(JSON.stringify(part)).toString("base64url")
const decoded = (part: string): KubeObject => JSON.parse(Buffer.from(part, "base64url").toString())
const P1363 = "ieee-p1363" as const

/** Tokens of accounts, signed by the cluster's own key, so that they hold when a saved cluster comes back. */
export class AccountTokens {
  readonly #objects: Objects
  readonly #key: string
  constructor(objects: Objects, ca: CertificateAuthority) {
    this.#objects = objects
    this.#key = ca.key
  }

  /** Whose token it is; nothing for what is none, is over, or is of an account that is gone. */
  identify(token: string): PracticeUser | undefined {
    const [head, body, signature, ...more] = token.split(".")
    if (signature === undefined || more.length > 0) return undefined
    const signed = Buffer.from(`${head}.${body}`)
    const key = { key: createPublicKey(this.#key), dsaEncoding: P1363 }
    if (!verify("sha256", signed, key, Buffer.from(signature, "base64url"))) return undefined
    const { exp, "kubernetes.io": of } = decoded(body!)
    const { namespace, serviceaccount } = of
    const account = this.#objects.store.get(ACCOUNTS, namespace, serviceaccount.name)
    if (exp * 1000 < Date.now() || account?.metadata.uid !== serviceaccount.uid) return undefined
    return {
      name: `system:serviceaccount:${namespace}:${serviceaccount.name}`,
      token,
      groups: ["system:serviceaccounts", `system:serviceaccounts:${namespace}`, "system:authenticated"],
      admin: false,
    }
  }

  /** Serves `serviceaccounts/NAME/token`. @throws ApiError 404, 422 for less than ten minutes */
  async serve(kind: Kind, call: Call): Promise<void> {
    const account = this.#objects.get(kind, call.namespace, call.name!)
    const body = checkedBody(kind, call, await objectBody(call), REQUEST)
    const { audiences = [AUDIENCE], expirationSeconds = HOUR, boundObjectRef = null } = body.spec ?? {}
    if (expirationSeconds < LEAST) {
      const why = "may not specify a duration less than 10 minutes"
      const cause = invalidValue("spec.expirationSeconds", expirationSeconds, why)
      throw invalid({ ...REQUEST, plural: "tokenrequests" }, "", [cause])
    }
    const now = Math.floor(Date.now() / 1000)
    const { name, namespace, uid } = account.metadata
    const payload = {
      ...{ aud: audiences, exp: now + expirationSeconds, iat: now, iss: AUDIENCE },
      "kubernetes.io": { namespace, serviceaccount: { name, uid } },
      ...{ nbf: now, sub: `system:serviceaccount:${namespace}:${name}` },
    }
    const text = `${encoded({ alg: "ES256", kid: "practice" })}.${encoded(payload)}`
    const key = { key: createPrivateKey(this.#key), dsaEncoding: P1363 }
    const token = `${text}.${sign("sha256", Buffer.from(text), key).toString("base64url")}`
    sendJson(call.response, 201, {
      kind: REQUEST.kind,
      apiVersion: "authentication.k8s.io/v1",
      metadata: { name, namespace, creationTimestamp: wireTime() },
      spec: { audiences, expirationSeconds, boundObjectRef },
      status: { token, expirationTimestamp: wireTime((now + expirationSeconds) * 1000) },
    })
  }
}
