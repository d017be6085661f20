/**
 * Skupper's resources as the commands of `skupper` write them, from snippets/skupper: what the checks compare with, and what is created
 * where no command is run (`--via api`).
 */
import type { KubeObject } from "../../lib/index.ts"
import { fromSnippet } from "../shared/via.ts"
import { FLEET_API, LISTENER_PORT } from "./exposure.ts"
import type { AccessGrant, Endpoint, SkupperSite } from "./skupper.ts"

/** @param access the type of its link access; undefined for a Site that only creates links */
export async function siteResource(
  { skupperSite: name, project: namespace }: { readonly skupperSite: string; readonly project: string },
  access: string | undefined,
): Promise<KubeObject> {
  const site = await fromSnippet("skupper/site.yaml", { metadata: { name, namespace } })
  const { linkAccess: _, ...spec } = site.spec
  return { ...site, spec: access === undefined ? spec : { ...spec, linkAccess: access } }
}

export const connectorResource = (
  namespace: string,
  { port, selector }: { readonly port?: number; readonly selector?: string },
): Promise<KubeObject> =>
  fromSnippet("skupper/connector.yaml", {
    metadata: { name: FLEET_API, namespace },
    spec: { routingKey: FLEET_API, port, selector },
  })

export const listenerResource = (namespace: string): Promise<KubeObject> =>
  fromSnippet("skupper/listener.yaml", {
    metadata: { name: FLEET_API, namespace },
    spec: { routingKey: FLEET_API, host: FLEET_API, port: LISTENER_PORT },
  })

/** @param seconds how long its token can be redeemed */
export const grantResource = (namespace: string, site: string, seconds: number): Promise<KubeObject> =>
  fromSnippet("skupper/access-grant.yaml", {
    metadata: { name: `${site}-${crypto.randomUUID()}`, namespace },
    spec: { expirationWindow: goDuration(seconds) },
  })

/** The token of a grant that is ready. It is of no namespace: it goes to another cluster. */
export const tokenResource = ({ metadata, status }: AccessGrant): Promise<KubeObject> =>
  fromSnippet("skupper/access-token.yaml", {
    metadata: { name: metadata.name },
    spec: { ca: status?.ca, code: status?.code, url: status?.url },
  })

/** The name of the client certificate of a link file, and of its Secret. */
export const linkCredentials = (site: SkupperSite): string => `link-${site.metadata.name}`

export const certificateResource = (site: SkupperSite): Promise<KubeObject> =>
  fromSnippet("skupper/certificate.yaml", {
    metadata: { name: linkCredentials(site), namespace: site.metadata.namespace! },
    spec: {
      ca: site.status?.defaultIssuer,
      subject: (site.status?.endpoints ?? []).map(({ host }) => host).join(","),
    },
  })

/** The Links to a Site: one for each group of its addresses. They are of no namespace: they go to another cluster. */
export function linkResources(site: SkupperSite): Promise<KubeObject[]> {
  const groups = Map.groupBy(site.status?.endpoints ?? [], ({ group = "" }: Endpoint) => group)
  return Promise.all(
    [...groups].map(([group, endpoints]) =>
      fromSnippet("skupper/link.yaml", {
        metadata: { name: `link-${site.metadata.name}-${group}` },
        spec: { endpoints, tlsCredentials: linkCredentials(site) },
      }),
    ),
  )
}

/** As Go writes a duration: `15m0s`, `24h0m0s`. */
function goDuration(seconds: number): string {
  const hours = Math.floor(seconds / 3600)
  const minutes = Math.floor(seconds / 60) % 60
  const rest = `${seconds % 60}s`
  if (hours > 0) return `${hours}h${minutes}m${rest}`
  return minutes > 0 ? `${minutes}m${rest}` : rest
}
