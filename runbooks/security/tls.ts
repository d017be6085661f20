/** Flower's own TLS: which Secrets SuperLink and SuperNodes mount, and which names the SuperLink's certificate is valid for. */
import type { Ref, Site } from "../../lib/index.ts"
import type { SiteInputs } from "../context.ts"
import { FLEET_API } from "../interconnect/exposure.ts"
import { PROGRAM } from "../shared/labels.ts"
import type { Security } from "./inputs.ts"

/** Annotation of pods: the hash of the certificate or of the roots that they were started with. */
export const STARTED_WITH = `${PROGRAM}/certificates`

/** Label of Secrets that hold certificates: what else the federation has created keeps Secrets of its own. */
export const PART = `${PROGRAM}/part`
export const CERTIFICATES_PART = { [PART]: "certificates" } as const

/** In the projects of SuperNodes. */
const ROOTS = "flower-root-certificates"

type Superlink = Pick<SiteInputs, "tlsSecret" | "superlinkWorkload">
type Supernode = Pick<SiteInputs, "rootCertificatesSecret">
type Tls = Pick<Security, "tls">

/** The Secret that the SuperLink mounts: `tls.crt`, `tls.key`, `ca.crt`. Undefined: Flower's own TLS is off. */
export const tlsSecretOf = (site: Superlink, { tls }: Tls): string | undefined =>
  site.tlsSecret ?? (tls === "on" ? `${site.superlinkWorkload}-tls` : undefined)

/** The Secret that a SuperNode mounts: the roots that it trusts, as `ca.crt`. Undefined: Flower's own TLS is off. */
export const rootsSecretOf = (site: Supernode, { tls }: Tls): string | undefined =>
  site.rootCertificatesSecret ?? (tls === "on" ? ROOTS : undefined)

/** The Secret with the CA's own key. */
export const caSecretOf = ({ superlinkWorkload }: Superlink): string => `${superlinkWorkload}-ca`

export const secretRef = (namespace: string, name: string): Ref => ({
  apiVersion: "v1",
  kind: "Secret",
  name,
  namespace,
})

/**
 * What the SuperLink's certificate has to be valid for: the listener's Service in every SuperNode's project, the SuperLink's own
 * Service, the address of `control-api`, and this machine, for its own processes and for port forwards.
 */
export function certificateHosts(
  superlink: Site<SiteInputs>,
  supernodes: readonly Site<SiteInputs>[],
): string[] {
  const { superlinkWorkload, project, controlApi } = superlink
  const projects = new Set(supernodes.map((site) => site.project))
  return [
    FLEET_API,
    ...[...projects].sort().flatMap((one) => inProject(FLEET_API, one)),
    `${superlinkWorkload}-service`,
    ...inProject(`${superlinkWorkload}-service`, project),
    ...(controlApi === undefined ? [] : [controlApi.replace(/:\d+$/, "")]),
    "localhost",
    "127.0.0.1",
  ]
}

const inProject = (service: string, project: string): string[] =>
  ["", ".svc", ".svc.cluster.local"].map((suffix) => `${service}.${project}${suffix}`)
