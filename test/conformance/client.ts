/** Raw requests to an API server, and its watch streams. */
import { once } from "node:events"
import type { IncomingMessage } from "node:http"
import { Agent, request } from "node:https"
import { createInterface } from "node:readline"

export interface Answer {
  readonly status: number
  // biome-ignore lint/suspicious/noExplicitAny: answers are any JSON
  readonly body: any
  readonly text: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
}

export interface WatchEvent {
  readonly type: string
  // biome-ignore lint/suspicious/noExplicitAny: events carry any object
  readonly object: any
}

export interface Stream {
  readonly status: number
  /** So many events; fewer where the stream ended, or where nothing came for `patience` milliseconds. */
  take(count: number, patience?: number): Promise<WatchEvent[]>
  /** Everything until the server ends the stream. */
  rest(): Promise<WatchEvent[]>
  close(): void
}

export type Headers = Readonly<Record<string, string>>

export interface Client {
  get(path: string, headers?: Headers): Promise<Answer>
  post(path: string, body?: unknown, headers?: Headers): Promise<Answer>
  put(path: string, body: unknown, headers?: Headers): Promise<Answer>
  /** RFC 7386. */
  merge(path: string, body: unknown): Promise<Answer>
  /** RFC 6902. */
  json(path: string, body: unknown): Promise<Answer>
  strategic(path: string, body: unknown): Promise<Answer>
  /** Server-side apply; the path carries its `fieldManager`. */
  apply(path: string, body: unknown): Promise<Answer>
  delete(path: string, body?: unknown): Promise<Answer>
  /** Any method and content type; a string or a buffer is sent as it is. */
  send(method: string, path: string, body?: unknown, headers?: Headers): Promise<Answer>
  watch(path: string, headers?: Headers): Promise<Stream>
  close(): void
}

export interface Address {
  readonly port: number
  /** PEM. */
  readonly ca: string
  /** Nothing for an anonymous client. */
  readonly token?: string
}

/** How long a watch may stay silent before `take` gives up, in milliseconds: long on a busy machine, short where silence is meant. */
const PATIENCE = 5000

const bytesOf = (body: unknown): Buffer =>
  Buffer.isBuffer(body) ? body : Buffer.from(typeof body === "string" ? body : JSON.stringify(body))

export const openClient = ({ port, ca, token }: Address): Client => {
  const agent = new Agent({ keepAlive: true, ca })
  const begin = async (
    method: string,
    path: string,
    body: unknown,
    headers: Headers = {},
  ): Promise<IncomingMessage> => {
    const sent = body === undefined ? undefined : bytesOf(body)
    const outgoing = request({
      ...{ method, path, agent, port, host: "127.0.0.1" },
      headers: {
        "user-agent": "conformance/1",
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(sent === undefined
          ? {}
          : { "content-type": "application/json", "content-length": String(sent.length) }),
        ...headers,
      },
    })
    outgoing.end(sent)
    const [answer] = (await once(outgoing, "response")) as [IncomingMessage]
    return answer
  }
  const send = async (method: string, path: string, body?: unknown, headers?: Headers): Promise<Answer> => {
    const answer = await begin(method, path, body, headers)
    let text = ""
    for await (const chunk of answer) text += chunk
    // OpenAPI's index is JSON that calls itself plain text.
    const json = text.startsWith("{")
    return { status: answer.statusCode!, text, body: json ? JSON.parse(text) : text, headers: answer.headers }
  }
  const patch = (type: string) => (path: string, body: unknown) =>
    send("PATCH", path, body, { "content-type": `application/${type}` })
  return {
    send,
    get: (path, headers) => send("GET", path, undefined, headers),
    post: (path, body, headers) => send("POST", path, body, headers),
    put: (path, body, headers) => send("PUT", path, body, headers),
    merge: patch("merge-patch+json"),
    json: patch("json-patch+json"),
    strategic: patch("strategic-merge-patch+json"),
    apply: patch("apply-patch+yaml"),
    delete: (path, body) => send("DELETE", path, body),
    async watch(path, headers) {
      const answer = await begin("GET", path, undefined, headers)
      const lines = createInterface({ input: answer })[Symbol.asyncIterator]()
      answer.on("error", () => {})
      let waiting: Promise<IteratorResult<string>> | undefined
      const next = async (patience: number): Promise<WatchEvent | undefined> => {
        waiting ??= lines.next()
        const { promise, resolve } = Promise.withResolvers<undefined>()
        const timer = setTimeout(() => resolve(undefined), patience)
        const found = await Promise.race([waiting, promise])
        clearTimeout(timer)
        if (found === undefined) return undefined
        waiting = undefined
        return found.done ? undefined : (JSON.parse(found.value) as WatchEvent)
      }
      const take = async (count: number, patience = PATIENCE): Promise<WatchEvent[]> => {
        const events: WatchEvent[] = []
        while (events.length < count) {
          const event = await next(patience)
          if (event === undefined) break
          events.push(event)
        }
        return events
      }
      return {
        status: answer.statusCode!,
        take,
        rest: () => take(Number.POSITIVE_INFINITY, 2 * PATIENCE),
        close: () => answer.destroy(),
      }
    },
    close: () => agent.destroy(),
  }
}
