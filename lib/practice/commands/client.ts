/** A small client of any Kubernetes API server: starts in milliseconds, which a command needs that runs dozens of times. */
import { once } from "node:events"
import type { IncomingMessage } from "node:http"
import { Agent, type AgentOptions, request } from "node:https"
import { setTimeout as delay } from "node:timers/promises"
import { proxyFor } from "../../cluster/proxy.ts"
import { type Proof, UserCredentials } from "../../cluster/user-credentials.ts"
import { goError } from "./go-error.ts"
import { invocation } from "./invocation.ts"
import { content, type Fields, type Session } from "./kubeconfig.ts"

// biome-ignore lint/suspicious/noExplicitAny: Kubernetes objects are open; each reader names the fields it uses.
export type Json = any

/** An object of a cluster. */
export interface Thing {
  apiVersion?: string
  kind?: string
  metadata: {
    name: string
    namespace?: string
    uid?: string
    labels?: Record<string, string>
    annotations?: Record<string, string>
    creationTimestamp?: string
    generation?: number
    resourceVersion?: string
    [field: string]: Json
  }
  [field: string]: Json
}

export interface StatusDetails {
  name?: string
  kind?: string
  group?: string
  causes?: { field?: string; message: string }[]
}

/** The server's answer was an error: its `Status`. */
export class StatusError extends Error {
  readonly code: number
  readonly reason: string
  readonly details: StatusDetails | undefined
  constructor(code: number, reason: string, message: string, details?: StatusDetails) {
    super(message)
    this.code = code
    this.reason = reason
    this.details = details
  }
}

/** No answer came. */
export class ConnectionError extends Error {
  /** In Go's words, without method and URL. */
  readonly why: string
  /** `ECONNREFUSED` and the like. */
  readonly code: string
  /** host:port */
  readonly host: string
  constructor(method: string, url: string, error: NodeJS.ErrnoException, host: string) {
    const why = goError(error, host)
    super(`${method[0]}${method.slice(1).toLowerCase()} ${JSON.stringify(url)}: ${why}`)
    this.why = why
    this.code = error.code ?? ""
    this.host = host
  }
}

export interface Answer {
  readonly status: number
  readonly headers: IncomingMessage["headers"]
  readonly text: string
}

export interface Send {
  readonly body?: string
  readonly type?: string
  readonly accept?: string
  readonly headers?: Record<string, string>
}

/** How often client-go comes again where a server asks for it. */
const RETRIES = 10

/** What an HTTP status means without a `Status` object, in client-go's words. */
const REASONS: Readonly<Record<number, [string, string]>> = {
  400: ["BadRequest", "the server rejected our request for an unknown reason"],
  401: ["Unauthorized", "the server has asked for the client to provide credentials"],
  403: ["Forbidden", "forbidden"],
  404: ["NotFound", "the server could not find the requested resource"],
  409: ["Conflict", "the server reported a conflict"],
  429: ["TooManyRequests", "the server has received too many requests and has asked us to try again later"],
  500: ["InternalError", "an error on the server"],
  503: ["ServiceUnavailable", "the server is currently unable to handle the request"],
  504: [
    "Timeout",
    "the server was unable to return a response in the time allotted, but may still be processing the request",
  ],
}

/** @returns the error that an answer is */
export function statusError({ status, text, headers }: Answer): StatusError {
  let body: Json
  if (/json/.test(headers["content-type"] ?? "")) {
    try {
      body = JSON.parse(text)
    } catch {} // the HTTP status is what is left
  }
  const [reason, words] = REASONS[status] ?? ["", `the server responded with the status code ${status}`]
  const said = body?.kind === "Status" ? (body.reason ?? "") : body?.reason || reason
  return new StatusError(status, said, body?.message || words, body?.details)
}

/** One server, as one user. */
export class Client {
  readonly server: string
  readonly #base: URL
  readonly #agent: Agent
  readonly #user: UserCredentials
  constructor(server: string, cluster: Fields = {}, user: Fields = {}) {
    this.server = server
    this.#base = new URL(server)
    this.#user = new UserCredentials({ ...cluster, server }, user, { env: invocation().env })
    const proxy = cluster["proxy-url"] ?? proxyFor(server, invocation().env)
    const servername = cluster["tls-server-name"]
    const options: AgentOptions = {
      keepAlive: true,
      ca: content(cluster, "certificate-authority"),
      rejectUnauthorized: cluster["insecure-skip-tls-verify"] !== true,
      ...(typeof servername === "string" && { servername }),
    }
    this.#agent = new Agent(options)
    const { signal } = invocation()
    signal?.addEventListener("abort", () => this.close())
    if (signal?.aborted) this.close()
    if (typeof proxy === "string" && proxy !== "") this.#proxy = proxy
  }
  readonly #proxy: string | undefined
  readonly #closed = new AbortController()

