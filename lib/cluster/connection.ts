import { statSync } from "node:fs"
import type { Readable } from "node:stream"
import { ANSWER_TIMEOUT_MS, pause, RETRIES_AFTER_CUT } from "../limits.ts"
import { CheckError } from "../notebook/check-result.ts"
import { stillWaiting } from "../notebook/errors.ts"
import { hostPort } from "../notebook/server-url.ts"
import { bodyText, objectIn } from "./body.ts"
import { patience } from "./busy.ts"
import { endedWith } from "./ended-with.ts"
import { type Door, notLoggedIn, refused, spoiled, unreachable, wasCut } from "./errors.ts"
import type { Address, PooledKubeConfig, PortReader, PortSocket } from "./pooled-kubeconfig.ts"
import { plainProxy, proxySecrets } from "./proxy.ts"

export type Identity = { readonly kubeconfig: string } | Address

export interface Request {
  readonly method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE"
  /** From the root: `/api/v1/…`. */
  readonly path: string
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>
  readonly body?: unknown
  /** Of the body; JSON without it. A body of another type is text. */
  readonly type?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal
  /** Milliseconds without a byte of the body until the answer counts as broken. */
  readonly quiet?: number
}

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: Readable & { dump(): Promise<unknown> }
  /** What it answers: `GET /version`. */
  readonly about: string
}

const JSON_TYPE = "application/json"

/** The pooled connections to one server with one identity. */
export class Connection implements Door {
  readonly server: string
  readonly proxy: string | undefined
  readonly login: string | undefined
  readonly practice: boolean
  readonly #config: PooledKubeConfig
  readonly #url: URL
  readonly #agent: string
  readonly #secret: ((value: string) => void) | undefined
  #reported: string | undefined
  /** The server has accepted these credentials before. */
  #accepted = false
  /** It has answered with an object before, so that it is an API server. */
  isApi = false
  /** Milliseconds that the server's clock is ahead of this machine's, by its last answer that said so. */
  ahead: number | undefined

  constructor(config: PooledKubeConfig, options: ConnectionOptions) {
    this.#config = config
    this.#url = new URL(config.server)
    this.#agent = options.agent
    this.#secret = options.secret
    this.server = config.server
    this.proxy = config.proxy === undefined ? undefined : hostOf(config.proxy)
    for (const secret of proxySecrets(config.proxy)) this.#secret?.(secret)
    this.login = options.login
    this.practice = config.practice
  }

  /**
   * One request and its answer, whatever its status. A GET whose connection was cut is sent once more, and so is what the
   * server was too busy for: see `patience`.
   * @throws CheckError unknown: not logged in (no credentials), or not reachable; the signal's reason
   */
  async ask(request: Request): Promise<Answer> {
    const { method = "GET", signal } = request
    const about = `${method} ${request.path}`
    let waited = () => `${hostPort(this.server)} had not answered ${about}`
    let cuts = 0
    for (let refusals = 0; ; ) {
      const { headers, dispatcher } = await endedWith(
        signal,
        () => this.#withoutCredentials,
        this.#credentials(),
      )
      try {
        const asked = dispatcher.request({
          origin: this.#url.origin,
          path: this.#path(request),
          method,
          headers: {
            accept: JSON_TYPE,
            "user-agent": this.#agent,
            ...headers,
            ...(request.body !== undefined && { "content-type": request.type ?? JSON_TYPE }),
            ...request.headers,
          },
          body:
            request.body === undefined
              ? null
              : typeof request.body === "string"
                ? request.body
                : JSON.stringify(request.body),
          signal: signal ?? null,
          headersTimeout: ANSWER_TIMEOUT_MS,
          bodyTimeout: request.quiet ?? ANSWER_TIMEOUT_MS,
        })
        // A request that is still connecting ignores its signal.
        const answer = await endedWith(signal, waited, asked)
        this.#compareClocks(answer.headers.date)
        const status = answer.statusCode
        const wait = patience({ method, status, headers: answer.headers }, refusals)
        if (wait !== undefined) {
          refusals++
          await endedWith(signal, waited, answer.body.dump())
          waited = () => `${hostPort(this.server)} answered ${about} with ${status}`
          await pause(wait, signal)
          signal?.throwIfAborted()
          continue
        }
        if (status !== 401) this.#accepted = true
        return { status, headers: answer.headers, body: answer.body, about }
      } catch (error) {
        if (signal?.aborted) throw stillWaiting(signal, waited())
        if (method === "GET" && cuts++ < RETRIES_AFTER_CUT && wasCut(error)) continue
        throw unreachable(this, error)
      }
    }
  }

