import { connect, createServer, type Socket } from "node:net"
import { afterEach, expect, test } from "vitest"
import { openCluster } from "../../lib/cluster/index.ts"
import type { Cluster } from "../../lib/cluster/types.ts"
import { createAuthority } from "../../lib/practice/certificates.ts"
import { type Handler, json, type Server, serve, status } from "./server.ts"

const open: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close()
})

const resources = [
  { name: "deployments", kind: "Deployment", namespaced: true, verbs: ["list", "watch"] },
  { name: "deployments/status", kind: "Deployment", namespaced: true, verbs: ["get"] },
]

/** A server that discovers Deployments and passes every other request to the test. */
async function played(handle: Handler): Promise<{ server: Server; cluster: Cluster }> {
  const server = await serve((asked, response) =>
    asked.path === "/apis/apps/v1" ? json(response, 200, { resources }) : handle(asked, response),
  )
  const cluster = openCluster({
    fieldManager: "test",
    server: server.url,
    ca: server.ca,
    token: "a-token",
    login: "book step login",
  })
  open.push(server, cluster)
  return { server, cluster }
}

const deployment = { apiVersion: "apps/v1", kind: "Deployment", name: "superlink", namespace: "ns" }
const path = "/apis/apps/v1/namespaces/ns/deployments"
const check = (fields: object) => ({ name: "CheckError", result: expect.objectContaining(fields) })

test("connections are pooled: many requests, few handshakes", async () => {
  const { server, cluster } = await played((_, response) =>
    json(response, 200, { metadata: { name: "superlink" } }),
  )
  for (let i = 0; i < 50; i++) await cluster.get(deployment)
  expect(server.handshakes).toBeLessThanOrEqual(2)
  await Promise.all(Array.from({ length: 20 }, () => cluster.get(deployment)))
  await Promise.all(Array.from({ length: 20 }, () => cluster.get(deployment)))
  expect(server.handshakes).toBeLessThanOrEqual(25)
  expect(server.asked[1]!.headers).toMatchObject({
    authorization: "Bearer a-token",
    accept: "application/json",
    "user-agent": "test",
  })
})

test("times stay text, and a missing object is nothing", async () => {
  const { cluster } = await played((asked, response) =>
    asked.path === `${path}/superlink`
      ? json(response, 200, { metadata: { name: "superlink", creationTimestamp: "2026-11-22T10:00:00Z" } })
      : status(response, 404, "NotFound", 'deployments.apps "other" not found'),
  )
  expect((await cluster.get(deployment))?.metadata.creationTimestamp).toBe("2026-11-22T10:00:00Z")
  expect(await cluster.get({ ...deployment, name: "other" })).toBeUndefined()
})

test("a kind that is not served is unknown, also when its definition was deleted meanwhile", async () => {
  const { cluster, server } = await played(() => undefined)
  const site = { apiVersion: "skupper.io/v2alpha1", kind: "Site", name: "a", namespace: "ns" }
  await expect(cluster.get(site)).rejects.toMatchObject(
    check({
      because: "missing",
      reason: `127.0.0.1:${server.port} does not serve Site (skupper.io/v2alpha1)`,
    }),
  )
  expect(await cluster.serves("skupper.io/v2alpha1", "Site")).toBe(false)
  expect(await cluster.serves("apps/v1", "Deployment")).toBe(true)
  await expect(cluster.get({ ...deployment, kind: "Other" })).rejects.toMatchObject(
    check({ because: "missing" }),
  )
  resources.push({ name: "others", kind: "Other", namespaced: true, verbs: [] })
  expect(await cluster.get({ ...deployment, kind: "Other" })).toBeUndefined()
  resources.pop()
  await expect(cluster.list({ apiVersion: "apps/v1", kind: "Other" })).rejects.toMatchObject(
    check({ because: "missing" }),
  )
  resources.push({ name: "others", kind: "Other", namespaced: true, verbs: [] })
  expect(await cluster.serves("apps/v1", "Other")).toBe(true)
  resources.pop()
  await expect(cluster.get({ ...deployment, kind: "Other" })).rejects.toMatchObject(
    check({ because: "missing" }),
  )
})

test("refusals become check results, in the server's own words", async () => {
  let answer: Handler = () => undefined
  const { cluster, server } = await played((asked, response) => answer(asked, response))
  answer = (_, response) => status(response, 401, "Unauthorized", "Unauthorized")
  await expect(cluster.get(deployment)).rejects.toMatchObject(
    check({
      state: "unknown",
      because: "login",
      reason: `127.0.0.1:${server.port} does not accept the login: Unauthorized`,
      fix: "log in again: book step login",
      next: "book step login",
    }),
  )
  const words = 'deployments.apps is forbidden: User "u" cannot list resource "deployments"'
  answer = (_, response) => status(response, 403, "Forbidden", words)
  await expect(cluster.list({ apiVersion: "apps/v1", kind: "Deployment" })).rejects.toMatchObject(
    check({ state: "blocked", reason: words, code: "forbidden" }),
  )
  answer = (_, response) => {
    response
      .writeHead(503, { "content-type": "text/html" })
      .end("<html><body>router: no backend</body></html>")
    return true
  }
  await expect(cluster.get(deployment)).rejects.toMatchObject(
    check({ because: "unreachable", reason: `127.0.0.1:${server.port} answered 503: HTTP 503` }),
  )
  answer = (_, response) => status(response, 409, "Conflict", "the object has been modified")
  await expect(cluster.merge(deployment, {})).rejects.toMatchObject({
    name: "ClusterError",
    code: 409,
    reason: "Conflict",
    message: "the object has been modified",
  })
})

