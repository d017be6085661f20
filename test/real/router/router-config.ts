/** What a router's configuration says about its network: where it listens, and what it dials. */
import type { KubeObject } from "../../../lib/cluster/types.ts"

export interface RouterConfig {
  /** Ports of the pod for other routers and tools. */
  readonly ports: readonly number[]
  /** Ports of the pod for the clients of its Listeners. */
  readonly clientPorts: readonly number[]
  readonly dials: readonly { readonly host: string; readonly port: number }[]
}

type Entry = [type: string, attributes: { host?: string; port?: string | number }]

/** The configuration in a ConfigMap; undefined for any other. */
export function routerConfigOf({ metadata, data }: KubeObject): RouterConfig | undefined {
  const text = data?.["skrouterd.json"] as string | undefined
  if (metadata.labels?.["internal.skupper.io/router-config"] === undefined || text === undefined)
    return undefined
  const entries = JSON.parse(text) as Entry[]
  const portsOf = (...types: string[]) =>
    entries.filter(([type]) => types.includes(type)).map(([, { port }]) => Number(port))
  return {
    ports: portsOf("listener"),
    clientPorts: portsOf("tcpListener"),
    dials: entries
      .filter(([type, { host }]) => ["connector", "tcpConnector"].includes(type) && host !== undefined)
      .map(([, { host, port }]) => ({ host: host!, port: Number(port) })),
  }
}