  #compareClocks(date: string | string[] | undefined): void {
    const ahead = Date.parse(String(date)) - Date.now()
    if (!Number.isNaN(ahead)) this.ahead = ahead
  }

  /**
   * One request and its JSON.
   * @throws CheckError, ClusterError as `refused` returns them
   */
  async json<T>(request: Request): Promise<{ body: T; headers: Answer["headers"] }> {
    const answer = await this.ask(request)
    const text = await this.text(answer, request.signal)
    if (answer.status >= 300) throw refused(this, answer.status, text)
    const found = objectIn(text)
    if ("instead" in found) throw spoiled(this, answer.about, found.instead)
    return { body: found.object as T, headers: answer.headers }
  }

  /** The whole body. @throws CheckError where it was cut off or is too long */
  async text(answer: Answer, signal?: AbortSignal): Promise<string> {
    const waited = () => `${hostPort(this.server)} had not finished its answer to ${answer.about}`
    try {
      return await endedWith(signal, waited, bodyText(this.server, answer))
    } catch (error) {
      if (signal?.aborted) throw stillWaiting(signal, waited())
      if (error instanceof CheckError) throw error
      throw unreachable(this, error)
    }
  }

  /** A WebSocket to a port of a pod, see {@link PooledKubeConfig.openPort}. */
  openPort(namespace: string, pod: string, port: number, to: PortReader): Promise<PortSocket> {
    return this.#config.openPort(namespace, pod, port, to)
  }

  /** A login plugin made the credentials and the server accepted them once: fresh ones may be accepted again. */
  get renewable(): boolean {
    return this.#config.plugin && this.#accepted
  }

  /** Waits for running requests, then closes. */
  retire(): Promise<void> {
    return this.#config.retire()
  }

  destroy(): Promise<void> {
    return this.#config.destroy()
  }

  get #withoutCredentials(): string {
    return `there were no credentials for ${hostPort(this.server)} yet${this.#config.plugin ? ": the login plugin had printed none" : ""}`
  }

  async #credentials(): ReturnType<PooledKubeConfig["credentials"]> {
    try {
      const credentials = await this.#config.credentials()
      const token = /^(?:Bearer|Basic) (.+)$/.exec(String(credentials.headers.Authorization ?? ""))?.[1]
      if (token !== undefined && token !== this.#reported) this.#secret?.(token)
      this.#reported = token
      return credentials
    } catch (error) {
      const words = error instanceof Error ? error.message.trim().split("\n")[0] : String(error)
      throw notLoggedIn(this, `no credentials for ${this.server}: ${words}`, error)
    }
  }

  #path(request: Request): string {
    const query = new URLSearchParams()
    for (const [key, value] of Object.entries(request.query ?? {})) {
      if (value !== undefined) query.set(key, String(value))
    }
    const prefix = this.#url.pathname === "/" ? "" : this.#url.pathname
    return `${prefix}${request.path}${query.size === 0 ? "" : `?${query}`}`
  }
}

/** A proxy for messages. */
const hostOf = (proxy: string): string => URL.parse(plainProxy(proxy))?.host || plainProxy(proxy)

export interface ConnectionOptions {
  /** The User-Agent. */
  readonly agent: string
  /** The command that logs in, for messages. */
  readonly login?: string
  /** Called with every secret that is sent, so that outputs can redact it. */
  readonly secret?: (value: string) => void
  /** As of `openCluster`. */
  readonly env?: Readonly<NodeJS.ProcessEnv>
}

/** The current connection: a kubeconfig that has changed (another login, another project) is read again. */
export class Connections {
  readonly #identity: Identity
  readonly #options: ConnectionOptions
  #stamp: string | undefined
  #current: Promise<Connection> | undefined
  #open = new Set<Connection>()

  constructor(identity: Identity, options: ConnectionOptions) {
    this.#identity = identity
    this.#options = options
  }

  /** @throws CheckError unknown (login): the kubeconfig does not exist or cannot be read */
  async current(): Promise<Connection> {
    const stamp = this.#readStamp()
    if (this.#current !== undefined && stamp === this.#stamp) return this.#current
    this.#stamp = stamp
    void this.#current?.then(
      (old) => old.retire().then(() => this.#open.delete(old)),
      () => undefined,
    )
    const current = this.#connect()
    this.#current = current
    current.catch(() => {
      if (this.#current === current) this.#current = undefined
    })
    return current
  }

  /** Forgets the credentials: the next request gets new ones. */
  renew(): void {
    this.#stamp = undefined
  }

  async destroy(): Promise<void> {
    await Promise.all([...this.#open].map((connection) => connection.destroy()))
  }

  #readStamp(): string {
    if (!("kubeconfig" in this.#identity)) return "fixed"
    const file = statSync(this.#identity.kubeconfig, { bigint: true, throwIfNoEntry: false })
    if (file === undefined) throw notLoggedIn(this.#options, "not logged in: the site has no kubeconfig yet")
    return `${file.mtimeNs}:${file.size}:${file.ino}`
  }

  async #connect(): Promise<Connection> {
    const { PooledKubeConfig } = await import("./pooled-kubeconfig.ts")
    try {
      const config = await ("kubeconfig" in this.#identity
        ? PooledKubeConfig.fromFile(this.#identity.kubeconfig, this.#options.env)
        : PooledKubeConfig.at(this.#identity))
      const connection = new Connection(config, this.#options)
      this.#open.add(connection)
      return connection
    } catch (error) {
      if (error instanceof CheckError) throw error
      const words = error instanceof Error ? error.message.split("\n")[0] : String(error)
      throw notLoggedIn(this.#options, `the site's kubeconfig cannot be used: ${words}`, error)
    }
  }
}
