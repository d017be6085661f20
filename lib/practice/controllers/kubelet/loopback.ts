/** Pods' ports as ports of this machine's loopback, and TCP from one to the other while there is a path. */
import { randomInt } from "node:crypto"
import { once } from "node:events"
import { type AddressInfo, connect, createServer, type Socket } from "node:net"
import type { PracticeContainer } from "../../types/images.ts"

/** What a container's program serves: whoever dials it is handed this. */
export class LoopbackService {
  /** On 127.0.0.1. */
  readonly port: number
  constructor(port: number) {
    this.port = port
  }
}

/** Below every system's range of ports for outgoing connections, none of which can take one before the program does. */
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

/** A free port of 127.0.0.1, of nobody else here until `giveBack`. */
export async function takePort(): Promise<{ port: number; giveBack: () => void }> {
  for (;;) {
    const port = randomInt(FIRST, LAST)
    if (taken.has(port)) continue
    taken.add(port)
    if (await isFree(port)) return { port, giveBack: () => void taken.delete(port) }
    taken.delete(port)
  }
}

/** Bytes both ways, each end's end passed on; where one breaks off, the other is reset. */
function join(one: Socket, other: Socket): void {
  for (const [from, to] of [
    [one, other],
    [other, one],
  ] as const) {
    from.pipe(to)
    from.on("close", () => {
      if (!from.readableEnded || !from.writableFinished) to.resetAndDestroy()
    })
  }
}

/**
 * A port behind which `address` lies while there is a path; without one connections are reset, and open ones are cut
 * when it goes.
 */
export async function openForward(
  dial: PracticeContainer["dial"],
  address: string,
): Promise<{ port: number; close: () => void }> {
  const open = new Set<Socket>()
  let target: number | undefined
  const cut = (): void => {
    for (const socket of open) socket.resetAndDestroy()
  }
  const keep = (socket: Socket): void => {
    open.add(socket)
    socket.on("error", () => undefined) // its other side is told by `join`
    socket.on("close", () => open.delete(socket))
  }
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    keep(socket)
    if (target === undefined) {
      socket.resetAndDestroy()
      return
    }
    const other = connect({ host: "127.0.0.1", port: target, allowHalfOpen: true, noDelay: true })
    keep(other)
    join(socket, other)
  })
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  const hangUp = dial(address, {
    open(service) {
      cut()
      target = service instanceof LoopbackService ? service.port : undefined
    },
    lost() {
      target = undefined
      cut()
    },
  })
  return {
    port: (server.address() as AddressInfo).port,
    close() {
      hangUp()
      server.close()
      cut()
    },
  }
}
