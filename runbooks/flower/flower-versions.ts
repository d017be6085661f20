/**
 * What differs between Flower's versions: arguments and ports. Measured for 1.28, 1.34 and 1.41, read from the sources for
 * the versions between them. Newer versions are treated like the last row.
 */

/** Flower's own TLS: the folder of the certificates in the container. Undefined means `--insecure`. */
export interface Tls {
  readonly folder: string
}

interface Family {
  /** The first version of this row. */
  readonly since: string
  /** Arguments of a SuperLink, in addition to those for TLS. */
  readonly superlink: readonly string[]
  /** Arguments of a SuperNode, in addition to TLS, address and node configuration. */
  readonly supernode: readonly string[]
  /** The SuperLink's ports by name. An API that is missing here cannot be reached from outside the pod. */
  readonly ports: Readonly<{ fleet: number; control?: number }>
  /** The port of the SuperNode's ClientAppIo API, if it is published. */
  readonly clientAppIo?: number
  /** Where a SuperLink without flags for it serves its Control API. */
  readonly controlPort: number
  /** Where a SuperLink without flags for it serves its Fleet API. */
  readonly fleetPort: number
  /** One HTTP port serves all APIs; `--host` and `--port` set it. */
  readonly onePort: boolean
  /** A SuperNode that its SuperLink has forgotten exits, and its container is restarted. 1.28 exits or hangs, depending on which call is refused first. */
  readonly ends: boolean
  /** What the user should know before choosing this version. */
  readonly note?: string
}

/** The Fleet API's own port, up to 1.39; the listener has it in every version, unless it existed before. */
export const FLEET_PORT = 9092
const CONTROL_PORT = 9093
/** The one HTTP port, as in Flower's current guide. */
const HTTP_PORT = 8000
/** The oldest version that is known to accept the guide's flags. */
export const OLDEST = "1.28.0"

/** The guide's own flags and ports. */
const GUIDE = {
  superlink: [],
  supernode: ["--clientappio-api-address", "0.0.0.0:9094"],
  ports: { fleet: FLEET_PORT, control: CONTROL_PORT },
  clientAppIo: 9094,
  controlPort: CONTROL_PORT,
  fleetPort: FLEET_PORT,
  onePort: false,
}

const FAMILIES: readonly Family[] = [
  {
    since: OLDEST,
    ...GUIDE,
    ends: false,
  },
  // From here on, a refused call ends the SuperNode (read in the sources of 1.29, measured with 1.34).
  {
    since: "1.29.0",
    ...GUIDE,
    ends: true,
  },
  // From here on, the ClientAppIo and ServerAppIo flags are refused (exit code 2): a local HTTP API replaces them.
  {
    since: "1.35.0",
    superlink: [],
    supernode: [],
    ports: { fleet: FLEET_PORT, control: CONTROL_PORT },
    controlPort: CONTROL_PORT,
    fleetPort: FLEET_PORT,
    onePort: false,
    ends: true,
  },
  // Control and Runtime API share an HTTP port, by default 127.0.0.1:8000; the Fleet API keeps its own (measured with 1.38.0).
  {
    since: "1.37.0",
    superlink: [
      ...["--host", "0.0.0.0", "--port", String(CONTROL_PORT)],
      ...["--fleet-api-address", `0.0.0.0:${FLEET_PORT}`],
    ],
    supernode: [],
    ports: { fleet: FLEET_PORT, control: CONTROL_PORT },
    controlPort: HTTP_PORT,
    fleetPort: FLEET_PORT,
    onePort: false,
    ends: true,
    note: `its Control API shares port ${CONTROL_PORT} with the Runtime API: that port is for the SuperLink's own project, not for the interconnect`,
  },
  // Without --host it listens on 127.0.0.1 only; --fleet-api-address is accepted and has no effect.
  {
    since: "1.40.0",
    superlink: ["--host", "0.0.0.0"],
    supernode: [],
    ports: { fleet: HTTP_PORT },
    controlPort: HTTP_PORT,
    fleetPort: HTTP_PORT,
    onePort: true,
    ends: true,
    note:
      `Fleet API, Control API and Runtime API share port ${HTTP_PORT}: whoever reaches the Fleet API over the network also ` +
      "reaches the others (start runs, list and register SuperNodes, take over the task of a ServerApp), without authentication " +
      "unless Flower's own TLS is used",
  },
]

