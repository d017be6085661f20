/** Pods' ports as ports of this machine's loopback, and TCP from one to the other while there is a path. */
import { once } from "node:events"
import { type AddressInfo, connect, createServer, type Socket } from "node:net"
import type { PracticeContainer } from "../../types/images.ts"

/** What a program serves by TCP: whoever dials it is handed this. */
export abstract class TcpService {
  /** Opens a connection of its own. @throws Error as of `connect`, with the system's code */
  abstract connect(): Promise<Socket>
}

/** What a container's program serves at a port of this machine's loopback. */
export class LoopbackService extends TcpService {
  /** On 127.0.0.1. */
  readonly port: number
  constructor(port: number) {
    super()
    this.port = port
  }

  async connect(): Promise<Socket> {
    const socket = connect({ host: "127.0.0.1", port: this.port, allowHalfOpen: true, noDelay: true })
    await once(socket, "connect")
    return socket.on("error", () => undefined) // its end is told by `close`
  }
}

/** Bytes both ways, each end's end passed on; where one breaks off, the other is reset. */
export function joinSockets(one: Socket, other: Socket): void {
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
  let target: TcpService | undefined
  const cut = (): void => {
    for (const socket of open) socket.resetAndDestroy()
  }
  const keep = (socket: Socket): void => {
    open.add(socket)
    socket.on("error", () => undefined) // its other side is told by `joinSockets`
    socket.on("close", () => open.delete(socket))
  }
  const through = async (socket: Socket, service: TcpService | undefined): Promise<void> => {
    const other = await service?.connect().catch(() => undefined)
    if (other === undefined || socket.destroyed || service !== target) {
      other?.resetAndDestroy()
      socket.resetAndDestroy()
      return
    }
    keep(other)
    joinSockets(socket, other)
  }
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    keep(socket)
    void through(socket, target)
  })
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  const hangUp = dial(address, {
    open(service) {
      cut()
      target = service instanceof TcpService ? service : undefined
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
