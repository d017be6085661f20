/**
 * The only file that loads client-node (300 ms from source): imported dynamically, bundled into a chunk of its own.
 * client-node reads kubeconfigs and knows every way to log in; the requests go through its dispatcher.
 */
import { Readable, Writable } from "node:stream"
import {
  type DispatcherOptions,
  HttpMethod,
  KubeConfig,
  PortForward,
  RequestContext,
} from "@kubernetes/client-node"
import { HANDSHAKE_TIMEOUT_MS, KEEP_ALIVE_MS } from "../limits.ts"

/** undici's, as client-node hands it out. */
export type Dispatcher = NonNullable<ReturnType<RequestContext["getDispatcher"]>>

/** The address of a cluster and a token, where there is no kubeconfig. */
export interface Address {
  readonly server: string
  /** PEM. Default: the authorities that Node trusts. */
  readonly ca?: string
  readonly token?: string
  readonly proxy?: string
}

export interface Credentials {
  readonly headers: Readonly<Record<string, string>>
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
 * request. One object per context and credential.
 */
export class PooledKubeConfig extends KubeConfig {
  #credentials: Promise<Credentials> | undefined
  #dispatcher: Dispatcher | undefined

  /** The current context of a kubeconfig; paths in it are relative to its folder. */
  static async fromFile(path: string): Promise<PooledKubeConfig> {
    const config = new PooledKubeConfig()
    config.loadFromFile(path)
    const context = config.getContextObject(config.getCurrentContext())
    if (context === null) throw new Error("it has no current context")
    if (config.getCurrentCluster() === null) throw new Error(`it has no cluster ${context.cluster}`)
    const found = config.getCurrentUser()
    // client-node ignores the CA of a context without a user: add a user without credentials.
    const user = found ?? { name: context.user ?? "" }
    config.users = [{ ...user, exec: user.exec && explained(user.exec) }]
    config.contexts = [{ ...context, name: config.getCurrentContext(), user: user.name }]
    return config
  }

  static async at(address: Address): Promise<PooledKubeConfig> {
    const config = new PooledKubeConfig()
    config.loadFromClusterAndUser(
      {
        name: "cluster",
        server: address.server,
        caData: address.ca === undefined ? undefined : Buffer.from(address.ca).toString("base64"),
        skipTLSVerify: false,
        proxyUrl: address.proxy,
      },
      { name: "user", token: address.token },
    )
    return config
  }

  get server(): string {
    return this.getCurrentCluster()!.server
  }

  /** The proxy, without credentials, for messages. */
  get proxy(): string | undefined {
    const proxy = this.getCurrentCluster()?.proxyUrl
    return proxy === undefined ? undefined : URL.parse(proxy)?.host
  }

  /** A plugin makes the credentials: after a refusal it may make fresh ones. */
  get plugin(): boolean {
    const user = this.getCurrentUser()
    return user?.exec !== undefined || user?.authProvider !== undefined
  }

  /**
   * The headers and the pooled dispatcher. One call at a time: otherwise an exec plugin is started once for each
   * request that comes before its first answer.
   * @throws an error with what the plugin printed, or why it could not be started
   */
  credentials(): Promise<Credentials> {
    if (this.#credentials !== undefined && !this.plugin) return this.#credentials
    const before = this.#credentials?.catch(() => undefined)
    const made = (async () => {
      await before
      const context = new RequestContext(this.server, HttpMethod.GET)
      await this.applySecurityAuthentication(context)
      const fresh = context.getDispatcher()!
      if (this.#dispatcher !== undefined) void fresh.close()
      this.#dispatcher ??= fresh
      return { headers: context.getHeaders(), dispatcher: this.#dispatcher }
    })()
    this.#credentials = made
    made.catch(() => {
      if (this.#credentials === made) this.#credentials = undefined
    })
    return made
  }

  /** Always its own agent, HTTP/1.1: one stream per connection, so that a stream that hangs blocks no other. */
  override createDispatcherOptions(
    ...args: Parameters<KubeConfig["createDispatcherOptions"]>
  ): DispatcherOptions {
    const options = super.createDispatcherOptions(...args)
    const h1 = { allowH2: false }
    switch (options.type) {
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
    await super.applyToHTTPSOptions(options)
    Object.assign(options, { handshakeTimeout: HANDSHAKE_TIMEOUT_MS })
  }

  /** Waits for running requests, then closes the connections. */
  async retire(): Promise<void> {
    await this.#dispatcher?.close()
  }

  /** Cuts everything. */
  async destroy(): Promise<void> {
    await this.#dispatcher?.destroy()
  }
}

interface Exec {
  apiVersion?: string
  env?: { name: string; value: string }[] | null
}

/** `oc get-token`, aws and kubelogin read this variable, which client-node does not set. */
function explained(exec: Exec): Exec {
  const info = { apiVersion: exec.apiVersion, kind: "ExecCredential", spec: { interactive: false } }
  return {
    ...exec,
    env: [{ name: "KUBERNETES_EXEC_INFO", value: JSON.stringify(info) }, ...(exec.env ?? [])],
  }
}
