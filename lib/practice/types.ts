/** What the parts of the practice clusters agree on. Nothing here knows Flower. */
import type { Cluster, KubeObject } from "../cluster/types.ts"

/** How long the played controllers take: `short` keeps the order with at most 1 s each, `none` is at once. */
export type Delays = "short" | "real" | "none"

/** One user of a practice cluster. */
export interface PracticeUser {
  name: string
  token: string
  password?: string
  groups: string[]
  /** May do everything; others own the projects they create and nothing cluster-wide. */
  admin: boolean
}

/** One request as the API server saw it. */
export interface RequestEntry {
  at: number
  method: string
  /** With its query. */
  path: string
  user: string | undefined
  status: number
  agent: string | undefined
}

/** Everything that makes a cluster come back the same: ports, CA, tokens, objects. JSON. */
export interface Snapshot {
  version: 1
  name: string
  port: number
  ca: { certificate: string; key: string }
  users: PracticeUser[]
  resourceVersion: number
  objects: KubeObject[]
}

export interface ApiServerOptions {
  name: string
  /** 0: any free port. */
  port?: number
  users: PracticeUser[]
  ca: CertificateAuthority
  faults: FaultTable
  /** False: plain Kubernetes, no projects, routes, OAuth, OLM. Default true. */
  openshift?: boolean
  objects?: KubeObject[]
  resourceVersion?: number
  /**
   * Whether the server does the work of the garbage collector and the namespace controller, as nothing else of a
   * practice cluster does. Default true.
   */
  collect?: boolean
  /** A token dies after so many milliseconds (a fault may end it earlier). */
  onRequest?: (entry: RequestEntry) => void
}

/** A running API server. Speaks HTTPS on 127.0.0.1 only. */
export interface ApiServer {
  readonly name: string
  readonly url: string
  readonly port: number
  readonly ca: CertificateAuthority
  readonly users: readonly PracticeUser[]
  readonly requests: readonly RequestEntry[]
  snapshot(): Snapshot
  close(): Promise<void>
}

/** Own CA; EC keys. All PEM. Made by lib/practice/certificates.ts. */
export interface CertificateAuthority {
  readonly certificate: string
  readonly key: string
  issue(
    subject: string,
    options: { hosts?: string[]; client?: boolean; server?: boolean },
  ): Promise<{ certificate: string; key: string }>
}

/** Where a fault strikes; the word says which part asks for it. */
export type FaultWhere =
  | "api" // every API request; `match` is a RegExp on "VERB /path?query"
  | "login" // OAuth and token checks
  | "operator" // the OLM controller
  | "site" // Skupper controller: sites
  | "grant" // Skupper controller: issuing and redeeming
  | "link" // the router network
  | "pod" // scheduling and starting pods; `match` is a RegExp on the pod's name
  | "tls" // certificates served

/** One line of the fault table. */
export interface Fault {
  where: FaultWhere
  /** Cluster (site) name, `*` for all. Default `*`. */
  cluster?: string
  match?: string
  /**
   * What happens. api: `500` `503` `429` `reset` `slow` `cut` (watches end) `gone` (410) `forbidden` `unauthorized`.
   * login: `expired` `refused`. operator: `slow` `fails` `manual` `no-catalog` `no-group` `two-groups` `old` (RHSI 1.x).
   * site: `pending`. grant: `expired` `used` `unreachable` `off`. link: `down`. pod: `quota` `image` `crash` `pending`.
   * tls: `wrong-ca`.
   */
  what: string
  /** Milliseconds, for `slow`. */
  delay?: number
  /** Strikes so many times, then is cured. */
  times?: number
  /** Cured so many seconds after the clusters started. */
  seconds?: number
}

/** The one table of faults for flag, API and tests. Reads live: changing it cures or breaks running clusters. */
export interface FaultTable {
  /** The first fault that strikes now; counts one strike against `times`. */
  strike(where: FaultWhere, cluster: string, subject?: string): Fault | undefined
  /** As strike, without counting. */
  peek(where: FaultWhere, cluster: string, subject?: string): Fault | undefined
  set(faults: readonly Fault[]): void
  readonly faults: readonly Fault[]
  /** Called after each `set`. */
  onChange(listener: () => void): () => void
}

/** A controller of the practice clusters: an ordinary client of an API server, ours or a real one. */
export interface Controller {
  readonly name: string
  stop(): Promise<void>
}

