/** SuperNode authentication on practice clusters: keys, registration, rotation, and what becomes of them. */
import { execFileSync } from "node:child_process"
import { once } from "node:events"
import { readdirSync, readFileSync, rmSync } from "node:fs"
import { connect } from "node:net"
import { join } from "node:path"
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest"
import type { KubeObject } from "../../lib/cluster/types.ts"
import { createAuthority } from "../../lib/practice/certificates.ts"
import { readPrivateKey } from "../../runbooks/security/ssh-key.ts"
import { labels } from "../../runbooks/shared/labels.ts"
import { type Call, makeNetwork, startWorld, teardown, type World } from "./practice.ts"

let world: World
beforeAll(async () => {
  world = await startWorld()
})
beforeEach(() => world.begin())
afterAll(() => world.close())

const VALUES = { "node-auth": "on", tls: "on" }
const SITES = {
  superlink: { "tls-secret": "flower-tls" },
  "supernode-1": { "root-certificates-secret": "flower-ca" },
}
// Real keys are made, and each call is a process: a busy machine takes its time.
const secure = (more: Call = {}): Call => ({
  timeout: 120,
  ...more,
  values: { ...VALUES, ...more.values },
  sites: SITES,
})

const secret = (site: string, name: string, files: Record<string, string>): Promise<KubeObject> =>
  world.cluster(site).create({
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name, namespace: world.project(site) },
    stringData: files,
  })

async function certificates(): Promise<void> {
  const authority = await createAuthority("flower")
  const { certificate, key } = await authority.issue("fleet-api", {
    hosts: ["fleet-api", "127.0.0.1"],
    server: true,
  })
  const root = authority.certificate
  await secret("superlink", "flower-tls", { "tls.crt": certificate, "tls.key": key, "ca.crt": root })
  await secret("supernode-1", "flower-ca", { "ca.crt": root })
}

const get = (site: string, apiVersion: string, kind: string, name: string) =>
  world.cluster(site).get({ apiVersion, kind, name, namespace: world.project(site) })
const keySecret = () => get("supernode-1", "v1", "Secret", "supernode-1-node-key")
const registry = async () => (await get("superlink", "v1", "ConfigMap", "superlink-supernodes"))?.data
const privateKey = ({ data }: KubeObject) => Buffer.from(data["ssh-privatekey"], "base64").toString()
const publicKeyOf = (found: KubeObject) =>
  (readPrivateKey(privateKey(found)) as { publicKey: string }).publicKey