test("a GET whose connection is cut is retried once, a write is not", async () => {
  let cuts = 1
  const { cluster, server } = await played(({ method }, response) => {
    if (cuts-- > 0) {
      response.destroy()
      return true
    }
    return json(response, method === "GET" ? 200 : 201, { metadata: { name: "superlink" } })
  })
  expect(await cluster.get(deployment)).toBeDefined()
  cuts = 1
  const object = {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "superlink", namespace: "ns" },
  }
  await expect(cluster.create(object)).rejects.toMatchObject(check({ because: "unreachable" }))
  expect(server.asked.filter(({ method }) => method === "POST")).toHaveLength(1)
})

test("a server that does not answer is named, with the reason in words", async () => {
  const gone = await serve(() => undefined)
  await gone.close()
  const at = (server: string) => {
    const cluster = openCluster({ fieldManager: "test", server, ca: gone.ca })
    open.push(cluster)
    return cluster.version()
  }
  await expect(at(gone.url)).rejects.toMatchObject(
    check({
      state: "unknown",
      because: "unreachable",
      reason: `127.0.0.1:${gone.port} cannot be reached: the connection was refused, nothing listens there (ECONNREFUSED)`,
    }),
  )
  await expect(at("https://nowhere.invalid:6443")).rejects.toMatchObject(
    check({
      because: "unreachable",
      reason: expect.stringMatching(/^nowhere\.invalid:6443 cannot be reached: the name/),
    }),
  )
})

test("a practice cluster that has ended is blocked: nobody starts it again behind its address", async () => {
  const gone = await serve(() => undefined)
  await gone.close()
  const { certificate: ca } = await createAuthority("practice superlink")
  const cluster = openCluster({ fieldManager: "test", server: gone.url, ca })
  open.push(cluster)
  await expect(cluster.version()).rejects.toMatchObject(
    check({
      state: "blocked",
      code: "practice-ended",
      reason: `the practice cluster at 127.0.0.1:${gone.port} has ended: nothing listens there`,
    }),
  )
})

test("a certificate of an unknown authority, or for another host, names the fix", async () => {
  const { server } = await played((_, response) => json(response, 200, {}))
  const elsewhere = await serve(() => undefined, ["api.elsewhere.example"])
  open.push(elsewhere)
  const other = await createAuthority("other")
  for (const [ca, url, words] of [
    [other.certificate, server.url, "by an authority that is not known here"],
    [undefined, server.url, "by an authority that is not known here"],
    [server.ca, elsewhere.url, "is for another host name"],
  ] as const) {
    const cluster = openCluster({ fieldManager: "test", server: url, ca })
    open.push(cluster)
    await expect(cluster.version()).rejects.toMatchObject(
      check({
        state: "blocked",
        reason: expect.stringContaining(words),
        fix: expect.stringContaining("certificate-authority"),
      }),
    )
  }
})

test("a redirect, also of a write, is reported as what an API server does not do", async () => {
  const { cluster } = await played((_, response) => {
    response.writeHead(302, { location: "https://sso.example/login" }).end()
    return true
  })
  const expected = check({ state: "blocked", reason: expect.stringContaining("answered 302, a redirect") })
  const deployed = {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "x", namespace: "default" },
  }
  for (const asked of [() => cluster.version(), () => cluster.create(deployed)])
    await expect(asked()).rejects.toMatchObject(expected)
})

test("a web page in place of an API is reported as such", async () => {
  const { cluster, server } = await played((_, response) => {
    response.writeHead(200, { "content-type": "text/html" }).end("<!doctype html><title>Console</title>")
    return true
  })
  await expect(cluster.version()).rejects.toMatchObject(
    check({
      state: "blocked",
      reason: `127.0.0.1:${server.port} answered with a web page: it is not an API server`,
      fix: expect.stringContaining("oc whoami --show-server"),
    }),
  )
})

test("lists come in pages; one whose snapshot expired is read whole", async () => {
  let expire = true
  const { cluster } = await played(({ url }, response) => {
    const next = url.searchParams.get("continue")
    if (next !== null && expire) {
      expire = false
      return status(response, 410, "Expired", "the provided continue parameter is too old")
    }
    if (url.searchParams.get("limit") === null)
      return json(response, 200, { items: ["a", "b", "c"].map(named) })
    return next === null
      ? json(response, 200, { metadata: { continue: "x" }, items: [named("a"), named("b")] })
      : json(response, 200, { metadata: {}, items: [named("c")] })
  })
  const named = (name: string) => ({ metadata: { name } })
  const list = async () =>
    (await cluster.list({ apiVersion: "apps/v1", kind: "Deployment" })).map(
      ({ kind, metadata }) => kind + metadata.name,
    )
  const all = ["Deploymenta", "Deploymentb", "Deploymentc"]
  expect(await list()).toEqual(all)
  expect(await list()).toEqual(all)
})

