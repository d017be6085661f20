/**
 * The SuperNodes of a simulated SuperLink: who may join, who has, and the part of the Control API that registers and lists them. Answers and
 * log lines are those of the real one (measured with 1.34, 1.38 and 1.42). The stand-in `flwr` of practice clusters asks in lines of its
 * own, where the real one speaks gRPC or HTTP.
 *
 * Omitted: a key whose SuperNode was killed is refused for up to a minute, until its heartbeats are missed.
 */
import { randomBytes } from "node:crypto"
import { publicKeyLine } from "../security/ssh-key.ts"
import { PracticeRuns } from "./practice-runs.ts"

/** Why a SuperNode is not let in. */
export interface Refusal {
  readonly code: 2001 | 2004
  readonly message: string
}

const NO_KEY: Refusal = {
  code: 2001,
  message: "SuperNode authentication is enabled. All SuperNodes must be registered via the CLI.",
}
const UNKNOWN_KEY: Refusal = { code: 2004, message: "Failed to activate SuperNode." }

const HTTP_CALL = { RegisterNode: "/v1/fleet/register-node", ActivateNode: "/v1/fleet/activate-node" }

type Status = "registered" | "online" | "offline" | "unregistered"

/** A SuperNode that a SuperLink knows. */
export interface Node {
  readonly id: string
  /** The key that it was registered with. */
  readonly key?: string
  status: Status
  /** ISO 8601, as the others. */
  readonly created: string
  online?: string
  offline?: string
  deleted?: string
  /** Tells its SuperNode that it is not known any more. */
  evict?: () => void
}

/** Where nodes survive their SuperLink's process. */
export interface Database {
  read(): readonly Node[]
  write(nodes: readonly Node[]): void
}

export interface NodesOptions {
  /** Only registered SuperNodes may join. */
  readonly auth: boolean
  readonly tls: boolean
  /** From 1.40 on, the Fleet API is HTTP. */
  readonly http: boolean
  /** A line into the SuperLink's log, and one of the level ERROR. */
  log(line: string): void
  error(line: string): void
}

/**
 * The server assigns a random unsigned 64-bit number. Of these, practice takes the ones with 20 digits (nearly half of them),
 * so that a text that contains one is folded in the same way on every run.
 */
const FIRST_NODE_ID = 10n ** 19n
const newNodeId = (): string =>
  (FIRST_NODE_ID + (randomBytes(8).readBigUInt64BE() % (2n ** 64n - FIRST_NODE_ID))).toString()

export class PracticeNodes {
  readonly #options: NodesOptions
  readonly #nodes = new Map<string, Node>()
  readonly #runs: PracticeRuns
  #database: Database | undefined
  constructor(options: NodesOptions) {
    this.#options = options
    this.#runs = new PracticeRuns(options.log)
  }

  /** Takes over what a database holds, and keeps every change in it. */
  keepIn(database: Database): void {
    for (const node of database.read()) this.#nodes.set(node.id, { ...node })
    this.#database = database
  }

