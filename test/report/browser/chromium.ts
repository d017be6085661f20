/** A headless Chromium, spoken to over a pipe in its DevTools protocol: no port, no package. */
import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { accessSync, constants, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { delimiter, join } from "node:path"
import type { Readable, Writable } from "node:stream"
import { pathToFileURL } from "node:url"

/** Chromium on PATH, or nothing. */
export const chromium: string | undefined = ["chromium", "chromium-browser", "google-chrome"]
  .flatMap((name) => (process.env.PATH ?? "").split(delimiter).map((folder) => join(folder, name)))
  .find((file) => {
    try {
      accessSync(file, constants.X_OK)
      return true
    } catch {
      return false
    }
  })

export interface Look {
  readonly width: number
  readonly dark?: boolean
  readonly media?: "screen" | "print"
}

export interface Page {
  /** Every address that was asked for. */
  readonly requests: readonly string[]
  /** What stands on the console: errors, refused loads, exceptions. */
  readonly complaints: readonly string[]
  /** The value of an expression in the page. */
  evaluate<T>(expression: string): Promise<T>
  /** The tree that a screen reader is told. */
  accessible(): Promise<readonly { readonly role: string; readonly name: string }[]>
  look(result: Look): Promise<void>
  /** The pages on paper, as a PDF. */
  print(): Promise<Buffer>
}

export interface Browser {
  open(html: string, result: Look): Promise<Page>
  close(): Promise<void>
}

type Parameters = Readonly<Record<string, unknown>>
interface Message {
  readonly id?: number
  readonly method?: string
  readonly sessionId?: string
  // biome-ignore lint/suspicious/noExplicitAny: the protocol's own answers.
  readonly params?: any
  // biome-ignore lint/suspicious/noExplicitAny: the protocol's own answers.
  readonly result?: any
  readonly error?: { readonly message: string }
}

export async function startChromium(program: string): Promise<Browser> {
  const folder = mkdtempSync(join(tmpdir(), "chromium-"))
  const flags = [
    "--headless",
    // It shows a page of our own making; as root, and in most containers, there is no sandbox to be had.
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    `--user-data-dir=${folder}`,
    "--remote-debugging-pipe",
    "about:blank",
  ]
  const child = spawn(program, flags, { stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"] })
  const wire = connect(child)
  let pages = 0
  return {
    async open(html, result) {
      pages++
      const file = join(folder, `page-${pages}.html`)
      writeFileSync(file, html)
      const page = await openPage(wire)
      await page.look(result)
      await page.go(pathToFileURL(file).href)
      return page
    },
    async close() {
      const ended = once(child, "exit")
      await wire.send("Browser.close").catch(() => child.kill("SIGKILL"))
      await ended
      rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
    },
  }
}

interface Wire {
  send(method: string, params?: Parameters, sessionId?: string): Promise<NonNullable<Message["result"]>>
  listen(listener: (message: Message) => void): void
}

function connect(child: ChildProcess): Wire {
  const [to, from] = [child.stdio[3] as Writable, child.stdio[4] as Readable]
  const waiting = new Map<number, PromiseWithResolvers<Message["result"]>>()
  const listeners: ((message: Message) => void)[] = []
  let id = 0
  let rest = ""
  from.setEncoding("utf8").on("data", (text: string) => {
    const messages = (rest + text).split("\0")
    rest = messages.pop()!
    for (const message of messages.map((each) => JSON.parse(each) as Message)) {
      const call = message.id === undefined ? undefined : waiting.get(message.id)
      if (call === undefined) for (const listener of listeners) listener(message)
      else if (message.error === undefined) call.resolve(message.result)
      else call.reject(new Error(message.error.message))
    }
  })
  child.once("exit", () => {
    for (const call of waiting.values()) call.reject(new Error("Chromium has ended"))
  })
  return {
    send(method, params = {}, sessionId) {
      id++
      const call = Promise.withResolvers<Message["result"]>()
      waiting.set(id, call)
      to.write(`${JSON.stringify({ id, method, params, ...(sessionId && { sessionId }) })}\0`)
      return call.promise
    },
    listen: (listener) => listeners.push(listener),
  }
}

async function openPage(wire: Wire): Promise<Page & { go(url: string): Promise<void> }> {
  const { targetId } = await wire.send("Target.createTarget", { url: "about:blank" })
  const { sessionId } = await wire.send("Target.attachToTarget", { targetId, flatten: true })
  const send = (method: string, params?: Parameters) => wire.send(method, params, sessionId)
  const requests: string[] = []
  const complaints: string[] = []
  const loaded = Promise.withResolvers<void>()
  wire.listen(({ method, params, sessionId: of }) => {
    if (of !== sessionId) return
    if (method === "Network.requestWillBeSent") requests.push(params.request.url)
    if (method === "Log.entryAdded") complaints.push(params.entry.text)
    if (method === "Runtime.exceptionThrown") complaints.push(params.exceptionDetails.text)
    if (method === "Runtime.consoleAPICalled") complaints.push(params.type)
    if (method === "Page.loadEventFired") loaded.resolve()
  })
  for (const domain of ["Page", "Network", "Log", "Runtime"]) await send(`${domain}.enable`)
  return {
    requests,
    complaints,
    async go(url) {
      await send("Page.navigate", { url })
      await loaded.promise
    },
    async evaluate(expression) {
      const { result, exceptionDetails } = await send("Runtime.evaluate", { expression, returnByValue: true })
      if (exceptionDetails !== undefined) throw new Error(exceptionDetails.exception.description)
      return result.value
    },
    async accessible() {
      const { nodes } = await send("Accessibility.getFullAXTree")
      return (nodes as { role?: { value: string }; name?: { value: string } }[]).map(({ role, name }) => ({
        role: role?.value ?? "",
        name: name?.value ?? "",
      }))
    },
    async look({ width, dark = false, media = "screen" }) {
      await send("Emulation.setDeviceMetricsOverride", {
        width,
        height: 900,
        deviceScaleFactor: 1,
        mobile: false,
      })
      await send("Emulation.setEmulatedMedia", {
        media,
        features: [{ name: "prefers-color-scheme", value: dark ? "dark" : "light" }],
      })
    },
    async print() {
      const { data } = await send("Page.printToPDF", { preferCSSPageSize: true })
      return Buffer.from(data, "base64")
    },
  }
}
