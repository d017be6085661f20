import type { ClusterReader } from "../../lib/index.ts"
import { condition, isTrue } from "../shared/reading.ts"
import { recordOf } from "./network-record.ts"
import { activeSite, message, type SkupperLink } from "./skupper.ts"

/** A Link that is up leads `to` a Site of this name; otherwise `down` is why it is not, or why its status is doubted. */
export type LinkState = { readonly to: string } | { readonly down: string }

/**
 * Whether a Link is up, by its own status and by what the router of its Site knows. Neither is enough alone. If the Link is
 * written at the wrong moment, Skupper 2.1 and 2.2 lose its condition until the network changes again. And a router that came
 * back without its configuration has no connection, while its Link stays `Ready / OK` for ever: only the Site's own record tells,
 * which then lists the Link no longer, or not as operational (measured with router 3.5.1; a new kube-adaptor writes nothing for
 * about 30 s, so a record may be that old).
 */
export async function linkState(
  cluster: ClusterReader,
  namespace: string,
  link: SkupperLink,
): Promise<LinkState> {
  const own = await activeSite(cluster, namespace)
  const name = link.status?.remoteSiteName
  // `operational` is absent when it is down.
  const found = recordOf(own, own?.metadata.uid)?.links?.find((one) => one.name === link.metadata.name)
  if (isTrue(link, "Ready")) {
    if (found?.operational === true || own?.status?.network === undefined) return { to: name ?? NAMELESS }
    const seen = found === undefined ? "does not list it" : "does not list it as operational"
    return { down: `its status is Ready, but the router of its own site ${seen}` }
  }
  const configured = condition(link, "Configured")?.status === "True"
  return configured && found?.operational === true
    ? { to: found.remoteSiteName ?? NAMELESS }
    : { down: `${message(link)}${since(link)}` }
}

/** Since when a Link that was up is down; a Link that never was has no such condition. */
function since(link: SkupperLink): string {
  const { status, lastTransitionTime } = condition(link, "Operational") ?? {}
  return status === "False" && lastTransitionTime !== undefined ? ` since ${lastTransitionTime}` : ""
}

const NAMELESS = "the SuperLink's Site"