  #keep(): void {
    this.#database?.write([...this.#nodes.values()])
  }

  knows(id: string): boolean {
    const status = this.#nodes.get(id)?.status
    return status !== undefined && status !== "unregistered"
  }

  /**
   * A SuperNode asks to be let in.
   * @param key its public key, if it has one
   * @param evict called when it is unregistered while it is there
   */
  join(key: string | undefined, evict: () => void): { readonly id: string } | Refusal {
    if (key === undefined && this.#options.auth) return this.#refuse("RegisterNode", NO_KEY)
    const node = key === undefined ? this.#add(undefined, "registered") : this.#byKey(key)
    if (node === undefined || node.status === "unregistered")
      return this.#refuse("ActivateNode", UNKNOWN_KEY, "No SuperNode found with the given public key.")
    node.status = "online"
    node.online = now()
    node.evict = evict
    this.#keep()
    this.#options.log(`[Fleet.ActivateNode] Activated node_id=${node.id}`)
    return { id: node.id }
  }

  /** A SuperNode signs off. One without a key is forgotten with that. */
  leave(id: string): void {
    const node = this.#nodes.get(id)
    if (node?.status !== "online") return
    delete node.evict
    node.status = node.key === undefined ? "unregistered" : "offline"
    node.offline = now()
    this.#keep()
    this.#options.log(`[Fleet.DeactivateNode] Deactivated node_id=${id}`)
  }

  /** What is asked through a port forward: a line of the stand-in `flwr`, answered by a line of JSON. */
  answer(bytes: Buffer): Buffer | undefined {
    const [channel, verb, ...args] = bytes.toString("utf8").replace(/\n$/, "").split("\t")
    if (channel !== "secure" && channel !== "insecure") return undefined
    const answer =
      (channel === "secure") === this.#options.tls
        ? this.#call(verb, args)
        : failure("Connection to the SuperLink is unavailable. Please check your network connection and TLS.")
    return Buffer.from(`${JSON.stringify(answer)}\n`)
  }

  #call(verb: string | undefined, args: readonly string[]): object {
    const { log } = this.#options
    switch (verb) {
      case "register": {
        log("ControlServicer.RegisterNode")
        const key = publicKeyLine(args[0] ?? "")
        if (key === undefined) return failure("Exit Code: 500 Invalid line format")
        if (this.#byKey(key) !== undefined) return failure("[code: 23] Public key already in use.")
        return { success: true, "node-id": this.#add(key, "registered").id }
      }
      case "unregister": {
        log("ControlServicer.UnregisterNode")
        const node = this.#nodes.get(args[0] ?? "")
        if (node === undefined || node.status === "unregistered")
          return failure("[code: 24] Node ID not found for account.")
        node.status = "unregistered"
        node.deleted = now()
        this.#keep()
        node.evict?.()
        return { success: true, "node-id": node.id }
      }
      case "list":
        log("ControlServicer.ListNodes")
        return { success: true, nodes: [...this.#nodes.values()].map(listed) }
      default:
        return (
          this.#runs.call(verb, args) ??
          failure(`the simulated SuperLink of practice clusters has no ${verb}`)
        )
    }
  }

  #add(key: string | undefined, status: Status): Node {
    const node: Node = { id: newNodeId(), ...(key !== undefined && { key }), status, created: now() }
    this.#nodes.set(node.id, node)
    this.#keep()
    return node
  }

  #byKey(key: string): Node | undefined {
    return [...this.#nodes.values()].find((node) => node.key === key)
  }

  #refuse(call: keyof typeof HTTP_CALL, refusal: Refusal, exception?: string): Refusal {
    const why = exception === undefined ? "" : `, exception: ${exception}`
    this.#options.error(
      `[${this.#options.http ? HTTP_CALL[call] : `/flwr.proto.Fleet/${call}`}][ApiError:${refusal.code}] Attempted to register SuperNode with public key: b'-----BEGIN PUBLIC KEY-----\\n…\\n-----END PUBLIC KEY-----\\n'${why}`,
    )
    return refusal
  }
}

/** What a SuperLink logs that is to authenticate SuperNodes without TLS, which it refuses (exit code 1). */
export const authWithoutTls = (version: string): string[] => [
  "Exit Code: 104",
  `The \`--enable-supernode-auth\` flag requires encrypted TLS communications. Please provide TLS certificates using the \`--ssl-certfile\`, \`--ssl-keyfile\` and \`--ssl-ca-certfile\` arguments to your SuperLink. Please refer to the Flower documentation for more information: https://flower.ai/docs/framework/v${version}/en/how-to-authenticate-supernodes.html`,
  "Invalid arguments provided to SuperLink. Use `--help` check for the correct usage. Alternatively, check the documentation.",
  "",
  `For more information, visit: <https://flower.ai/docs/framework/${version.replace(/\.\d+$/, "")}/en/ref-exit-codes/104.html>`,
]

/** What a SuperNode logs that was refused, before it ends with exit code 1. Up to 1.34 gRPC's error is not caught. */
export function refusedLines(refusal: Refusal, caught: boolean): string[] {
  const { code, message } = refusal
  if (caught)
    return [
      "Exit Code: 305",
      "Failed to initialize the connection to the SuperLink.",
      `[code: ${code}] ${message}`,
      "The SuperNode could not establish a connection to the SuperLink.",
      "INFO:     Shutting down",
      "INFO:     Finished server process [1]",
    ]
  const details = `{"code": ${code}, "public_message": "${message}", "public_details": null}`
  return [
    "<_InactiveRpcError of RPC that terminated with:",
    "\tstatus = StatusCode.FAILED_PRECONDITION",
    `\tdetails = "${details}"`,
    `\tdebug_error_string = "FAILED_PRECONDITION:${details}"`,
    ">",
    "Traceback (most recent call last):",
    "RuntimeError: generator didn't yield",
  ]
}

/** What a SuperNode logs about a file that is not a key that it can use, before it ends with exit code 1. */
export const unusableKey = (version: string): string[] => [
  "Exit Code: 302",
  "Unable to parse the private key file.",
  "Node authentication requires elliptic curve private key. Please ensure that the file path points to a valid private key file and try again.",
  "",
  `For more information, visit: <https://flower.ai/docs/framework/${version.replace(/\.\d+$/, "")}/en/ref-exit-codes/302.html>`,
]

const failure = (message: string): object => ({ success: false, "error-message": message })

const now = (): string => new Date().toISOString()

const time = (date: string | undefined): string =>
  date === undefined ? "N/A" : `${date.slice(0, 19).replace("T", " ")}Z`

const listed = (node: Node): object => ({
  "node-id": node.id,
  "owner-name": "none",
  status: node.status,
  "created-at": time(node.created),
  "online-at": time(node.online),
  "online-elapsed": node.online === undefined ? 0 : (Date.now() - Date.parse(node.online)) / 1000,
  "offline-at": time(node.offline),
  "deleted-at": time(node.deleted),
})
