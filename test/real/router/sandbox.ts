/**
 * What a container engine gives a pod: a network, a host name and mounts of its own, as namespaces of the kernel. Its
 * loopback is the whole network: what leaves a pod is handed to the test's process, and led on from there.
 */
import { type ChildProcess, execFile, spawn } from "node:child_process"
import { mkdirSync, writeFileSync } from "node:fs"
import type { Socket } from "node:net"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { TcpService } from "../../../lib/practice/controllers/kubelet/loopback.ts"
import type { ContainerProgram, PracticeContainer } from "../../../lib/practice/types/images.ts"
import type { Answer, Ask } from "./inside.ts"

const INSIDE = fileURLToPath(new URL("inside.ts", import.meta.url))
/** As root as well: then nothing in a pod has rights over this machine. */
const NAMESPACES = ["--user", "--map-root-user", "--net", "--mount", "--uts"]

/**
 * Addresses of pods and Services are the pod's own, so that something can listen there. `/etc` and `/run` are writable, for
 * mounts whose folders this machine lacks; names come from a file that the test's process writes.
 */
const SET_UP = `
set -e
folder=$1 name=$2
shift 2
hostname "$name"
ip link set lo up
ip route add local 10.0.0.0/8 dev lo
mount --rbind /etc "$folder/etc"
mount -t tmpfs tmpfs /etc
ln -s "$folder"/etc/* /etc/
rm -f /etc/hosts /etc/resolv.conf
ln -s "$folder/hosts" /etc/hosts
: > /etc/resolv.conf
mount -t tmpfs tmpfs /run
exec "$@"`

/** A container's own mounts, then its program: \`FROM TO … -- COMMAND …\`. */
const MOUNT = `
set -e
while [ "$1" != -- ]; do
  mkdir -p "$2"
  mount --bind "$1" "$2"
  shift 2
done
shift
exec "$@"`

/** Why this machine has no such namespaces; undefined where it has. */
export const whyNoSandbox = async (): Promise<string | undefined> => {
  try {
    const script = "ip link set lo up && ip route add local 10.0.0.0/8 dev lo && mount -t tmpfs tmpfs /run"
    await promisify(execFile)("unshare", [...NAMESPACES, "sh", "-c", script])
    return undefined
  } catch (error) {
    const { stderr = "", message } = error as Error & { stderr?: string }
    return (stderr || message).trim().split("\n").at(-1)
  }
}

interface Waiting {
  connection(socket: Socket): void
  listening(): void
  failed(error: Error): void
}

/** The namespaces of one pod, for as long as it is there. */
export class Sandbox {
  readonly name: string
  readonly #folder: string
  readonly #child: ChildProcess
  readonly #waiting = new Map<number, Waiting>()
  readonly #listening = new Set<string>()
  readonly #names = new Map<string, string>()
  /** Connections that were handed over. */
  readonly #open = new Set<Socket>()
  #asked = 0

  /**
   * @param name the pod's
   * @param folder for its own files; it is made
   */
  constructor(name: string, folder: string) {
    this.name = name
    this.#folder = folder
    mkdirSync(join(folder, "etc"), { recursive: true, mode: 0o700 })
    this.#writeHosts()
    const inside = [process.execPath, "--no-warnings", INSIDE]
    this.#child = spawn("unshare", [...NAMESPACES, "sh", "-c", SET_UP, "sh", folder, name, ...inside], {
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    })
    this.#child.on("message", (answer: Answer, socket?: Socket) => this.#answered(answer, socket))
    this.#child.on("exit", () => {
      for (const it of this.#waiting.values()) it.failed(new Error(`the sandbox of ${name} has ended`))
      this.#waiting.clear()
    })
  }

  #answered(answer: Answer, socket: Socket | undefined): void {
    const waiting = this.#waiting.get(answer.id)
    if (answer.is === "failed") {
      this.#waiting.delete(answer.id)
      waiting?.failed(Object.assign(new Error(answer.message), { code: answer.code }))
    } else if (answer.is === "listening") waiting?.listening()
    else if (socket !== undefined) {
      this.#open.add(socket)
      socket.on("close", () => this.#open.delete(socket))
      socket.on("error", () => undefined) // its end is told by `close`
      if (waiting === undefined) socket.destroy()
      else waiting.connection(socket)
    }
  }

  #ask(ask: { listen: { host: string; port: number } } | { connect: number }, waiting: Waiting): number {
    const id = ++this.#asked
    if (this.#child.connected) {
      this.#waiting.set(id, waiting)
      this.#child.send({ id, ...ask } satisfies Ask)
    } else waiting.failed(new Error(`the sandbox of ${this.name} has ended`))
    return id
  }

  /** Whoever in the pod connects to this address is handed over; asked again for the same address, nothing happens. */
  listen(host: string, port: number, connection: (socket: Socket) => void): Promise<void> {
    const address = `${host}:${port}`
    if (this.#listening.has(address)) return Promise.resolve()
    this.#listening.add(address)
    return new Promise((resolve, reject) => {
      this.#ask({ listen: { host, port } }, { connection, listening: resolve, failed: reject })
    })
  }

  /** Connects to a port in the pod. @throws Error with the system's code */
  connect(port: number): Promise<Socket> {
    return new Promise((resolve, reject) => {
      const id = this.#ask(
        { connect: port },
        {
          connection: (socket) => {
            this.#waiting.delete(id)
            resolve(socket)
          },
          listening: () => undefined,
          failed: reject,
        },
      )
    })
  }

  /** The address in the pod that a name stands for: one of its loopback's. */
  addressOf(name: string): string {
    if (/^[\d.]+$/.test(name)) return name
    const known = this.#names.get(name)
    if (known !== undefined) return known
    const address = `127.1.0.${this.#names.size + 1}`
    this.#names.set(name, address)
    this.#writeHosts()
    return address
  }

  #writeHosts(): void {
    const lines = [["localhost", "127.0.0.1"], [this.name, "127.0.0.1"], ...this.#names]
    writeFileSync(join(this.#folder, "hosts"), lines.map(([name, to]) => `${to} ${name}\n`).join(""))
  }

  /** Runs a program as a container of this pod: in its namespaces, with the container's volumes mounted. */
  async run(container: PracticeContainer, program: ContainerProgram): Promise<void> {
    const mounts = await Promise.all(
      container.mounts.map(async (inside) => {
        const folder = await container.path(inside)
        mkdirSync(folder, { recursive: true, mode: 0o700 })
        return [folder, inside]
      }),
    )
    const enter = ["--target", String(this.#child.pid), "--user", "--net", "--uts", "--mount"]
    container.run({
      command: "nsenter",
      args: [
        ...[...enter, "--preserve-credentials", "unshare", "--mount", "sh", "-c", MOUNT, "sh"],
        ...[...mounts.flat(), "--", program.command, ...program.args],
      ],
      env: { ...program.env, HOSTNAME: this.name },
    })
  }

  close(): void {
    for (const socket of this.#open) socket.destroy()
    if (this.#child.connected) this.#child.disconnect()
  }
}

/** What is served at a port in a pod's sandbox. */
export class SandboxService extends TcpService {
  readonly #sandbox: Sandbox
  readonly #port: number
  constructor(sandbox: Sandbox, port: number) {
    super()
    this.#sandbox = sandbox
    this.#port = port
  }

  connect(): Promise<Socket> {
    return this.#sandbox.connect(this.#port)
  }
}
