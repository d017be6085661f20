/**
 * Nothing played but the routers: real Flower in the pods of two real control planes, one SuperLink and three SuperNodes,
 * verified by a federated run.
 */
import { afterEach, describe, expect, it } from "vitest"
import { program } from "../../../runbooks/index.ts"
import { type RealWorld, startRealWorld } from "../cluster/world.ts"
import setup, { whyNot } from "../control-plane/build.ts"
import { CACHE, cannot } from "./world.ts"

const why = (await whyNot()) ?? (cannot === undefined ? undefined : `skipped: ${cannot}`)

describe.skipIf(why !== undefined)("real Flower on real control planes", () => {
  let world: RealWorld | undefined
  afterEach(() => world?.close())

  it.each(["1.34.0", "1.42.0"])("%s: the whole notebook, and a run of three rounds", async (version) => {
    await setup()
    const { prepare, images } = program.practiceVariant!
    await (await prepare?.({ flowerVersion: version }, new AbortController().signal))?.ready
    world = await startRealWorld({ supernodes: 3, shared: true, images })
    const { code, stdout, stderr } = await world.call(
      ["run", "--federation", world.federationFile, "--flower-version", version, "--proof", "run", "--yes"],
      { env: CACHE },
    )
    expect({ code, stderr, stdout: code === 0 ? "" : stdout }).toEqual({ code: 0, stderr: "", stdout: "" })
    for (const round of [1, 2, 3]) expect(stdout).toContain(`round ${round}: 3 of 3 SuperNodes`)
    expect(stdout).toContain("3 SuperNodes are connected")
  })
})