/** Nothing of a private key is in any file of the federation's folder. */
function expectNoCopy(key: string): void {
  const lines = key.split("\n").slice(1, -2)
  for (const entry of readdirSync(world.state, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const text = readFileSync(join(entry.parentPath, entry.name), "utf8")
    for (const line of lines.slice(3)) expect(text, entry.name).not.toContain(line)
  }
  expect(readdirSync(join(world.state, "private")).filter((name) => name.includes("node-key"))).toEqual([])
}

describe("a federation with SuperNode authentication", () => {
  test("a key made at its site, registered under its name, and used; nothing is done twice", async () => {
    await certificates()
    await makeNetwork(world)
    const ended = await world.run(secure())
    expect(ended["supernode-1/register-node"]).toMatch(
      /^applied: node \d+ is registered as supernode-1 with the key/,
    )
    const id = /node (\d+)/.exec(ended["supernode-1/register-node"]!)![1]
    expect(ended["supernode-1/verify"]).toContain(`node ${id} active`)
    const found = (await keySecret())!
    expect(found).toMatchObject({ type: "kubernetes.io/ssh-auth", metadata: { labels: labels("trial") } })
    const deployed = (await get("supernode-1", "apps/v1", "Deployment", "supernode-1"))!
    const pod = deployed.spec.template.spec
    expect(pod.containers[0].args.join(" ")).toContain(
      "--auth-supernode-private-key /app/node-key/ssh-privatekey",
    )
    expect(pod.volumes).toContainEqual(
      expect.objectContaining({
        secret: expect.objectContaining({ secretName: "supernode-1-node-key", defaultMode: 0o440 }),
      }),
    )
    expect((await registry())!["supernode-1"]).toBe(`${id} ${publicKeyOf(found)}`)
    expectNoCopy(privateKey(found))
    const again = await world.run(secure())
    expect(Object.values(again).filter((one) => !/^(?:unchanged|skipped: not needed)/.test(one))).toEqual([])
  })

  const ids = async () =>
    ((await registry())!["supernode-1"] as string).split("\n").map((line) => line.split(" ")[0])
  const current = async () => (await ids()).at(-1)!
  const log = async (site: string) => {
    const [pod] = await world.cluster(site).list({
      apiVersion: "v1",
      kind: "Pod",
      namespace: world.project(site),
      labels: `app=${site}`,
    })
    return world.cluster(site).log({ namespace: world.project(site), pod: pod!.metadata.name })
  }

  test("--rerun rotates the key: registered before it is used, and the old one unregistered after", async () => {
    await certificates()
    await makeNetwork(world)
    await world.run(secure())
    const [before, old] = [await current(), publicKeyOf((await keySecret())!)]
    const rotated = await world.run(secure({ rerun: true, selection: { only: ["node-key"] } }))
    expect(rotated["supernode-1/node-key"]).toMatch(
      /^(?:applied|updated): Secret supernode-1-node-key holds the key/,
    )
    const after = await current()
    expect(await ids()).toEqual([after])
    expect(after).not.toBe(before)
    const found = (await keySecret())!
    expect(publicKeyOf(found)).not.toBe(old)
    expectNoCopy(privateKey(found))
    expect(await get("supernode-1", "v1", "Secret", "supernode-1-node-key-next")).toBeUndefined()
    // Registered, then activated under the new id, then the old one is unregistered.
    const calls = (await log("superlink"))
      .split("\n")
      .filter((line) => /RegisterNode|UnregisterNode|Activated/.test(line))
    expect(calls.map((line) => line.replace(/.*(?:ControlServicer\.|\[Fleet\.ActivateNode\] )/, ""))).toEqual(
      [
        "RegisterNode",
        `Activated node_id=${before}`,
        "RegisterNode",
        `Activated node_id=${after}`,
        "UnregisterNode",
      ],
    )
    const again = await world.run(secure())
    expect(again["supernode-1/verify"]).toContain(`registered as supernode-1, node ${after} active`)
  })

  test("an interrupted rotation is completed by the next run", async () => {
    await certificates()
    await makeNetwork(world)
    await world.run(secure())
    const before = await current()
    // Killed right after the new key was made: it waits beside the current one.
    const path = join(world.state, "next")
    execFileSync("ssh-keygen", ["-q", "-t", "ecdsa", "-b", "384", "-N", "", "-f", path])
    const waiting = readFileSync(path, "utf8")
    rmSync(path)
    await world.cluster("supernode-1").create({
      apiVersion: "v1",
      kind: "Secret",
      metadata: {
        name: "supernode-1-node-key-next",
        namespace: world.project("supernode-1"),
        labels: labels("trial"),
      },
      type: "kubernetes.io/ssh-auth",
      stringData: { "ssh-privatekey": waiting, "ssh-publickey": readFileSync(`${path}.pub`, "utf8") },
    })
    expect((await world.plan(secure()))["supernode-1/node-key"]).toMatch(
      /^update: the rotation to the key SHA256:\S+ was interrupted/,
    )
    const ended = await world.run(secure())
    expect(ended["supernode-1/node-key"]).toMatch(/^updated: Secret supernode-1-node-key holds the key/)
    expect(privateKey((await keySecret())!).trim()).toBe(waiting.trim())
    expect(await ids()).toHaveLength(1)
    expect(await current()).not.toBe(before)
    expect(ended["supernode-1/verify"]).toContain(`node ${await current()} active`)
  })

  test("--proof refused: each stranger is tried by a pod that is deleted then", async () => {
    await certificates()
    await makeNetwork(world)
    const proof = secure({ values: { proof: "refused" } })
    const ended = await world.run(proof)
    expect(ended["supernode-1/verify"]).toMatch(
      /refused: a SuperNode without a key, one with an unregistered key, one that trusts another root, node \d+ active/,
    )
    const notes = world.events.flatMap((event) => (event.type === "note" ? [event.text] : []))
    expect(notes).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^a SuperNode without a key is refused: .*2001/),
        expect.stringMatching(/^one with an unregistered key is refused: .*2004/),
        expect.stringMatching(/^one that trusts another root is refused: .*CERTIFICATE_VERIFY_FAILED/),
        "a key of another site was not tried: it never leaves that site",
      ]),
    )
    const pods = await world.cluster("supernode-1").list({
      apiVersion: "v1",
      kind: "Pod",
      namespace: world.project("supernode-1"),
      labels: "flower-runbook/stranger",
    })
    expect(pods).toEqual([])
    expect((await world.run(proof))["supernode-1/verify"]).toMatch(/^unchanged/)
  })

  test("a key that was unregistered is final: blocked, and a new key makes it good", async () => {
    await certificates()
    await makeNetwork(world)
    await world.run(secure())
    const id = await current()
    await unregister(id)
    const ended = await world.run(secure())
    expect(ended["supernode-1/register-node"]).toMatch(
      new RegExp(`^blocked: the key of node ${id} was unregistered at the SuperLink, which is final`),
    )
    await world.run(secure({ rerun: true, selection: { only: ["node-key"] } }))
    expect((await world.run(secure()))["supernode-1/verify"]).toContain(`node ${await current()} active`)
  })

  test("a SuperNode with another key than the registered one is named", async () => {
    await certificates()
    await makeNetwork(world)
    await world.run(secure())
    const id = await current()
    const ref = { apiVersion: "v1", kind: "ConfigMap", name: "superlink-supernodes" }
    const path = join(world.practice.folder, "other")
    execFileSync("ssh-keygen", ["-q", "-t", "ecdsa", "-b", "384", "-N", "", "-f", path])
    const other = await ask(`register\t${readFileSync(`${path}.pub`, "utf8").trim()}\tother`)
    const line = `${other} ${publicKeyOf((await keySecret())!)}`
    await world
      .cluster("superlink")
      .merge({ ...ref, namespace: world.project("superlink") }, { data: { "supernode-1": line } })
    const ended = await world.run(secure({ selection: { only: ["verify"] } }))
    expect(ended["supernode-1/verify"]).toBe(
      `blocked: registration: its log shows node ${id}, and supernode-1 is registered as node ${other}`,
    )
  })

  test("a key that the coordinator registered by hand: used, and its id is learned from the log", async () => {
    await certificates()
    await makeNetwork(world)
    await world.run(secure({ selection: { only: ["node-key", "deploy-superlink"] } }))
    const id = await ask(`register\t${publicKeyOf((await keySecret())!)}\tsomebody`)
    const first = await world.run(secure())
    expect(first["supernode-1/register-node"]).toMatch(/its key was registered before, by somebody else/)
    expect(first["supernode-1/verify"]).toContain(`registered by somebody else, node ${id} active`)
    const second = await world.run(secure())
    expect(second["supernode-1/register-node"]).toMatch(
      new RegExp(`^updated: node ${id} is registered as supernode-1`),
    )
    expect(second["supernode-1/verify"]).toContain(`registered as supernode-1, node ${id} active`)
  })

  test("teardown unregisters the key and deletes it; keys of sites that left as well", async () => {
    await certificates()
    await makeNetwork(world)
    await world.run(secure())
    const ended = await world.run({ ...secure(), notebook: teardown })
    expect(Object.values(ended).filter((one) => /^(?:failed|blocked)/.test(one))).toEqual([])
    expect(await keySecret()).toBeUndefined()
    expect(await registry()).toBeUndefined()
  })
})

const unregister = (id: string): Promise<string> => ask(`unregister\t${id}`)

/** What the coordinator does by hand, as the command of practice asks for it. @returns the node's id */
async function ask(line: string): Promise<string> {
  const cluster = world.cluster("superlink")
  const [pod] = await cluster.list({
    apiVersion: "v1",
    kind: "Pod",
    namespace: world.project("superlink"),
    labels: "app=superlink",
  })
  const { name, namespace = "" } = pod!.metadata
  const forward = await cluster.forward({ namespace, pod: name, port: 9093 })
  try {
    const socket = connect({ host: "127.0.0.1", port: forward.port })
    socket.write(`secure\t${line}\n`)
    const [answer] = (await once(socket, "data")) as [Buffer]
    socket.destroy()
    const said = JSON.parse(answer.toString()) as { success: boolean; "node-id": string }
    expect(said).toMatchObject({ success: true })
    return said["node-id"]
  } finally {
    await forward.close()
  }
}
