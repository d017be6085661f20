/** The played router network between the clusters of one practice: who links to whom, and what serves where. */
import type { Network, NetworkLink, NetworkSite, PodPort } from "./types.ts"

const placeOf = ({ cluster, namespace, pod, port }: PodPort) => `${cluster}/${namespace}/${pod}:${port}`

/**
 * A network without sites. Nothing in it is remembered that could be derived: every question is answered from what the
 * sites say at that moment.
 */
export const createNetwork = (): Network => {
  const sites = new Set<NetworkSite>()
  const doors = new Map<string, NetworkSite>()
  const served = new Map<string, unknown>()
  const listeners = new Set<() => void>()
  let scheduled = false

  const changed = (): void => {
    if (scheduled) return
    scheduled = true
    setImmediate(() => {
      scheduled = false
      for (const listener of [...listeners]) listener()
    })
  }
  const joined = (uid: string) => [...sites].some((it) => it.uid === uid)

  const link = (site: NetworkSite, { addresses, ca, down }: NetworkLink) => {
    const peer = addresses
      .map((address) => doors.get(address) ?? doors.get(`${address}@${site.cluster}`))
      .find((it) => it !== undefined && joined(it.uid))
    const up = peer !== undefined && ca !== undefined && peer.ca === ca && !down && joined(site.uid)
    return { up, peer }
  }
  const linked = (from: NetworkSite): NetworkSite[] =>
    from.links().flatMap((it) => {
      const { up, peer } = link(from, it)
      return up ? [peer!] : []
    })

  return {
    accept(address, site) {
      doors.set(address, site)
      changed()
      return () => {
        if (doors.get(address) !== site) return
        doors.delete(address)
        changed()
      }
    },
    at: (address) => doors.get(address),
    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    changed,
    join(site) {
      sites.add(site)
      changed()
      return () => {
        sites.delete(site)
        changed()
      }
    },
    site: (cluster, namespace) =>
      [...sites].find((it) => it.cluster === cluster && it.namespace === namespace),
    link,
    reach(site) {
      const ways = new Map<NetworkSite, NetworkSite[]>([...sites].map((it) => [it, []]))
      for (const from of sites) {
        for (const to of linked(from)) {
          ways.get(from)?.push(to)
          ways.get(to)?.push(from)
        }
      }
      const found = new Set([site])
      for (const one of found) for (const next of ways.get(one) ?? []) found.add(next)
      return [...found]
    },
    listen(place, service) {
      const id = placeOf(place)
      served.set(id, service)
      changed()
      return () => {
        if (served.get(id) !== service) return
        served.delete(id)
        changed()
      }
    },
    listening: (place) => served.get(placeOf(place)),
  }
}
