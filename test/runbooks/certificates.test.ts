/** Certificates of Flower's own TLS on practice clusters: issued, renewed, and their CA replaced without locking a SuperNode out. */
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest"
import type { KubeObject } from "../../lib/cluster/types.ts"
import {
  certificatesIn,
  privateKeyIn,
  rootOf,
  shortFingerprint,
} from "../../runbooks/security/certificate.ts"
import { issueServer, newAuthority, type Pair } from "../../runbooks/security/issue.ts"
import { labels } from "../../runbooks/shared/labels.ts"
import { only, startWorld, teardown, type World } from "./practice.ts"

const notebook = only("certificates", "root-certificates", "deploy-superlink", "deploy-supernode")
const SUPERNODES = ["supernode-1", "supernode-2"]
const ANNOTATION = "flower-runbook/certificates"

let world: World
beforeAll(async () => {
  world = await startWorld({ supernodes: 2 })
})
beforeEach(() => world.begin())
afterAll(() => world.close())

type More = Parameters<World["run"]>[0]
const on = (more: More = {}): More => ({ notebook, ...more, values: { tls: "on", ...more?.values } })
const run = (more?: More) => world.run(on(more))
const plan = (more?: More) => world.plan(on(more))

const secretRef = (site: string, name: string) => ({
  apiVersion: "v1",
  kind: "Secret",
  name,
  namespace: world.project(site),
})
const secret = async (site: string, name: string) => world.cluster(site).get(secretRef(site, name))
const text = async (site: string, name: string, key: string): Promise<string> =>
  Buffer.from((await secret(site, name))?.data?.[key] ?? "", "base64").toString()
const put = (site: string, name: string, files: Record<string, string>, more: object = {}) =>
  world.cluster(site).apply({
    ...{ apiVersion: "v1", kind: "Secret" },
    metadata: { name, namespace: world.project(site), ...more },
    data: Object.fromEntries(
      Object.entries(files).map(([key, content]) => [key, Buffer.from(content).toString("base64")]),
    ),
  })

const served = async () => certificatesIn(await text("superlink", "superlink-tls", "tls.crt"))
const authority = async () => certificatesIn(await text("superlink", "superlink-ca", "tls.crt"))[0]!
const roots = async (site: string) => certificatesIn(await text(site, "flower-root-certificates", "ca.crt"))
const deployment = async (site: string): Promise<KubeObject> =>
  (await world.cluster(site).get({
    apiVersion: "apps/v1",
    kind: "Deployment",
    name: site,
    namespace: world.project(site),
  }))!
const startedWith = async (site: string): Promise<string> =>
  (await deployment(site)).spec.template.metadata.annotations?.[ANNOTATION]
/** What a SuperNode that starts now would do: connect, or be locked out. */
async function expectTrusted() {
  for (const site of SUPERNODES)
    expect(rootOf(await served(), await roots(site)), `${site} trusts the SuperLink`).toBeDefined()
}

/** Everything that is kept of a run: journal, manifests, private files. */
function kept(folder: string): string {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8"))
    .join("\n")
}

