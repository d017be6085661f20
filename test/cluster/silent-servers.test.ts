/** Servers that never answer, never stop, or answer with something else: every request ends with its signal, and says what it waited for. */

import type { ServerResponse } from "node:http"
import { type AddressInfo, createServer, type Socket } from "node:net"
import { gzipSync } from "node:zlib"
import { afterEach, describe, expect, test } from "vitest"
import { openCluster } from "../../lib/cluster/index.ts"
import type { Cluster } from "../../lib/cluster/types.ts"
import { type Asked, json, type Server, serve } from "./server.ts"

const open: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close()
})

const resources = [{ name: "pods", kind: "Pod", namespaced: true, verbs: ["list", "watch"] }]
const pods = { apiVersion: "v1", kind: "Pod", namespace: "ns" }
const PATH = "/api/v1/namespaces/ns/pods"
const list = { kind: "PodList", metadata: { resourceVersion: "5" }, items: [{ metadata: { name: "a" } }] }

type Play = (asked: Asked, response: ServerResponse) => void

/** A server that knows pods and answers for them as the test says. */
async function playing(play: Play): Promise<{ server: Server; cluster: ReturnType<typeof openCluster> }> {
  const server = await serve((asked, response) => {
    if (asked.path === "/api/v1") return json(response, 200, { resources })
    play(asked, response)
    return true
  })
  const cluster = openCluster({ fieldManager: "test", server: server.url, ca: server.ca, token: "a-token" })
  open.push(server, cluster)
  return { server, cluster }
}

/** How a request ends that is given so little time, as a step's limit ends it. */
async function endOf(cluster: ReturnType<typeof openCluster>, ask: (bound: Cluster) => Promise<unknown>) {
  const late = new AbortController()
  const timer = setTimeout(() => late.abort(), 300)
  const started = performance.now()
  const error = await ask(cluster.bound(late.signal)).catch((thrown: unknown) => thrown as Error)
  clearTimeout(timer)
  return { error: error as Error, aborted: late.signal.aborted, ms: performance.now() - started }
}

describe("a request ends with its signal", () => {
  test.each<[string, string, Play]>([
    ["no answer", "had not answered GET", () => undefined],
    [
      "headers alone",
      "had not finished its answer to GET",
      (_, response) => response.writeHead(200).flushHeaders(),
    ],
    [
      "a byte at a time",
      "had not finished its answer to GET",
      (_, response) => {
        response.writeHead(200)
        const timer = setInterval(() => response.write(" "), 50)
        response.on("close", () => clearInterval(timer))
      },
    ],
    [
      "a refusal that never ends",
      "had not finished its answer to GET",
      (_, response) => {
        response.writeHead(500)
        response.write("x")
      },
    ],
  ])("%s", async (_, words, play) => {
    const { server, cluster } = await playing(play)
    // Loads what takes longer than the limit, and learns what pods are.
    await cluster.serves("v1", "Pod")
    const { error, aborted, ms } = await endOf(cluster, (bound) => bound.list(pods))
    expect(error).toMatchObject({ name: "AbortError", message: `127.0.0.1:${server.port} ${words} ${PATH}` })
    expect({ aborted, soon: ms < 5_000 }).toEqual({ aborted: true, soon: true })
  })

  test("a TLS handshake that never ends", async () => {
    const sockets = new Set<Socket>()
    const silent = createServer((socket) => sockets.add(socket))
    await new Promise<void>((done) => silent.listen(0, "127.0.0.1", done))
    const { port } = silent.address() as AddressInfo
    const cluster = openCluster({ fieldManager: "test", server: `https://127.0.0.1:${port}`, token: "a" })
    const close = () =>
      new Promise<void>((done) => {
        silent.close(() => done())
        for (const socket of sockets) socket.destroy()
      })
    open.push({ close }, cluster)
    const { error, ms } = await endOf(cluster, (bound) => bound.list(pods))
    expect(error.message).toBe(`127.0.0.1:${port} had not answered GET ${PATH}`)
    expect(ms).toBeLessThan(5_000)
    await cluster.close()
  })
})

