import { createServer } from "node:https"
import type { AddressInfo } from "node:net"
import { afterAll, beforeAll, expect, test } from "vitest"
import { createAuthority } from "../../../lib/practice/certificates.ts"
import { NAMESPACE, namespace, type Setup, setup } from "./harness.ts"

let west: Setup
let kubelet: ReturnType<typeof createServer>
const asked: string[] = []
let more: (() => void) | undefined

beforeAll(async () => {
  const ca = await createAuthority("practice")
  west = await setup({ ca })
  // A kubelet that knows its API server by the cluster's authority.
  const { certificate: cert, key } = await ca.issue("kubelet", { hosts: ["127.0.0.1"], server: true })
  kubelet = createServer(
    { cert, key, ca: ca.certificate, requestCert: true, rejectUnauthorized: true },
    (request, response) => {
      asked.push(request.url ?? "")
      if (request.url?.includes("/slow?")) {
        response.write('"first"\n')
        more = () => response.end('"second"\n')
        return
      }
      if (request.url?.includes("/waiting?")) {
        response.writeHead(400)
        response.end('container "waiting" in pod "x" is waiting to start: ContainerCreating')
        return
      }
      response.end("line 1\nline 2\n")
    },
  )
  await new Promise<void>((resolve) => kubelet.listen(0, "127.0.0.1", resolve))
  const { port: Port } = kubelet.address() as AddressInfo
  await west.admin("POST", "/api/v1/namespaces", namespace("p"))
  await west.system("POST", "/api/v1/nodes", {
    apiVersion: "v1",
    kind: "Node",
    metadata: { name: "n" },
    status: {
      addresses: [{ type: "InternalIP", address: "127.0.0.1" }],
      daemonEndpoints: { kubeletEndpoint: { Port } },
    },
  })
  const pod = (name: string, containers: string[], nodeName?: string) =>
    west.admin("POST", `${NAMESPACE}/pods`, {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name },
      spec: {
        containers: containers.map((it) => ({ name: it, image: "x" })),
        ...(nodeName ? { nodeName } : {}),
      },
    })
  await pod("one", ["app"], "n")
  await pod("two", ["app", "slow", "waiting"], "n")
  await pod("unbound", ["app"])
})
afterAll(async () => {
  await west.close()
  kubelet.closeAllConnections()
  kubelet.close()
})

const log = (pod: string, query = "") => west.admin("GET", `${NAMESPACE}/pods/${pod}/log${query}`)

test("a pod's log comes from its node's kubelet, options included", async () => {
  const answer = await log("one", "?tailLines=2&previous=true")
  expect(answer.text).toBe("line 1\nline 2\n")
  expect(asked.at(-1)).toBe("/containerLogs/p/one/app?tailLines=2&previous=true")
})

test("a followed log comes as it is written", async () => {
  const stream = await west.admin.watch(`${NAMESPACE}/pods/two/log?container=slow&follow=true`)
  expect(await stream.next()).toBe("first")
  more?.()
  expect(await stream.next()).toBe("second")
  expect(await stream.next()).toBeUndefined()
})

test("which container, whether it began, and where it runs are asked for", async () => {
  expect((await log("two")).body.message).toBe(
    "a container name must be specified for pod two, choose one of: [app slow waiting]",
  )
  expect((await log("two", "?container=nope")).body.message).toBe("container nope is not valid for pod two")
  expect((await log("two", "?container=waiting")).body).toMatchObject({
    kind: "Status",
    code: 400,
    reason: "BadRequest",
    message: 'container "waiting" in pod "x" is waiting to start: ContainerCreating',
  })
  expect((await log("unbound")).status).toBe(204)
  expect((await log("missing")).status).toBe(404)
})
