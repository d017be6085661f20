import type { ClientRequest } from "node:http"

/** Adds a name to the User-Agent of a request that was not sent yet. */
export function markRequest(request: ClientRequest, name: string): void {
  request.setHeader("user-agent", [request.getHeader("user-agent"), name].filter(Boolean).join(" "))
}
