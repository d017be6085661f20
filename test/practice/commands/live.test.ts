/** The stand-ins on clusters that live: controllers, pods, a proxy. */
import { spawn } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { createServer, type Server } from "node:http"
import { type AddressInfo, connect, type Socket } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { writeKubeconfig } from "../../../lib/cluster/kubeconfig.ts"
import { writeCommands } from "../../../lib/practice/commands/index.ts"
import type { PracticeContainer } from "../../../lib/practice/types/images.ts"
import { deployment, install, namespace, start, until, type World } from "../controllers/clusters.ts"

const IMAGE = "example/talks:1"
const containers: PracticeContainer[] = []
const folder = mkdtempSync(join(tmpdir(), "stand-ins live "))
const commands = join(folder, "bin")
const env = { PATH: "/usr/bin:/bin", HOME: folder, KUBECONFIG: join(folder, "kubeconfig") }
let west: World

interface Running {
  /** The next line of stdout. */
  line(): Promise<string | undefined>
  ended: Promise<{ exit: number | null; stderr: string; rest: string[] }>
  stop(): void
}

const begin = (command: string, argv: string[], more: Record<string, string> = {}): Running => {
  const child = spawn(join(commands, command), argv, {
    env: { ...env, ...more },
    stdio: ["ignore", "pipe", "pipe"],
  })
  let stderr = ""
  child.stderr.setEncoding("utf8").on("data", (text) => {
    stderr += text
  })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const line = async () => {
    const { value, done } = await lines.next()
    return done ? undefined : value
  }
  const closed = new Promise<number | null>((resolve) => child.on("close", resolve))
  return {
    line,
    get ended() {
      return (async () => {
        const rest: string[] = []
        for (let next = await line(); next !== undefined; next = await line()) rest.push(next)
        return { exit: await closed, stderr, rest }
      })()
    },
    stop: () => child.kill("SIGINT"),
  }
}
const run = (command: string, ...argv: string[]) => begin(command, argv).ended
/** A command of `oc` in the tests' namespace. */
const oc = (...argv: string[]) => run("oc", "-n", "p", ...argv)

