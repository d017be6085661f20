/** The names of what a router is configured with, as the router spells them. */
import type { KubeObject } from "../../../cluster/types.ts"

/** The ConfigMap with a router's configuration, and the key in it. */
export const ROUTER_CONFIG = "skupper-router"
export const CONFIG_KEY = "skrouterd.json"

export type Entity = [type: string, attributes: Record<string, unknown>]

export const nameOf = {
  link: (name: string) => `link/${name}`,
  listener: (name: string) => `listener/${name}`,
  connector: (name: string, host: string) => `connector/${name}@${host}`,
}

/** The names of the links, listeners and connectors in the ConfigMap; none where it cannot be read. */
export function configuredNames(configMap: KubeObject | undefined): ReadonlySet<string> {
  let entities: unknown
  try {
    entities = JSON.parse(configMap?.data?.[CONFIG_KEY] ?? "[]")
  } catch {
    return new Set()
  }
  const names = new Set<string>()
  for (const [type, attributes] of Array.isArray(entities) ? (entities as Entity[]) : []) {
    const name = String(attributes?.name)
    // The router's own listeners and connectors of this type are those of links.
    if (type === "connector") names.add(nameOf.link(name))
    else if (type === "tcpListener" || type === "tcpConnector") names.add(name)
  }
  return names
}
