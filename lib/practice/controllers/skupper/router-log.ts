/**
 * What a router tells of its links in its log, the only place that has a reason for a link that does not come up. It dials again
 * every few seconds (the lines are those of skupper-router 3.5.1).
 */
import type { NetworkLink, NetworkSite } from "../../types/network.ts"
import { faultStrikes } from "../faulty.ts"
import type { Skupper } from "./common.ts"
import { routerOf } from "./router-pods.ts"
import type { Memberships } from "./site.ts"

/** From one attempt to the next. */
const REDIAL = [2500, 250] as const

/** Why a link is not up, from what its router sees of it. */
function reasonOf(skupper: Pick<Skupper, "context">, site: NetworkSite, link: NetworkLink): string {
  const { network } = skupper.context
  const [address = ""] = link.addresses
  const tls = (what: string) => `amqp:connection:framing-error SSL Failure: ${what}`
  switch (link.cut) {
    case "down":
      return `proton:io Connection refused - disconnected ${address}`
    case "reset":
      return `proton:io Connection reset by peer - disconnected ${address}`
    case "drop":
      return "amqp:resource-limit-exceeded local-idle-timeout expired"
    case "dns":
      return `proton:io Temporary failure in name resolution - connect to  ${address}`
    case undefined: {
      const { peer } = network.link(site, link)
      const router = peer && network.offer(peer).router
      if (router === undefined) return tls("error:0A000126:SSL routines::unexpected eof while reading")
      if (router.hung) return "amqp:resource-limit-exceeded local-idle-timeout expired"
      return tls("error:0A000086:SSL routines::certificate verify failed")
    }
  }
}

/** Starts it for the routers of a cluster. Returns how to end it. */
export function startRouterLog(
  skupper: Pick<Skupper, "store" | "context" | "pace">,
  memberships: Memberships,
  namespaces: () => readonly string[],
): () => void {
  const { context, pace } = skupper
  const { network, name: cluster } = context
  /** Links whose connection was told to stand, with the number of it. */
  const open = new Map<string, number>()
  const timers = new Map<string, NodeJS.Timeout>()
  let connections = 0

  const dial = (namespace: string): void => {
    timers.delete(namespace)
    const site = memberships.of(namespace)
    const router = routerOf(skupper, namespace)
    if (site === undefined || router === undefined || router.hung) return
    let again = false
    for (const link of network.offer(site).links.filter(({ live }) => live)) {
      const id = `${router.run} ${link.name}`
      const [address = ""] = link.addresses
      if (network.link(site, link).up) {
        if (open.has(id)) continue
        open.set(id, ++connections)
        router.log(
          "ROUTER_CORE",
          "info",
          `[C${connections}] Connection Opened: dir=out host=${address} encrypted=TLSv1.3 auth=EXTERNAL`,
        )
        continue
      }
      const number = open.get(id) ?? ++connections
      open.delete(id)
      router.log(
        "SERVER",
        "error",
        `[C${number}] Connection to ${address} failed: ${reasonOf(skupper, site, link)}`,
      )
      if (link.cut !== undefined) {
        faultStrikes(context.faults, "link", cluster, link.name, link.cut)
        // Perhaps that was its last time.
        network.changed(site)
      }
      again = true
    }
    if (again) timers.set(namespace, setTimeout(dial, pace(...REDIAL) || 50, namespace).unref())
  }
  const end = network.onChange(cluster, () => {
    for (const namespace of namespaces()) if (!timers.has(namespace)) dial(namespace)
  })
  return () => {
    end()
    for (const timer of timers.values()) clearTimeout(timer)
  }
}
