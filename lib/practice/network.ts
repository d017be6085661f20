/** The simulated router network between the clusters of one practice: who links to whom, and what serves where. */
import { paceOf } from "./controllers/pace.ts"
import { Knowledge, type KnowledgeTimes } from "./network-knowledge.ts"
import { Routes } from "./network-routes.ts"
import type { Network, Place, PodPort } from "./types/network.ts"
import type { Delays } from "./types/practice.ts"

const placeOf = ({ cluster, namespace, pod, port }: PodPort) => `${cluster}/${namespace}/${pod}:${port}`

/**
 * How long a network takes to know something, as measured with skupper-router 3.5.1 and kube-adaptor 2.2.1. The order of what
 * happens is the same at every pace.
 */
function timesOf(delays: Delays): KnowledgeTimes {
  const pace = paceOf(delays)
  return {
    dial: pace(700, 20),
    redial: pace(2500, 60),
    reset: pace(1000, 40),
    silence: pace(16_000, 400),
    // Beacons come every ten seconds.
    beacon: pace(9500, 150),
    // Also without delays: a link is told to be down before its other end is forgotten.
    forget: pace(29_000, 800) || 100,
    fade: pace(1000, 40),
    // A lease of 15 s that is not given back, and then the first beacon.
    lease: pace(26_000, 700),
  }
}

/**
 * The least time between two tellings of what was heard, in milliseconds. Told of N sites, each of N sites writes a status with
 * N entries: with many, what changes in the meantime is told together. It never takes longer than a real beacon.
 */
const betweenTellings = (sites: number): number => (sites < MANY ? 0 : Math.min(10_000, sites ** 2 / 4))

/** From so many sites on, each of them asks less often what it reaches now, too: there are as many to ask as there are sites. */
const MANY = 30
const betweenLooks = (sites: number): number => (sites < MANY ? 0 : Math.min(500, sites ** 2 / 500))

/**
 * A network without sites. What the sites say is asked again where something changed, and nowhere else; whoever listens is
 * told of what can concern it, and of nothing else. So a network in which nothing changes costs nothing.
 */
export function createNetwork(delays: Delays = "none"): Network {
  const routes = new Routes()
  const knowledge = new Knowledge(routes, timesOf(delays))
  const services = new Map<string, { service: unknown; loopback: boolean }>()
  const listeners = new Map<string, Set<() => void>>()
  const heard = new Set<(anything: boolean) => void>()
  let touched = new Set<string>()
  let everywhere = false
  let anything = false
  /** What is heard has to be worked out again. */
  let stale = false
  let scheduled = false
  let timer: NodeJS.Timeout | undefined
  let knownAt = Number.NEGATIVE_INFINITY
  let toldAt = Number.NEGATIVE_INFINITY

  const again = (): void => {
    stale = true
    soon()
  }
  const know = (): void => {
    clearTimeout(timer)
    stale = false
    const now = performance.now()
    const early = anything ? 0 : knownAt + betweenTellings(routes.sites.size) - now
    if (early > 0) {
      timer = setTimeout(again, Math.ceil(early)).unref()
      return
    }
    knownAt = now
    const { news, next } = knowledge.update(now)
    if (next !== undefined) timer = setTimeout(again, Math.ceil(next)).unref()
    const all = anything
    anything = false
    if (news || all) for (const listener of [...heard]) listener(all)
  }
  const tell = (): void => {
    routes.refresh()
    scheduled = false
    toldAt = performance.now()
    // What runs behind a connector is reached from everywhere, its cluster's own Services from there alone.
    const all = everywhere || [...touched].some((cluster) => routes.serves(cluster))
    const clusters = all ? [...listeners.keys()] : [...touched]
    touched = new Set()
    everywhere = false
    for (const cluster of clusters) for (const listener of [...(listeners.get(cluster) ?? [])]) listener()
    if (stale) know()
  }
  const soon = (): void => {
    if (scheduled) return
    scheduled = true
    const early = toldAt + betweenLooks(routes.sites.size) - performance.now()
    if (early > 0) setTimeout(tell, Math.ceil(early))
    else setImmediate(tell)
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
  routes.onChange((all) => {
    everywhere = true
    stale = true
    anything ||= all
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
    onKnowledge(listener) {
      heard.add(listener)
      return () => heard.delete(listener)
    },
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
    reach: (site) => {
      const reached = routes.reach(site)
      return reached.length === 0 ? [] : [site, ...reached.filter((one) => one !== site)]
    },
    offering: (site, routingKey) => routes.offering(site, routingKey),
    known: (site) => knowledge.of(site),
    offer: (site) => routes.offer(site),
    listen(place, service, loopback = false) {
      const id = placeOf(place)
      services.set(id, { service, loopback })
      served(place)
      return () => {
        if (services.get(id)?.service !== service) return
        services.delete(id)
        served(place)
      }
    },
    listening(place, inside = false) {
      const found = services.get(placeOf(place))
      return found === undefined || (found.loopback && !inside) ? undefined : found.service
    },
  }
}
