/** Port-forward end to end: client-node, the practice API server, its kubelet, a program's port. */
import { createHash, randomBytes } from "node:crypto"
import { once } from "node:events"
import { createServer } from "node:http"
import { type AddressInfo, connect, type Socket } from "node:net"
import { setTimeout as delay } from "node:timers/promises"
import { connect as tls } from "node:tls"
import { afterAll, beforeAll, expect, test, vi } from "vitest"
import { type OpenCluster, openCluster } from "../../lib/cluster/index.ts"
import type { KubeObject } from "../../lib/cluster/types.ts"
import { startApiServer } from "../../lib/practice/apiserver/index.ts"
import { createAuthority } from "../../lib/practice/certificates.ts"
import { startControllers } from "../../lib/practice/controllers/index.ts"
import { createFaultTable } from "../../lib/practice/faults.ts"
import { createNetwork } from "../../lib/practice/network.ts"
import type { ApiServer } from "../../lib/practice/types/apiserver.ts"
import { images } from "./echo-image.ts"

const TOKENS = { system: "system-token", admin: "admin-token", developer: "developer-token" }
let server: ApiServer
let admin: OpenCluster
let developer: OpenCluster
const opened: OpenCluster[] = []
const open = (token: string, more: { proxy?: string } = {}, at = server) => {
  const cluster = openCluster({ fieldManager: "test", server: at.url, ca: at.ca.certificate, token, ...more })
  opened.push(cluster)
  return cluster
}
const echo = { namespace: "p", pod: "echo", port: 7000 }
const echoPod: KubeObject = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "echo", namespace: "p" },
  spec: { containers: [{ name: "echo", image: "example/echo:1" }], terminationGracePeriodSeconds: 1 },
}

const log = (cluster = admin) => cluster.log({ namespace: "p", pod: "echo" })
const listening = (cluster = admin): Promise<void> =>
  vi.waitFor(async () => expect(await log(cluster)).toMatch(/^listening/), { timeout: 5000, interval: 10 })

/** A cluster with the pod, which listens. */
const startWorld = async (name: string) => {
  const faults = createFaultTable()
  const users = [
    { name: "system:practice", token: TOKENS.system, groups: ["system:masters"], admin: true },
    { name: "admin", token: TOKENS.admin, groups: [], admin: true },
    { name: "developer", token: TOKENS.developer, groups: [], admin: false },
  ]
  const started = await startApiServer({ name, users, ca: await createAuthority(name), faults })
  const inner = open(TOKENS.system, {}, started)
  const network = createNetwork()
  const controllers = await startControllers({
    name,
    cluster: inner,
    delays: "none",
    faults,
    network,
    images,
  })
  const cluster = open(TOKENS.admin, {}, started)
  await cluster.create({ apiVersion: "v1", kind: "Namespace", metadata: { name: "p" } })
  await cluster.create(echoPod)
  await listening(cluster)
  const stop = async () => {
    await controllers.stop()
    await started.close()
  }
  return { server: started, stop }
}

let stop: () => Promise<void>
beforeAll(async () => {
  const world = await startWorld("one")
  ;({ server, stop } = world)
  admin = open(TOKENS.admin)
  developer = open(TOKENS.developer)
})
afterAll(async () => {
  await stop()
  await Promise.all(opened.map((it) => it.close()))
})

/** Everything a socket brings until `size` bytes have arrived. */
const take = async (socket: Socket, size: number): Promise<Buffer> => {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
    chunks.push(chunk as Buffer)
    length += (chunk as Buffer).length
    if (length >= size) break
  }
  return Buffer.concat(chunks)
}
const dial = async (port: number): Promise<Socket> => {
  const socket = connect(port, "127.0.0.1")
  await once(socket, "connect")
  return socket
}
/** How a socket ends: `end`, or the code of its error. */
const ending = (socket: Socket): Promise<string> =>
  new Promise((resolve) => {
    socket.on("error", (error: NodeJS.ErrnoException) => resolve(String(error.code)))
    socket.on("end", () => resolve("end"))
    socket.resume()
  })
