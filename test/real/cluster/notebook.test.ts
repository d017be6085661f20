/** The whole notebook on real control planes: unattended, from the practice controllers to the verified SuperNode. */
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { whyNot } from "../control-plane/build.ts"
import { type RealWorld, startRealWorld } from "./world.ts"

describe.skipIf((await whyNot()) !== undefined)("the notebook on real control planes", () => {
  let world: RealWorld
  beforeAll(async () => {
    world = await startRealWorld()
  })
  afterAll(() => world?.close())

  it("runs to the end", async () => {
    const ended = await world.call(["run", "--federation", world.federationFile, "--yes"])
    expect(ended.stdout + ended.stderr).toMatch(/verified/)
    expect(ended.code).toBe(0)
  })
})
