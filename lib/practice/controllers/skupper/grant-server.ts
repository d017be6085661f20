/**
 * The grant server: HTTPS on loopback, where other clusters' controllers redeem access tokens. They POST a grant's code to
 * `/<AccessGrant UID>` and get a Secret and its Links, or 404 (expired, used up, unknown) or 403 (wrong code), as in
 * Skupper's internal/kube/grants.
 */
import { once } from "node:events"
import type { IncomingMessage } from "node:http"
import { createServer } from "node:https"
import type { AddressInfo } from "node:net"
import type { KubeObject } from "../../../cluster/types.ts"
import { timeAt } from "../../faults.ts"
import { listenAt } from "../../ports.ts"
import { faultStrikes } from "../faulty.ts"
import type { Endpoint } from "./access.ts"
import { authorityOf } from "./certificates.ts"
import {
  activeSite,
  base64,
  GRANT_SERVER,
  judged,
  kind,
  SITE_CA,
  SKUPPER,
  type Skupper,
  secretText,
} from "./common.ts"
import type { GrantServerAddress } from "./grants.ts"

const PORT = "practice/port"
const LONGEST_CODE = 10_000

export interface GrantServer extends GrantServerAddress {
  close(): Promise<void>
}

interface Answer {
  code: number
  body: string
}

/** What the redeemer gets: a Secret, then one Link for each group of endpoints. */
async function prize(
  { store }: Skupper,
  grant: KubeObject,
  name: string,
  subject: string,
): Promise<Answer | KubeObject[]> {
  const { namespace = "" } = grant.metadata
  const site = activeSite(store, namespace)
  if (site === undefined) return { code: 500, body: `Site not yet defined for ${namespace}` }
  const endpoints = (site.status?.endpoints ?? []) as Endpoint[]
  if (endpoints.length === 0) return { code: 500, body: "Could not resolve any endpoints for requested link" }
  const authority = await authorityOf(
    store.of("v1", "Secret").get(namespace, site.status?.defaultIssuer ?? SITE_CA),
  )
  if (authority === undefined) return { code: 500, body: "Could not get issuer for requested certificate" }
  const { certificate, key } = await authority.issue(subject || name, { client: true })
  const data = { "tls.crt": certificate, "tls.key": key, "ca.crt": authority.certificate }
  const groups = [...new Set(endpoints.map((endpoint) => endpoint.group ?? ""))]
  return [
    {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name },
      type: "kubernetes.io/tls",
      data: Object.fromEntries(Object.entries(data).map(([field, text]) => [field, base64(text)])),
    },
    ...groups.map((group, at) => ({
      apiVersion: SKUPPER,
      kind: "Link",
      metadata: { name: groups.length === 1 ? name : `${name}-${at + 1}` },
      spec: {
        endpoints: endpoints.filter((endpoint) => (endpoint.group ?? "") === group),
        tlsCredentials: name,
      },
    })),
  ]
}

/** Answers redemptions, one after the other: two at once must not use one redemption twice. */
class Redemptions {
  readonly #skupper: Skupper
  /** Grants that a fault has struck stay so: the controller tries again at once. */
  #spoilt = new Map<string, string>()
  #last: Promise<unknown> = Promise.resolve()
  constructor(skupper: Skupper) {
    this.#skupper = skupper
  }

  redeem(uid: string, code: string, name: string, subject: string): Promise<Answer> {
    const next = this.#last.then(() => this.#redeem(uid, code, name, subject))
    this.#last = next.catch(() => undefined)
    return next
  }

  #fault(grant: KubeObject): string | undefined {
    const { uid = "", name } = grant.metadata
    const { faults, name: cluster } = this.#skupper.context
    const struck =
      this.#spoilt.get(uid) ?? faultStrikes(faults, "grant", cluster, name, "expired", "used")?.what
    if (struck !== undefined) this.#spoilt.set(uid, struck)
    return struck
  }

  async #redeem(uid: string, code: string, name: string, subject: string): Promise<Answer> {
    const { store } = this.#skupper
    const grant = kind(store, "AccessGrant")
      .list()
      .find((one) => one.metadata.uid === uid)
    if (grant === undefined) return { code: 404, body: "No such claim" }
    const expires = Date.parse(grant.status?.expirationTime ?? "")
    const used = grant.status?.redemptions ?? 0
    const expired = { code: 404, body: "No such claim" }
    const usedUp = { code: 404, body: "No such access granted" }
    if (Number.isNaN(expires)) return { code: 500, body: "Corrupted claim" }
    const { faults, name: cluster } = this.#skupper.context
    if (expires < timeAt(faults, cluster)) return expired
    if (used >= grant.spec.redemptionsAllowed) return usedUp
    if (code !== grant.status.code) return { code: 403, body: "Redemption of access token refused" }
    // Last, so that tokens which fail anyway and are tried for ever strike no fault away.
    const fault = this.#fault(grant)
    if (fault !== undefined) return fault === "expired" ? expired : usedUp
    try {
      // Counted before anything is made: a failure from here on costs a use.
      await store.status(grant, { ...grant.status, redemptions: used + 1 })
    } catch {
      return { code: 503, body: "Internal error" }
    }
    const made = await prize(this.#skupper, grant, name, subject)
    if (!Array.isArray(made)) return made
    const { stringify } = await import("yaml")
    return { code: 200, body: made.map((one) => stringify(one)).join("---\n") }
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = ""
  for await (const chunk of request.setEncoding("utf8")) {
    text += chunk
    if (text.length > LONGEST_CODE) throw new Error("the code is too long")
  }
  return text
}

