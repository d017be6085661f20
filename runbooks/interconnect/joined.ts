/**
 * Which Skupper site of another party has joined, as the hub remembers it: the receipt named it, and the hub listed it. A party that
 * leaves, or whose link is cut, is told by it from one that never came.
 */
import type { Cluster } from "../../lib/index.ts"
import type { Context } from "../context.ts"
import { PROGRAM } from "../shared/labels.ts"
import { SKUPPER, type SkupperSite } from "./skupper.ts"

const keyOf = ({ name }: Pick<Context["site"], "name">): string => `joined.${PROGRAM}/${name}`

/** The UID of the site that has joined for a SuperNode. */
export const joinedSite = (hub: SkupperSite, supernode: Context["site"]): string | undefined =>
  hub.metadata.annotations?.[keyOf(supernode)]

export async function noteJoined(
  cluster: Cluster,
  { metadata: { name, namespace } }: SkupperSite,
  supernode: Context["site"],
  uid: string,
): Promise<void> {
  const ref = { apiVersion: SKUPPER, kind: "Site", name, ...(namespace !== undefined && { namespace }) }
  await cluster.merge(ref, { metadata: { annotations: { [keyOf(supernode)]: uid } } })
}
