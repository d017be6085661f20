import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterEach, beforeEach, expect, test } from "vitest"
import { doctor } from "../../runbooks/doctor-checks.ts"
import { labels } from "../../runbooks/shared/labels.ts"
import siteCreate from "../../runbooks/site-create.ts"
import { type Clusters, namespace, put, type ServedSite, skupper, startClusters } from "./clusters.ts"

const HUB = "flower-openshift-demo"

let clusters: Clusters
let commands: string
beforeEach(async () => {
  clusters = await startClusters()
  await clusters.superlink.login()
  await clusters.superlink.admin.create(namespace(HUB))
  commands = join(clusters.folder, "commands")
  mkdirSync(commands)
  writeFileSync(join(commands, "oc"), "#!/bin/bash\necho 'Client Version: 4.21.0'\n", { mode: 0o755 })
  writeFileSync(join(commands, "skupper"), "#!/bin/bash\necho 2.2.1\n", { mode: 0o755 })
})
afterEach(() => clusters.close())

const check = (id: string, at: ServedSite | undefined = clusters.superlink) =>
  doctor.find((one) => one.id === id)!.run(clusters.context(siteCreate, at, { commands }))
const site = (version: string) =>
  put(
    clusters.superlink.admin,
    skupper("Site", HUB, "west", {
      status: { controller: { name: "skupper-controller", namespace: "rhsi-system", version } },
    }),
  )

test("the commands, with versions", async () => {
  const found = await doctor[0]!.run(clusters.context(siteCreate, undefined, { commands }))
  expect(found).toMatchObject({ ok: true, said: expect.stringMatching(/skupper 2\.2\.1.*oc 4\.21\.0/) })
})

test.each([
  ["2.2.4-rh-1", true],
  ["2.1.4", "warn"],
])("a controller of version %s is %s with skupper 2.2.1", async (version, ok) => {
  expect(await check("versions")).toMatchObject({ ok: true, said: expect.stringContaining("no controller") })
  await site(version)
  expect(await check("versions")).toMatchObject({ ok, said: `controller ${version}, skupper 2.2.1` })
})

test("rights in the project", async () => {
  expect(await check("rights")).toMatchObject({ ok: true })
  await clusters.superlink.login("alice")
  expect(await check("rights")).toMatchObject({
    ok: false,
    said: expect.stringContaining("alice is not allowed to create deployments"),
    next: `oc adm policy add-role-to-user edit alice -n ${HUB}`,
  })
})

test("the grant server has an address, or not yet", async () => {
  await site("2.2.1")
  await clusters.superlink.admin.create(namespace("rhsi-system"))
  const access = skupper("SecuredAccess", "rhsi-system", "skupper-grant-server", {
    spec: { selector: {}, ports: [{ name: "https", port: 443 }] },
    status: { message: "Pending" },
  })
  await put(clusters.superlink.admin, access)
  expect(await check("grants")).toMatchObject({
    ok: "warn",
    said: expect.stringContaining("no address yet: Pending"),
  })
  const endpoints = [{ host: "grants.example", port: "443", name: "https" }]
  await clusters.superlink.admin.merge(
    {
      apiVersion: access.apiVersion,
      kind: access.kind,
      name: "skupper-grant-server",
      namespace: "rhsi-system",
    },
    { status: { endpoints } },
    { subresource: "status" },
  )
  expect(await check("grants")).toMatchObject({ ok: true, said: "tokens are redeemed at grants.example:443" })
})

test("an operator that cannot be installed", async () => {
  expect(await check("operator")).toMatchObject({
    ok: false,
    said: expect.stringContaining("no catalog offers"),
  })
})

test("a SuperLink that existed before and is open: what is missing, and what closing it takes", async () => {
  const superlink = (args: string[], labels = {}) =>
    clusters.superlink.admin.apply({
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "superlink", namespace: HUB, labels },
      spec: {
        selector: { matchLabels: { app: "superlink" } },
        template: {
          metadata: { labels: { app: "superlink" } },
          spec: { containers: [{ name: "superlink", image: "docker.io/flwr/superlink:1.34.0", args }] },
        },
      },
    })
  expect(await check("superlink")).toMatchObject({ ok: true, said: expect.stringContaining("no SuperLink") })
  await superlink(["--insecure"])
  expect(await check("superlink")).toMatchObject({
    ok: "warn",
    said: "Deployment superlink existed before and is open: it has no TLS of its own (tls), and it lets in SuperNodes that nobody registered (node-auth)",
    next: "flower-runbook plan --tls on --node-auth on --allow-restart",
  })
  await superlink(["--insecure"], labels("trial"))
  expect(await check("superlink")).toMatchObject({
    ok: true,
    said: expect.stringContaining("--security hardened"),
  })
  await superlink(["--ssl-certfile", "/c/tls.crt", "--enable-supernode-auth"])
  expect(await check("superlink")).toMatchObject({
    ok: true,
    said: "Deployment superlink has TLS, and lets in registered SuperNodes only",
  })
})
