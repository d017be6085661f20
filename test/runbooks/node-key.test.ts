/** A SuperNode's key: what is accepted as one, and each answer of its step's check. */
import { execFileSync } from "node:child_process"
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest"
import { openState } from "../../lib/runner/open-state.ts"
import nodeKey from "../../runbooks/node-key.ts"
import { registryOf } from "../../runbooks/security/registry.ts"
import { fingerprintOf, publicKeyLine, readPrivateKey } from "../../runbooks/security/ssh-key.ts"
import { labels } from "../../runbooks/shared/labels.ts"
import { openedFiles } from "../e2e/canaries.ts"
import { type Clusters, namespace, startClusters } from "./clusters.ts"

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "node keys_"))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

let made = 0
/** As ssh-keygen makes it. */
function keyOf(...args: string[]): { path: string; text: string; line: string } {
  const path = join(folder, String(++made))
  execFileSync("ssh-keygen", ["-q", ...args, "-f", path])
  return { path, text: readFileSync(path, "utf8"), line: readFileSync(`${path}.pub`, "utf8") }
}
const P384 = ["-t", "ecdsa", "-b", "384", "-N", ""]

describe("keys", () => {
  test("a P-384 key of ssh-keygen, its public line, and its fingerprint as ssh-keygen prints it", () => {
    for (let count = 0; count < 10; count++) {
      const { path, text, line } = keyOf(...P384, "-C", "a comment")
      const key = readPrivateKey(text) as { publicKey: string }
      expect(key.publicKey).toBe(line.split(" ").slice(0, 2).join(" "))
      expect(publicKeyLine(line)).toBe(key.publicKey)
      expect(execFileSync("ssh-keygen", ["-l", "-f", `${path}.pub`], { encoding: "utf8" })).toContain(
        fingerprintOf(key.publicKey),
      )
    }
  })

  test.each([
    [["-t", "ecdsa", "-b", "256", "-N", ""], /type ecdsa-sha2-nistp256, not ecdsa-sha2-nistp384/],
    [["-t", "ed25519", "-N", ""], /type ssh-ed25519/],
    [["-t", "ecdsa", "-b", "384", "-N", "a passphrase"], /has a passphrase/],
    [["-t", "ecdsa", "-b", "384", "-m", "PEM", "-N", ""], /not a private key in OpenSSH's format/],
  ])("refused: %s", (args, why) => {
    expect(readPrivateKey(keyOf(...args).text)).toEqual({ objection: expect.stringMatching(why) })
  })

  test("damaged anywhere, a key is refused, and never another public key read from it", () => {
    const { text, line } = keyOf(...P384, "-C", "")
    const publicKey = publicKeyLine(line)
    const bytes = Buffer.from(text.split("\n").slice(1, -2).join(""), "base64")
    const wrapped = (content: Buffer) =>
      `-----BEGIN OPENSSH PRIVATE KEY-----\n${content.toString("base64")}\n-----END OPENSSH PRIVATE KEY-----\n`
    expect(readPrivateKey(wrapped(bytes))).toEqual({ publicKey })
    for (let at = 0; at < bytes.length; at++) {
      const damaged = Buffer.from(bytes)
      damaged[at]! ^= 0x41
      const found = readPrivateKey(wrapped(damaged))
      // Comment and padding do not matter.
      if ("publicKey" in found) expect(found).toEqual({ publicKey })
      expect("objection" in readPrivateKey(wrapped(bytes.subarray(0, at)))).toBe(true)
    }
  })

  test("a public key that is none", () => {
    const { line } = keyOf("-t", "ed25519", "-N", "")
    for (const text of [line, "", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp384 AAAA", "x\ty z"])
      expect(publicKeyLine(text)).toBeUndefined()
  })

  test("the list of registered keys: lines of another form are ignored, for others can write to it", () => {
    const key = publicKeyLine(keyOf(...P384).line)!
    const data = { east: `18446744073709551615 ${key} c\n- ${key}\n12 rm -rf\nnonsense`, west: 7, north: "" }
    const found = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "x" }, data }
    expect([...registryOf(found)]).toEqual([
      ["east", [{ id: "18446744073709551615", key }, { key }]],
      ["west", []],
      ["north", []],
    ])
    expect([...registryOf(undefined)]).toEqual([])
  })
})

describe("the step", () => {
  const PROJECT = "flower-supernode-1"
  let clusters: Clusters
  beforeEach(async () => {
    clusters = await startClusters({ skupper: false })
    await clusters.supernode.login()
    await clusters.supernode.admin.create(namespace(PROJECT))
  })
  afterEach(() => clusters.close())
  const check = (env?: NodeJS.ProcessEnv) =>
    clusters.check(nodeKey, clusters.supernode, env === undefined ? {} : { env })
  const secret = (data: Record<string, string>, own = false, name = "supernode-1-node-key") =>
    clusters.supernode.admin.apply({
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name, namespace: PROJECT, ...(own && { labels: labels("trial") }) },
      stringData: data,
    })

  test("missing, then made: labelled, and no copy is left", async () => {
    expect(await check()).toMatchObject({ state: "missing" })
    const opened = openedFiles(clusters.folder)
    await nodeKey.apply!(clusters.context(nodeKey, clusters.supernode))
    expect(opened.stop()).toEqual([])
    expect(await check()).toMatchObject({
      state: "ready",
      reason: expect.stringMatching(/^Secret supernode-1-node-key holds the key SHA256:[A-Za-z0-9+/]{43}$/),
    })
    expect(readdirSync(join(clusters.folder, "private"))).toEqual([])
  })

  test("one that existed before is used, and not replaced by a rotation", async () => {
    const { text, line } = keyOf(...P384)
    await secret({ "ssh-privatekey": text })
    expect(await check()).toMatchObject({
      state: "ready",
      adopted: true,
      reason: `existed before: Secret supernode-1-node-key holds the key ${fingerprintOf(publicKeyLine(line)!)}`,
    })
    await expect(nodeKey.rerun!(clusters.context(nodeKey, clusters.supernode))).rejects.toThrow(
      /existed before/,
    )
  })

  test.each([
    [{}, "it has no ssh-privatekey"],
    [{ "ssh-privatekey": "nonsense" }, "it is not a private key in OpenSSH's format"],
  ])("one that holds something else blocks, with the reason", async (data, why) => {
    await secret({ other: "x", ...data })
    expect(await check()).toMatchObject({
      state: "blocked",
      code: "key",
      reason: `Secret supernode-1-node-key does not hold the key of a SuperNode: ${why}`,
      next: `oc delete secret supernode-1-node-key -n ${PROJECT}`,
    })
  })

  test("an interrupted rotation is seen; a Secret of somebody else beside the key is not one", async () => {
    await secret({ "ssh-privatekey": keyOf(...P384).text }, true)
    const next = { "ssh-privatekey": keyOf(...P384).text }
    await secret(next, false, "supernode-1-node-key-next")
    expect(await check()).toMatchObject({ state: "ready" })
    await secret(next, true, "supernode-1-node-key-next")
    expect(await check()).toMatchObject({
      state: "drifted",
      effects: [`restarts Deployment supernode-1 in ${PROJECT}`],
    })
  })

  test("without ssh-keygen: blocked, and how to get it", async () => {
    expect(await check({ PATH: folder })).toMatchObject({
      state: "blocked",
      code: "command",
      reason: expect.stringContaining("ssh-keygen is not on PATH"),
      fix: expect.stringContaining("openssh-client"),
    })
  })

  test("a key that a killed run has left is removed by the next that opens the folder", async () => {
    const state = join(clusters.folder, "state")
    for (const part of ["", "private", "kubeconfigs", "manifests"])
      mkdirSync(join(state, part), { recursive: true, mode: 0o700 })
    // No process has this id: it is above what Linux gives.
    const left = join(state, "private", "supernode-1.node-key.draft-4194305-0123abcd")
    writeFileSync(left, "private", { mode: 0o600 })
    const opened = await openState(state, { command: "test" })
    await opened.close()
    expect(readdirSync(join(state, "private"))).toEqual([])
  })
})