const ask = async (port: number): Promise<string> => {
  const socket = await dial(port)
  const first = await take(socket, 5)
  socket.destroy()
  return first.toString()
}

test("a pod whose port was forwarded is not asked again whether it can be", async () => {
  const cluster = open(TOKENS.admin)
  const before = server.requests.length
  for (let n = 0; n < 3; n++) {
    const forward = await cluster.forward(echo)
    expect(await ask(forward.port)).toBe("first")
    await forward.close()
  }
  const asked = server.requests.slice(before).filter(({ path }) => path.includes("/portforward"))
  expect(asked.filter(({ status }) => status === 400)).toHaveLength(1)
})

test("every connection is a forward of its own, in both directions, much at once", async () => {
  const forward = await admin.forward(echo)
  const sockets = await Promise.all(Array.from({ length: 5 }, () => dial(forward.port)))
  await Promise.all(
    sockets.map(async (socket) => {
      expect((await take(socket, 5)).toString()).toBe("first")
      const sent = randomBytes(4 * 1024 * 1024)
      const digest = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex")
      socket.write(sent)
      expect(digest(await take(socket, sent.length))).toBe(digest(sent))
      socket.end()
      expect(await ending(socket)).toBe("end")
    }),
  )
  expect(forward.trouble).toBeUndefined()
  const [left] = [await dial(forward.port)]
  await forward.close()
  expect(await ending(left)).toBe("ECONNRESET")
  await expect(dial(forward.port)).rejects.toThrow("ECONNREFUSED")
})

/** More than all buffers on the way hold. */
const MUCH = 64 * 1024 * 1024

test("a slow reader holds up the sender, not the memory in between", async () => {
  const forward = await admin.forward(echo)
  const slow = await dial(forward.port)
  await take(slow, 5)
  slow.pause()
  slow.write(`give ${MUCH}\n`)
  await delay(700)
  expect(await log()).not.toContain("given")
  expect((await take(slow, MUCH)).length).toBe(MUCH)
  await vi.waitFor(async () => expect(await log()).toContain("given"), { timeout: 10_000 })

  const sender = await dial(forward.port)
  await take(sender, 5)
  sender.write(`take ${MUCH}\n`)
  let sent = false
  // Not in one piece: the first one says what comes.
  await delay(50)
  sender.write(Buffer.alloc(MUCH), () => {
    sent = true
  })
  await delay(700)
  expect(sent).toBe(false)
  process.kill(Number(/^listening (\d+)$/m.exec(await log())![1]), "SIGUSR2")
  expect((await take(sender, 5)).toString()).toBe("taken")
  for (const socket of [slow, sender]) socket.destroy()
  await forward.close()
})

test("closing the cluster closes its forwards", async () => {
  const door = open(TOKENS.admin)
  const { port } = await door.forward(echo)
  expect(await ask(port)).toBe("first")
  await door.close()
  await expect(dial(port)).rejects.toThrow("ECONNREFUSED")
})

test("what is forbidden or does not exist is reported at once", async () => {
  await expect(developer.forward(echo)).rejects.toMatchObject({
    name: "RunbookError",
    message: "port 7000 of pod echo in p cannot be forwarded",
    why: 'pods "echo" is forbidden: User "developer" cannot get resource "pods/portforward" in API group "" in the namespace "p"',
    fix: expect.stringContaining("ask whoever administers 127.0.0.1:"),
  })
  await expect(admin.forward({ ...echo, pod: "nobody" })).rejects.toMatchObject({
    name: "RunbookError",
    why: 'pods "nobody" not found',
    next: "oc get pods -n p",
  })
  const stranger = open("no-token")
  await expect(stranger.forward(echo)).rejects.toMatchObject({
    result: { state: "unknown", because: "login" },
  })
})