async function credentials(skupper: Skupper): Promise<KubeObject> {
  const { store, namespace, signal } = skupper
  const certificate = (name: string, spec: object) =>
    store.ensure({
      apiVersion: SKUPPER,
      kind: "Certificate",
      metadata: { name, namespace },
      spec,
    } as KubeObject)
  await certificate(`${GRANT_SERVER}-ca`, { ca: "", subject: `${GRANT_SERVER}-ca`, signing: true })
  await certificate(GRANT_SERVER, {
    ca: `${GRANT_SERVER}-ca`,
    subject: GRANT_SERVER,
    hosts: ["127.0.0.1"],
    server: true,
  })
  const secrets = store.of("v1", "Secret")
  const found = secrets.get(namespace, GRANT_SERVER)
  if (found !== undefined) return found
  return await new Promise((resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason))
    const end = secrets.on((object, gone) => {
      if (gone || object.metadata.name !== GRANT_SERVER || object.metadata.namespace !== namespace) return
      queueMicrotask(() => end())
      resolve(object)
    })
  })
}

/** Says where it can be reached: a person, and `doctor`, look there. It listens on loopback, so no Service leads to it. */
async function offered({ store, namespace }: Skupper, port: number): Promise<void> {
  const access: KubeObject = {
    apiVersion: SKUPPER,
    kind: "SecuredAccess",
    metadata: { name: GRANT_SERVER, namespace },
    spec: {
      selector: { application: "skupper-controller" },
      ports: [{ name: "https", port }],
      issuer: `${GRANT_SERVER}-ca`,
      certificate: GRANT_SERVER,
    },
  }
  await store.ensure(access)
  const found = (await store.cluster.get({ ...access, name: GRANT_SERVER, namespace })) ?? access
  const endpoints = [{ name: "https", host: "127.0.0.1", port: String(port) }]
  const verdicts = { Configured: "ok", Resolved: "ok" } as const
  await store.status(found, judged(found, ["Configured", "Resolved"], verdicts, { endpoints }))
}

/** Starts it with a certificate of its own CA, at the port that it had before where there was one. */
export async function startGrantServer(skupper: Skupper): Promise<GrantServer> {
  const secret = await credentials(skupper)
  const redemptions = new Redemptions(skupper)
  const { faults, name: cluster } = skupper.context
  const server = createServer(
    { cert: secretText(secret, "tls.crt"), key: secretText(secret, "tls.key"), minVersion: "TLSv1.3" },
    async (request, answer) => {
      try {
        if (request.method !== "POST") return void answer.writeHead(405).end("Only POST is supported\n")
        const uid = (request.url ?? "").slice(1)
        const { name = "", subject = "" } = request.headers as Record<string, string>
        const code = await bodyOf(request)
        if (faultStrikes(faults, "grant", cluster, uid, "unreachable")) return void request.socket.destroy()
        const { code: status, body } = await redemptions.redeem(uid, code, name, subject)
        answer.writeHead(status, { "content-type": "text/plain" }).end(status === 200 ? body : `${body}\n`)
      } catch {
        request.socket.destroy()
      }
    },
  )
  await listenAt(server, Number(secret.metadata.annotations?.[PORT] ?? 0))
  const { port } = server.address() as AddressInfo
  await skupper.store.merge(secret, { metadata: { annotations: { [PORT]: String(port) } } })
  await offered(skupper, port)
  return {
    base: `127.0.0.1:${port}`,
    ca: secretText(secret, "ca.crt")!,
    async close() {
      server.close()
      server.closeAllConnections()
      await once(server, "close")
    },
  }
}
