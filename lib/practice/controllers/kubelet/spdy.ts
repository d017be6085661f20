/**
 * SPDY/3.1 as far as `kubectl port-forward` speaks it: streams with headers, data and pings. After the protocol's draft
 * 3.1, without its flow control: neither kubectl nor a real kubelet (both with moby/spdystream) know it.
 */
import type { Duplex } from "node:stream"
import { constants, createDeflate, createInflate, type Deflate, type Inflate } from "node:zlib"
import { dictionary } from "./spdy-dictionary.ts"

const SYN_STREAM = 1
const SYN_REPLY = 2
const RST_STREAM = 3
const SETTINGS = 4
const PING = 6
const GOAWAY = 7
const FIN = 1

export interface SpdyStream {
  readonly id: number
  readonly headers: Readonly<Record<string, string>>
  /** Whoever is told of its bytes, and of its other side's end. */
  on: { data(bytes: Buffer): void; end(): void }
  write(bytes: Buffer): void
  /** This side's end. */
  end(): void
}

const u24 = (bytes: Buffer, at: number): number => bytes.readUIntBE(at, 3)
const word = (value: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

/** One side of a connection: the server's. */
export class SpdyConnection {
  readonly #socket: Duplex
  readonly #accept: (stream: SpdyStream) => void
  readonly #inflate: Inflate
  readonly #deflate: Deflate
  readonly #streams = new Map<number, SpdyStream>()
  #buffer = Buffer.alloc(0)
  #work: Promise<void> = Promise.resolve()

  /** @param accept is told of each stream that the client opens, once its headers are read */
  constructor(socket: Duplex, accept: (stream: SpdyStream) => void) {
    this.#socket = socket
    this.#accept = accept
    this.#inflate = createInflate({ dictionary, finishFlush: constants.Z_SYNC_FLUSH })
    this.#deflate = createDeflate({ dictionary })
    for (const it of [this.#inflate, this.#deflate]) it.on("error", () => socket.destroy())
    socket.on("data", (bytes: Buffer) => this.#read(bytes))
    socket.on("close", () => this.#close())
  }

  #close(): void {
    for (const stream of this.#streams.values()) stream.on.end()
    this.#streams.clear()
    this.#inflate.close()
    this.#deflate.close()
  }

  #read(bytes: Buffer): void {
    this.#buffer = Buffer.concat([this.#buffer, bytes])
    while (this.#buffer.length >= 8) {
      const length = u24(this.#buffer, 5)
      if (this.#buffer.length < 8 + length) return
      const head = Buffer.from(this.#buffer.subarray(0, 8))
      const body = Buffer.from(this.#buffer.subarray(8, 8 + length))
      this.#buffer = this.#buffer.subarray(8 + length)
      // In order: headers are unpacked one after the other, and data waits for its stream.
      this.#work = this.#work.then(() => this.#frame(head, body)).catch(() => void this.#socket.destroy())
    }
  }

  async #frame(head: Buffer, body: Buffer): Promise<void> {
    const flags = head[4]!
    if ((head[0]! & 0x80) === 0) return this.#data(head.readUInt32BE(0), flags, body)
    switch (head.readUInt16BE(2)) {
      case SYN_STREAM: {
        const id = body.readUInt32BE(0) & 0x7fffffff
        const headers = headersOf(await this.#unpacked(body.subarray(10)))
        await this.#open(id, headers)
        if ((flags & FIN) !== 0) this.#streams.get(id)?.on.end()
        return
      }
      case RST_STREAM: {
        const id = body.readUInt32BE(0) & 0x7fffffff
        this.#streams.get(id)?.on.end()
        this.#streams.delete(id)
        return
      }
      case PING:
        return this.#send(PING, 0, body)
      case GOAWAY:
      case SETTINGS:
        return
    }
  }

  #data(id: number, flags: number, body: Buffer): void {
    const stream = this.#streams.get(id)
    if (body.length > 0) stream?.on.data(body)
    if ((flags & FIN) !== 0) stream?.on.end()
  }

  async #open(id: number, headers: Record<string, string>): Promise<void> {
    const stream: SpdyStream = {
      ...{ id, headers, on: { data() {}, end() {} } },
      write: (bytes) => this.#frameOf(id, 0, bytes),
      end: () => this.#frameOf(id, FIN, Buffer.alloc(0)),
    }
    this.#streams.set(id, stream)
    this.#accept(stream)
    this.#send(SYN_REPLY, 0, Buffer.concat([word(id), await this.#packed(word(0))]))
  }

  /** A frame of data. */
  #frameOf(id: number, flags: number, bytes: Buffer): void {
    const head = Buffer.alloc(8)
    head.writeUInt32BE(id)
    head.writeUInt8(flags, 4)
    head.writeUIntBE(bytes.length, 5, 3)
    this.#write(Buffer.concat([head, bytes]))
  }

  #send(type: number, flags: number, body: Buffer): void {
    const head = Buffer.alloc(8)
    head.writeUInt16BE(0x8003, 0)
    head.writeUInt16BE(type, 2)
    head.writeUInt8(flags, 4)
    head.writeUIntBE(body.length, 5, 3)
    this.#write(Buffer.concat([head, body]))
  }

  #write(bytes: Buffer): void {
    if (this.#socket.writable) this.#socket.write(bytes)
  }

  #unpacked(bytes: Buffer): Promise<Buffer> {
    return through(this.#inflate, bytes)
  }

  #packed(bytes: Buffer): Promise<Buffer> {
    return through(this.#deflate, bytes)
  }
}

/** What comes out of a stream of headers for what goes in: both ends share one dictionary that goes on. */
function through(stream: Inflate | Deflate, bytes: Buffer): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>()
  const parts: Buffer[] = []
  const take = (part: Buffer): void => void parts.push(part)
  stream.on("data", take)
  stream.once("error", reject)
  stream.write(bytes)
  stream.flush(constants.Z_SYNC_FLUSH, () => {
    stream.off("data", take)
    stream.off("error", reject)
    resolve(Buffer.concat(parts))
  })
  return promise
}

/** A block of names and values, with their lengths before them. */
function headersOf(block: Buffer): Record<string, string> {
  const headers: Record<string, string> = {}
  let at = 0
  const next = (): string => {
    const length = block.readUInt32BE(at)
    const text = block.toString("latin1", at + 4, at + 4 + length)
    at += 4 + length
    return text
  }
  const count = block.readUInt32BE(0)
  at = 4
  for (let index = 0; index < count; index++) {
    const name = next().toLowerCase()
    headers[name] = next()
  }
  return headers
}
