/**
 * Tries whether other networks hear of a SuperNode's site: a Connector with a routing key that nobody uses is created in its project for
 * some seconds. The hub of its own network has to list it, so the trial was one; a hub of another network must not.
 */
import { randomBytes } from "node:crypto"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { type Ref, RunbookError } from "../../lib/index.ts"
import { writeWhole } from "../../lib/kit.ts"
import type { Context } from "../context.ts"
import { labels, PROGRAM, selector } from "../shared/labels.ts"
import { some, untilSeen } from "../shared/reading.ts"
import { hubOf, hubsOf } from "./hub.ts"
import { hasEnd, recordOf } from "./network-record.ts"
import { activeSite, SKUPPER, type SkupperSite } from "./skupper.ts"

/** Label of such a Connector: the SuperNode's site. */
const TRIAL = `${PROGRAM}/isolation`
/** How long the own hub may take to hear of it, in milliseconds: 0.6 to 9 s were measured. */
const HEARD = 60_000
/** A name that has no address: nobody can be led anywhere by it. */
const NOWHERE = { host: "isolation.invalid", port: 9 }

/** The Sites that were there: with others, it has to be tried again. */
interface Tried {
  readonly sites: readonly string[]
}

const fileOf = ({ folder, site }: Context): string => join(folder, `isolation-${site.name}.json`)

/** The hubs of the other networks of this federation. */
async function otherHubs(context: Context): Promise<SkupperSite[]> {
  const own = hubOf(context, context.site)
  const { cluster } = context.at(own)
  const others = hubsOf(context).filter(({ project }) => project !== own.project)
  const found = await Promise.all(others.map(({ project }) => activeSite(cluster, project)))
  return found.flatMap((hub) => hub ?? [])
}

const uidsOf = (sites: readonly (SkupperSite | undefined)[]): string[] =>
  sites.flatMap((one) => one?.metadata.uid ?? []).sort()

/** What was tried with the Sites of now; undefined if nothing was. */
export async function lastTrial(
  context: Context,
  sites: readonly (SkupperSite | undefined)[],
): Promise<{ networks: number } | undefined> {
  const others = await otherHubs(context)
  try {
    const tried = JSON.parse(readFileSync(fileOf(context), "utf8")) as Tried
    return tried.sites.join() === uidsOf([...sites, ...others]).join()
      ? { networks: others.length }
      : undefined
  } catch {
    return undefined
  }
}

/** @throws RunbookError if another network hears of the site, or its own hub does not */
export async function tryIsolation(
  context: Context,
  sites: { readonly own: SkupperSite; readonly hub: SkupperSite },
): Promise<void> {
  const { cluster, site, federation, signal, note, at } = context
  const { uid } = sites.own.metadata
  const place = hubOf(context, site)
  const query = { apiVersion: SKUPPER, kind: "Connector", namespace: site.project }
  // Left by a run that was killed.
  for (const { metadata } of await cluster.list({
    ...query,
    labels: `${selector(federation)},${TRIAL}=${site.name}`,
  }))
    await cluster.remove({ ...query, name: metadata.name })
  const name = `isolation-${randomBytes(6).toString("hex")}`
  const ref: Ref = { ...query, name }
  note(`Connector ${name} tries who hears of it, and is deleted then`)
  await cluster.create({
    ...{ apiVersion: SKUPPER, kind: "Connector" },
    metadata: { name, namespace: site.project, labels: { ...labels(federation), [TRIAL]: site.name } },
    spec: { routingKey: name, ...NOWHERE },
  })
  try {
    const within = AbortSignal.any([signal, AbortSignal.timeout(HEARD)])
    const heard = await untilSeen(at(place).cluster, within, async (reader) => {
      const hub = await activeSite(reader, place.project)
      return hasEnd(recordOf(hub, uid), name, "connectors") ? true : undefined
    })
    signal.throwIfAborted()
    if (heard !== true) {
      throw new RunbookError(
        `the hub in ${place.project} did not hear of a Connector of ${site.name} within ${HEARD / 1000} s`,
        {
          why: "the record of the network did not list it, so nothing is known about other networks",
          fix: "check the link and both routers",
          next: `flower-runbook step verify --site ${site.name}`,
        },
      )
    }
    const others = await otherHubs(context)
    const hearing = others.filter((hub) =>
      (hub.status?.network ?? []).some((one) => one.id === uid || hasEnd(one, name, "connectors")),
    )
    if (hearing.length > 0) {
      throw new RunbookError(
        `other networks hear of ${site.name}: ${some(hearing.map(({ metadata }) => metadata.name))}`,
        {
          why: "the networks are joined: a site has Links into both, or accepts one from the other",
          fix: "find the site that is in the records of both, and delete one of its Links",
          next: `oc get sites.skupper.io ${sites.own.metadata.name} -n ${site.project} -o jsonpath='{.status.network}'`,
        },
      )
    }
    const tried: Tried = { sites: uidsOf([sites.own, sites.hub, ...others]) }
    await writeWhole(fileOf(context), `${JSON.stringify(tried)}\n`)
  } finally {
    await cluster.remove(ref)
  }
}
