/** A played cluster that serves one kind, Thing, with LIST and WATCH as an API server does them, and a pod's log. */
import type { ServerResponse } from "node:http"
import type { KubeObject } from "../../lib/cluster/types.ts"
import { type Asked, type Handler, json, type Server, serve, status } from "./server.ts"

interface Change {
  type: "ADDED" | "MODIFIED" | "DELETED"
  object: KubeObject
  version: number
}

export class Things {
  server!: Server
  /** Answers before the cluster does. */
  fault: Handler = () => undefined
  log = ""
  verbs = ["get", "list", "watch"]
  readonly watchers = new Set<{ response: ServerResponse; url: URL }>()
  readonly followers = new Set<ServerResponse>()
  /** Watches are told of nothing: their news are under way. */
  silent = false
  /** WATCHes from an older version are answered 410. */
  oldest = 0
  #version = 100
  #objects = new Map<string, KubeObject>()
  #changes: Change[] = []

  static async start(): Promise<Things> {
    const things = new Things()
    things.server = await serve((asked, response) => things.#answer(asked, response))
    return things
  }

  set(name: string, value: string): void {
    const known = this.#objects.has(name)
    const metadata = { name, namespace: "ns", resourceVersion: String(++this.#version) }
    const object = { apiVersion: "test/v1", kind: "Thing", metadata, value }
    this.#objects.set(name, object)
    this.#tell({ type: known ? "MODIFIED" : "ADDED", object, version: this.#version })
  }

  remove(name: string): void {
    const object = structuredClone(this.#objects.get(name)!)
    object.metadata.resourceVersion = String(++this.#version)
    this.#objects.delete(name)
    this.#tell({ type: "DELETED", object, version: this.#version })
  }

  /** As after a restore from a backup: versions go on from an earlier one, and whoever watches has to list again. */
  restore(version: number): void {
    this.#version = version
    const before = [...this.watchers]
    this.watchers.clear()
    const gone = { kind: "Status", code: 410, reason: "Expired", message: "too old resource version" }
    for (const { response } of before) response.end(`${JSON.stringify({ type: "ERROR", object: gone })}\n`)
  }

  say(text: string): void {
    this.log += text
    for (const response of this.followers) response.write(text)
  }

  /** The requests whose path and query hold a text. */
  count(part: string): number {
    return this.server.asked.filter(({ path }) => path.includes(part)).length
  }

  #tell(updateStep: Change): void {
    this.#changes.push(updateStep)
    if (!this.silent) for (const watcher of this.watchers) this.#send(watcher, updateStep)
  }

  #send({ response, url }: { response: ServerResponse; url: URL }, { type, object }: Change): void {
    if (matches(url, object)) response.write(`${JSON.stringify({ type, object })}\n`)
  }

  async #answer(asked: Asked, response: ServerResponse): Promise<boolean | undefined> {
    if (await this.fault(asked, response)) return true
    const { url } = asked
    if (url.pathname === "/apis/test/v1") {
      const resources = [{ name: "things", kind: "Thing", namespaced: true, verbs: this.verbs }]
      return json(response, 200, { kind: "APIResourceList", resources })
    }
    if (url.pathname.endsWith("/log")) return this.#log(url, response)
    const [, name] = /^\/apis\/test\/v1(?:\/namespaces\/ns)?\/things(?:\/(.+))?$/.exec(url.pathname) ?? [null]
    if (name === null) return undefined
    if (name !== undefined) {
      const object = this.#objects.get(name)
      return object
        ? json(response, 200, object)
        : status(response, 404, "NotFound", `things "${name}" not found`)
    }
    if (url.searchParams.get("watch") === "true") return this.#watch(url, response)
    const items = [...this.#objects.values()].filter((object) => matches(url, object))
    const metadata = { resourceVersion: String(this.#version) }
    // As on real servers: items of a list carry no type.
    return json(response, 200, { metadata, items: items.map(({ apiVersion: _, kind: __, ...rest }) => rest) })
  }

  #watch(url: URL, response: ServerResponse): true {
    const from = Number(url.searchParams.get("resourceVersion"))
    if (from < this.oldest) return status(response, 410, "Expired", "too old resource version")
    response.writeHead(200, { "content-type": "application/json" })
    response.flushHeaders()
    const watcher = { response, url }
    for (const updateStep of this.#changes) if (updateStep.version > from) this.#send(watcher, updateStep)
    this.watchers.add(watcher)
    response.on("close", () => this.watchers.delete(watcher))
    return true
  }

  #log(url: URL, response: ServerResponse): true {
    const tail = Number(url.searchParams.get("tailLines") ?? Number.POSITIVE_INFINITY)
    const lines = this.log.split(/(?<=\n)/)
    response.writeHead(200, { "content-type": "text/plain" })
    response.write(lines.slice(Math.max(0, lines.length - tail)).join(""))
    if (url.searchParams.get("follow") !== "true") response.end()
    else {
      this.followers.add(response)
      response.on("close", () => this.followers.delete(response))
    }
    return true
  }
}

function matches(url: URL, object: KubeObject): boolean {
  const name = /^metadata\.name=(.*)$/.exec(url.searchParams.get("fieldSelector") ?? "")?.[1]
  return name === undefined || name === object.metadata.name
}