/** The last row behind a gate: SuperLink and all its APIs are on its pod's loopback, and the gate has the Fleet API's usual port. */
const { note: _, ...ONE_PORT } = FAMILIES.at(-1)!
const GATED: Family = {
  ...ONE_PORT,
  superlink: ["--host", "127.0.0.1", "--port", String(HTTP_PORT)],
  ports: { fleet: FLEET_PORT },
  fleetPort: FLEET_PORT,
}

/**
 * The row of the table that a version belongs to.
 * @param gate whether there is a gate, which means something from 1.40 on
 */
export function familyOf(version: string, gate = false): Family {
  const family = FAMILIES.findLast(({ since }) => compareVersions(version, since) >= 0) ?? FAMILIES[0]!
  return gate && family.onePort ? GATED : family
}

/** Arguments of a SuperLink of this version. */
export function superlinkArguments(version: string, tls?: Tls, gate = false): string[] {
  const security =
    tls === undefined
      ? ["--insecure"]
      : [
          ...["--ssl-ca-certfile", `${tls.folder}/ca.crt`],
          ...["--ssl-certfile", `${tls.folder}/tls.crt`],
          ...["--ssl-keyfile", `${tls.folder}/tls.key`],
        ]
  return [...security, ...familyOf(version, gate).superlink]
}

/** Arguments of a SuperNode of this version that connects to `address` (host:port). */
export function supernodeArguments(
  version: string,
  address: string,
  options: { tls?: Tls; config?: Readonly<Record<string, string>> } = {},
): string[] {
  const config = Object.entries(options.config ?? {}).map(([key, value]) => `${key}=${value}`)
  return [
    ...(options.tls === undefined ? ["--insecure"] : ["--root-certificates", `${options.tls.folder}/ca.crt`]),
    "--superlink",
    address,
    ...familyOf(version).supernode,
    ...(config.length > 0 ? ["--node-config", config.join(" ")] : []),
  ]
}

/** Fully qualified: OpenShift 4.21 does not pull short names. */
export const superlinkImage = (version: string): string => `docker.io/flwr/superlink:${version}`
export const supernodeImage = (version: string): string => `docker.io/flwr/supernode:${version}`

/** The user that Flower's own images run as: plain Kubernetes cannot check `runAsNonRoot` for a user that is given by name. */
export const IMAGE_USER = 49999

/** The version in an image's tag (`flwr/superlink:1.34.0-py3.11`); undefined for `latest`, a digest or another tag. */
export function versionOfImage(image: string): string | undefined {
  const tag = /:([^:/@]+)(?:@.*)?$/.exec(image)?.[1]
  return /^v?(\d+\.\d+\.\d+)(?![\d.])/.exec(tag ?? "")?.[1]
}

/** Whether an image is one of Flower's own, so that its tag is a version of Flower. */
export const isFlowersOwn = (image: string): boolean =>
  /(?:^|\/)flwr\/(?:superlink|supernode)[:@]/.test(image)

/** Negative, 0 or positive, as for numbers: `1.9.0` comes before `1.10.0`. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [a, b].map((version) => version.split(".").map((part) => Number.parseInt(part, 10)))
  for (let i = 0; i < 3; i++) {
    const difference = (left![i] ?? 0) - (right![i] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}

/** Whether a version is this one or a later one. */
export const since = (version: string, first: string): boolean => compareVersions(version, first) >= 0

/** Up to 1.39, a SuperNode calls every 3 s, and its SuperLink logs each call (measured with 1.28 and 1.34). */
export const logsCalls = (version: string): boolean => !since(version, "1.40.0")
