/** The gate in the life of a federation: set up with it, and added to one that runs. */
import { afterEach, expect, test } from "vitest"
import type { KubeObject } from "../../lib/cluster/types.ts"
import { flat, startWorld, type World } from "./harness.ts"

const DEMO = "flower-openshift-demo"
const NEW = ["--flower-version", "1.42.0"]

let world: World
afterEach(() => world?.close())

async function succeeds(...argv: string[]): Promise<string> {
  const { code, stdout, stderr } = await world.call([...argv, "--federation", world.practice.federationFile])
  expect({ code, stderr, stdout: code === 0 ? "" : stdout }).toEqual({ code: 0, stderr: "", stdout: "" })
  return flat(stdout)
}
const read = (apiVersion: string, kind: string, name: string): Promise<KubeObject | undefined> =>
  world.cluster("superlink").get({ apiVersion, kind, name, namespace: DEMO })
const connectorPort = async (): Promise<number> =>
  (await read("skupper.io/v2alpha1", "Connector", "fleet-api"))!.spec.port
const gate = async (): Promise<string[]> =>
  (await read("apps/v1", "Deployment", "superlink"))!.spec.template.spec.containers.map(
    ({ name }: { name: string }) => name,
  )

test("a federation that runs gets a gate, in an order in which its SuperNodes come back; teardown leaves nothing of it", async () => {
  world = await startWorld({ supernodes: 2 })
  const open = await succeeds("run", "--yes", ...NEW)
  expect(open).toContain("share port 8000")
  expect(await connectorPort()).toBe(8000)

  const plan = await succeeds("plan", ...NEW, "--gate", "on")
  expect(plan).toContain("gate is off, should be on")
  expect(plan).toContain("the Fleet API moves from port 8000 to 9092, so the connector changes too")

  const said = await succeeds("run", "--yes", ...NEW, "--gate", "on")
  expect(said).toContain("its gate passes the Fleet API only")
  expect(said).toContain("gate refuses other APIs")
  expect(said).toContain("2 of 2 SuperNodes verified")
  expect(await connectorPort()).toBe(9092)
  expect(await gate()).toEqual(["superlink", "gate"])
  expect(await succeeds("run", "--yes", ...NEW, "--gate", "on")).not.toMatch(/\b(?:applied|updated)\b/)

  await succeeds("run", "--yes", ...NEW, "--gate", "off")
  expect(await connectorPort()).toBe(8000)
  expect(await gate()).toEqual(["superlink"])

  await succeeds("run", "--yes", ...NEW, "--gate", "on")
  await succeeds("teardown", "--yes")
  expect(await read("v1", "ConfigMap", "superlink-gate")).toBeUndefined()
})
