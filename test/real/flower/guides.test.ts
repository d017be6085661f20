/**
 * Either edition of Flower's guide followed by hand with kubectl, on two real control planes with real Flower, then `run`: what was made
 * is adopted and connected, a federated run proves it, and nothing is restarted.
 */
import { execFile, execFileSync } from "node:child_process"
import { promisify } from "node:util"
import { afterEach, describe, expect, test } from "vitest"
import type { KubeObject } from "../../../lib/cluster/types.ts"
import { program } from "../../../runbooks/index.ts"
import {
  connectorSpec,
  EDITIONS,
  madeByHand,
  projectOf,
  superlinkObjects,
  supernodeObjects,
} from "../../e2e/guide-editions.ts"
import { flat } from "../../e2e/harness.ts"
import { type RealWorld, startRealWorld } from "../cluster/world.ts"
import setup, { whyNot } from "../control-plane/build.ts"
import { CACHE, cannot } from "./world.ts"

const hasKubectl = (): boolean => {
  try {
    execFileSync("kubectl", ["version", "--client"], { stdio: "ignore" })
    return true
  } catch {
    return false
  }
}
const why =
  (await whyNot()) ??
  (cannot === undefined ? undefined : `skipped: ${cannot}`) ??
  (hasKubectl() ? undefined : "skipped: no kubectl on PATH")
if (why !== undefined) console.log(why)

describe.skipIf(why !== undefined)("the guide by hand, then run", () => {
  let world: RealWorld | undefined
  afterEach(() => world?.close())

  /** As the administrator of that site's cluster. */
  const kubectl = async (site: string, argv: readonly string[], input = ""): Promise<void> => {
    const plane = world!.plane(site)
    const kubeconfig = ["--kubeconfig", await plane.kubeconfig(plane.admin)]
    // The kubelets are in this process: it must not stand still meanwhile.
    const running = promisify(execFile)("kubectl", [...kubeconfig, ...argv])
    running.child.stdin?.end(input)
    await running
  }
  const apply = (site: string, objects: readonly KubeObject[]): Promise<void> =>
    kubectl(site, ["apply", "-f", "-"], objects.map((one) => JSON.stringify(one)).join("\n"))

  test.each(EDITIONS)("%s", async (_, edition) => {
    await setup()
    const { prepare, images } = program.practiceVariant!
    await (await prepare?.({ flowerVersion: edition.version }, new AbortController().signal))?.ready
    world = await startRealWorld({ supernodes: 1, images })
    const [hub, spoke] = [world.cluster("superlink"), world.cluster("supernode-1")]
    const run = async (...more: string[]): Promise<string> => {
      const argv = ["run", "--federation", world!.federationFile, "--yes", ...more]
      const { code, stdout, stderr } = await world!.call(argv, { env: CACHE })
      expect({ code, stderr, stdout: code === 0 ? "" : stdout }).toEqual({ code: 0, stderr: "", stdout: "" })
      return flat(stdout)
    }
    await kubectl("superlink", ["create", "namespace", projectOf("superlink")])
    await apply("superlink", superlinkObjects(edition))
    await run("--to", "link-status")
    await apply("supernode-1", supernodeObjects(edition))
    const rolledOut = ["rollout", "status", "deployment/supernode-1", "--timeout=60s"]
    await kubectl("supernode-1", [...rolledOut, "-n", projectOf("supernode-1")])
    const before = await madeByHand(hub, spoke, edition)
    const said = await run("--proof", "run")
    for (const round of [1, 2, 3]) expect(said).toContain(`round ${round}: 1 of 1 SuperNodes`)
    expect(said).toMatch(/deploy-superlink\s+unchanged\s+existed before: docker\.io\/flwr\/superlink/)
    expect(said).toMatch(/deploy-supernode\s+unchanged\s+existed before: docker\.io\/flwr\/supernode/)
    expect(await madeByHand(hub, spoke, edition)).toEqual(before)
    expect(before).toMatchObject({ restarts: [0] })
    expect(await connectorSpec(hub)).toMatchObject({ port: edition.port, selector: "app=superlink" })
  })
})
