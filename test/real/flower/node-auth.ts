/** SuperNode authentication with real Flower: registered nodes work, a key is rotated, an unregistered one is refused. */
import { execFile } from "node:child_process"
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { promisify } from "node:util"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { createAuthority } from "../../../lib/practice/certificates.ts"
import { findEnvironment, QUIET } from "../../../runbooks/flower/environment.ts"
import { flat } from "../../e2e/harness.ts"
import { cannot, type FlowerWorld, projectOf, startFlowerWorld } from "./world.ts"

const FLAGS = [
  ...["--node-auth", "on", "--tls", "on"],
  ...["--tls-secret", "flower-tls", "--root-certificates-secret", "flower-ca"],
]
const SUPERNODES = ["supernode-1", "supernode-2"]
const KEYGEN = "/usr/bin/ssh-keygen"

/** Declares the tests for a version. Each has a file of its own, so that two run side by side: they wait more than they work. */
export function holdTo(version: string): void {
  describe.skipIf(cannot !== undefined)(`Flower ${version} with SuperNode authentication`, () => {
    let world: FlowerWorld
    let root: string
    beforeAll(async () => {
      world = await startFlowerWorld(version, SUPERNODES.length)
      symlinkSync(KEYGEN, join(world.folder, "bin", "ssh-keygen"))
      await world.ends(0, "run", "--yes", "--to", "project")
      const authority = await createAuthority("flower")
      root = authority.certificate
      const { certificate, key } = await authority.issue("fleet-api", {
        hosts: ["fleet-api", "127.0.0.1"],
        server: true,
      })
      await secret("superlink", "flower-tls", { "tls.crt": certificate, "tls.key": key, "ca.crt": root })
      for (const site of SUPERNODES) await secret(site, "flower-ca", { "ca.crt": root })
    })
    afterAll(() => world?.close())

    const secret = (site: string, name: string, files: Record<string, string>) =>
      world.cluster(site).create({
        apiVersion: "v1",
        kind: "Secret",
        metadata: { name, namespace: projectOf(site) },
        stringData: files,
      })
    const registry = async (): Promise<Record<string, string>> => {
      const found = await world.cluster("superlink").get({
        apiVersion: "v1",
        kind: "ConfigMap",
        name: "superlink-supernodes",
        namespace: projectOf("superlink"),
      })
      return found?.data ?? {}
    }
    const registered = async (site: string) => (await registry())[site]?.split(" ")[0]
    const flwr = async (...args: string[]) => {
      const port = /(?:Control (?:HTTP )?API on )127\.0\.0\.1:(\d+)/.exec(await world.log("superlink"))![1]
      const home = join(world.folder, "own-flwr")
      mkdirSync(home, { recursive: true })
      writeFileSync(join(home, "ca.crt"), root)
      const lab = `address = "127.0.0.1:${port}"\nroot-certificates = "${join(home, "ca.crt")}"\n`
      writeFileSync(join(home, "config.toml"), `[superlink]\ndefault = "lab"\n\n[superlink.lab]\n${lab}`)
      const { stdout } = await promisify(execFile)(
        join((await findEnvironment(version))!, "flwr"),
        [...args, "lab", "--format", "json"],
        { env: { ...QUIET, HOME: home, FLWR_HOME: home } },
      )
      return stdout
    }
    const statusOf = async (id: string | undefined) => {
      const { nodes } = JSON.parse(await flwr("supernode", "list")) as {
        nodes: { "node-id": string; status: string }[]
      }
      return nodes.find((node) => node["node-id"] === id)?.status
    }

    test("registered SuperNodes are let in under their registered ids, and compute", async () => {
      const { stdout } = await world.ends(0, "run", "--yes", "--proof", "run", ...FLAGS)
      for (const round of [1, 2, 3]) expect(stdout).toContain(`round ${round}: 2 of 2 SuperNodes, mean 0.`)
      for (const site of SUPERNODES) {
        const id = await registered(site)
        expect(await world.id(site)).toBe(id)
        expect(flat(stdout)).toContain(`node ${id} is registered as ${site}`)
      }
      expect(await world.log("superlink")).not.toContain("SuperNode authentication is disabled")
      const again = await world.ends(0, "run", "--yes", ...FLAGS)
      expect(again.stdout).not.toMatch(/\b(?:applied|updated)\b/)
    })

    test("strangers are refused, each in the words of this version", async () => {
      const { stdout } = await world.ends(
        0,
        ...["step", "verify", "--site", "supernode-1", "--proof", "refused", "--yes"],
        ...FLAGS,
      )
      for (const words of [
        /a SuperNode without a key is refused: .*2001/,
        /one with an unregistered key is refused: .*2004/,
        /one that trusts another root is refused: .*CERTIFICATE_VERIFY_FAILED/,
      ])
        expect(flat(stdout)).toMatch(words)
    })

    test("a rotated key: the new one is used, and the old one is unregistered", async () => {
      const before = await registered("supernode-1")
      const { stdout } = await world.ends(
        0,
        "step",
        "node-key",
        "--rerun",
        "--site",
        "supernode-1",
        "--yes",
        ...FLAGS,
      )
      const after = await registered("supernode-1")
      expect(after).not.toBe(before)
      expect(flat(stdout)).toContain(`unregistered the key before, node ${before}`)
      expect(await world.id("supernode-1")).toBe(after)
      expect(await statusOf(before)).toBe("unregistered")
      expect(await statusOf(after)).toBe("online")
      const verified = await world.ends(0, "step", "verify", "--proof", "list", ...FLAGS)
      expect(verified.stdout).toContain(`node ${after} online`)
    })

    test("an unregistered SuperNode is put out and refused; only a new key brings it back", async () => {
      const before = await registered("supernode-2")
      await flwr("supernode", "unregister", before!)
      await world.waitFor(
        "supernode-2",
        async (reader) => {
          const { metadata } = await world.anyPod("supernode-2")
          const at = { namespace: projectOf("supernode-2"), pod: metadata.name }
          const logs = await Promise.all([
            reader.log(at),
            reader.log({ ...at, previous: true }).catch(() => ""),
          ])
          return logs.some((log) => log.includes("Failed to activate SuperNode.")) || undefined
        },
        120,
      )
      const { stdout } = await world.ends(1, "step", "register-node", "--site", "supernode-2", ...FLAGS)
      expect(flat(stdout)).toContain(
        `the key of node ${before} was unregistered at the SuperLink, which is final`,
      )
      await world.ends(0, "step", "node-key", "--rerun", "--site", "supernode-2", "--yes", ...FLAGS)
      const { stdout: last } = await world.ends(0, "run", "--yes", "--proof", "list", ...FLAGS)
      expect(last).toContain(`node ${await registered("supernode-2")} online`)
    })
  })
}
