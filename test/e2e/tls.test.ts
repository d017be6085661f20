/** Flower's own TLS as its user switches it on, on practice clusters whose SuperNodes refuse what the real ones refuse. */
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, expect, test } from "vitest"
import type { KubeObject } from "../../lib/cluster/types.ts"
import { createAuthority } from "../../lib/practice/certificates.ts"
import { flat, startWorld, type World } from "./harness.ts"

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world.close())

const call = (...argv: string[]) =>
  world.call([...argv, "--federation", world.practice.federationFile, "--tls", "on"])
const succeeds = async (...argv: string[]): Promise<string> => {
  const { code, stdout, stderr } = await call(...argv)
  expect({ code, stderr, stdout: code === 0 ? "" : stdout }).toEqual({ code: 0, stderr: "", stdout: "" })
  return flat(stdout)
}
const secrets = async (site: string) =>
  (
    await world.cluster(site).list({
      apiVersion: "v1",
      kind: "Secret",
      namespace: site === "superlink" ? "flower-openshift-demo" : `flower-${site}`,
      labels: "flower-runbook/part=certificates",
    })
  ).map(({ metadata }) => metadata.name)

test("on: every SuperNode trusts the SuperLink, and nothing is left to do", {
  timeout: 240_000,
}, async () => {
  expect(await succeeds("run", "--yes")).toMatch(/2 of 2 SuperNodes verified/)
  expect(await secrets("superlink")).toEqual(["superlink-ca", "superlink-tls"])
  expect(await secrets("supernode-1")).toEqual(["flower-root-certificates"])
  expect(await succeeds("plan", "--exit-code")).toContain("expires in 36")
  const kept = readdirSync(world.state, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8"))
  expect(kept.join("\n")).not.toContain("PRIVATE KEY")
})

test("a root that is not the SuperLink's: the SuperNode is refused, and a run puts it right", {
  timeout: 240_000,
}, async () => {
  const cluster = world.cluster("supernode-1")
  const namespace = "flower-supernode-1"
  const other = Buffer.from((await createAuthority("another")).certificate).toString("base64")
  await cluster.merge(
    { apiVersion: "v1", kind: "Secret", name: "flower-root-certificates", namespace },
    { data: { "ca.crt": other } },
  )
  const pods = () => cluster.list({ apiVersion: "v1", kind: "Pod", namespace, labels: "app=supernode-1" })
  await Promise.all(
    (await pods()).map(({ metadata: { name } }) =>
      cluster.remove({ apiVersion: "v1", kind: "Pod", namespace, name }),
    ),
  )
  await expect.poll(async () => JSON.stringify(await pods()), { timeout: 30_000 }).toContain("CrashLoop")
  const [{ metadata }] = (await pods()) as [KubeObject]
  const log = await cluster.log({ namespace, pod: metadata.name, previous: true })
  expect(log).toContain("CERTIFICATE_VERIFY_FAILED: unable to get local issuer certificate")
  const blocked = await call("step", "verify", "--site", "supernode-1")
  expect(blocked.code).toBe(1)
  expect(flat(blocked.stdout)).toMatch(
    /supernode-1\/root-certificates was not selected and drifted: roots is/,
  )
  const repaired = await succeeds("run", "--yes")
  expect(repaired).toMatch(/root-certificates updated/)
  expect(repaired).toMatch(/2 of 2 SuperNodes verified/)
})

test("doctor tells how many days are left; teardown deletes every key", { timeout: 240_000 }, async () => {
  const doctor = await call("doctor")
  expect(flat(doctor.stdout)).toMatch(/Certificates.*expires in 36[45] days/)
  await succeeds("teardown", "--yes")
  for (const site of ["superlink", "supernode-1", "supernode-2"]) expect(await secrets(site)).toEqual([])
})
