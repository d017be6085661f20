/** SuperNode authentication as its user sees it on practice clusters: the whole notebook, and where no private key may ever be. */
import { readFileSync, symlinkSync } from "node:fs"
import { join } from "node:path"
import { afterEach, expect, test } from "vitest"
import { FORMATS } from "../../lib/cli/commands-table.ts"
import { filesIn, found, type Secrets } from "./canaries.ts"
import { type Ended, flat, startWorld, type World } from "./harness.ts"

const RECORDER = new URL("./argv-record.ts", import.meta.url).href
const CLOSED = ["--tls", "on", "--node-auth", "on", "--network-policy", "on"]
const SUPERNODES = ["supernode-1", "supernode-2"]

let world: World
afterEach(() => world?.close())

test("registered, rotated, proven and removed; no private key is anywhere but in its Secret", {
  timeout: 400_000,
}, async () => {
  world = await startWorld({ supernodes: 2 })
  symlinkSync("/usr/bin/ssh-keygen", join(world.folder, "bin", "ssh-keygen"))
  const argv = join(world.folder, "argv")
  const printed: string[] = []
  const secrets: Secrets = new Map()
  const program = async (code: number, ...args: string[]): Promise<Ended> => {
    const ended = await world.call([...args, "--federation", world.practice.federationFile], {
      node: ["--import", RECORDER],
      env: { E2E_ARGV: argv },
    })
    printed.push(ended.stdout, ended.stderr)
    expect(ended.code, ended.stdout + ended.stderr).toBe(code)
    return ended
  }
  const keys = async () => {
    for (const site of SUPERNODES) {
      const namespace = `flower-${site}`
      for (const { metadata, data } of await world
        .cluster(site)
        .list({ apiVersion: "v1", kind: "Secret", namespace })) {
        const key = data?.["ssh-privatekey"]
        if (key === undefined) continue
        const text = Buffer.from(key, "base64").toString().trim()
        secrets.set(`key of ${metadata.name} (${secrets.size})`, text.split("\n").at(-3)!)
        secrets.set(`key of ${metadata.name} in base64 (${secrets.size})`, key)
      }
    }
  }

  const { stdout } = await program(0, "run", "--yes", "--proof", "refused", ...CLOSED)
  await keys()
  for (const site of SUPERNODES)
    expect(flat(stdout)).toContain(`is registered as ${site} with the key SHA256:`)
  expect(flat(stdout)).toContain(
    "a SuperNode without a key is refused: [code: 2001]".replace("[code: 2001]", ""),
  )
  expect(flat(stdout)).toMatch(/2 of 2 SuperNodes verified/)

  await program(0, "step", "node-key", "--rerun", "--site", "supernode-2", "--yes", ...CLOSED)
  await keys()
  expect(flat((await program(0, "run", "--yes", "--proof", "list", ...CLOSED)).stdout)).toMatch(
    /registered as supernode-2, node \d+ online/,
  )
  for (const format of FORMATS) await program(0, "report", "--format", format)
  await program(0, "teardown", "--yes", ...CLOSED)

  expect(new Set(secrets.values()).size).toBe(6)
  expect(found(printed.join("\n"), secrets)).toEqual([])
  expect(found(readFileSync(argv, "utf8"), secrets)).toEqual([])
  expect(readFileSync(argv, "utf8")).toContain("ssh-keygen")
  for (const file of filesIn(world.folder).filter((path) => !path.startsWith(world.practice.folder)))
    expect(found(readFileSync(file, "latin1"), secrets), file).toEqual([])
  for (const site of SUPERNODES) {
    const left = await world
      .cluster(site)
      .list({ apiVersion: "v1", kind: "Secret", namespace: `flower-${site}` })
    expect(left.filter(({ type }) => type === "kubernetes.io/ssh-auth")).toEqual([])
  }
})

test("authentication without TLS is refused before anything is done", async () => {
  world = await startWorld({ supernodes: 1 })
  const { code, stderr } = await world.call([
    ...["run", "--yes", "--node-auth", "on", "--federation", world.practice.federationFile],
  ])
  expect(code).toBe(2)
  expect(flat(stderr)).toContain("node-auth is on, and Flower's own TLS is off")
})
