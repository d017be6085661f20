/** Through a proxy: CONNECT, then TLS to the server itself. */
import { once } from "node:events"
import { request } from "node:http"
import { Agent, type AgentOptions } from "node:https"
import type { Socket } from "node:net"
import { connect } from "node:tls"

/** An agent for one request, over a connection that the proxy has opened. */
export async function tunnel(proxy: string, target: URL, options: AgentOptions): Promise<Agent> {
  const to = new URL(proxy)
  const host = `${target.hostname}:${target.port || 443}`
  const user = to.username && `${decodeURIComponent(to.username)}:${decodeURIComponent(to.password)}`
  const asked = request({
    method: "CONNECT",
    host: to.hostname.replace(/^\[|\]$/g, ""),
    port: to.port || 80,
    path: host,
    headers: {
      host,
      ...(user && { "proxy-authorization": `Basic ${Buffer.from(user).toString("base64")}` }),
    },
  })
  asked.end()
  const [answer, socket] = (await once(asked, "connect")) as [
    { statusCode: number; statusMessage: string },
    Socket,
  ]
  if (answer.statusCode !== 200) {
    socket.destroy()
    throw new Error(answer.statusMessage || `proxy answered ${answer.statusCode}`)
  }
  const agent = new Agent(options)
  const name = options.servername ?? target.hostname
  agent.createConnection = () =>
    connect({
      ...options,
      socket,
      host: target.hostname,
      ...(/^[\d.:[\]]+$/.test(name) ? {} : { servername: name }),
    })
  return agent
}
