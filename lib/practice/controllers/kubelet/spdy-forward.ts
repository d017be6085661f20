/** A pod's ports through SPDY, as `kubectl port-forward` asks for them: a stream for data and one for errors, per connection. */
import type { Duplex } from "node:stream"
import { type Behind, connectTo, whyNot } from "./port-target.ts"
import { SpdyConnection, type SpdyStream } from "./spdy.ts"

/** Serves a connection that speaks SPDY by now. @param uid the pod's */
export function serveSpdy(socket: Duplex, uid: string, behind: Behind): void {
  const errors = new Map<string, SpdyStream>()
  new SpdyConnection(socket, (stream) => {
    const { streamtype, requestid = "", port = "" } = stream.headers
    if (streamtype === "error") errors.set(requestid, stream)
    if (streamtype === "data") forward(stream, Number(port), () => errors.get(requestid))
  })

  const forward = (stream: SpdyStream, port: number, error: () => SpdyStream | undefined): void => {
    const fail = (why: string): void => {
      error()?.write(Buffer.from(whyNot(port, uid, why)))
      leave()
    }
    const leave = (): void => {
      error()?.end()
      stream.end()
    }
    const target = behind(port)
    if (target === undefined) {
      fail("connection refused")
      return
    }
    const opened = connectTo(target)
    // What arrives before the pod's side is open waits for it.
    const each = (then: (pod: Duplex) => void): void => void opened.then(then, () => undefined)
    stream.on.data = (bytes) => each((pod) => !pod.destroyed && pod.write(bytes))
    stream.on.end = () => each((pod) => pod.end())
    opened.then(
      (pod) => {
        pod.on("data", (bytes: Buffer) => stream.write(bytes))
        pod.on("error", () => pod.destroy())
        pod.on("close", leave)
        socket.on("close", () => pod.destroy())
      },
      (reason: NodeJS.ErrnoException) =>
        fail(reason.code === "ECONNREFUSED" ? "connection refused" : reason.message),
    )
  }
}
