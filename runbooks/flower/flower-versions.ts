/**
 * What differs between Flower's versions: arguments and ports. Measured for 1.28, 1.34 and 1.41, read in the sources of
 * those between. Newer versions are taken for the last row.
 */

/** Flower's own TLS: where the certificates lie in the container. Nothing: `--insecure`. */
export interface Tls {
  readonly folder: string
}

interface Family {
  /** The first version that it holds for. */
  readonly since: string
  /** Arguments of a SuperLink beside those for TLS. */
  readonly superlink: readonly string[]
  /** Arguments of a SuperNode beside TLS, address and node configuration. */
  readonly supernode: readonly string[]
  /** The SuperLink's ports by name. What is left out cannot be reached from outside its pod. */
  readonly ports: Readonly<{ fleet: number; control?: number }>
  /** The port of the SuperNode's ClientAppIo API, where it is published at all. */
  readonly clientAppIo?: number
  /** Where the Control API is served in the SuperLink's pod, published or not. */
  readonly controlPort: number
  /** One HTTP port carries all APIs, and `--host` and `--port` say which. */
  readonly onePort: boolean
  /** A SuperNode that its SuperLink has forgotten ends, and its container is started anew. 1.28 does so or hangs, by which call is refused first. */
  readonly ends: boolean
  /** What a person should know before choosing it. */
  readonly note?: string
}

/** The port that SuperNodes dial: the same in every version that we deploy. */
export const FLEET_PORT = 9092
/** The oldest version that the guide's flags are known to fit. */
export const OLDEST = "1.28.0"

/** The guide's own flags and ports. */
const GUIDE = {
  superlink: [],
  supernode: ["--clientappio-api-address", "0.0.0.0:9094"],
  ports: { fleet: FLEET_PORT, control: 9093 },
  clientAppIo: 9094,
  controlPort: 9093,
  onePort: false,
}

const FAMILIES: readonly Family[] = [
  {
    since: OLDEST,
    ...GUIDE,
    ends: false,
  },
  // A refused call ends the SuperNode from here on (read in 1.29, measured with 1.34).
  {
    since: "1.29.0",
    ...GUIDE,
    ends: true,
  },
  // The ClientAppIo and ServerAppIo flags are refused from here on (exit 2): a local HTTP API takes their place.
  {
    since: "1.35.0",
    superlink: [],
    supernode: [],
    ports: { fleet: FLEET_PORT, control: 9093 },
    controlPort: 9093,
    onePort: false,
    ends: true,
  },
  {
    since: "1.37.0",
    superlink: [],
    supernode: [],
    ports: { fleet: FLEET_PORT },
    controlPort: 8000,
    onePort: false,
    ends: true,
    note: "its Control API is served beside the Runtime API, inside the SuperLink's pod only: reach it by port forward",
  },
  // Without a host it listens on 127.0.0.1 alone, and --fleet-api-address is taken and does nothing.
  {
    since: "1.40.0",
    superlink: ["--host", "0.0.0.0", "--port", String(FLEET_PORT)],
    supernode: [],
    ports: { fleet: FLEET_PORT },
    controlPort: FLEET_PORT,
    onePort: true,
    ends: true,
    note:
      `Fleet and Control API share port ${FLEET_PORT}: whoever reaches the Fleet API over the network also reaches the ` +
      "Control API (start runs, list and register SuperNodes), and without Flower's own TLS nothing asks who it is",
  },
]

/** The row of the table that a version belongs to. */
export function familyOf(version: string): Family {
  return FAMILIES.findLast(({ since }) => compareVersions(version, since) >= 0) ?? FAMILIES[0]!
}

/** Arguments of a SuperLink of this version. */
export function superlinkArguments(version: string, tls?: Tls): string[] {
  const security =
    tls === undefined
      ? ["--insecure"]
      : [
          ...["--ssl-ca-certfile", `${tls.folder}/ca.crt`],
          ...["--ssl-certfile", `${tls.folder}/tls.crt`],
          ...["--ssl-keyfile", `${tls.folder}/tls.key`],
        ]
  return [...security, ...familyOf(version).superlink]
}

/** Arguments of a SuperNode of this version that dials `address` (host:port). */
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

export const superlinkImage = (version: string): string => `flwr/superlink:${version}`
export const supernodeImage = (version: string): string => `flwr/supernode:${version}`

/** The user that Flower's own images run as: plain Kubernetes cannot check `runAsNonRoot` of a user named by name. */
export const IMAGE_USER = 49999

/** The version in an image's tag (`flwr/superlink:1.34.0-py3.11`), or nothing: `latest`, a digest, a tag of one's own. */
export function versionOfImage(image: string): string | undefined {
  const tag = /:([^:/@]+)(?:@.*)?$/.exec(image)?.[1]
  return /^v?(\d+\.\d+\.\d+)(?![\d.])/.exec(tag ?? "")?.[1]
}

/** Whether an image is one of Flower's own, of which the tag is Flower's version. */
export const isFlowersOwn = (image: string): boolean =>
  /(?:^|\/)flwr\/(?:superlink|supernode)[:@]/.test(image)

/** Negative, 0 or positive, as with numbers: `1.9.0` comes before `1.10.0`. */
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

/** The value of `--flag value` or `--flag=value` among arguments. */
export function argumentOf(args: readonly string[], flag: string): string | undefined {
  const index = args.indexOf(flag)
  if (index !== -1) return args[index + 1]
  return args.find((arg) => arg.startsWith(`${flag}=`))?.slice(flag.length + 1)
}
