/** The gate before a SuperLink of Flower 1.40 and later. test/real/flower/gate.test.ts holds it to attacks. */
import { createHash } from "node:crypto"
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest"
import type { KubeObject, Ref } from "../../lib/cluster/types.ts"
import type { Context } from "../../runbooks/context.ts"
import { superlinkManifest } from "../../runbooks/flower/manifests.ts"
import { adaptSuperlinkFlags, controlPort, fleetPort } from "../../runbooks/flower/superlink.ts"
import { gateHealth, gateIn, withoutGate } from "../../runbooks/security/gate.ts"
import { GUIDE_SECURITY } from "../../runbooks/security/inputs.ts"
import { labels } from "../../runbooks/shared/labels.ts"
import { foreign, only, startWorld, teardown, type World } from "./practice.ts"

const hardened = { ...GUIDE_SECURITY, gate: "on" as const }
const asked = { version: "1.42.0", federation: "trial", numericUser: false, security: hardened }
const site = (more: object = {}) =>
  ({
    name: "superlink",
    role: "superlink",
    project: "flower",
    superlinkWorkload: "hub",
    ...more,
  }) as Context["site"]

describe("its manifest", () => {
  test("the SuperLink listens on its pod's loopback, and the gate has the Fleet port", async () => {
    const { deployment, others } = await superlinkManifest(site(), asked)
    const [superlink, gate, ...rest] = deployment.spec.template.spec.containers
    expect(rest).toEqual([])
    expect(superlink!.args).toEqual(["--insecure", "--host", "127.0.0.1", "--port", "8000"])
    expect(superlink!.ports).toBeUndefined()
    expect(gate).toMatchObject({ name: "gate", ports: [{ name: "fleet", containerPort: 9092 }] })
    expect(gate!.image).toMatch(/nginx/)
    const [service, config] = others
    expect(service!.spec.ports).toMatchObject([{ port: 9092, targetPort: "fleet" }])
    expect(config).toMatchObject({
      kind: "ConfigMap",
      metadata: { name: "hub-gate", namespace: "flower", labels: labels("trial") },
    })
    const hash = createHash("sha256").update(JSON.stringify(config!.data)).digest("hex").slice(0, 16)
    expect(deployment.spec.template.metadata?.annotations).toEqual({ "flower-runbook/gate": hash })
    expect([fleetPort(deployment), controlPort(deployment, "1.42.0")]).toEqual([9092, 8000])
    expect(gateHealth(deployment)).toEqual({ path: "/health", port: "fleet", scheme: "HTTP" })
  })

  test("runs as any user on a read-only file system: what it writes lies in a volume of its own", async () => {
    const { deployment } = await superlinkManifest(site(), asked)
    const gate = gateIn(deployment) as unknown as KubeObject & { volumeMounts: { mountPath: string }[] }
    expect(gate.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      capabilities: { drop: ["ALL"] },
      readOnlyRootFilesystem: true,
    })
    expect(gate.volumeMounts.map(({ mountPath }) => mountPath)).toEqual(["/etc/gate", "/tmp/gate"])
    const { volumes = [] } = deployment.spec.template.spec
    expect(volumes.slice(-2)).toEqual([
      { name: "gate-config", configMap: { name: "hub-gate" } },
      { name: "gate-tmp", emptyDir: { sizeLimit: "10Mi" } },
    ])
    const { data } = (await superlinkManifest(site(), asked)).others[1] as { data?: Record<string, string> }
    const written = [...data!["nginx.conf"]!.matchAll(/^ *(?:pid|\w+_temp_path) (\S+);/gm)].map(
      ([, path]) => path,
    )
    expect(written).toHaveLength(6)
    for (const path of written) expect(path).toMatch(/^\/tmp\/gate\//)
  })

  test("with Flower's own TLS it has the same certificate, and holds the SuperLink to it", async () => {
    const { deployment, others } = await superlinkManifest(
      site({ tlsSecret: "tls", gateImage: "quay.io/x/nginx@sha256:ab" }),
      asked,
    )
    const gate = gateIn(deployment)!
    expect(gate.image).toBe("quay.io/x/nginx@sha256:ab")
    expect(gate.env).toEqual([
      { name: "CERTIFICATE", value: "/app/certificates/tls.crt" },
      { name: "KEY", value: "/app/certificates/tls.key" },
      { name: "AUTHORITY", value: "/app/certificates/ca.crt" },
    ])
    expect(gate.volumeMounts).toContainEqual({
      name: "certificates",
      mountPath: "/app/certificates",
      readOnly: true,
    })
    const config = (others[1] as { data?: Record<string, string> }).data!
    expect(config["server.conf"]).toContain("listen 9092 ssl;")
    expect(config["server.conf"]).toContain("proxy_ssl_verify on;")
    expect(gateHealth(deployment)?.scheme).toBe("HTTPS")
  })

  test("up to 1.39 there is none, whatever is asked for", async () => {
    const { deployment, others } = await superlinkManifest(site(), { ...asked, version: "1.38.0" })
    expect(gateIn(deployment)).toBeUndefined()
    expect(others.map(({ kind }) => kind)).toEqual(["Service"])
    expect(fleetPort(deployment)).toBe(9092)
  })

  test("without it, everything is as before", async () => {
    const without = await superlinkManifest(site({ tlsSecret: "tls" }), {
      ...asked,
      security: GUIDE_SECURITY,
    })
    const gated = await superlinkManifest(site({ tlsSecret: "tls" }), asked)
    const back = withoutGate(gated.deployment)
    expect(adaptSuperlinkFlags(gated.deployment, "1.42.0").args).toEqual(
      without.deployment.spec.template.spec.containers[0]!.args,
    )
    expect(back.spec.template.spec.volumes).toEqual(without.deployment.spec.template.spec.volumes)
    expect(back.spec.template.metadata?.annotations).toEqual({})
  })
})

