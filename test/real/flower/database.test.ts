/** A SuperLink of somebody else's that keeps its SuperNodes in a database: after a restart the SuperNode's log proves them, and its list. */
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { flat } from "../../e2e/harness.ts"
import { cannot, type FlowerWorld, programsOf, projectOf, startFlowerWorld } from "./world.ts"

const VERSION = "1.41.0"

describe.skipIf(cannot !== undefined)("a SuperLink with a database", () => {
  let world: FlowerWorld
  beforeAll(async () => {
    world = await startFlowerWorld(VERSION, 1)
    await world.ends(0, "run", "--yes", "--to", "project")
    const where = ["--host", "0.0.0.0", "--port", "9092"]
    await world.cluster("superlink").create({
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "superlink", namespace: projectOf("superlink") },
      spec: {
        selector: { matchLabels: { app: "superlink" } },
        template: {
          metadata: { labels: { app: "superlink" } },
          spec: {
            containers: [
              {
                name: "superlink",
                image: `flwr/superlink:${VERSION}`,
                args: ["--insecure", ...where, "--database", "/data/flwr.db"],
                volumeMounts: [{ name: "data", mountPath: "/data" }],
              },
            ],
            volumes: [{ name: "data", emptyDir: {} }],
          },
        },
      },
    })
  })
  afterAll(() => world?.close())

  test("it is adopted; after a restart of its container it knows the SuperNode under the same id", async () => {
    await world.ends(0, "run", "--yes")
    const id = await world.id("supernode-1")
    expect(await world.log("superlink")).toContain(`Activated node_id=${id}`)
    const before = await world.pod("superlink")
    for (const pid of programsOf(before)) process.kill(pid, "SIGKILL")
    await world.waitFor("superlink", async (reader) => {
      const { name, namespace = "" } = before.metadata
      const pod = await reader.get({ apiVersion: "v1", kind: "Pod", name, namespace })
      const [status] = pod?.status?.containerStatuses ?? []
      return (status?.restartCount > 0 && status.ready) || undefined
    })
    await expect.poll(async () => (await world.listed()).get(id), { timeout: 60_000 }).toBe("online")
    const logged = await world.ends(0, "step", "verify", "--proof", "log")
    expect(flat(logged.stdout)).toContain(`node ${id} active, as before the restart of the SuperLink`)
    const { stdout } = await world.ends(0, "step", "verify", "--proof", "list")
    expect(stdout).toContain(`node ${id} online`)
    expect(await world.log("superlink")).not.toContain("Activated node_id")
  })
})
