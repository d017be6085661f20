/** Skupper's resources as the steps read them (group skupper.io; status conditions of Skupper 2.1 and 2.2). */
import type { ClusterReader, KubeObject, Ref } from "../../lib/index.ts"
import { condition } from "../shared/reading.ts"

export const SKUPPER = "skupper.io/v2alpha1"
/** The name of a Site's router: of its Deployment, Service and SecuredAccess, and the prefix of its Routes. */
export const ROUTER = "skupper-router"
/** With Routes: the longest project in which `skupper-router-inter-router-PROJECT` is still a DNS label (63 characters). */
export const LONGEST_PROJECT = 35
/** How long a token of `skupper token issue` is valid by default, in seconds. */
export const DEFAULT_LIFETIME = 900

export interface Endpoint {
  /** `inter-router` or `edge`. */
  name: string
  host: string
  /** A string, unlike the ports of specs. */
  port: string
  group?: string
}

export interface SkupperSite extends KubeObject {
  spec?: { linkAccess?: string }
  status?: {
    status?: string
    message?: string
    endpoints?: Endpoint[]
    /** What its router knows about every site in the network. */
    network?: {
      /** The Site's UID. */
      id: string
      name?: string
      namespace?: string
      platform?: string
      links?: { name: string; operational?: boolean; remoteSiteId?: string; remoteSiteName?: string }[]
      services?: { routingKey: string; connectors?: string[]; listeners?: string[] }[]
    }[]
    controller?: { name?: string; namespace?: string; version?: string }
    /** The Secret with the authority of its certificates. */
    defaultIssuer?: string
  }
}

export interface SkupperLink extends KubeObject {
  spec: { endpoints: Endpoint[]; tlsCredentials?: string; cost?: number }
  status?: {
    conditions?: unknown[]
    status?: string
    message?: string
    remoteSiteId?: string
    remoteSiteName?: string
  }
}

export interface AccessGrant extends KubeObject {
  spec?: { redemptionsAllowed?: number; expirationWindow?: string }
  status?: {
    redemptions?: number
    expirationTime?: string
    message?: string
    ca?: string
    code?: string
    url?: string
  }
}

export interface AccessToken extends KubeObject {
  spec: { url: string; code: string; ca: string }
  status?: { status?: string; message?: string; redeemed?: boolean }
}

export const siteRef = (namespace: string, name: string): Ref => ref("Site", namespace, name)
export const linkRef = (namespace: string, name: string): Ref => ref("Link", namespace, name)
export const grantRef = (namespace: string, name: string): Ref => ref("AccessGrant", namespace, name)
export const tokenRef = (namespace: string, name: string): Ref => ref("AccessToken", namespace, name)

const ref = (kind: string, namespace: string, name: string): Ref => ({
  apiVersion: SKUPPER,
  kind,
  namespace,
  name,
})

export const listSites = (cluster: ClusterReader, namespace: string): Promise<SkupperSite[]> =>
  cluster.list<SkupperSite>({ apiVersion: SKUPPER, kind: "Site", namespace })

export const listLinks = (cluster: ClusterReader, namespace: string): Promise<SkupperLink[]> =>
  cluster.list<SkupperLink>({ apiVersion: SKUPPER, kind: "Link", namespace })

/**
 * The active Site of a project: the only one, or the one of several that the controller configured first (the others have
 * the message `An active site already exists in the namespace`).
 */
export async function activeSite(
  cluster: ClusterReader,
  namespace: string,
): Promise<SkupperSite | undefined> {
  const sites = await listSites(cluster, namespace)
  return sites.find((site) => condition(site, "Configured")?.status === "True") ?? sites[0]
}

/** A resource's own message about why it is not ready; `fallback` if the controller has not written one yet. */
export const message = (object: KubeObject, fallback = "the controller has not processed it yet"): string =>
  object.status?.message || condition(object, "Ready")?.message || object.status?.status || fallback

/** The addresses for links to a Site: `host:port`. */
export const interRouter = (endpoints: readonly Endpoint[] | undefined): string[] =>
  (endpoints ?? []).filter(({ name }) => name === "inter-router").map(({ host, port }) => `${host}:${port}`)
