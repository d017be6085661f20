/** What a pod does: handed in by the notebook. */

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
  /**
   * Its probes are asked as a kubelet does, and `ready()` only says that its process runs: it serves at every port that the real
   * one serves. Otherwise a probe counts only where a program serves its port.
   */
  readonly probed?: boolean
  /** What a command in the container prints where it fails; undefined where it ends with 0. For containers that run no program. */
  exec?(command: readonly string[]): string | undefined
  /** The container starts. Returns how it ends on SIGTERM (deleted, replaced); a kill calls nothing. */
  start(container: PracticeContainer): void | (() => void)
  /**
   * The same for an init container. Its program, or `exit(0)`, says when it is done. An image without this is taken as done
   * as soon as it is pulled.
   */
  init?(container: PracticeContainer): void
}

/** A container that has started, as its image's code sees it. Once this run of it has ended, nothing here does anything. */
export interface PracticeContainer {
  readonly image: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly pod: { name: string; namespace: string; labels: Readonly<Record<string, string>>; cluster: string }
  /** One line into the container's log (a timestamp is kept beside it). */
  log(line: string): void
  /**
   * It is ready. What its program serves at the port of its readiness probe is asked instead, unless this was called; a
   * liveness probe is asked in any case. See {@link PracticeImage.probed}.
   */
  ready(): void
  /**
   * The container ends, and its program with it; it is restarted as a Deployment would, with back-off.
   * @param reason of its state, such as `OOMKilled`; default `Completed` or `Error`, by the code
   */
  exit(code: number, reason?: string): void
  /**
   * Serves at a port: whoever dials it is handed `service`, which may be a {@link SimulatedPort} as well.
   * @param where `loopback`: only the containers of this pod reach it, and a port forward
   * @returns how to stop serving it
   */
  listen(port: number, service: unknown, where?: "pod" | "loopback"): () => void
  /**
   * Dials `host:port` (a Service of the own namespace, `name`, `name.namespace`, `….svc…`; or 127.0.0.1, its own pod) and keeps the connection:
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
   * @param where as for `listen`
   */
  serve(port: number, where?: "pod" | "loopback"): Promise<number>
  /**
   * A port on 127.0.0.1 behind which `host:port` (as for `dial`) lies while there is a path to something that a program
   * serves. Without a path connections are reset; open ones are when it goes.
   */
  forward(address: string): Promise<number>
  /**
   * Where a path in the container lies on this machine; the folder it is in is made. Volumes (Secret, ConfigMap, emptyDir, projected)
   * as the pod mounts them: files 0600, folders 0700, as they were when the pod started. All else lies in a folder
   * of the container's own that is empty at each of its starts. Everything goes with the pod.
   * @throws Error for a volume of another kind, and once the pod is gone
   */
  path(inside: string): Promise<string>
  /** The paths in the container at which the pod mounts its volumes. */
  readonly mounts: readonly string[]
}

/** What a service that no program serves says to whoever comes by a port forward. Without any of it, it stays silent. */
export interface SimulatedPort {
  /** Sent first. */
  readonly greeting?: Uint8Array
  answer?(bytes: Buffer): Uint8Array | undefined
  /** What a probe is told: the status of a path by HTTP, or whether gRPC's health service says SERVING. */
  readonly health?: {
    readonly tls?: boolean
    http?(path: string): number
    grpc?(): boolean
  }
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