test("writes are what Kubernetes expects", async () => {
  const { cluster, server } = await played((_, response) =>
    json(response, 200, { metadata: { name: "superlink" } }),
  )
  const object = { ...deployment, metadata: { name: "superlink", namespace: "ns" } }
  await cluster.create(object)
  await cluster.apply(object)
  await cluster.merge(deployment, { status: {} }, { subresource: "status" })
  await cluster.replace(object)
  expect(await cluster.remove(deployment, { propagation: "Foreground" })).toBe(true)
  await cluster.post("/api/v1/namespaces/ns/pods/p/binding", {})
  const asked = server.asked.map(
    ({ method, path, headers }) => `${method} ${path} ${headers["content-type"]}`,
  )
  expect(asked).toEqual([
    `POST ${path}?fieldManager=test application/json`,
    `PATCH ${path}/superlink?fieldManager=test&force=true application/apply-patch+yaml`,
    `PATCH ${path}/superlink/status?fieldManager=test application/merge-patch+json`,
    `PUT ${path}/superlink?fieldManager=test application/json`,
    `DELETE ${path}/superlink application/json`,
    "POST /api/v1/namespaces/ns/pods/p/binding application/json",
  ])
  expect(server.asked[4]!.body).toContain('"propagationPolicy":"Foreground"')
})

test("whoami: by review, else by OpenShift's users/~; rights, clock and version", async () => {
  let reviews = true
  const { cluster } = await played(({ path, body }, response) => {
    if (path.endsWith("/selfsubjectreviews") && reviews) {
      return json(response, 201, { status: { userInfo: { username: "jane" } } })
    }
    if (path.endsWith("/users/~")) return json(response, 200, { metadata: { name: "old-jane" } })
    if (path.endsWith("/selfsubjectaccessreviews")) {
      const { resourceAttributes } = JSON.parse(body).spec
      return json(response, 201, { status: { allowed: resourceAttributes.verb === "create" } })
    }
    if (path === "/version") {
      return json(response, 200, { gitVersion: "v1.30.1" }, { date: "Sun, 22 Nov 2026 10:00:00 GMT" })
    }
    return undefined
  })
  expect(await cluster.whoami()).toBe("jane")
  reviews = false
  expect(await cluster.whoami()).toBe("old-jane")
  expect(await cluster.allowed({ verb: "create", resource: "pods" })).toBe(true)
  expect(await cluster.allowed({ verb: "delete", resource: "pods" })).toBe(false)
  expect(await cluster.now()).toBe(Date.UTC(2026, 10, 22, 10))
  expect(await cluster.version()).toBe("v1.30.1")
})

test("a proxy of the kubeconfig is used, and named when it does not answer", async () => {
  const { server } = await played((_, response) => json(response, 200, { gitVersion: "v1" }))
  const tunnels: string[] = []
  const sockets: Socket[] = []
  const proxy = createServer((socket) => {
    sockets.push(socket)
    socket.once("data", (head) => {
      tunnels.push(String(head).split("\r\n")[0]!)
      const target = connect(server.port, "127.0.0.1", () => {
        socket.write("HTTP/1.1 200 OK\r\n\r\n")
        socket.pipe(target).pipe(socket)
      })
      target.on("error", () => socket.destroy())
      socket.on("error", () => target.destroy())
    })
  })
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve))
  const { port } = proxy.address() as { port: number }
  const through = () =>
    openCluster({
      fieldManager: "test",
      server: server.url,
      ca: server.ca,
      proxy: `http://user:hidden@127.0.0.1:${port}`,
    })
  const cluster = through()
  expect(await cluster.version()).toBe("v1")
  expect(tunnels).toEqual([`CONNECT 127.0.0.1:${server.port} HTTP/1.1`])
  await cluster.close()
  for (const socket of sockets) socket.destroy()
  await new Promise((resolve) => proxy.close(resolve))
  const lost = through()
  open.push(lost)
  await expect(lost.version()).rejects.toMatchObject(
    check({ because: "unreachable", reason: expect.stringContaining(`through the proxy 127.0.0.1:${port}`) }),
  )
})

test("a bound cluster's requests end with the signal", async () => {
  const { server } = await played((_, response) => {
    response.flushHeaders()
    return true
  })
  const cluster = openCluster({ fieldManager: "test", server: server.url, ca: server.ca })
  open.push(cluster)
  const abort = new AbortController()
  const asking = cluster.bound(abort.signal).version()
  await expect.poll(() => server.asked.length).toBe(1)
  abort.abort(new Error("enough"))
  await expect(asking).rejects.toThrow("enough")
})
