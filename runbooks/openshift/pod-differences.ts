/** How the pods of a Deployment differ in what protects them and in what tells that they work. */
import type { Difference } from "../../lib/index.ts"

export interface Probe {
  readonly httpGet?: { path?: string; port: number | string; scheme?: string }
  readonly grpc?: { port: number }
  readonly tcpSocket?: { port: number | string }
  readonly exec?: { command?: string[] }
  readonly [timing: string]: unknown
}

export interface ContainerSettings {
  name: string
  volumeMounts?: { name: string; mountPath: string; readOnly?: boolean }[]
  securityContext?: { readOnlyRootFilesystem?: boolean; [setting: string]: unknown }
  startupProbe?: Probe
  readinessProbe?: Probe
  livenessProbe?: Probe
}

export interface PodSettings {
  containers: ContainerSettings[]
  volumes?: { name: string; [source: string]: unknown }[]
  securityContext?: Record<string, unknown>
  serviceAccountName?: string
  automountServiceAccountToken?: boolean
}

/** Probes, claims, temporary volumes, accounts and file systems of the wanted pod's containers. */
export function podDifferences(found: PodSettings, wanted: PodSettings): Difference[] {
  const existing = new Set(found.containers.map(({ name }) => name))
  const both = new Set(wanted.containers.map(({ name }) => name).filter((name) => existing.has(name)))
  return [
    ...wanted.containers.flatMap((container) => {
      const existing = found.containers.find(({ name }) => name === container.name)
      return existing === undefined ? [] : containerSettings(existing, container)
    }),
    ...unlike("persistent volume", volumes(found, both, claimOf), volumes(wanted, both, claimOf)),
    ...unlike("temporary volumes", volumes(found, both, folderOf), volumes(wanted, both, folderOf)),
    ...unlike("service account", account(found), account(wanted)),
    ...unlike("service account token", token(found), token(wanted)),
  ]
}

const PROBES = [
  ["startupProbe", "startup probe"],
  ["readinessProbe", "readiness probe"],
  ["livenessProbe", "liveness probe"],
] as const

function containerSettings(found: ContainerSettings, wanted: ContainerSettings): Difference[] {
  return [
    ...PROBES.flatMap(([key, field]) => unlike(field, probeText(found[key]), probeText(wanted[key]))),
    ...unlike("root file system", rootText(found), rootText(wanted)),
  ]
}

/** What is asked, and the timing where it is not Kubernetes' default. */
function probeText(probe: Probe | undefined): string {
  if (probe === undefined) return "none"
  const { httpGet, grpc, tcpSocket, exec } = probe
  const what =
    httpGet !== undefined
      ? `GET ${(httpGet.scheme ?? "HTTP").toLowerCase()}://:${httpGet.port}${httpGet.path ?? "/"}`
      : grpc !== undefined
        ? `gRPC health at ${grpc.port}`
        : tcpSocket !== undefined
          ? `TCP ${tcpSocket.port}`
          : `command ${exec?.command?.join(" ") ?? ""}`
  const { periodSeconds = 10, failureThreshold = 3, timeoutSeconds = 1, initialDelaySeconds = 0 } = probe
  const delay = initialDelaySeconds === 0 ? "" : `, after ${initialDelaySeconds} s`
  return `${what} every ${periodSeconds} s, ${failureThreshold} failures, ${timeoutSeconds} s each${delay}`
}

const rootText = ({ securityContext }: ContainerSettings): string =>
  securityContext?.readOnlyRootFilesystem === true ? "read-only" : "writable"

/** A Deployment without an account of its own runs as `default`. */
const account = ({ serviceAccountName }: PodSettings): string => serviceAccountName ?? "default"
const token = ({ automountServiceAccountToken }: PodSettings): string =>
  automountServiceAccountToken === false ? "not mounted" : "mounted"

type Volume = NonNullable<PodSettings["volumes"]>[number]

const claimOf = (volume: Volume): string | undefined =>
  (volume.persistentVolumeClaim as { claimName: string } | undefined)?.claimName
const folderOf = (volume: Volume): string | undefined => (volume.emptyDir === undefined ? undefined : "")

/** `superlink-state at /app/state` for each volume of a kind that is mounted into these containers. */
function volumes(
  pod: PodSettings,
  containers: ReadonlySet<string>,
  nameOf: (volume: Volume) => string | undefined,
): string {
  return pod.containers
    .filter(({ name }) => containers.has(name))
    .flatMap(({ volumeMounts }) => volumeMounts ?? [])
    .flatMap(({ name, mountPath }) => {
      const volume = pod.volumes?.find((one) => one.name === name)
      const source = volume && nameOf(volume)
      if (source === undefined) return []
      return [source === "" ? mountPath : `${source} at ${mountPath}`]
    })
    .sort()
    .join(", ")
}

const unlike = (field: string, found: string, wanted: string): Difference[] =>
  found === wanted ? [] : [{ field, found: found || "none", wanted: wanted || "none" }]
