/**
 * Loaded into the program with `node --import`: each of its requests says in the User-Agent whose program it is (`E2E_WHO`), so
 * that the request log of a server tells several people apart who work at once.
 */
import { subscribe } from "node:diagnostics_channel"
import type { ClientRequest } from "node:http"
import { markRequest } from "./mark-request.ts"

const who = process.env.E2E_WHO!

// The program's own requests, by undici: name, value, name, value.
subscribe("undici:request:create", (message) => {
  const { headers } = (message as { request: { headers: string[] } }).request
  const at = headers.findIndex((word, index) => index % 2 === 0 && word.toLowerCase() === "user-agent")
  if (at === -1) headers.push("user-agent", who)
  else headers[at + 1] = `${headers[at + 1]} ${who}`
})
// Those of Node's own client: sockets that are forwarded.
subscribe("http.client.request.created", (message) =>
  markRequest((message as { request: ClientRequest }).request, who),
)
