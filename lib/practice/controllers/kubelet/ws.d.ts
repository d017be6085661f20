/** What is used here of the package ws, which comes without types. */
declare module "ws" {
  import type { EventEmitter } from "node:events"
  import type { IncomingMessage } from "node:http"
  import type { Duplex } from "node:stream"

  export interface WebSocket extends EventEmitter {
    readonly OPEN: number
    readonly readyState: number
    readonly bufferedAmount: number
    send(data: Buffer, sent?: (error?: Error) => void): void
    /** Reading stands still until `resume`. */
    pause(): void
    resume(): void
    close(): void
    terminate(): void
  }

  export class WebSocketServer {
    constructor(options: { noServer: true; handleProtocols(offered: Set<string>): string })
    handleUpgrade(
      request: IncomingMessage,
      socket: Duplex,
      head: Buffer,
      then: (client: WebSocket) => void,
    ): void
  }
}
