/** Bytes between real programs of two clusters: they go where the interconnect's path goes, and only while it is there. */
import { once } from "node:events"
import { connect, type Socket } from "node:net"
import { beforeAll, expect, test } from "vitest"
import type { Cluster } from "../../../lib/cluster/types.ts"
import type { FaultTable } from "../../../lib/practice/types/faults.ts"
import type { PracticeImage } from "../../../lib/practice/types/images.ts"
import { deployment, install, link, ref, site, skupper, start, until } from "./clusters.ts"

let west: Cluster
let east: Cluster
let faults: FaultTable
/** The client pod's port for `api:9092`. */
let port = 0

/** Greets with its pod's name, then answers each line; told to end its side, it says so to the last. */
const SERVER = `require("node:net").createServer({ allowHalfOpen: true }, (socket) => {
  socket.on("error", () => {})
  socket.write(process.env.POD + "\\n")
  socket.on("data", (bytes) => socket.write("got " + bytes))
  socket.on("end", () => socket.end("bye\\n"))
}).listen(process.env.PORT, "127.0.0.1", () => console.log("listening"))`

const images: PracticeImage[] = [
  {
    image: /example\/server/,
    start(container) {
      void container.serve(9092).then((own) => {
        const env = { POD: container.pod.name, PORT: String(own) }
        container.run({ command: process.execPath, args: ["-e", SERVER], env })
        container.ready()
      })
    },
  },
  {
    image: /example\/client/,
    start(container) {
      void container.forward("api:9092").then((own) => {
        port = own
        container.ready()
      })
    },
  },
]

/** What a connection brings, until it ends or is cut. */
class Line {
  readonly socket: Socket
  text = ""
  /** `end` or an error's code, once it is over. */
  over: string | undefined
  constructor() {
    this.socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true })
    this.socket.on("data", (bytes) => {
      this.text += bytes
    })
    this.socket.on("error", (error: NodeJS.ErrnoException) => {
      this.over = error.code ?? "?"
    })
    this.socket.on("end", () => {
      this.over ??= "end"
    })
  }
}

const open = async (): Promise<Line> => {
  const found: { line?: Line } = {}
  await expect
    .poll(
      async () => {
        const line = new Line()
        await Promise.race([once(line.socket, "data"), once(line.socket, "close")]).catch(() => undefined)
        if (line.text === "") return false
        found.line = line
        return true
      },
      { timeout: 10_000, interval: 20 },
    )
    .toBe(true)
  return found.line!
}
const poll = (look: () => unknown) => expect.poll(look, { timeout: 10_000, interval: 5 })

/** A connection that is open on its first line. @throws what refuses it */
const refused = async (): Promise<string | undefined> => {
  const line = new Line()
  await poll(() => line.over).toBeDefined()
  return line.over
}

beforeAll(async () => {
  const started = await start({ names: ["west", "east"], images })
  west = started.worlds[0]!.cluster
  east = started.worlds[1]!.cluster
  faults = started.faults
  await Promise.all([install(west), install(east)])
  await Promise.all([site(west, "west", { linkAccess: "default" }), site(east, "east")])
  await west.create(deployment("server", "west", "example/server:1"))
  await east.create(deployment("client", "east", "example/client:1"))
  await until(east, ref("Deployment", "east", "client"), (it) => it?.status?.availableReplicas === 1)
  await until(west, ref("Deployment", "west", "server"), (it) => it?.status?.availableReplicas === 1)
})

test("no path, no connection", async () => {
  expect(await refused()).toBe("ECONNRESET")
  await link(east, "east", west, "west", "token")
  expect(await refused()).toBe("ECONNRESET")
})

test("the last hop opens it; bytes go both ways, and each side's end is the other's", async () => {
  await east.create(skupper("Listener", "east", "api", { routingKey: "api", host: "api", port: 9092 }))
  await west.create(
    skupper("Connector", "west", "api", { routingKey: "api", port: 9092, selector: "app=server" }),
  )
  const line = await open()
  expect(line.text).toMatch(/^server-.*\n$/)
  line.socket.write("one\n")
  await poll(() => line.text).toContain("got one\n")
  line.socket.end()
  await poll(() => line.over).toBe("end")
  expect(line.text).toMatch(/bye\n$/)
})

test("link down: open connections are cut, new ones refused; up again, new ones go through", async () => {
  const line = await open()
  faults.set([{ where: "link", cluster: "east", what: "down" }])
  await poll(() => line.over).toBe("ECONNRESET")
  expect(await refused()).toBe("ECONNRESET")
  faults.set([])
  const again = await open()
  again.socket.write("two\n")
  await poll(() => again.text).toContain("got two\n")
  again.socket.destroy()
})

test("the pod behind it is replaced: cut, and the next one answers", async () => {
  const line = await open()
  const pods = { apiVersion: "v1", kind: "Pod", namespace: "west", labels: "app=server" }
  const [pod] = await west.list(pods)
  await west.remove(ref("Pod", "west", pod!.metadata.name))
  await poll(() => line.over).toBeDefined()
  await poll(
    async () => (await west.list(pods)).filter((it) => it.metadata.name !== pod!.metadata.name).length,
  ).toBe(1)
  const again = await open()
  expect(again.text).not.toBe(line.text)
  again.socket.destroy()
})

test("the client's pod goes: its port is closed", async () => {
  const line = await open()
  await east.remove({ apiVersion: "apps/v1", kind: "Deployment", name: "client", namespace: "east" })
  await poll(() => line.over).toBe("ECONNRESET")
  await poll(() => refused()).toBe("ECONNREFUSED")
})
