/**
 * Answers the commands of a folder in this process: a start of Node for each call is most of what a command costs. The
 * scripts of `client-script.ts` are the callers. A call ends with its caller, and the caller with this process.
 */
import { randomBytes, timingSafeEqual } from "node:crypto"
import { once } from "node:events"
import { rm } from "node:fs/promises"
import { type AddressInfo, createServer, type Socket } from "node:net"
import { writeWhole } from "../../cluster/whole-file.ts"
import type { Delays } from "../types/practice.ts"
import { type Invocation, runFor } from "./invocation.ts"
import { serverFile } from "./server-file.ts"

export interface CommandServer {
  /** Whoever still waits for an answer starts the command itself. */
  close(): Promise<void>
}

const PROGRAMS: Readonly<Record<string, () => Promise<{ main(argv: readonly string[]): Promise<number> }>>> =
  {
    oc: () => import("./oc/main.ts"),
    skupper: () => import("./skupper/main.ts"),
  }

/**
 * @param folder of the commands, for nobody else to read
 * @param delays with `none` a command that polls does not wait a second between two checks
 */
export async function serveCommands(folder: string, delays: Delays): Promise<CommandServer> {
  const [theirs, ours] = [randomBytes(24).toString("hex"), randomBytes(24).toString("hex")]
  const callers = new Set<Socket>()
  const pollEvery = delays === "none" ? 50 : 1000
  const server = createServer((socket) => {
    callers.add(socket)
    socket.on("close", () => callers.delete(socket)).on("error", () => undefined)
    void answer(new Caller(socket), theirs, ours, pollEvery).finally(() => socket.end())
  })
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  const { port } = server.address() as AddressInfo
  const file = serverFile(folder)
  await writeWhole(file, `${port}\n${theirs}\n${ours}\n`)
  return {
    async close() {
      await rm(file, { force: true })
      const closed = once(server, "close")
      server.close()
      for (const socket of callers) socket.destroy()
      await closed
    },
  }
}

/** The bytes of one caller, as fields that end with a character. */
class Caller {
  readonly socket: Socket
  #read = Buffer.alloc(0)
  #wake = (): void => undefined
  readonly #gone = new AbortController()
  constructor(socket: Socket) {
    this.socket = socket
    socket.setNoDelay(true)
    socket.on("data", (chunk: Buffer) => {
      this.#read = Buffer.concat([this.#read, chunk])
      this.#wake()
    })
    const gone = () => {
      this.#gone.abort()
      this.#wake()
    }
    // A caller closes its side only by ending.
    socket.on("end", gone).on("close", gone)
  }

  get signal(): AbortSignal {
    return this.#gone.signal
  }

  /** @throws Error where the caller is gone before */
  async until(end: "\n" | "\0"): Promise<string> {
    for (;;) {
      const at = this.#read.indexOf(end)
      if (at !== -1) {
        const field = this.#read.toString("utf8", 0, at)
        this.#read = this.#read.subarray(at + 1)
        return field
      }
      this.signal.throwIfAborted()
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }

  tell(line: string | Uint8Array): boolean {
    return this.socket.writable && this.socket.write(line)
  }

  /** bash reads it as one line, which it prints with the escapes of `printf %b`. */
  print(stream: "stdout" | "stderr", text: string | Uint8Array): boolean {
    // Each byte is a character here: a chunk may end in the middle of one.
    const bytes = Buffer.from(text as string).toString("latin1")
    const escaped = bytes.replace(/[\\\n\0]/g, (byte) =>
      byte === "\n" ? "\\n" : byte === "\0" ? "\\0000" : "\\\\",
    )
    return this.tell(Buffer.from(`${stream === "stdout" ? "o" : "e"}${escaped}\n`, "latin1"))
  }

  async *lines(): AsyncGenerator<string> {
    for (;;) {
      const { line, isLast } = await this.#line()
      if (!isLast || line !== "") yield line
      if (isLast) return
    }
  }
  async input(): Promise<string> {
    for (let all = ""; ; ) {
      const { line, isLast } = await this.#line()
      all += line
      if (isLast) return all
      all += "\n"
    }
  }
  async #line(): Promise<{ line: string; isLast: boolean }> {
    this.tell("l\n")
    const isLast = (await this.until("\0")) !== "0"
    return { line: await this.until("\0"), isLast }
  }
}

/** What only a process of its own can do: start a browser, read files that it has open, obey Node's own variables. */
const needsOwnProcess = (command: string, argv: readonly string[], env: NodeJS.ProcessEnv): boolean =>
  (command === "oc" && argv.includes("login") && argv.some((one) => /^(?:--web|-\w*w)/.test(one))) ||
  ["NODE_OPTIONS", "NODE_EXTRA_CA_CERTS"].some((one) => env[one] && env[one] !== process.env[one]) ||
  [...argv, env.KUBECONFIG ?? ""].some((one) => /(?:^|[=:])\/(?:dev|proc)\//.test(one))

const isSame = (one: string, other: string): boolean =>
  one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other))

async function answer(caller: Caller, theirs: string, ours: string, pollEvery: number): Promise<void> {
  try {
    if (!isSame(await caller.until("\n"), theirs)) return
    caller.tell(`${ours}\n`)
    const umask = Number.parseInt(await caller.until("\n"), 8)
    const next = () => caller.until("\0")
    const [command, folder, stdin, count] = [await next(), await next(), await next(), await next()]
    const argv: string[] = []
    while (argv.length < Number(count)) argv.push(await next())
    const env: Record<string, string> = {}
    for (let field = await next(); field !== ""; field = await next()) {
      const [, name = "", value = ""] = /^([^=]*)=([\s\S]*)$/.exec(field) ?? []
      env[name] = value
    }
    if (needsOwnProcess(command, argv, env)) {
      caller.tell("a\n")
      return
    }
    const { main } = await PROGRAMS[command]!()
    const invocation: Invocation = {
      env,
      folder,
      umask,
      pollEvery,
      signal: caller.signal,
      isTerminal: stdin === "terminal",
      lines: () => caller.lines(),
      input: () => caller.input(),
      write: (stream, text) => caller.print(stream, text),
      drained: () => once(caller.socket, "drain", { signal: caller.signal }),
    }
    caller.tell(`x${await runFor(invocation, () => main(argv))}\n`)
  } catch {
    // The caller is gone; or it cannot be answered, and starts the program itself.
  }
}
