/** The gate before a SuperLink of Flower 1.40 and later, on practice clusters. */
import { afterEach, expect, test } from "vitest"
import type { KubeObject } from "../../lib/cluster/types.ts"
import { flat, startWorld, type World } from "../e2e/harness.ts"

const DEMO = "flower-openshift-demo"
const NEW = ["--flower-version", "1.42.0"]

let world: World
afterEach(() => world?.close())

const file = (): string[] => ["--federation", world.practice.federationFile]
async function succeeds(...argv: string[]): Promise<string> {
  const { code, stdout, stderr } = await world.call([...argv, ...file()])
  expect({ code, stderr, stdout: code === 0 ? "" : stdout }).toEqual({ code: 0, stderr: "", stdout: "" })
  return flat(stdout)
}
const read = (apiVersion: string, kind: string, name: string): Promise<KubeObject | undefined> =>
  world.cluster("superlink").get({ apiVersion, kind, name, namespace: DEMO })
const connectorPort = async (): Promise<number> =>
  (await read("skupper.io/v2alpha1", "Connector", "fleet-api"))!.spec.port

test("a federation with a gate, verified; then without, and with one again; nothing is left", async () => {
  world = await startWorld({ supernodes: 1 })
  const said = await succeeds("run", "--yes", ...NEW, "--gate", "on")
  expect(said).toContain("its gate passes the Fleet API only")
  expect(await connectorPort()).toBe(9092)
})
