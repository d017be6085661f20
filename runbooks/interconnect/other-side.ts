/** What the two sides of a link hand each other where they belong to different parties: nobody logs in to the other's cluster. */
import { type Site, value } from "../../lib/index.ts"
import type { Context } from "../context.ts"
import { hubOf } from "./hub.ts"
import { activeSite, type Endpoint, SKUPPER, type SkupperSite } from "./skupper.ts"

/** The Site that a party's Link leads to. */
export interface HubDetails {
  readonly name: string
  readonly namespace: string
  readonly uid: string
  readonly endpoints: Endpoint[]
}

/** A SuperNode that its party has verified. */
export interface NodeDetails {
  /** Flower's id of the SuperNode. */
  readonly id: string
  /** The name of its Link, and the UID of the Site that it leads to. */
  readonly link: string
  readonly remoteSite: string
  /** The UID of its own Site: the hub's record of the network has it. */
  readonly site: string
}

export const hubValue = value<HubDetails>("hub")
/** The token, or with `--link-with file` the link file with its private key. */
export const tokenValue = value("token", { secret: true })
export const nodeValue = value<NodeDetails>("node")

/** Whether a site belongs to another party than whoever runs this. */
export const isTheirs = ({ party }: Pick<Site, "party">): boolean => party !== undefined

export const detailsOf = ({ metadata, status }: SkupperSite): HubDetails => ({
  ...{ name: metadata.name, namespace: metadata.namespace ?? "", uid: metadata.uid ?? "" },
  // Plain: without what a status may hold beside it.
  endpoints: (status?.endpoints ?? []).map(({ name, host, port, group }) => ({
    ...{ name, host, port },
    ...(group !== undefined && { group }),
  })),
})

/** The hub of a SuperNode: read at the SuperLink's cluster, or known by the approval of the party that owns it. */
export function hubSite(context: Context): Promise<SkupperSite | undefined> {
  const hub = hubOf(context, context.site)
  if (!isTheirs(hub)) return activeSite(context.at(hub).cluster, hub.project)
  const { name, namespace, uid, endpoints } = context.value(hubValue)
  return Promise.resolve({
    ...{ apiVersion: SKUPPER, kind: "Site", metadata: { name, namespace, uid } },
    status: { endpoints },
  })
}
