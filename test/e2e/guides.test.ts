/** What a person made by hand with either edition of Flower's guide is joined as it is: nothing is changed or restarted. */
import { afterEach, expect, test } from "vitest"
import { connectorSpec, EDITIONS, madeByHand, makeSuperlink, supernodeObjects } from "./guide-editions.ts"
import { flat, startWorld, type World } from "./harness.ts"

let world: World
afterEach(() => world?.close())

const run = async (...more: string[]): Promise<string> => {
  const argv = ["run", "--federation", world.practice.federationFile, "--yes", ...more]
  const { code, stdout, stderr } = await world.call(argv)
  expect({ code, stderr, stdout: code === 0 ? "" : stdout }).toEqual({ code: 0, stderr: "", stdout: "" })
  return flat(stdout)
}

test.each(EDITIONS)("%s", { timeout: 120_000 }, async (_, edition) => {
  world = await startWorld({ supernodes: 1 })
  const [hub, spoke] = [world.cluster("superlink"), world.cluster("supernode-1")]
  await makeSuperlink(hub, edition)
  await run("--to", "link-status")
  for (const object of supernodeObjects(edition)) await spoke.create(object)
  const before = await madeByHand(hub, spoke, edition)
  const said = await run()
  expect(said).toContain("1 of 1 SuperNodes verified")
  expect(said).toMatch(/deploy-superlink\s+unchanged\s+existed before: docker\.io\/flwr\/superlink/)
  expect(said).toMatch(/deploy-supernode\s+unchanged\s+existed before: docker\.io\/flwr\/supernode/)
  expect(await madeByHand(hub, spoke, edition)).toEqual(before)
  expect(before).toMatchObject({ restarts: [0] })
  expect(await connectorSpec(hub)).toMatchObject({ port: edition.port, selector: "app=superlink" })
})
