/** The program against addresses that accept connections and never answer, and login plugins that never end. */
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs"
import { type AddressInfo, createServer, type Server } from "node:net"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import { afterAll, afterEach, beforeAll, expect, test } from "vitest"
import { stringify } from "yaml"
import { type Server as ApiServer, json, serve } from "../cluster/server.ts"
import { flat } from "./harness.ts"
import { processesOf } from "./processes.ts"
import { barePath, type Programs, startPrograms } from "./programs.ts"

let hole: Server
let port: number
let api: ApiServer
let programs: Programs & { kill(): void }

beforeAll(async () => {
  hole = createServer((socket) => {
    // It ends with the test's process; a program that is killed cuts it.
    socket.on("error", () => undefined).unref()
  })
  await new Promise<void>((done) => hole.listen(0, "127.0.0.1", done))
  port = (hole.address() as AddressInfo).port
  const folder = mkdtempSync(resolve(tmpdir(), "silent home_"))
  programs = startPrograms(folder, barePath(folder), "e2e")
  const server = `https://127.0.0.1:${port}`
  // An API server that shows its version and is silent otherwise.
  api = await serve((asked, response) =>
    asked.path === "/version" ? json(response, 200, { gitVersion: "v1.34.0" }) : true,
  )
  writeFileSync(join(folder, "token"), "sha256~abcdefghijklmnop\n", { mode: 0o600 })
  const exec = {
    apiVersion: "client.authentication.k8s.io/v1",
    interactiveMode: "Never",
    command: join(folder, "plugin"),
  }
  // It starts a child of its own, and neither ends.
  writeFileSync(
    join(folder, "plugin"),
    `#!/bin/sh\necho started >>"${folder}/started"\n/bin/sleep 600 &\n/bin/sleep 600\n`,
    {
      mode: 0o700,
    },
  )
  writeFileSync(
    join(folder, "kubeconfig"),
    stringify({
      "current-context": "c",
      clusters: [{ name: "k", cluster: { server: api.url, "insecure-skip-tls-verify": true } }],
      users: [{ name: "u", user: { exec } }],
      contexts: [{ name: "c", context: { cluster: "k", user: "u" } }],
    }),
  )
  // Enough of both commands for the first step.
  for (const name of ["oc", "skupper"])
    writeFileSync(join(folder, "bin", name), "#!/bin/sh\necho 'cli 2.2.1'\n", { mode: 0o700 })
  for (const [name, login] of [
    ["token", { server, "token-file": join(folder, "token") }],
    ["plugin", { server: api.url, kubeconfig: join(folder, "kubeconfig"), context: "c" }],
  ] as const) {
    const site = { project: "p", ...login }
    const file = {
      version: 1,
      federation: `e2e-${name}`,
      superlink: site,
      supernodes: [{ ...site, name: "s1", project: "q" }],
    }
    writeFileSync(join(folder, `${name}.yaml`), stringify(file))
  }
})
afterEach(() => expect(processesOf(programs)).toEqual([]))
afterAll(() => {
  programs.kill()
  hole.close()
  return api.close()
})

test.each([
  ["run --yes --timeout 3s", 1],
  // What a plan could not find out is part of it.
  ["plan", 0],
  ["doctor", 1],
] as const)("%s ends by itself and names the address", async (line, wanted) => {
  const started = performance.now()
  const { code, stdout, stderr } = await programs.call([...line.split(" "), "--federation", "token.yaml"])
  expect({ code, said: flat(stdout + stderr) }).toEqual({
    code: wanted,
    said: expect.stringContaining(`127.0.0.1:${port}`),
  })
  expect(stdout + stderr).not.toMatch(/This operation was aborted|Unexpected error| at .*\.js:\d/)
  expect(performance.now() - started).toBeLessThan(60_000)
})

test.each([
  ["run --yes", "SIGTERM", 143],
  ["run --yes", "SIGINT", 130],
  ["plan", "SIGTERM", 143],
  ["plan", "SIGINT", 130],
  ["doctor", "SIGTERM", 143],
] as const)("%s ends with the first %s", async (line, signal, code) => {
  const contacted = new Promise<void>((done) => hole.once("connection", () => done()))
  const child = programs.start([...line.split(" "), "--federation", "token.yaml"])
  await contacted
  const since = performance.now()
  child.kill(signal)
  const ended = await child.ended
  expect({ code: ended.code, text: ended.stdout + ended.stderr }).toEqual({
    code,
    text: expect.not.stringMatching(/This operation was aborted|Unexpected error| at .*\.js:\d/),
  })
  expect(performance.now() - since).toBeLessThan(10_000)
})

test.each([
  ["SIGTERM", 143],
  ["SIGINT", 130],
] as const)("a login plugin and its child end with the first %s", async (signal, code) => {
  const started = () => {
    try {
      return readFileSync(join(programs.folder, "started"), "utf8").length
    } catch {
      return 0
    }
  }
  const before = started()
  const child = programs.start(["run", "--yes", "--federation", "plugin.yaml"])
  await expect.poll(started).toBeGreaterThan(before)
  child.kill(signal)
  expect((await child.ended).code).toBe(code)
})

test("a login plugin and its child end with a step's limit", async () => {
  const { code, stdout, stderr } = await programs.call([
    "run",
    ...["--yes", "--timeout", "4s", "--federation", "plugin.yaml"],
  ])
  expect({ code, said: flat(stdout + stderr) }).toEqual({
    code: 1,
    said: expect.stringContaining(
      `there were no credentials for 127.0.0.1:${api.port} yet: the login plugin had printed none`,
    ),
  })
})
