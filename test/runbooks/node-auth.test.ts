/** SuperNode authentication on practice clusters: keys, registration, rotation, and what becomes of them. */
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest"
import type { KubeObject } from "../../lib/cluster/types.ts"
import { createAuthority } from "../../lib/practice/certificates.ts"
import { readPrivateKey } from "../../runbooks/security/ssh-key.ts"
import { labels } from "../../runbooks/shared/labels.ts"
import { type Call, makeNetwork, startWorld, type World } from "./practice.ts"

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
const secure = (more: Call = {}): Call => ({ ...more, values: { ...VALUES, ...more.values }, sites: SITES })

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
    const id = /node (\d+) is registered as supernode-1/.exec(ended["supernode-1/register-node"]!)![1]
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
})