describe("issued by this federation", () => {
  test("a CA, a certificate for every name of the SuperLink, and its root at every SuperNode", async () => {
    const outcomes = await run()
    expect(outcomes["superlink/certificates"]).toMatch(
      /^applied: Secret superlink-tls: the certificate expires in 36[45] days, its CA expires in 36(?:49|50) days$/,
    )
    const [certificate] = await served()
    const [east, west] = [world.project("supernode-2"), world.project("superlink")]
    for (const name of [
      "fleet-api",
      `fleet-api.${east}`,
      `fleet-api.${east}.svc.cluster.local`,
      `superlink-service.${west}.svc`,
      "localhost",
    ])
      expect(certificate!.checkHost(name), name).toBeDefined()
    expect(certificate!.checkIP("127.0.0.1")).toBe("127.0.0.1")
    for (const site of SUPERNODES)
      expect(outcomes[`${site}/root-certificates`]).toBe(
        `applied: Secret flower-root-certificates has the root ${shortFingerprint(await authority())}`,
      )
    await expectTrusted()
    expect((await secret("superlink", "superlink-tls"))!.metadata.labels).toMatchObject(labels("trial"))
    const [container] = (await deployment("superlink")).spec.template.spec.containers
    expect(container.args).toContain("/app/certificates/tls.crt")
    expect(container.args).not.toContain("--insecure")
    expect((await deployment("supernode-1")).spec.template.spec.containers[0].args).toContain(
      "/app/certificates/ca.crt",
    )
    const again = await run()
    expect(Object.values(again).filter((one) => !/^(?:unchanged|skipped)/.test(one))).toEqual([])
  })

  test("no private key is in the folder of the federation, in an event or in a manifest", async () => {
    await run()
    const key = await text("superlink", "superlink-ca", "tls.key")
    expect(key).toContain("PRIVATE KEY")
    for (const everything of [kept(world.state), JSON.stringify(world.events)]) {
      expect(everything).not.toContain("PRIVATE KEY")
      expect(everything).not.toContain(key.split("\n")[1]!)
      expect(everything).not.toContain(Buffer.from(key).toString("base64").slice(60, 120))
    }
  })

  test("a name that is missing: another certificate of the same CA, and the SuperLink is restarted with it", async () => {
    await run()
    const [before, root, east] = [
      await startedWith("superlink"),
      await authority(),
      await deployment("supernode-1"),
    ]
    const more = { sites: { superlink: { "control-api": "control.example:9093" } } }
    expect((await plan(more))["superlink/certificates"]).toMatch(
      /^update: names is 13 names, should be also control\.example/,
    )
    const outcomes = await run(more)
    expect(outcomes["superlink/certificates"]).toMatch(/^updated: /)
    expect(outcomes["superlink/deploy-superlink"]).toMatch(/^updated: /)
    expect((await served())[0]!.checkHost("control.example")).toBeDefined()
    expect(await startedWith("superlink")).not.toBe(before)
    expect((await authority()).fingerprint256).toBe(root.fingerprint256)
    expect((await deployment("supernode-1")).metadata.generation).toBe(east.metadata.generation)
  })

  test("a certificate that is about to expire is renewed", async () => {
    await run()
    const key = privateKeyIn(await text("superlink", "superlink-ca", "tls.key"))!
    const hosts = (await served())[0]!.subjectAltName!.split(", ").map((one) => one.replace(/^.*:/, ""))
    const ca = await text("superlink", "superlink-ca", "tls.crt")
    const { certificate, key: own } = await issueServer({ certificate: ca, key }, hosts, 9.5)
    const files = { "tls.crt": certificate, "tls.key": own, "ca.crt": ca }
    await put("superlink", "superlink-tls", files, { labels: labels("trial") })
    expect((await plan())["superlink/certificates"]).toBe(
      "update: validity is 9 days, should be at least 30 days (renew-before)",
    )
    expect((await plan({ values: { "renew-before": "5d" } }))["superlink/certificates"]).toMatch(/^ok: /)
    expect((await run())["superlink/certificates"]).toMatch(/^updated: .* expires in 36[45] days/)
    await expectTrusted()
  })
})

describe("another CA", () => {
  const rerun = () => world.run({ ...on(), selection: { only: ["certificates"] }, rerun: true })

  test("in three runs, none of which locks a SuperNode out", async () => {
    await run()
    const [before, old] = [await startedWith("superlink"), await authority()]
    expect((await rerun())["superlink/certificates"]).toMatch(
      /the CA is being replaced \(1 of 3\).*supernode-1: its roots do not have it; supernode-2: /,
    )
    const fresh = await authority()
    expect(fresh.fingerprint256).not.toBe(old.fingerprint256)
    await expectTrusted()

    await run()
    for (const site of SUPERNODES) expect(await roots(site)).toHaveLength(2)
    expect(await startedWith("superlink")).toBe(before)
    expect(rootOf(await served(), [old])).toBeDefined()
    await expectTrusted()

    expect((await plan())["superlink/certificates"]).toMatch(/^update: issuer is the former CA/)
    await run()
    expect(rootOf(await served(), [fresh])).toBeDefined()
    expect(await startedWith("superlink")).not.toBe(before)
    await expectTrusted()

    await run()
    for (const site of SUPERNODES)
      expect((await roots(site)).map(({ fingerprint256 }) => fingerprint256)).toEqual([fresh.fingerprint256])
    await expectTrusted()
    expect(Object.values(await plan()).filter((one) => !/^ok/.test(one))).toEqual([])
  })

  test("a SuperNode that cannot be reached keeps the old certificate in use", async () => {
    await run()
    await rerun()
    world.practice.faults.set([{ where: "api", what: "forbidden", cluster: "supernode-2" }])
    await run()
    world.practice.faults.set([{ where: "api", what: "forbidden", cluster: "supernode-2" }])
    const outcomes = await run()
    expect(outcomes["superlink/certificates"]).toMatch(/^unchanged: .*1 of 3.*supernode-2: /)
    world.practice.faults.set([])
    await expectTrusted()
    await run()
    await run()
    await run()
    expect(await roots("supernode-2")).toHaveLength(1)
    await expectTrusted()
  })

  test("a lost key of the CA: the same way, with a new CA", async () => {
    await run()
    await world.cluster("superlink").remove(secretRef("superlink", "superlink-ca"))
    expect((await plan())["superlink/certificates"]).toMatch(/^update: CA is no Secret superlink-ca/)
    await run()
    for (const site of SUPERNODES) expect(await roots(site)).toHaveLength(2)
    await expectTrusted()
  })

  test("a second one before the first is finished is refused", async () => {
    await run()
    await rerun()
    const fresh = await authority()
    expect((await rerun())["superlink/certificates"]).toMatch(/^failed: the CA is being replaced already/)
    expect((await authority()).fingerprint256).toBe(fresh.fingerprint256)
  })
})

