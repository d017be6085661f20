/**
 * Nothing simulated between SuperLink and SuperNode: real Flower in the pods of two real control planes, connected by real
 * Skupper routers, and verified by a federated run.
 */
import { afterEach, describe, expect, it } from "vitest"
import { program } from "../../../runbooks/index.ts"
import { whyNot } from "../control-plane/build.ts"
import { CACHE, cannot } from "../flower/world.ts"
import { realControllers, realRouters } from "./found.ts"
import { type RealWorld, startRealWorld } from "./world.ts"

const FLOWER = "1.34.0"

const why = (await whyNot()) ?? cannot
const [controller] = await realControllers()
const routers = await realRouters()

describe.skipIf(why !== undefined || controller === undefined || routers === undefined)(
  "real Flower over real Skupper routers",
  () => {
    let world: RealWorld | undefined
    afterEach(() => world?.close())

    it(`${FLOWER}: the whole notebook, and a run of three rounds`, async () => {
      const { prepare, images } = program.practiceVariant!
      await (await prepare?.({ flowerVersion: FLOWER }, new AbortController().signal))?.ready
      world = await startRealWorld({ controller: controller!.file, routers, images })
      const channel = `stable-${controller!.version.split(".").slice(0, 2).join(".")}`
      const { code, stdout, stderr } = await world.call(
        [
          ...["run", "--federation", world.federationFile, "--yes", "--operator-channel", channel],
          ...["--flower-version", FLOWER, "--proof", "run"],
        ],
        { env: CACHE },
      )
      expect({ code, stderr, stdout: code === 0 ? "" : stdout }).toEqual({ code: 0, stderr: "", stdout: "" })
      for (const round of [1, 2, 3]) expect(stdout).toContain(`round ${round}: 1 of 1 SuperNodes`)
      expect(stdout).toContain("1 SuperNode is connected")
    })
  },
)
