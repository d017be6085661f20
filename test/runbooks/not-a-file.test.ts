/** Pipes, devices, sockets, folders and endless files in every place where the program reads a file that somebody named. */
import { spawnSync } from "node:child_process"
import { existsSync, lstatSync, mkdirSync, mkdtempSync, truncateSync, writeFileSync } from "node:fs"
import { createServer, type Server } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { stringify } from "yaml"
import { flatContext } from "../../lib/cluster/read-context.ts"
import { readTokenFile } from "../../lib/login/files.ts"
import { readRegularFile } from "../../lib/regular-file.ts"
import { callGuide } from "../campaign/guide.ts"

/** What lies there instead of a file, and how that is said. */
const KINDS = {
  "a named pipe": (path: string) => void spawnSync("mkfifo", [path]),
  "a socket": (path: string) => new Promise<void>((done) => sockets.push(createServer().listen(path, done))),
  "a folder": (path: string) => void mkdirSync(path),
  "larger than": (path: string) => {
    writeFileSync(path, "")
    truncateSync(path, 20 * 1024 ** 3)
  },
} as const

const sockets: Server[] = []
const folder = mkdtempSync(join(tmpdir(), "kinds "))
const pathOf = (kind: string): string => (kind === "a device" ? "/dev/zero" : join(folder, kind))

beforeAll(async () => {
  for (const [kind, make] of Object.entries(KINDS)) await make(pathOf(kind))
})
afterAll(() => {
  for (const socket of sockets) socket.close()
})

const ALL = [...Object.keys(KINDS), "a device"]
/** Much longer than any of them takes, and much shorter than a test's limit: a hang is a failure, not a late end. */
const MOST_MS = 20_000

/** What a call says in the end, without the line breaks of a narrow screen. */
async function said(cwd: string, argv: readonly string[]): Promise<{ code: number; stderr: string }> {
  const { code, stderr } = await callGuide(cwd, argv, {}, MOST_MS)
  return { code, stderr: stderr.replace(/\s+/g, " ") }
}

const SERVER = "https://127.0.0.1:1"
const INPUTS = {
  "token-file": {},
  "password-file": { username: "u" },
  kubeconfig: { context: "c" },
  "certificate-authority": {},
  "supernode-manifest": {},
}

/** A federation file whose SuperNode has the path as this input. */
function federation(cwd: string, input: keyof typeof INPUTS | "context", path: string): void {
  const site = {
    name: "s1",
    server: SERVER,
    project: "q",
    ...(input !== "context" && INPUTS[input]),
    [input]: path,
  }
  const file = { version: 1, superlink: { server: SERVER, project: "p", context: "c" }, supernodes: [site] }
  writeFileSync(join(cwd, "federation.yaml"), stringify(file))
}

describe.each(ALL)("%s", (kind) => {
  const room = (): string => mkdtempSync(join(tmpdir(), "not-a-file "))

  test.each(Object.keys(INPUTS) as (keyof typeof INPUTS)[])(
    "as %s is refused before anything is contacted",
    async (input) => {
      const cwd = room()
      federation(cwd, input, pathOf(kind))
      const argv = ["run", "--federation", "federation.yaml", "--yes"]
      const { code, stderr } = await said(cwd, argv)
      expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(kind) })
      expect(stderr).toContain(input)
      expect(existsSync(join(cwd, "state"))).toBe(false)
    },
  )

  test.each([
    ["--federation", ["values", "--federation"]],
    ["--faults", ["run", "--practice", "--yes", "--faults"]],
    ["--keep", ["practice", "--keep"]],
  ])("as %s is refused", async (_, argv) => {
    if (kind === "larger than" && argv.includes("--keep")) return // these may be long
    expect(await said(room(), [...argv, pathOf(kind)])).toEqual({
      code: 2,
      stderr: expect.stringContaining(kind),
    })
  })

  test.each(["kubeconfigs/superlink", "private/s1.token.yaml", "manifests/x.yaml", "journal.jsonl", "lock"])(
    "as %s of the state folder is refused, and stays",
    async (name) => {
      if (kind === "larger than" || kind === "a device") return // a file of ours may be long; a device cannot be made
      if (kind === "a folder" && !/^(?:journal|lock)/.test(name)) return
      const cwd = room()
      for (const part of ["", "kubeconfigs", "private", "manifests"])
        mkdirSync(join(cwd, "folder", part), { recursive: true, mode: 0o700 })
      const path = join(cwd, "folder", name)
      await KINDS[kind as keyof typeof KINDS](path)
      const before = lstatSync(path).ino
      federation(cwd, "context", "c")
      const argv = ["run", "--yes", "--state", "folder", "--federation", "federation.yaml"]
      const { code, stderr } = await said(cwd, argv)
      expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(kind) })
      expect(lstatSync(path).ino).toBe(before)
    },
  )

  test("that a file became after its check is refused when it is read", async () => {
    const site = { name: "s1", server: SERVER, tokenFile: pathOf(kind) } as never
    await expect(readTokenFile(pathOf(kind), { site, secret: () => {} })).rejects.toMatchObject({
      why: expect.stringContaining(kind),
    })
  })

  test.each(["certificate-authority", "client-certificate", "tokenFile"])(
    "as %s of a kubeconfig is refused",
    async (field) => {
      const path = join(room(), "config")
      const user =
        field === "certificate-authority" ? {} : { [field]: pathOf(kind), "client-key-data": "eA==" }
      const cluster = field === "certificate-authority" ? { [field]: pathOf(kind) } : {}
      const config = {
        "current-context": "c",
        clusters: [{ name: "k", cluster: { server: SERVER, ...cluster } }],
        users: [{ name: "u", user }],
        contexts: [{ name: "c", context: { cluster: "k", user: "u" } }],
      }
      writeFileSync(path, stringify(config))
      if (field === "tokenFile") {
        const { UserCredentials } = await import("../../lib/cluster/user-credentials.ts")
        await expect(new UserCredentials({}, user).prove()).rejects.toThrow(kind)
      } else {
        await expect(flatContext(path, undefined)).rejects.toMatchObject({
          why: expect.stringContaining(kind),
        })
      }
    },
  )
})

test("/dev/null is an empty kubeconfig, as for kubectl, and files of /proc have a content", () => {
  expect(readRegularFile("/dev/null")).toHaveLength(0)
  expect(readRegularFile("/proc/self/status").toString()).toContain("Pid:")
})

test("a report is not written to a pipe that nobody reads", async () => {
  const cwd = mkdtempSync(join(tmpdir(), "pipe "))
  KINDS["a named pipe"](join(cwd, "out.sh"))
  federation(cwd, "context", "c")
  expect(await said(cwd, ["report", "--out", "out.sh", "--federation", "federation.yaml"])).toEqual({
    code: 2,
    stderr: expect.stringContaining("nobody reads"),
  })
})
