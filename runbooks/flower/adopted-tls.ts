/** Flower's own TLS for a SuperLink or SuperNode that existed before: a volume with the Secret, and the flags for it. All else of it stays. */
import { type Difference, RunbookError } from "../../lib/index.ts"
import { containerOf, type Deployment } from "../openshift/workload.ts"
import { STARTED_WITH } from "../security/tls.ts"
import { PROGRAM } from "../shared/labels.ts"
import { changedFlags, commandLine, hasFlag } from "./command-line.ts"

/** The volume that this program adds, and where it is mounted. */
const VOLUME = `${PROGRAM}-certificates`
const FOLDER = "/app/flower-runbook-certificates"
const INSECURE = "--insecure"

const FLAGS = {
  superlink: {
    "--ssl-ca-certfile": `${FOLDER}/ca.crt`,
    "--ssl-certfile": `${FOLDER}/tls.crt`,
    "--ssl-keyfile": `${FOLDER}/tls.key`,
  },
  supernode: { "--root-certificates": `${FOLDER}/ca.crt` },
} as const
type Role = keyof typeof FLAGS

/** What TLS has to be there. */
export interface WantedTls {
  /** Undefined: off. */
  readonly secret: string | undefined
  /** The hash of what the pods read there when they start. */
  readonly content?: string | undefined
}

const isOn = (found: Deployment, role: Role): boolean =>
  hasFlag(
    commandLine(containerOf(found, role)),
    role === "superlink" ? "--ssl-certfile" : "--root-certificates",
  )

/** The Secret in the volume that this program has added; undefined if it has added none. */
const ownSecret = ({ spec }: Deployment): string | undefined =>
  spec.template.spec.volumes?.find(({ name }) => name === VOLUME)?.secret?.secretName

/** How it differs; certificates that somebody else has mounted are theirs to renew. */
export function tlsDifferences(found: Deployment, role: Role, { secret, content }: WantedTls): Difference[] {
  const on = isOn(found, role)
  if (on !== (secret !== undefined))
    return [{ field: "Flower's own TLS", found: on ? "on" : "off", wanted: on ? "off" : "on" }]
  const mounted = ownSecret(found)
  if (mounted === undefined || secret === undefined) return []
  if (mounted !== secret) return [{ field: "Secret with certificates", found: mounted, wanted: secret }]
  const started = found.spec.template.metadata?.annotations?.[STARTED_WITH] ?? "unknown"
  return content === undefined || started === content
    ? []
    : [{ field: "certificates", found: started, wanted: content }]
}

/**
 * The same with TLS as it is wanted.
 * @throws RunbookError if somebody else has set up the TLS that it has
 */
export function withTls(found: Deployment, role: Role, wanted: WantedTls): Deployment {
  if (tlsDifferences(found, role, wanted).length === 0) return found
  if (isOn(found, role) && ownSecret(found) === undefined) {
    const input = role === "superlink" ? "tls-secret" : "root-certificates-secret"
    throw new RunbookError(
      `Flower's own TLS of Deployment ${found.metadata.name} was set up by somebody else`,
      {
        why: "it existed before, and is not turned off",
        fix: `name the Secret that it mounts: --${input} NAME`,
        next: `oc get deployment ${found.metadata.name} -n ${found.metadata.namespace} -o yaml`,
      },
    )
  }
  const changed = structuredClone(found)
  const { template } = changed.spec
  const container = containerOf(changed, role)
  const { secret, content } = wanted
  const on = secret !== undefined
  const more = on ? Object.entries(FLAGS[role]).flat() : [INSECURE]
  const flags = changedFlags(changed, container, Object.keys(FLAGS[role]), more)
  // A flag without a value.
  const secure = (words: string[]): string[] => (on ? words.filter((word) => word !== INSECURE) : words)
  container.args = secure(flags.args)
  if (flags.command !== undefined) container.command = secure(flags.command)
  const mounts = container.volumeMounts?.filter(({ name }) => name !== VOLUME) ?? []
  const volumes = template.spec.volumes?.filter(({ name }) => name !== VOLUME) ?? []
  container.volumeMounts = [...mounts, ...(on ? [{ name: VOLUME, mountPath: FOLDER, readOnly: true }] : [])]
  template.spec.volumes = [...volumes, ...(on ? [{ name: VOLUME, secret: { secretName: secret } }] : [])]
  const { [STARTED_WITH]: _, ...annotations } = template.metadata?.annotations ?? {}
  template.metadata = {
    ...template.metadata,
    annotations: { ...annotations, ...(on && content !== undefined && { [STARTED_WITH]: content }) },
  }
  return changed
}

/** Secrets that a Deployment mounts: what it was given stays with it. */
export const mountedSecrets = ({ spec }: Deployment): string[] =>
  (spec.template.spec.volumes ?? []).flatMap(({ secret }) =>
    secret?.secretName === undefined ? [] : [secret.secretName],
  )
