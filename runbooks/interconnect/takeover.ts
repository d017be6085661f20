/**
 * Whether another site has taken the routing key of the Fleet API over. Every linked site may create a Connector for any
 * routing key, and the routers then send most new connections there, while every status says `Ready / OK` (measured with
 * router 3.5.1: 59 of 60). Only the network's own record shows it.
 */
import { blocked, type CheckResult, progressing } from "../../lib/index.ts"
import { FLEET_API } from "./exposure.ts"
import { hasEnd, namedSite, type SiteRecord } from "./network-record.ts"
import type { SkupperSite } from "./skupper.ts"

/**
 * The result that names the other site; undefined if only the SuperLink's Site serves the routing key.
 * @param views the Sites whose record of the network counts
 * @param there completes a command for the SuperLink's cluster
 */
export function takeover(
  views: readonly (SkupperSite | undefined)[],
  superlink: SkupperSite,
  there: (command: string) => string = (command) => command,
): CheckResult | undefined {
  const records = new Map(views.flatMap((view) => (view?.status?.network ?? []).map((one) => [one.id, one])))
  const others = [...records.values()].filter(
    (record) => record.id !== superlink.metadata.uid && hasEnd(record, FLEET_API, "connectors"),
  )
  const { name, namespace = "" } = superlink.metadata
  const isFormer = (record: SiteRecord) => record.name === name && record.namespace === namespace
  const [other] = others.filter((record) => !isFormer(record))
  if (other !== undefined) {
    return blocked(
      `routing key: ${namedSite(other)} also serves ${FLEET_API}, so SuperNodes may connect to it instead of the SuperLink`,
      {
        code: "taken over",
        fix:
          `delete the Connector with the routing key ${FLEET_API} there, or the link of that site, and find out who ` +
          "created it; only Flower's own TLS (tls on) keeps SuperNodes from trusting another SuperLink",
        next: there(`oc get sites.skupper.io ${name} -n ${namespace} -o jsonpath='{.status.network}'`),
      },
    )
  }
  if (others.length === 0) return undefined
  // A Site that was created again has a new UID, and a router that is gone is forgotten after 30 s (measured).
  return progressing(
    `routing key: a former Site ${name} of ${namespace} still serves ${FLEET_API} in the record of the network; a router that is gone disappears from it after 30 s`,
  )
}
