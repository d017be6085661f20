/**
 * The only file that loads client-node (300 ms from source): imported dynamically, bundled into a chunk of its own.
 * Its dispatcher carries the requests, its WebSockets the port forwards.
 */
import { X509Certificate } from "node:crypto"
import { type Duplex, Readable, Writable } from "node:stream"
import {
  type DispatcherOptions,
  HttpMethod,
  KubeConfig,
  PortForward,
  RequestContext,
  type User,
} from "@kubernetes/client-node"
import { HANDSHAKE_TIMEOUT_MS, KEEP_ALIVE_MS } from "../limits.ts"
import { parseServer } from "../notebook/server-url.ts"
import { currentContext, type Fields, textOf } from "./kubeconfig-file.ts"
import { mergeKubeconfigs } from "./merge-kubeconfigs.ts"
import { proxyFor } from "./proxy.ts"
import { socksConnector } from "./socks.ts"
import { assertUsable, pemOf } from "./usable-context.ts"
import { type Headers, type Proof, UserCredentials } from "./user-credentials.ts"

/** How the names of practice clusters' authorities begin (lib/practice/practice.ts). */
const PRACTICE_AUTHORITY = "CN=practice "

/** undici's, as client-node hands it out. */
export type Dispatcher = NonNullable<ReturnType<RequestContext["getDispatcher"]>>

/** The address of a cluster and a token, where there is no kubeconfig. */
export interface Address {
  readonly server: string
  /** PEM. Default: the authorities that Node trusts. */
  readonly ca?: string
  readonly token?: string
  readonly proxy?: string
  /** The name in the server's certificate, where it is another one. */
  readonly serverName?: string
  /** Any certificate is accepted. */
  readonly insecure?: boolean
  /** Opens the connections to a server of this process, in place of sockets. */
  readonly dial?: () => Duplex
}

export interface Credentials {
  readonly headers: Readonly<Headers>
  readonly dispatcher: Dispatcher
}

/** The part of a WebSocket to a port of a pod that is used here: the package ws has no types. */
export interface PortSocket {
  readonly CLOSED: number
  readonly readyState: number
  readonly bufferedAmount: number
  /** The first byte is the channel. */
  send(bytes: Buffer, sent: () => void): void
  pause(): void
  resume(): void
  close(): void
  terminate(): void
  /** 1006: it broke off. */
  on(event: "close", then: (code: number) => void): void
}

/** Receives what comes from a pod's port: its bytes, or why it cannot be reached. */
export interface PortReader {
  data(bytes: Buffer): void
  refused(text: string): void
}

/**
 * A KubeConfig that keeps its connections: client-node 2.0.1 makes a new dispatcher, and so a TLS handshake, for every
 * request. One object per context and credential. Who the requests come from is not left to client-node, which differs from
 * kubectl in much (impersonated groups, token files, plugins): only its login with OpenID Connect is used.
 */
export class PooledKubeConfig extends KubeConfig {
  readonly #ended = new AbortController()
  #user: UserCredentials
  #credentials: Promise<Credentials> | undefined
  #dispatcher: Dispatcher | undefined
  #certificate: string | undefined
  #dial: Address["dial"]

  constructor(
    cluster: Fields,
    user: Fields = {},
    { env, proxy = textOf(cluster, "proxy-url") }: { env?: Readonly<NodeJS.ProcessEnv>; proxy?: string } = {},
  ) {
    super()
    this.#user = new UserCredentials(cluster, user, { signal: this.#ended.signal, ...(env && { env }) })
    const server = parseServer(textOf(cluster, "server") ?? "")
    const provider = user["auth-provider"]
    const authority = pemOf(cluster, "certificate-authority")
    this.loadFromClusterAndUser(
      {
        name: "cluster",
        server: "wrong" in server ? "" : server.url,
        skipTLSVerify: cluster["insecure-skip-tls-verify"] === true,
        ...(authority !== undefined && { caData: Buffer.from(authority).toString("base64") }),
        ...(textOf(cluster, "tls-server-name") && { tlsServerName: textOf(cluster, "tls-server-name")! }),
        ...(proxy !== undefined && { proxyUrl: proxy }),
      },
      { name: "user", ...(provider !== undefined && { authProvider: provider }) },
    )
  }

  /**
   * The current context of a kubeconfig; paths in it are relative to its folder. A proxy of the environment applies where
   * the kubeconfig names none, as for kubectl.
   * @throws Error as kubectl refuses it
   */
  static async fromFile(
    path: string,
    env: Readonly<NodeJS.ProcessEnv> = process.env,
  ): Promise<PooledKubeConfig> {
    const config = await mergeKubeconfigs(path)
    const current = currentContext(config)
    if (current === undefined) throw new Error("it has no current context")
    const { cluster, user = {}, context } = current
    assertUsable({ name: context.cluster ?? "", fields: cluster }, { name: context.user ?? "", fields: user })
    const proxy = textOf(cluster!, "proxy-url") ?? proxyFor(textOf(cluster!, "server")!, env)
    return new PooledKubeConfig(cluster!, user, { env, ...(proxy !== undefined && { proxy }) })
  }