export interface ControllerContext {
  /** The cluster's (site's) name in the practice federation. */
  readonly name: string
  readonly cluster: Cluster
  readonly delays: Delays
  readonly faults: FaultTable
  /** The routers of all practice clusters: which link reaches which site. */
  readonly network: Network
  readonly images: readonly PracticeImage[]
  /** Where pods' files lie, under `pods/`, which is emptied at the start. Without it containers have no paths. */
  readonly folder?: string
}

/** The played router network between the clusters, one object a practice federation. */
export interface Network {
  /** A site opens for links at an address (host:port); links that dial it with its CA's credentials reach it. */
  accept(address: string, site: NetworkSite): () => void
  /** Who answers at an address now. */
  at(address: string): NetworkSite | undefined
  /** Called when something changed that pods of a cluster may reach. */
  onChange(cluster: string, listener: () => void): () => void
  /**
   * Called when a site came or went, a link went up or down, or a site offers something else; with `anything` where it may be
   * more than that, as when faults change.
   */
  onRoutes(listener: (anything: boolean) => void): () => void
  /** What the site at a place offers may be otherwise than before; left out: at every place. */
  changed(place?: Place): void
  /** What pods of a place serve is otherwise than before. */
  served(place: Place): void
  /** A site whose router runs is in the network until the returned function is called. */
  join(site: NetworkSite): () => void
  /** The running site of a namespace of a cluster. */
  site(cluster: string, namespace: string): NetworkSite | undefined
  /** Where a site's link leads now, and whether it is up. */
  link(site: NetworkSite, link: NetworkLink): { up: boolean; peer: NetworkSite | undefined }
  /** Every site that traffic reaches over links that are up, in any direction and over others; itself first. */
  reach(site: NetworkSite): NetworkSite[]
  /** The same sites and what they offer: the same object for all of them, until anything in it changes. */
  around(site: NetworkSite): Neighbourhood
  /** What a site offers, asked once after each change. */
  offer(site: NetworkSite): Offer
  /** A container serves at a port of its pod, until the returned function is called. */
  listen(place: PodPort, service: unknown): () => void
  /** What is served there now. */
  listening(place: PodPort): unknown
}

/** A namespace of a practice cluster. */
export interface Place {
  readonly cluster: string
  readonly namespace: string
}

/** Sites that reach each other, in order of uid, and the routing keys that they have an end of. */
export interface Neighbourhood {
  readonly sites: readonly NetworkSite[]
  readonly connectors: ReadonlySet<string>
  readonly listeners: ReadonlySet<string>
}

/** What a {@link NetworkSite} said when it was asked. */
export interface Offer {
  readonly ca: string
  readonly links: readonly NetworkLink[]
  readonly connectors: readonly { name: string; routingKey: string }[]
  readonly listeners: readonly { name: string; routingKey: string; port: number }[]
}

/** A port of a pod of a practice cluster. */
export interface PodPort {
  cluster: string
  namespace: string
  pod: string
  port: number
}

/** A Link as its site's router sees it. */
export interface NetworkLink {
  readonly name: string
  /** host:port of its inter-router endpoints. */
  readonly addresses: readonly string[]
  /** Fingerprint of the CA that issued its credentials; nothing where they are missing or not issued by it. */
  readonly ca: string | undefined
  /** A fault holds it down. */
  readonly down: boolean
}

/** One Skupper site as the router network sees it. */
export interface NetworkSite {
  readonly cluster: string
  readonly namespace: string
  readonly uid: string
  readonly name: string
  /** Fingerprint of the CA whose client certificates it accepts. */
  readonly ca: string
  /** Pod services behind a routing key here, by the site's connectors. */
  backends(routingKey: string): PodService[]
  connectors(): { name: string; routingKey: string }[]
  /** `port` is the router's own port behind the listener's Service. */
  listeners(): { name: string; routingKey: string; port: number }[]
  /** Its configured links to other sites. */
  links(): NetworkLink[]
}

/** What a running practice container offers at a port; `service` is whatever its image handed in. */
export interface PodService {
  readonly pod: { name: string; namespace: string; ip: string }
  readonly port: number
  readonly service: unknown
}

/** What a practice pod of a matching image does. Registered by the notebook's own code, handed to practice. */
export interface PracticeImage {
  /** Matched against the container's whole image reference. */
  readonly image: RegExp
  /**
   * Gets ready what the image runs from, as a pull does: before every start of a container, so it must be quick when there is
   * nothing to do, and may be called several times at once. While it lasts the container is ContainerCreating; a failure
   * is ErrImagePull, then ImagePullBackOff, with the error's message, and is tried again with back-off.
   */
  pull?(image: string): Promise<void>
  /** The container starts. Returns how it ends on SIGTERM (deleted, replaced); a kill calls nothing. */
  start(container: PracticeContainer): void | (() => void)
}