describe("on practice clusters", () => {
  const PLACE = "superlink/deploy-superlink"
  const notebook = only("deploy-superlink")
  const GATE = { "flower-version": "1.42.0", gate: "on" }
  const OPEN = { "flower-version": "1.42.0" }
  let world: World
  let ns: string
  let deployment: Ref
  let config: Ref
  beforeAll(async () => {
    world = await startWorld()
  })
  beforeEach(async () => {
    await world.begin()
    ns = world.project("superlink")
    deployment = { apiVersion: "apps/v1", kind: "Deployment", namespace: ns, name: "superlink" }
    config = { apiVersion: "v1", kind: "ConfigMap", namespace: ns, name: "superlink-gate" }
  })
  afterAll(() => world.close())
  const cluster = () => world.cluster("superlink")
  const run = async (values: object) => (await world.run({ notebook, values: { ...values } }))[PLACE]
  const plan = async (values: object) => (await world.plan({ notebook, values: { ...values } }))[PLACE]
  const names = async () =>
    (await cluster().get(deployment))!.spec.template.spec.containers.map(({ name }: { name: string }) => name)

  test("off, on and off again: each is in the plan, and nothing of it is left", async () => {
    await run(OPEN)
    expect(await plan(GATE)).toMatch(
      /^update: gate is off, should be on; arguments is .*--host 127\.0\.0\.1 --port 8000/,
    )
    expect(await run(GATE)).toContain("1 of 1 ready; Flower 1.42.0, its gate passes the Fleet API only")
    expect(await names()).toEqual(["superlink", "gate"])
    expect(await plan(GATE)).toMatch(/^ok: /)
    expect(await plan(OPEN)).toMatch(/^update: gate is on, should be off; arguments/)
    expect(await run(OPEN)).toContain("share the Fleet port")
    expect(await names()).toEqual(["superlink"])
    expect(await cluster().get(config)).toBeUndefined()
  })

  test("a configuration that somebody has changed is set back, and the pods are new", async () => {
    await run(GATE)
    const pod = async () =>
      (await cluster().list({ apiVersion: "v1", kind: "Pod", namespace: ns }))[0]!.metadata.uid
    await cluster().merge(config, { data: { "nginx.conf": "events {} http { server { listen 9092; } }" } })
    expect(await plan(GATE)).toBe(
      "update: ConfigMap superlink-gate is another configuration, should be the gate's",
    )
    const before = await pod()
    expect(await run(GATE)).toMatch(/^updated: /)
    expect(
      (await cluster().get<KubeObject & { data: Record<string, string> }>(config))!.data["nginx.conf"],
    ).toContain("deny all")
    expect(await pod()).not.toBe(before)
  })

  test("a ConfigMap of somebody else's under its name is not used", async () => {
    await cluster().create({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "superlink-gate", namespace: ns },
      data: {},
    } as KubeObject)
    expect(await plan(GATE)).toMatch(
      /^blocked: ConfigMap superlink-gate in .* was not created by this program/,
    )
    expect(await run(GATE)).toMatch(/^blocked: /)
    expect(await cluster().get(deployment)).toBeUndefined()
  })

  test("up to 1.39 it is said that there is no need", async () => {
    expect(await run({ "flower-version": "1.38.0", gate: "on" })).toContain(
      "gate: not needed, because the Fleet API has a port of its own up to Flower 1.39",
    )
    expect(await names()).toEqual(["superlink"])
  })

  test("teardown takes its configuration along", async () => {
    await run(GATE)
    await world.run({ notebook: teardown, values: GATE, selection: { only: ["remove-superlink"] } })
    for (const ref of [deployment, config]) expect(await cluster().get(ref)).toBeUndefined()
  })

  test("one that existed before gets a gate only if a restart is allowed, and keeps all else; teardown leaves it its gate", async () => {
    const image = "docker.io/flwr/superlink:1.42.0"
    const args = ["--insecure", "--host", "0.0.0.0", "--database", "/data/state.db"]
    const theirs = foreign(ns, "superlink", { name: "superlink", image, args })
    const { spec } = theirs.spec.template
    spec.volumes = [{ name: "data", emptyDir: {} }]
    spec.containers[0].volumeMounts = [{ name: "data", mountPath: "/data" }]
    await cluster().create(theirs)
    expect(await run(OPEN)).toContain("existed before")
    expect(await plan(GATE)).toMatch(
      /^blocked: Deployment superlink existed before and differs: gate is off, should be on/,
    )
    const allowed = { ...GATE, "allow-restart": true }
    expect(await run(allowed)).toContain("its gate passes the Fleet API only")
    expect(await names()).toEqual(["superlink", "gate"])
    const after = (await cluster().get(deployment))!
    expect(after.spec.template.spec.containers[0]).toMatchObject({
      args: ["--insecure", "--database", "/data/state.db", "--host", "127.0.0.1", "--port", "8000"],
      volumeMounts: [{ name: "data", mountPath: "/data" }],
    })
    expect(await plan(allowed)).toMatch(/^ok: /)
    await world.run({ notebook: teardown, values: allowed, selection: { only: ["remove-superlink"] } })
    expect(await cluster().get(deployment)).toBeDefined()
    expect(await cluster().get(config)).toBeDefined()
    expect(await run({ ...OPEN, "allow-restart": true })).toContain("share the Fleet port")
    expect(await names()).toEqual(["superlink"])
    expect((await cluster().get(deployment))!.spec.template.spec.volumes).toEqual([
      { name: "data", emptyDir: {} },
    ])
    expect(await cluster().get(config)).toBeUndefined()
  })
})
