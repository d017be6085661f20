/** A SuperLink that a person made by hand is open. What `doctor` says closes it, renews it, and leaves it working after a teardown. */
import { symlinkSync } from "node:fs"
import { join } from "node:path"
import { afterEach, expect, test } from "vitest"
import { EDITIONS, makeSuperlink, projectOf } from "./guide-editions.ts"
import { flat, startWorld, type World } from "./harness.ts"

let world: World
afterEach(() => world?.close())

const call = async (...argv: string[]): Promise<string> => {
  const { code, stdout, stderr } = await world.call([
    ...argv,
    "--federation",
    world.practice.federationFile,
    ...["--security", "guide"],
  ])
  expect(code, stdout + stderr).toBe(0)
  return flat(stdout)
}
const names = async (kind: string, site: string) =>
  (await world.cluster(site).list({ apiVersion: "v1", kind, namespace: projectOf(site) })).map(
    ({ metadata }) => metadata.name,
  )

test.each(EDITIONS)("%s", { timeout: 240_000 }, async (_, edition) => {
  world = await startWorld({ supernodes: 1 })
  symlinkSync("/usr/bin/ssh-keygen", join(world.folder, "bin", "ssh-keygen"))
  const hub = world.cluster("superlink")
  await makeSuperlink(hub, edition)
  await call("run", "--yes")
  const doctor = flat((await world.call(["doctor", "--federation", world.practice.federationFile])).stdout)
  expect(doctor).toContain("Deployment superlink existed before and is open")
  const closing = /--tls on --node-auth on --allow-restart/.exec(doctor)?.[0].split(" ")
  expect(closing).toBeDefined()

  const closed = await call("run", "--yes", ...closing!)
  expect(closed).toContain("1 of 1 SuperNodes verified")
  expect(closed).toMatch(/registered as supernode-1/)
  const ref = {
    apiVersion: "apps/v1",
    kind: "Deployment",
    name: "superlink",
    namespace: projectOf("superlink"),
  }
  const { template } = (await hub.get(ref))!.spec
  const [container] = template.spec.containers
  expect(container.args).not.toContain("--insecure")
  expect(container.args).toEqual(expect.arrayContaining(["--ssl-certfile", "--enable-supernode-auth"]))
  expect(await call("plan", "--exit-code", ...closing!)).toContain("existed before")

  // The certificate is another one, and the pod is started with it.
  await hub.remove({ ...ref, apiVersion: "v1", kind: "Secret", name: "superlink-tls" })
  const renewed = await call("run", "--yes", ...closing!)
  expect(renewed).toMatch(/deploy-superlink updated/)
  expect(renewed).toContain("1 of 1 SuperNodes verified")

  await call("teardown", "--yes", ...closing!)
  // What it mounts stays with it, and no other key.
  expect(await names("Secret", "superlink")).toContain("superlink-tls")
  expect(await names("Secret", "superlink")).not.toContain("superlink-ca")
  expect(await names("Secret", "supernode-1")).toEqual([])
})
