/** The played router network between the clusters of one practice: who links to whom, and what serves where. */
import { Routes } from "./network-routes.ts"
import type { Network, Place, PodPort } from "./types/network.ts"

const placeOf = ({ cluster, namespace, pod, port }: PodPort) => `${cluster}/${namespace}/${pod}:${port}`

/**
 * A network without sites. What the sites say is asked again where something changed, and nowhere else; whoever listens is
 * told of what can concern it, and of nothing else. So a network in which nothing changes costs nothing.
 */
export function createNetwork(): Network {
  const routes = new Routes()
  const services = new Map<string, unknown>()
  const listeners = new Map<string, Set<() => void>>()
  let touched = new Set<string>()
  let everywhere = false
  let scheduled = false

  const tell = (): void => {
    routes.refresh()
    scheduled = false
    // What runs behind a connector is reached from everywhere, its cluster's own Services from there alone.
    const all = everywhere || [...touched].some((cluster) => routes.serves(cluster))
    const clusters = all ? [...listeners.keys()] : [...touched]
    touched = new Set()
    everywhere = false
    for (const cluster of clusters) for (const listener of [...(listeners.get(cluster) ?? [])]) listener()
  }
  const soon = (): void => {
    if (scheduled) return
    scheduled = true
    setImmediate(tell)
  }
  const served = (place: Place): void => {
    touched.add(place.cluster)
    soon()
  }
  const changed = (place?: Place): void => {
    routes.forget(place)
    if (place === undefined) everywhere = true
    else touched.add(place.cluster)
    soon()
  }
  routes.onChange(() => {
    everywhere = true
    soon()
  })

  return {
    accept(address, site) {
      const close = routes.open(address, site)
      changed(site)
      return () => {
        close()
        changed(site)
      }
    },
    at: (address) => routes.at(address),
    onChange(cluster, listener) {
      const own = listeners.get(cluster) ?? new Set()
      listeners.set(cluster, own.add(listener))
      return () => own.delete(listener)
    },
    onRoutes: (listener) => routes.onChange(listener),
    changed,
    served,
    join(site) {
      const leave = routes.add(site)
      changed(site)
      return () => {
        leave()
        changed(site)
      }
    },
    site: (cluster, namespace) => routes.site(cluster, namespace),
    link: (site, link) => routes.link(site, link),
    reach: (site) => routes.reach(site),
    around: (site) => routes.around(site),
    offer: (site) => routes.offer(site),
    listen(place, service) {
      const id = placeOf(place)
      services.set(id, service)
      served(place)
      return () => {
        if (services.get(id) !== service) return
        services.delete(id)
        served(place)
      }
    },
    listening: (place) => services.get(placeOf(place)),
  }
}