describe("given", () => {
  const given = { sites: { superlink: { "tls-secret": "own-tls" } } }
  const certificates = only("certificates", "root-certificates")
  const check = async () =>
    (await world.run({ ...on(given), notebook: certificates }))["superlink/certificates"]!
  const give = async (pair: Pair, ca: Pair, names = ["tls.crt", "tls.key", "ca.crt"]) => {
    const all = { "tls.crt": pair.certificate, "tls.key": pair.key, "ca.crt": ca.certificate }
    const files = Object.fromEntries(Object.entries(all).filter(([name]) => names.includes(name)))
    await put("superlink", "own-tls", files)
  }
  let ca: Pair
  let good: Pair
  const issue = (from: Pair, hosts: string[], days?: number) =>
    issueServer({ certificate: from.certificate, key: privateKeyIn(from.key)! }, hosts, days)
  beforeAll(async () => {
    ca = await newAuthority("own")
    good = await issue(ca, ["fleet-api", "127.0.0.1"])
  })

  test("a certificate is checked and never changed", async () => {
    expect(await check()).toMatch(/^blocked: Secret own-tls in .* does not exist/)
    await give(good, ca, ["tls.crt", "tls.key"])
    expect(await check()).toMatch(/^blocked: Secret own-tls in .* has no ca\.crt/)
    await give({ ...good, key: ca.key }, ca)
    expect(await check()).toMatch(/^blocked: .*: tls\.key is not the key of tls\.crt/)
    await give(good, await newAuthority("another"))
    expect(await check()).toMatch(/^blocked: .*: tls\.crt does not lead to ca\.crt/)
    await give(await issue(ca, ["superlink.example"]), ca)
    expect(await check()).toMatch(/^blocked: .*: tls\.crt is not valid for fleet-api, 127\.0\.0\.1/)
    await give(await issue(ca, ["fleet-api", "127.0.0.1"], -1.5), ca)
    expect(await check()).toMatch(/^blocked: .*: tls\.crt expired 1 day ago/)
    await give(good, ca)
    expect(await check()).toMatch(/^unchanged: Secret own-tls, as given: the certificate expires in/)
    expect(await text("superlink", "own-tls", "tls.key")).toBe(good.key)
    expect(await secret("superlink", "superlink-tls")).toBeUndefined()
    expect(await roots("supernode-1")).toHaveLength(1)
  })

  test("a Secret of another with the name of ours is not touched", async () => {
    await put("superlink", "superlink-tls", { "tls.crt": good.certificate })
    const outcomes = await world.run({ ...on(), notebook: certificates })
    expect(outcomes["superlink/certificates"]).toMatch(
      /^blocked: Secret superlink-tls in .* was not created by this federation/,
    )
    expect((await secret("superlink", "superlink-tls"))!.data).not.toHaveProperty("tls.key")
  })

  test("roots at a SuperNode: what they lack is named, with the root to add", async () => {
    await put("supernode-1", "own-roots", { "ca.crt": ca.certificate })
    const more = { sites: { "supernode-1": { "root-certificates-secret": "own-roots" } } }
    const outcomes = await world.run({ ...on(more), notebook: certificates })
    expect(outcomes["supernode-1/root-certificates"]).toMatch(
      /^blocked: Secret own-roots in .* does not have the root/,
    )
    const root = await text("superlink", "superlink-ca", "tls.crt")
    expect(world.ended.get("supernode-1/root-certificates")!.fix).toContain(root.trim())
    await put("supernode-1", "own-roots", { "ca.crt": ca.certificate + root })
    expect(
      (await world.run({ ...on(more), notebook: certificates }))["supernode-1/root-certificates"],
    ).toMatch(/^unchanged: Secret own-roots existed before; it has the root/)
  })
})

test("teardown deletes every certificate and key, and what was given stays", async () => {
  await run()
  await put("superlink", "own-tls", { "ca.crt": "kept" })
  await world.run({ notebook: teardown, values: { tls: "on" } })
  expect(await secret("superlink", "superlink-ca")).toBeUndefined()
  expect(await secret("superlink", "superlink-tls")).toBeUndefined()
  for (const site of SUPERNODES) expect(await secret(site, "flower-root-certificates")).toBeUndefined()
  expect(await secret("superlink", "own-tls")).toBeDefined()
})

test("guide, TLS on, and the guide again", async () => {
  const guide = { notebook }
  await world.run(guide)
  const before = await deployment("supernode-1")
  expect((await plan())["superlink/certificates"]).toMatch(/^apply: no Secret superlink-tls/)
  await run()
  expect((await deployment("superlink")).spec.template.spec.containers[0].args).not.toContain("--insecure")
  await world.run(guide)
  const after = await deployment("supernode-1")
  expect(after.spec.template.spec.containers).toEqual(before.spec.template.spec.containers)
  expect(after.spec.template.metadata).toEqual(before.spec.template.metadata)
})
