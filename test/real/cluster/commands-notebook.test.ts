/** The whole notebook by the real `oc` and `skupper`, where there are any: on practice clusters and on real control planes. */
import { rm } from "node:fs/promises"
import { afterAll, describe, expect, it } from "vitest"
import { linesOf, startWorld } from "../../e2e/harness.ts"
import type { Programs } from "../../e2e/programs.ts"
import { whyNot } from "../control-plane/build.ts"
import { realCommands } from "./found.ts"
import { startRealWorld } from "./world.ts"

const why = await whyNot()
const { folder, oc, skupper } = await realCommands()
afterAll(() => rm(folder, { recursive: true }))

async function thereAndBack(world: Programs, federation: string): Promise<void> {
  for (const [name, said] of [
    ["run", /1 SuperNode is connected/],
    ["teardown", /nothing created by this federation remains/],
  ] as const) {
    const ended = await world.call([name, "--federation", federation, "--yes", "--commands", folder])
    expect(ended).toMatchObject({ code: 0, stderr: "", stdout: expect.stringMatching(said) })
  }
  const commands = linesOf(world.journal(), "command").map(({ line }) => line.split(" ")[0])
  expect(new Set(commands)).toEqual(new Set(["oc", "skupper"]))
}

describe.skipIf(oc === undefined || skupper === undefined)(`oc ${oc} and skupper ${skupper}`, () => {
  it("on practice clusters", async () => {
    const world = await startWorld({ supernodes: 1 })
    try {
      await thereAndBack(world, world.practice.federationFile)
    } finally {
      await world.close()
    }
  })

  it.skipIf(why !== undefined)("on real control planes", async () => {
    const world = await startRealWorld()
    try {
      await thereAndBack(world, world.federationFile)
    } finally {
      await world.close()
    }
  })
})
