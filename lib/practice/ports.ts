/** Ports of 127.0.0.1 that practice clusters listen at. */
import { randomInt } from "node:crypto"
import { once } from "node:events"
import { createServer, type Server } from "node:net"

/** Below every system's range of ports for outgoing connections: none of them takes a port while its owner is away. */
const FIRST = 20_000
const LAST = 32_000
const taken = new Set<number>()

async function isFree(port: number): Promise<boolean> {
  const server = createServer()
  try {
    server.listen({ port, host: "127.0.0.1", exclusive: true })
    await once(server, "listening")
    return true
  } catch {
    return false
  } finally {
    server.close()
  }
}

/** A free port, of nobody else here until `giveBack`. */
export async function takePort(): Promise<{ port: number; giveBack: () => void }> {
  for (;;) {
    const port = randomInt(FIRST, LAST)
    if (taken.has(port)) continue
    taken.add(port)
    if (await isFree(port)) return { port, giveBack: () => void taken.delete(port) }
    taken.delete(port)
  }
}

/** Listens at this port. @throws what `listen` ends with where it is taken */
export async function listenExactly(server: Server, port: number): Promise<void> {
  server.listen(port, "127.0.0.1")
  await once(server, "listening")
}

const isTaken = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === "EADDRINUSE"

/** Listens at a free port. */
async function listenAnywhere(server: Server): Promise<void> {
  for (;;) {
    const { port, giveBack } = await takePort()
    try {
      await listenExactly(server, port)
      server.once("close", giveBack)
      return
    } catch (error) {
      giveBack()
      if (!isTaken(error)) throw error // otherwise another process was quicker
    }
  }
}

/** Listens at a port, or at any free one where none is given or that one is taken. */
export async function listenAt(server: Server, port?: number): Promise<void> {
  if (port !== undefined && port !== 0) {
    try {
      return await listenExactly(server, port)
    } catch (error) {
      if (!isTaken(error)) throw error
    }
  }
  await listenAnywhere(server)
}