/** A container that has started, as its image's code sees it. Once this run of it has ended, nothing here does anything. */
export interface PracticeContainer {
  readonly image: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly pod: { name: string; namespace: string; labels: Readonly<Record<string, string>>; cluster: string }
  /** One line into the container's log (a timestamp is kept beside it). */
  log(line: string): void
  ready(): void
  /** The container ends, and its program with it; it is restarted as a Deployment would, with back-off. */
  exit(code: number): void
  /** Serves at a port: whoever dials it is handed `service`. */
  listen(port: number, service: unknown): void
  /**
   * Dials `host:port` (a Service of the own namespace, `name`, `name.namespace`, `….svc…`) and keeps the connection:
   * `open` with the other side's service when a path is there (and again when it comes back), `lost` when it goes.
   * Returns how to hang up.
   */
  dial(address: string, on: { open(service: unknown): void; lost(): void }): () => void
  /**
   * Runs a real program as this container, once: lines of its stdout and stderr are the log (colours kept), its exit code is
   * the container's, 128 + n after signal n. Where the container is to end, SIGTERM goes to the program's process group, and
   * SIGKILL when the pod's grace period is over; the pod is there until then. Whatever the program has started ends
   * with it, in whichever group or session that is, as long as it keeps the environment variable PRACTICE_CONTAINER_ID;
   * and all of it ends with the practice process, also when that is killed.
   * @throws Error where one runs already
   */
  run(program: ContainerProgram): void
  /**
   * A free port on 127.0.0.1, of this run of the container alone, for what its program serves at `port` in a real pod: who dials
   * or port-forwards to the pod's `port` gets there from now on. Nobody else can know whether the program listens yet.
   */
  serve(port: number): Promise<number>
  /**
   * A port on 127.0.0.1 behind which `host:port` (as for `dial`) lies while there is a path to something that a program
   * serves. Without a path connections are reset; open ones are when it goes.
   */
  forward(address: string): Promise<number>
  /**
   * Where a path in the container lies on this machine; the folder it is in is made. Volumes (Secret, ConfigMap, emptyDir)
   * as the pod mounts them: files 0600, folders 0700, as they were when the pod started. All else lies in a folder
   * of the container's own that is empty at each of its starts. Everything goes with the pod.
   * @throws Error for a volume of another kind, and once the pod is gone
   */
  path(inside: string): Promise<string>
}

/** A program that runs as a container. */
export interface ContainerProgram {
  /** A path, or a name looked up in the environment's PATH. */
  readonly command: string
  readonly args: readonly string[]
  /** Its whole environment; a shell adds PWD, and PRACTICE_CONTAINER_ID marks what belongs to the container. */
  readonly env: Readonly<Record<string, string>>
  /** Working folder. Default: practice's own. */
  readonly folder?: string
}

/** A started set of practice clusters. */
export interface Practice {
  /** Its folder: kubeconfigs, token files, CA files, stand-in commands, federation.yaml. */
  readonly folder: string
  readonly federationFile: string
  /** The folder of the stand-in `oc` and `skupper`. */
  readonly commands: string
  readonly clusters: readonly PracticeCluster[]
  readonly faults: FaultTable
  /** Writes the state to the `keep` file where one was asked for, then stops everything. */
  close(): Promise<void>
}

export interface PracticeCluster {
  readonly name: string
  readonly role: string
  readonly server: ApiServer
  /** As cluster administrator. */
  readonly kubeconfig: string
  readonly admin: PracticeUser
  /** An ordinary user. */
  readonly developer: PracticeUser
}

export interface PracticeOptions {
  /** One cluster each; names and roles come from the notebook. */
  readonly sites: readonly { name: string; role: string }[]
  /** Keys of each site's entry in the federation.yaml that practice writes, beside server, tokens and CA. */
  readonly values: (site: { name: string; role: string }) => Record<string, unknown>
  readonly federation: string
  /** The folder for its files; made when missing, 0700. */
  readonly folder: string
  readonly delays?: Delays
  readonly faults?: readonly Fault[]
  /** Read again whenever it changes. */
  readonly faultsFile?: string
  /** Brings clusters back from this file, and saves them there. */
  readonly keep?: string
  readonly images: readonly PracticeImage[]
  readonly openshift?: boolean
}