describe("what is too long is refused, and what was sent of it is not kept", () => {
  const endless = (response: ServerResponse): void => {
    const chunk = Buffer.alloc(1024 * 1024, "x")
    const more = (error?: Error | null): void => {
      if (!error && !response.destroyed) response.write(chunk, more)
    }
    more()
  }

  test("an answer without an end", async () => {
    const { server, cluster } = await playing((_, response) => {
      response.writeHead(200)
      endless(response)
    })
    await expect(cluster.list(pods)).rejects.toMatchObject({
      result: {
        state: "blocked",
        reason: `127.0.0.1:${server.port} answered GET ${PATH} with more than 64 MB`,
      },
    })
  })

  test("a refusal without an end: its beginning is enough", async () => {
    const { cluster } = await playing((_, response) => {
      response.writeHead(400)
      endless(response)
    })
    await expect(cluster.list(pods)).rejects.toMatchObject({ name: "ClusterError", code: 400 })
  })

  test("a list of 200 MB in pages", async () => {
    const page = {
      ...list,
      metadata: { continue: "more" },
      items: [{ metadata: { name: "x".repeat(10 << 20) } }],
    }
    const text = JSON.stringify(page)
    const { server, cluster } = await playing((_, response) => void response.writeHead(200).end(text))
    await expect(cluster.list(pods)).rejects.toMatchObject({
      result: {
        state: "blocked",
        reason: expect.stringContaining(`GET ${PATH}, page by page, with more than 128 MB`),
      },
    })
    expect(server.asked.length).toBeLessThan(16)
  })
})

describe("an answer that was spoiled on its way", () => {
  const SPOILS: readonly [string, Play][] = [
    ["204", (_, response) => response.writeHead(204).end()],
    ["nothing", (_, response) => response.writeHead(200).end()],
    ["gzip", (_, response) => response.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync("{}"))],
    ["half of it", (_, response) => response.writeHead(200).end(JSON.stringify(list).slice(0, 30))],
    ["null", (_, response) => response.writeHead(200).end("null")],
    ["another object", (_, response) => response.writeHead(200).end("{}")],
    [
      "a cut connection",
      (_, response) => {
        response.writeHead(200, { "content-length": 1000 })
        response.write("{", () => response.destroy())
      },
    ],
  ]

  test.each(SPOILS)("%s once: it is asked again", async (_, spoil) => {
    let times = 0
    const { cluster } = await playing((asked, response) =>
      times++ === 0 ? spoil(asked, response) : json(response, 200, list),
    )
    expect(await cluster.list(pods)).toMatchObject([{ metadata: { name: "a" } }])
    expect(times).toBe(2)
  })

  test.each(SPOILS)("%s each time: the server cannot be reached now, and is waited for", async (_, spoil) => {
    const { cluster } = await playing(spoil)
    await expect(cluster.list(pods)).rejects.toMatchObject({
      name: "CheckError",
      result: { state: "unknown", because: "unreachable", reason: expect.stringContaining("127.0.0.1:") },
    })
  })

  test("what has never answered as an API server is none", async () => {
    const server = await serve((_, response) => {
      response.writeHead(200).end("hello")
      return true
    })
    const cluster = openCluster({ fieldManager: "test", server: server.url, ca: server.ca, token: "a" })
    open.push(server, cluster)
    await expect(cluster.list(pods)).rejects.toMatchObject({ result: { state: "blocked", code: "no-api" } })
  })

  test("a write is not sent again", async () => {
    let times = 0
    const { cluster } = await playing((_, response) => {
      times++
      response.writeHead(200).end()
    })
    const object = { apiVersion: "v1", kind: "Pod", metadata: { name: "a", namespace: "ns" } }
    await expect(cluster.create(object)).rejects.toMatchObject({ result: { because: "unreachable" } })
    expect(times).toBe(1)
  })
})
