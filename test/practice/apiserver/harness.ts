/** A server on loopback and a small client of it, for the tests here. */
import { once } from "node:events"
import { Agent, type RequestOptions, request } from "node:https"
import { createInterface } from "node:readline"
import { startApiServer } from "../../../lib/practice/apiserver/index.ts"
import { createAuthority } from "../../../lib/practice/certificates.ts"
import { createFaultTable } from "../../../lib/practice/faults.ts"
import type { ApiServer, ApiServerOptions, PracticeUser } from "../../../lib/practice/types/apiserver.ts"
import type { Fault, FaultTable } from "../../../lib/practice/types/faults.ts"

export const users: PracticeUser[] = [
  { name: "system:practice", token: "system-token", groups: ["system:masters"], admin: true },
  { name: "admin", token: "admin-token", password: "admin-password", groups: [], admin: true },
  { name: "alice", token: "alice-token", password: "alice-password", groups: [], admin: false },
  { name: "bob", token: "bob-token", groups: [], admin: false },
]

export interface Answer {
  status: number
  // biome-ignore lint/suspicious/noExplicitAny: answers are any JSON
  body: any
  text: string
  headers: Record<string, string | string[] | undefined>
}

export interface Stream {
  /** The next event. */
  // biome-ignore lint/suspicious/noExplicitAny: events carry any object
  next(): Promise<{ type: string; object: any } | undefined>
  status: number
  close(): void
}

export interface Client {
  (method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>
  watch(path: string): Promise<Stream>
}

const agents: Agent[] = []

export const clientOf = (server: ApiServer, token: string | undefined, more: RequestOptions = {}): Client => {
  const agent = new Agent({ keepAlive: true, ca: server.ca.certificate })
  agents.push(agent)
  const auth = token === undefined ? {} : { authorization: `Bearer ${token}` }
  const send = async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
    const options = { method, host: "127.0.0.1", port: server.port, path, agent, ...more }
    const given = typeof body === "string" || Buffer.isBuffer(body) ? body : JSON.stringify(body)
    // Node frames no body of a DELETE by itself.
    const size = given === undefined ? 0 : Buffer.byteLength(given)
    const type =
      body === undefined ? {} : { "content-type": "application/json", "content-length": String(size) }
    const outgoing = request({ ...options, headers: { ...auth, ...type, ...headers } })
    outgoing.end(body === undefined ? undefined : given)
    const [answer] = await once(outgoing, "response")
    return answer
  }
  const client = async (method: string, path: string, body?: unknown, headers?: Record<string, string>) => {
    const answer = await send(method, path, body, headers)
    let text = ""
    for await (const chunk of answer) text += chunk
    const json = text !== "" && answer.headers["content-type"]?.startsWith("application/json")
    return { status: answer.statusCode, text, body: json ? JSON.parse(text) : text, headers: answer.headers }
  }
  const watch = async (path: string): Promise<Stream> => {
    const answer = await send("GET", path)
    const lines = createInterface({ input: answer })[Symbol.asyncIterator]()
    return {
      status: answer.statusCode,
      async next() {
        const { value, done } = await lines.next()
        return done ? undefined : JSON.parse(value)
      },
      close: () => answer.destroy(),
    }
  }
  return Object.assign(client, { watch })
}

export interface Setup {
  server: ApiServer
  faults: FaultTable
  system: Client
  admin: Client
  alice: Client
  bob: Client
  close(): Promise<void>
}

/** A server with four users; `close` it. */
export const setup = async (
  options: Partial<ApiServerOptions> & { table?: Fault[] } = {},
): Promise<Setup> => {
  const ca = options.ca ?? (await createAuthority("practice"))
  const faults = options.faults ?? createFaultTable(options.table)
  const server = await startApiServer({ name: "west", users, ...options, ca, faults })
  const client = (token: string) => clientOf(server, token)
  return {
    server,
    faults,
    system: clientOf(server, "system-token", { host: "localhost", servername: "localhost" }),
    admin: client("admin-token"),
    alice: client("alice-token"),
    bob: client("bob-token"),
    async close() {
      for (const agent of agents.splice(0)) agent.destroy()
      await server.close()
    },
  }
}

export const NAMESPACE = "/api/v1/namespaces/p"
export const configMap = (name: string, data: Record<string, string> = {}, more: object = {}) => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name, ...more },
  data,
})
export const namespace = (name: string) => ({ apiVersion: "v1", kind: "Namespace", metadata: { name } })
export const deployment = (name: string, containers: object[] = [{ name: "app", image: "app:1" }]) => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name },
  spec: {
    selector: { matchLabels: { app: name } },
    template: { metadata: { labels: { app: name } }, spec: { containers } },
  },
})