beforeAll(async () => {
  const image = {
    image: /^example\/talks:/,
    start(container: PracticeContainer) {
      containers.push(container)
      container.log("hello")
      container.log("world")
      if (container.image.endsWith(":1")) container.ready()
    },
  }
  const { worlds } = await start({ names: ["west"], images: [image] })
  west = worlds[0]!
  await writeCommands(commands)
  await writeKubeconfig(env.KUBECONFIG, {
    server: west.server.url,
    ca: west.server.ca.certificate,
    token: west.server.users[0]!.token,
    user: "system:practice",
    namespace: "default",
  })
  await namespace(west.cluster, "p")
  await west.cluster.create(deployment("talks", "p", IMAGE))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const available = (name: string) =>
  until(
    west.cluster,
    { apiVersion: "apps/v1", kind: "Deployment", namespace: "p", name },
    (it) => (it?.status?.availableReplicas ?? 0) > 0,
  )

describe("pods", () => {
  test("logs of a deployment, whole, its end, and as it grows", async () => {
    await available("talks")
    expect(await oc("logs", "deployment/talks")).toEqual({ exit: 0, stderr: "", rest: ["hello", "world"] })
    expect(await oc("logs", "deploy/talks", "--tail=1")).toEqual({ exit: 0, stderr: "", rest: ["world"] })
    const following = begin("oc", ["logs", "-f", "deployment/talks", "--tail", "1", "-n", "p"])
    expect(await following.line()).toBe("world")
    containers.at(-1)!.log("more")
    expect(await following.line()).toBe("more")
    following.stop()
    await following.ended
  })

  test("logs that are not there", async () => {
    const none = await oc("logs", "nope")
    expect(none).toEqual({
      exit: 1,
      stderr: 'Error from server (NotFound): pods "nope" not found\n',
      rest: [],
    })
    const before = await oc("logs", "deployment/talks", "--previous")
    expect(before.exit).toBe(1)
    expect(before.stderr).toMatch(
      /^Error from server \(BadRequest\): previous terminated container "talks" .*not found/,
    )
  })

  test("get -w tells each change, rollout status follows to the end", async () => {
    await west.cluster.create(deployment("slow", "p", "example/talks:2"))
    const following = begin("oc", ["rollout", "status", "deployment/slow", "-n", "p"])
    const watching = begin("oc", [
      "get",
      "deployment",
      "slow",
      "-w",
      "-n",
      "p",
      "-o",
      "jsonpath={.status.availableReplicas}\n",
    ])
    await until(
      west.cluster,
      { apiVersion: "apps/v1", kind: "Deployment", namespace: "p", name: "slow" },
      (it) => (it?.status?.unavailableReplicas ?? 0) > 0,
    )
    // At the latest now it has said what it waits for.
    for (
      let said = await following.line();
      !said?.includes("0 of 1 updated");
      said = await following.line()
    ) {
      expect(said).toMatch(/^Waiting for deployment /)
    }
    containers.findLast((it) => it.image.endsWith(":2"))!.ready()
    const { exit, rest } = await following.ended
    expect({ exit, last: rest.at(-1) }).toEqual({
      exit: 0,
      last: 'deployment "slow" successfully rolled out',
    })
    for (let said = await watching.line(); said !== "1"; said = await watching.line()) expect(said).toBe("")
    watching.stop()
    await watching.ended
  })

  test("rollout restart makes a new pod", async () => {
    await available("talks")
    const before = containers.length
    expect(await oc("rollout", "restart", "deployment/talks")).toMatchObject({
      rest: ["deployment.apps/talks restarted"],
    })
    expect((await oc("rollout", "status", "deployment/talks")).exit).toBe(0)
    expect(containers.length).toBe(before + 1)
  })
})

test("from the Subscription to a ready Site, by commands alone", async () => {
  await install(west.cluster)
  expect((await run("skupper", "site", "create", "west", "-n", "p")).rest).toEqual(['Site "west" is ready.'])
  const again = await run("skupper", "site", "create", "west", "-n", "p")
  expect(again).toEqual({ exit: 2, stderr: "", rest: ["There is already a site created for this namespace"] })
  const { rest } = await oc("get", "site")
  expect(rest[0]).toMatch(/^NAME +STATUS +SITES IN NETWORK +MESSAGE$/)
  expect(rest[1]).toMatch(/^west +Ready +1 +OK$/)
})

describe("a proxy", () => {
  let proxy: Server
  const asked: string[] = []
  const sockets = new Set<Socket>()
  beforeAll(async () => {
    proxy = createServer().on("connect", (request, socket) => {
      asked.push(`${request.url} ${request.headers["proxy-authorization"] ?? ""}`)
      const through = connect(west.server.port, "127.0.0.1", () => {
        socket.write("HTTP/1.1 200 OK\r\n\r\n")
        socket.pipe(through).pipe(socket)
      })
      sockets.add(socket as Socket).add(through)
      through.on("error", () => socket.destroy())
      socket.on("error", () => through.destroy())
    })
    await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve))
  })
  afterAll(async () => {
    for (const socket of sockets) socket.destroy()
    await new Promise((resolve) => proxy.close(resolve))
  })
  const viaProxy = (name: string, more: object) => {
    const ca = Buffer.from(west.server.ca.certificate).toString("base64")
    const cluster = { server: "https://localhost:1", "certificate-authority-data": ca, ...more }
    const path = join(folder, name)
    const config = {
      clusters: [{ name: "c", cluster }],
      users: [{ name: "u", user: { token: west.server.users[0]!.token } }],
      contexts: [{ name: "x", context: { cluster: "c", user: "u" } }],
      "current-context": "x",
    }
    writeFileSync(path, JSON.stringify(config))
    return path
  }

  test("of the kubeconfig", async () => {
    const { port } = proxy.address() as AddressInfo
    const path = viaProxy("proxied", { "proxy-url": `http://me:secret@127.0.0.1:${port}` })
    expect((await run("oc", "whoami", "--kubeconfig", path)).rest).toEqual(["system:practice"])
    const credentials = Buffer.from("me:secret").toString("base64")
    expect(asked.at(-1)).toBe(`localhost:1 Basic ${credentials}`)
  })

  test("of HTTPS_PROXY", async () => {
    const { port } = proxy.address() as AddressInfo
    // A name that only the proxy can reach; its certificate is for localhost.
    const path = viaProxy("variable", { server: "https://api.far.test:6443", "tls-server-name": "localhost" })
    const told = await begin("oc", ["whoami", "--kubeconfig", path], {
      HTTPS_PROXY: `http://127.0.0.1:${port}`,
    }).ended
    expect(told).toEqual({ exit: 0, stderr: "", rest: ["system:practice"] })
    expect(asked.at(-1)).toBe("api.far.test:6443 ")
  })
})
