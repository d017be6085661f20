/**
 * The whole notebook over real routers (`SKUPPER_ROUTER` and `KUBE_ADAPTOR` beside `SKUPPER_CONTROLLER`) on real control
 * planes: what is played there are the operator's installation, the kubelet, Routes, and Flower.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { whyNot } from "../control-plane/build.ts"
import { realControllers, realRouters } from "./found.ts"
import { type RealWorld, startRealWorld } from "./world.ts"

const why = await whyNot()
const [controller] = await realControllers()
const routers = await realRouters()

describe.skipIf(why !== undefined || controller === undefined || routers === undefined)(
  `real Skupper routers, ${routers?.version ?? "none found"}`,
  () => {
    let world: RealWorld
    const channel = `stable-${controller?.version.split(".").slice(0, 2).join(".")}`
    const call = (name: string, ...more: string[]) =>
      world.call([name, "--federation", world.federationFile, "--yes", ...more])

    async function ends(name: string, ...more: string[]): Promise<string> {
      const { code, stdout, stderr } = await call(name, ...more)
      expect({ code, stderr, stdout: code === 0 ? "" : stdout }).toEqual({ code: 0, stderr: "", stdout: "" })
      return stdout
    }
    const run = (...more: string[]) => ends("run", "--operator-channel", channel, ...more)

    beforeAll(async () => {
      world = await startRealWorld({ controller: controller!.file, routers })
    })
    afterAll(() => world?.close())

    it("carries the notebook to its end, and nothing is done twice", async () => {
      expect(await run()).toMatch(/1 SuperNode is connected/)
    })
  },
)