  static async at(address: Address): Promise<PooledKubeConfig> {
    const made = new PooledKubeConfig(
      {
        server: address.server,
        ...(address.ca !== undefined && {
          "certificate-authority-data": Buffer.from(address.ca).toString("base64"),
        }),
        ...(address.serverName !== undefined && { "tls-server-name": address.serverName }),
        ...(address.insecure === true && { "insecure-skip-tls-verify": true }),
        ...(address.proxy !== undefined && { "proxy-url": address.proxy }),
      },
      address.token === undefined ? {} : { token: address.token },
    )
    made.#dial = address.dial
    return made
  }

  get server(): string {
    return this.getCurrentCluster()!.server
  }

  /** The proxy with its password. */
  get proxy(): string | undefined {
    return this.getCurrentCluster()?.proxyUrl
  }

  /** The server is a practice cluster of this machine: its authority says so. */
  get practice(): boolean {
    const { server, caData } = this.getCurrentCluster()!
    if (caData === undefined || URL.parse(server)?.hostname !== "127.0.0.1") return false
    try {
      return new X509Certificate(Buffer.from(caData, "base64")).subject.startsWith(PRACTICE_AUTHORITY)
    } catch {
      return false // not a certificate: the request says what is wrong with it
    }
  }

  /** A plugin makes the credentials: after a refusal it may make fresh ones. */
  get plugin(): boolean {
    return this.#user.renewable || this.getCurrentUser()?.authProvider !== undefined
  }

  /**
   * The headers and the pooled dispatcher.
   * @throws an error with what the plugin printed, or why it could not be started
   */
  credentials(): Promise<Credentials> {
    if (this.#credentials !== undefined && this.#user.fixed && !this.plugin) return this.#credentials
    const before = this.#credentials?.catch(() => undefined)
    const made = (async () => {
      // One call at a time: otherwise OpenID Connect refreshes its token once for each request.
      await before
      const proof = await this.#prove()
      const context = new RequestContext(this.server, HttpMethod.GET)
      await this.applySecurityAuthentication(context)
      const fresh = context.getDispatcher()!
      // A plugin may have made another certificate, which only a new connection shows.
      if (this.#dispatcher === undefined || this.#certificate !== proof.certificate) {
        void this.#dispatcher?.close()
        this.#dispatcher = fresh
        this.#certificate = proof.certificate
      } else void fresh.close()
      return { headers: { ...context.getHeaders(), ...proof.headers }, dispatcher: this.#dispatcher }
    })()
    this.#credentials = made
    made.catch(() => {
      if (this.#credentials === made) this.#credentials = undefined
    })
    return made
  }

  /** The certificate of the user is what client-node takes over. */
  async #prove(): Promise<Proof> {
    const proof = await this.#user.prove()
    const base64 = (pem: string): string => Buffer.from(pem).toString("base64")
    if (proof.certificate !== undefined && proof.key !== undefined) {
      const [user] = this.users as [User]
      this.users = [{ ...user, certData: base64(proof.certificate), keyData: base64(proof.key) }]
    }
    return proof
  }

  /** Always its own agent, HTTP/1.1: one stream per connection, so that a stream that hangs blocks no other. */
  override createDispatcherOptions(
    ...args: Parameters<KubeConfig["createDispatcherOptions"]>
  ): DispatcherOptions {
    const dial = this.#dial
    if (dial !== undefined) {
      // undici expects the answer after its call has returned.
      const connect = (_: unknown, done: (error: null, socket: Duplex) => void) =>
        queueMicrotask(() => done(null, dial()))
      return { type: "agent", connect: connect as never }
    }
    const options = super.createDispatcherOptions(...args)
    const h1 = { allowH2: false }
    switch (options.type) {
      case "socks":
        // client-node 2.0.1 does not send the user name and password of such a proxy.
        return { type: "agent", connect: socksConnector(options.uri, { ...options.requestTls }) as never }
      case "proxy":
        return { ...options, requestTls: { ...options.requestTls, ...h1 } }
      case "agent":
        return { ...options, connect: { ...options.connect, ...h1 } }
      case "none":
        return { type: "agent", connect: { keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_MS, ...h1 } }
      default:
        return options
    }
  }

  /** @throws an `ErrorEvent` of ws: its message holds the status of an answer that did not accept the WebSocket */
  async openPort(namespace: string, pod: string, port: number, to: PortReader): Promise<PortSocket> {
    const into = (take: (bytes: Buffer) => void) =>
      new Writable({
        write(bytes: Buffer, _, done) {
          if (bytes.length > 0) take(bytes)
          done()
        },
      })
    // client-node would send its input without waiting, so its input is empty and the caller sends.
    const nothing = new Readable({ read: () => undefined })
    const output = into((bytes) => to.data(bytes))
    const errors = into((bytes) => to.refused(bytes.toString()))
    return (await new PortForward(this).portForward(
      namespace,
      pod,
      [port],
      output,
      errors,
      nothing,
    )) as unknown as PortSocket
  }

  override async applyToHTTPSOptions(
    options: Parameters<KubeConfig["applyToHTTPSOptions"]>[0],
  ): Promise<void> {
    const { headers } = await this.#prove()
    await super.applyToHTTPSOptions(options)
    Object.assign(options, {
      headers: { ...options.headers, ...headers },
      handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
    })
  }

  /** Waits for running requests, then closes the connections. */
  async retire(): Promise<void> {
    await this.#dispatcher?.close()
  }

  /** Cuts everything. */
  async destroy(): Promise<void> {
    this.#ended.abort()
    await this.#dispatcher?.destroy()
  }
}
