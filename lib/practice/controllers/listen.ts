import { once } from "node:events"
import type { Server } from "node:net"

/** Listens on 127.0.0.1 at a port, or at any free one where that is taken. */
export async function listenAt(server: Server, port: number): Promise<void> {
  try {
    server.listen(port, "127.0.0.1")
    await once(server, "listening")
  } catch (error) {
    if (port === 0 || (error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error
    server.listen(0, "127.0.0.1")
    await once(server, "listening")
  }
}