  /** A plugin's refusal in client-go's words. */
  async #prove(): Promise<Proof> {
    try {
      return await this.#user.prove()
    } catch (error) {
      throw new Error(`Unable to connect to the server: getting credentials: ${(error as Error).message}`)
    }
  }

  /** The client of a kubeconfig's session. */
  static of(session: Session): Client {
    return new Client(String(session.cluster?.server ?? ""), session.cluster, session.user)
  }

  /**
   * Sends a request and hands over the answer as it begins.
   * @throws ConnectionError
   */
  async open(method: string, path: string, send: Send = {}): Promise<IncomingMessage> {
    const url = new URL(path, this.#base)
    url.pathname = `${this.#base.pathname.replace(/\/+$/, "")}${url.pathname}`
    const { body, type = "application/json", accept = "application/json", headers } = send
    const { headers: proof, certificate, key } = await this.#prove()
    Object.assign(this.#agent.options, certificate !== undefined && { cert: certificate, key })
    try {
      const tunnel = this.#proxy && (await import("./tunnel.ts")).tunnel
      const outgoing = request(url, {
        method,
        agent: this.#agent,
        signal: this.#closed.signal,
        ...(tunnel && { agent: await tunnel(this.#proxy!, url, this.#agent.options) }),
        headers: {
          accept,
          "user-agent": "practice-commands",
          ...proof,
          // Node frames no body of a DELETE by itself.
          ...(body !== undefined && {
            "content-type": type,
            "content-length": String(Buffer.byteLength(body)),
          }),
          ...headers,
        },
      })
      // Once the answer has begun, its reader is told what goes wrong.
      outgoing.on("error", () => undefined)
      outgoing.end(body)
      const [answer] = await once(outgoing, "response")
      return answer as IncomingMessage
    } catch (error) {
      throw new ConnectionError(method, String(url), error as NodeJS.ErrnoException, url.host)
    }
  }

  /**
   * As client-go, comes again where the server asks for it (`Retry-After`): a real one does so while the storage of a new
   * kind is made ready.
   * @throws ConnectionError; never for a status
   */
  async send(method: string, path: string, send?: Send): Promise<Answer> {
    for (let again = 0; ; again++) {
      const answer = await this.#send(method, path, send)
      const after = Number(answer.headers["retry-after"])
      const asked = answer.status === 429 || answer.status >= 500
      if (!asked || !(after > 0) || again === RETRIES) return answer
      await delay(after * 1000, undefined, { signal: this.#closed.signal })
    }
  }

  async #send(method: string, path: string, send?: Send): Promise<Answer> {
    const answer = await this.open(method, path, send)
    let text = ""
    answer.setEncoding("utf8")
    try {
      for await (const chunk of answer) text += chunk
    } catch (error) {
      throw new ConnectionError(method, path, error as NodeJS.ErrnoException, this.#base.host)
    }
    return { status: answer.statusCode ?? 0, headers: answer.headers, text }
  }

  /** @throws StatusError, ConnectionError */
  async json(method: string, path: string, body?: unknown, more: Omit<Send, "body"> = {}): Promise<Json> {
    const answer = await this.send(method, path, {
      ...more,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    if (answer.status >= 300) throw statusError(answer)
    return answer.text === "" ? {} : JSON.parse(answer.text)
  }

  /** Ends what is under way; nothing is sent afterwards. */
  close(): void {
    this.#closed.abort()
    this.#agent.destroy()
  }
}

/** The path of a kind's collection, or of one object of it. */
export function pathOf(apiVersion: string, plural: string, namespace?: string, name?: string): string {
  const root = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`
  const inside = namespace ? `/namespaces/${encodeURIComponent(namespace)}` : ""
  return `${root}${inside}/${plural}${name === undefined ? "" : `/${encodeURIComponent(name)}`}`
}

/** Nothing where it is not there. */
export function orNothing(error: unknown): undefined {
  if (error instanceof StatusError && error.code === 404) return undefined
  throw error
}
