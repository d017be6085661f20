import type { ClusterReader } from "../../lib/index.ts"
import { condition } from "../shared/reading.ts"
import { activeSite, type SkupperLink } from "./skupper.ts"

/**
 * The name of the Site that a Link is connected to, if it is up. The network status counts too: if the Link is written at
 * the wrong moment, Skupper 2.1 and 2.2 lose its condition until the network changes again (measured).
 */
export async function upTo(
  cluster: ClusterReader,
  namespace: string,
  link: SkupperLink,
): Promise<string | undefined> {
  const nameless = "the SuperLink's Site"
  if (condition(link, "Ready")?.status === "True") return link.status?.remoteSiteName ?? nameless
  if (condition(link, "Configured")?.status !== "True") return undefined
  const own = await activeSite(cluster, namespace)
  const record = own?.status?.network?.find(({ id }) => id === own.metadata.uid)
  const found = record?.links?.find(({ name }) => name === link.metadata.name)
  return found?.operational === true ? (found.remoteSiteName ?? nameless) : undefined
}