test("who has the right by a Role", async () => {
  const rbac = (kind: string, more: object): KubeObject => ({
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind,
    metadata: { name: "forwarder", namespace: "p" },
    ...more,
  })
  await admin.create(
    rbac("Role", { rules: [{ apiGroups: [""], resources: ["pods/portforward"], verbs: ["get", "create"] }] }),
  )
  await admin.create(
    rbac("RoleBinding", {
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "forwarder" },
      subjects: [{ kind: "User", name: "developer" }],
    }),
  )
  const forward = await developer.forward(echo)
  expect(await ask(forward.port)).toBe("first")
  // The right is removed between two connections.
  await admin.remove({
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "RoleBinding",
    name: "forwarder",
    namespace: "p",
  })
  expect(await ending(await dial(forward.port))).toBe("ECONNRESET")
  await expect
    .poll(() => forward.trouble)
    .toContain('User "developer" cannot get resource "pods/portforward"')
  await forward.close()
})

test("a port that nobody serves: the kubelet's words, and the connection is reset", async () => {
  const forward = await admin.forward({ ...echo, port: 7001 })
  expect(await ending(await dial(forward.port))).toBe("ECONNRESET")
  expect(forward.trouble).toMatch(
    /^error forwarding port 7001 to pod \S+, uid : .* dial tcp 127\.0\.0\.1:7001: connect: connection refused$/,
  )
  await forward.close()
})

test("through a proxy", async () => {
  const tunnels: (string | undefined)[] = []
  const proxy = createServer().on("connect", (request, socket: Socket, head) => {
    tunnels.push(request.url)
    const other = connect(server.port, "127.0.0.1", () => {
      socket.write("HTTP/1.1 200 OK\r\n\r\n")
      other.write(head)
      socket.pipe(other).pipe(socket)
    })
    for (const one of [socket, other]) one.on("error", () => undefined)
  })
  proxy.listen(0, "127.0.0.1")
  await once(proxy, "listening")
  const door = open(TOKENS.admin, { proxy: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}` })
  const forward = await door.forward(echo)
  expect(await ask(forward.port)).toBe("first")
  expect(tunnels).toEqual([`127.0.0.1:${server.port}`, `127.0.0.1:${server.port}`])
  await door.close()
  proxy.close()
})

test("the pod goes under an open connection, and the next one serves again", async () => {
  const forward = await admin.forward(echo)
  const socket = await dial(forward.port)
  await take(socket, 5)
  const end = ending(socket)
  await admin.remove({ apiVersion: "v1", kind: "Pod", name: "echo", namespace: "p" })
  expect(["end", "ECONNRESET"]).toContain(await end)
  await expect
    .poll(() => admin.get({ apiVersion: "v1", kind: "Pod", name: "echo", namespace: "p" }), { timeout: 5000 })
    .toBeUndefined()
  expect(await ending(await dial(forward.port))).toBe("ECONNRESET")
  await expect.poll(() => forward.trouble).toBe('pods "echo" not found')
  await admin.create(echoPod)
  await listening()
  expect(await ask(forward.port)).toBe("first")
  expect(forward.trouble).toBeUndefined()
  await forward.close()
})

test("a client that never closes its side does not keep the server from closing", async () => {
  const other = await startWorld("other")
  const options = {
    host: "127.0.0.1",
    port: other.server.port,
    allowHalfOpen: true,
    rejectUnauthorized: false,
  }
  const socket = tls(options)
  socket.on("error", () => undefined)
  socket.write(
    [
      "GET /api/v1/namespaces/p/pods/echo/portforward?ports=7000 HTTP/1.1",
      "host: practice",
      `authorization: Bearer ${TOKENS.admin}`,
      "connection: Upgrade",
      "upgrade: websocket",
      "sec-websocket-version: 13",
      "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==",
      "sec-websocket-protocol: v4.channel.k8s.io",
      "\r\n",
    ].join("\r\n"),
  )
  const [answer] = await once(socket, "data")
  expect(String(answer)).toMatch(/^HTTP\/1.1 101 /)
  await other.stop()
  socket.destroy()
})

test("a client that leaves before the forward is open harms nobody", async () => {
  const forward = await admin.forward(echo)
  for (let i = 0; i < 20; i++) {
    const socket = await dial(forward.port)
    if (i % 2 === 0) socket.resetAndDestroy()
    else socket.destroy()
  }
  expect(await ask(forward.port)).toBe("first")
  await forward.close()
})
