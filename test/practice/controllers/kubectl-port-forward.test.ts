/** A real `kubectl port-forward`, by SPDY through a WebSocket and by SPDY alone (skipped where there is no kubectl). */
import { spawn, spawnSync } from "node:child_process"
import { once } from "node:events"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import type { PracticeImage } from "../../../lib/practice/types/images.ts"
import { start, until, type World } from "./clusters.ts"

const hasKubectl = spawnSync("kubectl", ["version", "--client"]).status === 0

/** Answers with the length of what it was sent, and with that many bytes. */
const SCRIPT = `
const { createServer } = require("node:http")
createServer((request, response) => {
  let size = 0
  request.on("data", (chunk) => { size += chunk.length })
  request.on("end", () => response.end(size + ":" + "x".repeat(size)))
}).listen(process.env.PORT, "127.0.0.1", () => console.log("up"))`

const server: PracticeImage = {
  image: /example\/server/,
  start(container) {
    const begin = async (): Promise<void> => {
      const port = await container.serve(8080)
      container.run({ command: process.execPath, args: ["-e", SCRIPT], env: { PORT: String(port) } })
      container.ready()
    }
    void begin()
  },
}

describe.skipIf(!hasKubectl)("kubectl port-forward", () => {
  let world: World
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "port-forward-"))
    world = (await start({ names: ["one"], images: [server], openshift: false })).worlds[0]!
    await writeFile(join(folder, "ca.crt"), world.server.ca.certificate)
    const { cluster } = world
    await cluster.create({
      ...{ apiVersion: "v1", kind: "Pod", metadata: { name: "p", namespace: "default" } },
      spec: { containers: [{ name: "c", image: "example/server:1" }] },
    })
    const ref = { apiVersion: "v1", kind: "Pod", name: "p", namespace: "default" }
    await until(cluster, ref, (it) => it?.status?.containerStatuses?.[0]?.ready === true)
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  for (const [way, webSockets] of [
    ["through a WebSocket", "true"],
    ["without one", "false"],
  ])
    test(way!, async () => {
      await expect.poll(() => world.cluster.log({ namespace: "default", pod: "p" })).toContain("up")
      const flags = [`--server=${world.server.url}`, `--certificate-authority=${join(folder, "ca.crt")}`]
      const child = spawn(
        "kubectl",
        [...flags, "--token=sha256~test-one", "-n", "default", "port-forward", "pod/p", ":8080"],
        {
          env: {
            ...{ PATH: process.env.PATH, HOME: folder, KUBECONFIG: "/dev/null" },
            KUBECTL_PORT_FORWARD_WEBSOCKETS: webSockets,
          },
          stdio: ["ignore", "pipe", "inherit"],
        },
      )
      const exit = once(child, "exit")
      try {
        const [line] = (await once(createInterface(child.stdout), "line")) as [string]
        const port = /127\.0\.0\.1:(\d+)/.exec(line)?.[1]
        // More than a stream's window, both ways, and two connections at once.
        const body = "y".repeat(300_000)
        const ask = async () => (await fetch(`http://127.0.0.1:${port}/`, { method: "POST", body })).text()
        const answers = await Promise.all([ask(), ask()])
        expect(answers.map((one) => [one.slice(0, 8), one.length])).toEqual([
          ["300000:x", 300_007],
          ["300000:x", 300_007],
        ])
      } finally {
        child.kill()
        await exit
      }
    })
})
