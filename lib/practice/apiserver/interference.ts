/** Faults that strike requests: the words of the table's `api` and `login` lines, done to who is no part of the system. */
import type { ServerResponse } from "node:http"
import { setTimeout as delay } from "node:timers/promises"
import { timeAt } from "../faults.ts"
import type { PracticeUser } from "../types/apiserver.ts"
import type { Fault, FaultTable } from "../types/faults.ts"
import { ANONYMOUS, type Attributes, refusal } from "./access.ts"
import { apiVersionOf } from "./kind.ts"
import type { Kinds } from "./kinds.ts"
import { ApiError, expired, forbidden, unauthorized } from "./status.ts"
import type { Watches } from "./watch.ts"

/** Controllers and kubelets: faults are for people. */
const isSystem = (user: PracticeUser | undefined): boolean =>
  user !== ANONYMOUS &&
  user?.name.startsWith("system:") === true &&
  !user.name.startsWith("system:serviceaccount:")

const gone = () => expired("The resourceVersion for the provided watch is too old.")

const errors: Readonly<Record<string, () => ApiError>> = {
  "500": () => new ApiError(500, "InternalError", "Internal error occurred: etcdserver: leader changed"),
  "503": () =>
    new ApiError(503, "ServiceUnavailable", "the server is currently unable to handle the request"),
  "429": () =>
    new ApiError(
      429,
      "TooManyRequests",
      "the server has received too many requests and has asked us to try again later",
      { retryAfterSeconds: 1 },
      { "retry-after": "1" },
    ),
  gone,
  unauthorized,
}

export class Interference {
  #faults: FaultTable
  #cluster: string
  #kinds: Kinds
  /** Tokens older than this are dead while `login: expired` strikes; a new login's are not. */
  #since = Date.now()
  #forget: () => void

  constructor(faults: FaultTable, cluster: string, kinds: Kinds, watches: Watches) {
    this.#faults = faults
    this.#cluster = cluster
    this.#kinds = kinds
    this.#forget = faults.onChange(() => {
      this.#since = Date.now()
      this.#interrupt(watches)
    })
  }

  close(): void {
    this.#forget()
  }

  /** Ends the watches that are open when a fault comes. */
  #interrupt(watches: Watches): void {
    for (const watch of [...watches.open]) {
      const { user, path } = watch.call
      if (isSystem(user)) continue
      const subject = `GET ${path}`
      const { what } = this.#faults.peek("api", this.#cluster, subject) ?? {}
      if (what !== "cut" && what !== "gone" && what !== "reset") continue
      this.#faults.strike("api", this.#cluster, subject)
      if (what === "reset") watch.call.request.socket.destroy()
      else watch.end(what === "gone" ? gone() : undefined)
    }
  }

  /**
   * What happens to a request. `cut` is left to the caller; after `reset` there is nothing to answer.
   * @param path with its query
   * @throws ApiError the answer
   */
  async strike(
    user: PracticeUser | undefined,
    method: string,
    path: string,
    asked: Attributes | undefined,
    response: ServerResponse,
  ): Promise<Fault | undefined> {
    if (isSystem(user)) return undefined
    const fault = this.#faults.strike("api", this.#cluster, `${method} ${path}`)
    if (fault === undefined) return undefined
    if (fault.what === "slow") await delay(fault.delay ?? 1000, undefined, { ref: false })
    if (fault.what === "reset") response.socket?.destroy()
    if (fault.what === "forbidden") {
      const about = { group: asked?.group ?? "", plural: asked?.resource ?? path }
      const name = user?.name ?? "system:anonymous"
      throw forbidden(
        about,
        asked?.name ?? "",
        refusal(name, asked ?? { verb: method.toLowerCase(), group: "", resource: path }),
      )
    }
    const error = errors[fault.what]
    if (error !== undefined) throw error()
    return fault
  }

  now(): number {
    return timeAt(this.#faults, this.#cluster)
  }

  /** Whether a token that was issued then is dead now. */
  isExpired(user: PracticeUser, issued: number): boolean {
    if (isSystem(user) || issued > this.#since) return false
    if (this.#faults.peek("login", this.#cluster, user.name)?.what !== "expired") return false
    this.#faults.strike("login", this.#cluster, user.name)
    return true
  }

  /** Whether a user's credentials are lost on the way, as behind a proxy that drops a header. */
  isAnonymous(user: PracticeUser): boolean {
    if (isSystem(user) || this.#faults.peek("login", this.#cluster, user.name)?.what !== "anonymous")
      return false
    this.#faults.strike("login", this.#cluster, user.name)
    return true
  }

  refusesLogin(user: string): boolean {
    if (this.#faults.peek("login", this.#cluster, user)?.what !== "refused") return false
    this.#faults.strike("login", this.#cluster, user)
    return true
  }

  /** Whether a `forbidden` fault would strike what an access review asks about. */
  forbids(user: PracticeUser, { verb, group, resource, namespace, name }: Attributes): boolean {
    if (isSystem(user)) return false
    const methods: Record<string, string> = {
      create: "POST",
      update: "PUT",
      patch: "PATCH",
      delete: "DELETE",
    }
    const kind = this.#kinds.all().find((one) => one.group === group && one.plural === resource)
    const version = kind === undefined ? "v1" : apiVersionOf(kind)
    const parts = [
      group === "" ? "/api" : "/apis",
      version,
      ...(namespace ? ["namespaces", namespace] : []),
      resource,
    ]
    const path = [...parts, ...(name ? [name] : [])].join("/")
    return this.#faults.peek("api", this.#cluster, `${methods[verb] ?? "GET"} ${path}`)?.what === "forbidden"
  }
}
