/** What must pass the gate passes: a whole federation with TLS, models of any size, and whoever takes long. */

import { spawn } from "node:child_process"
import { once } from "node:events"
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { rm } from "node:fs/promises"
import { createServer, request } from "node:http"
import type { AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as pause } from "node:timers/promises"
import { afterEach, describe, expect, test } from "vitest"
import { createAuthority } from "../../../lib/practice/certificates.ts"
import { snippetPath } from "../../../runbooks/shared/snippet.ts"
import {
  cannotGate,
  freePort,
  type GatedSuperlink,
  keeping,
  printed,
  startGate,
  startGatedSuperlink,
} from "./gate.ts"
import { type FlowerWorld, projectOf, startFlowerWorld } from "./world.ts"

/** More than one of the SuperLink's objects, in bytes. */
const LARGE = 52_000_000

describe.skipIf(cannotGate !== undefined)("through the gate", () => {
  let world: FlowerWorld | undefined
  let gated: GatedSuperlink | undefined
  afterEach(async () => {
    await world?.close()
    await gated?.close()
    world = undefined
    gated = undefined
  })

  test.each(["1.42.0", "1.40.0"])(
    "%s: the notebook with Flower's own TLS, to a run of three rounds",
    async (version) => {
      world = await startFlowerWorld(version, 1)
      const flags = ["--gate", "on", "--tls-secret", "flower-tls", "--root-certificates-secret", "flower-ca"]
      await world.ends(0, "run", "--yes", "--to", "project", ...flags)
      const authority = await createAuthority("flower")
      const hosts = ["fleet-api", "localhost", "127.0.0.1"]
      const { certificate, key } = await authority.issue("fleet-api", { hosts, server: true })
      const secret = (site: string, name: string, files: Record<string, string>) =>
        world!.cluster(site).apply({
          apiVersion: "v1",
          kind: "Secret",
          metadata: { name, namespace: projectOf(site) },
          stringData: files,
        })
      const ca = { "ca.crt": authority.certificate }
      await secret("superlink", "flower-tls", { "tls.crt": certificate, "tls.key": key, ...ca })
      await secret("supernode-1", "flower-ca", ca)
      const { stdout } = await world.ends(0, "run", "--yes", "--proof", "run", ...flags)
      for (const round of [1, 2, 3]) expect(stdout).toContain(`round ${round}: 1 of 1 SuperNodes`)
      expect(stdout).toContain("its gate passes the Fleet API only")
      const pod = (await world.pod("superlink")).metadata.name
      const at = { namespace: projectOf("superlink"), pod }
      // The gate's address in place of the router's: the SuperNode came through nginx.
      const log = await world.cluster("superlink").log({ ...at, container: "superlink" })
      expect(log).toMatch(/127\.0\.0\.1:0 - "POST \/v1\/fleet\/activate-node/)
      // What verify asks through a port forward, and nobody else.
      const refused = (await world.cluster("superlink").log({ ...at, container: "gate" })).trim().split("\n")
      expect(refused.filter((one) => !/client: 127\.0\.0\.1, .*"GET \/openapi\.json HTTP/.test(one))).toEqual(
        [],
      )
    },
  )

  test("a model of 52 MB, both ways in three rounds, without a file of nginx", async () => {
    gated = await startGatedSuperlink("1.42.0", true)
    const { folder, port, inside, root } = gated
    const supernode = gated.start(
      "flower-supernode",
      ...[
        "--root-certificates",
        root!,
        "--superlink",
        `localhost:${port}`,
        "--host",
        "127.0.0.1",
        "--port",
        String(await freePort()),
      ],
    )
    await printed(supernode.child, supernode.output, /SuperNode ID: \d+/)
    const [, node] = /SuperNode ID: (\d+)/.exec(supernode.output())!
    const app = join(folder, "large-app")
    cpSync(snippetPath("proof-app")!, app, { recursive: true })
    const server = join(app, "proof/server.py")
    writeFileSync(server, readFileSync(server, "utf8").replace("np.zeros(4)", `np.zeros(${LARGE / 8})`))
    mkdirSync(join(folder, "flwr"), { recursive: true })
    writeFileSync(
      join(folder, "flwr/config.toml"),
      `[superlink]\ndefault = "lab"\n\n[superlink.lab]\naddress = "localhost:${inside}"\nroot-certificates = "${root}"\n`,
    )
    const began = performance.now()
    const run = gated.start("flwr", "run", app, "lab", "--stream", "--run-config", `rounds=3 nodes="${node}"`)
    await once(run.child, "exit")
    expect(run.output()).toContain("round 3: 1 of 1 SuperNodes")
    console.log(`3 rounds of ${LARGE / 1e6} MB each way: ${Math.round((performance.now() - began) / 1000)} s`)
    const files = readdirSync(join(folder, "scratch"), { recursive: true, withFileTypes: true })
    // The start script's own file, where there is IPv6, and nothing of a body.
    const written = files.filter((one) => one.isFile() && one.name !== "ipv6.conf").map(({ name }) => name)
    expect(written).toEqual(["nginx.pid"])
  })

  test("a slow answer is waited for, and each piece of a body arrives before the next is sent, both ways", async () => {
    // In the place of a SuperLink: a server whose timing is known.
    const folder = mkdtempSync(join(tmpdir(), "gate-stream-"))
    chmodSync(folder, 0o755)
    const got: string[] = []
    const slow = createServer((asked, answer) => {
      if (asked.url === "/v1/fleet/slow") return void setTimeout(() => answer.end("late"), 65_000)
      answer.writeHead(200)
      asked.setEncoding("utf8").on("data", (piece: string) => {
        got.push(piece)
        answer.write(piece.toUpperCase())
      })
      asked.on("end", () => answer.end())
    }).listen(0, "127.0.0.1")
    await once(slow, "listening")
    let child: ReturnType<typeof spawn> | undefined
    try {
      const { port } = await startGate(
        folder,
        (slow.address() as AddressInfo).port,
        false,
        (command, args, as) => {
          child = spawn(command, args, {
            cwd: folder,
            stdio: ["ignore", "pipe", "pipe"],
            detached: true,
            ...as,
            env: { ...process.env, ...as.env },
          })
          return { child, output: keeping(child) }
        },
      )
      const post = (name: string) =>
        request({ host: "127.0.0.1", port, method: "POST", path: `/v1/fleet/${name}`, agent: false })
      const waiting = post("slow")
      waiting.end()
      const stream = post("echo")
      stream.write("one ")
      const [answer] = await once(stream, "response")
      answer.setEncoding("utf8")
      expect((await once(answer, "data"))[0]).toBe("ONE ")
      stream.write("two")
      expect((await once(answer, "data"))[0]).toBe("TWO")
      stream.end()
      expect(got.join("")).toBe("one two")
      const [late] = await once(waiting, "response")
      expect(late.statusCode).toBe(200)
      expect((await once(late.setEncoding("utf8"), "data"))[0]).toBe("late")
    } finally {
      if (child?.pid !== undefined) process.kill(-child.pid, "SIGKILL")
      slow.closeAllConnections()
      slow.close()
      await pause(50)
      await rm(folder, { recursive: true, force: true, maxRetries: 5 })
    }
  })
})
