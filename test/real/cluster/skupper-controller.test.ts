/**
 * The whole notebook with a real Skupper controller (`SKUPPER_CONTROLLER=FILE[:FILE]`, or `skupper-controller` on PATH) on real
 * control planes: what is played there are the operator's installation, pods, and what routers tell.
 */
import { readFileSync } from "node:fs"
import { rm } from "node:fs/promises"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { parse } from "yaml"
import type { KubeObject } from "../../../lib/cluster/types.ts"
import { linesOf, place } from "../../e2e/harness.ts"
import { SKUPPER, until } from "../../practice/controllers/clusters.ts"
import { whyNot } from "../control-plane/build.ts"
import { realCommands, realControllers } from "./found.ts"
import { type RealWorld, startRealWorld } from "./world.ts"

const HOME = "flower-openshift-demo"
const NODE = "flower-supernode-1"

const why = await whyNot()
const controllers = await realControllers()
/** One is declared in any case, so that a report tells of what was skipped. */
const NONE = { file: "", version: "none found" }
const { folder, ...found } = await realCommands()
afterAll(() => rm(folder, { recursive: true }))

describe
  .skipIf(why !== undefined || controllers.length === 0)
  .each(controllers.length === 0 ? [NONE] : controllers)(
  "a real Skupper controller, $version",
  ({ file, version }) => {
    let world: RealWorld
    const channel = `stable-${version.split(".").slice(0, 2).join(".")}`
    const call = (name: string, ...more: string[]) =>
      world.call([name, "--federation", world.federationFile, "--yes", ...more])

    async function ends(name: string, ...more: string[]): Promise<string> {
      const { code, stdout, stderr } = await call(name, ...more)
      expect({ code, stderr, stdout: code === 0 ? "" : stdout }).toEqual({ code: 0, stderr: "", stdout: "" })
      return stdout
    }
    const run = (...more: string[]) => ends("run", "--operator-channel", channel, ...more)

    /** The acts of the last run. */
    function actions(): string[] {
      const journal = world.journal()
      return linesOf(journal, "action started")
        .filter((line) => line.run === journal.at(-1)?.run)
        .map(place)
    }
    const list = (site: string, kind: string, apiVersion = SKUPPER): Promise<KubeObject[]> =>
      world.cluster(site).list({ apiVersion, kind, namespace: site === "superlink" ? HOME : NODE })
    const names = async (site: string, kind: string, apiVersion?: string) =>
      (await list(site, kind, apiVersion)).map(({ metadata }) => metadata.name)

    beforeAll(async () => {
      world = await startRealWorld({ controller: file })
    })
    afterAll(() => world?.close())

    it("carries the notebook to its end, and nothing is done twice", async () => {
      expect(await run()).toMatch(/1 SuperNode is connected/)
      const [site] = await list("superlink", "Site")
      expect(site?.status?.controller?.version).toBe(version)
      const [link] = await list("supernode-1", "Link")
      // 2.1 loses this word where somebody else writes to the Link at that moment; the notebook then asks the routers.
      if (!version.startsWith("2.1."))
        expect(link?.status).toMatchObject({ status: "Ready", remoteSiteId: site?.metadata.uid })
      await run()
      expect(actions()).toEqual([])
    })

    it("changes the link access: waits for the new addresses, and makes the link anew", async () => {
      const [before] = await list("supernode-1", "Link")
      await run("--link-access-type", "loadbalancer")
      const [site] = await list("superlink", "Site")
      const [after] = await list("supernode-1", "Link")
      const [address] = after?.spec.endpoints ?? []
      expect(after?.metadata.uid).not.toBe(before?.metadata.uid)
      expect(site?.status?.endpoints.map((it: { host: string }) => it.host)).toContain(address?.host)
      expect(address?.host).toMatch(/\.lb\./)
    })

    it("touches a Link that has no status, and says so", async () => {
      const node = world.cluster("supernode-1")
      const [link] = await list("supernode-1", "Link")
      const { name, labels } = link!.metadata
      const other = `${name.slice(0, 40)}-anew`
      await node.remove({ apiVersion: SKUPPER, kind: "Link", name, namespace: NODE })
      // Under another name: of the same one the controller might see only a change.
      await node.create({ ...link!, metadata: { name: other, labels, namespace: NODE }, status: undefined })
      const said = await run()
      // 2.1 speaks at once; from 2.2 on a new Link is silent until the next resync, every 30 s.
      if (!version.startsWith("2.1.")) expect(said).toMatch(/had no status after 1 s: it was touched/)
      expect(await names("supernode-1", "Link")).toEqual([other])
    })

    it("asks for another token where one was used by somebody else", async () => {
      const node = world.cluster("supernode-1")
      const [link] = await names("supernode-1", "Link")
      await node.remove({ apiVersion: SKUPPER, kind: "Link", name: link!, namespace: NODE })
      await ends("step", "token-issue", "--site", "supernode-1")
      const [grant] = await list("superlink", "AccessGrant")
      const { name } = grant!.metadata
      await world
        .cluster("superlink")
        .merge(
          { apiVersion: SKUPPER, kind: "AccessGrant", name, namespace: HOME },
          { status: { redemptions: 1 } },
          { subresource: "status" },
        )
      const file = join(world.state, "private", "supernode-1.token.yaml")
      const token = parse(readFileSync(file, "utf8")) as KubeObject
      const refused = { apiVersion: SKUPPER, kind: "AccessToken", name, namespace: NODE }
      await node.create({ ...token, metadata: { ...token.metadata, namespace: NODE } })
      // What the issuer says, word for word.
      const told = await until(node, refused, (it) => it?.status?.status === "Error")
      expect(told.status.message).toBe(
        "Controller got failed response: 404 (Not Found) No such access granted",
      )
      await node.remove(refused)
      await run()
      expect((await list("supernode-1", "Link"))[0]?.status?.status).toBe("Ready")
    })

    it("links with a file", async () => {
      await ends("teardown", "--site", "supernode-1")
      await run("--link-with", "file")
      expect((await list("supernode-1", "Link"))[0]?.status?.status).toBe("Ready")
    })

    it("leaves nothing when it is taken back, and comes up over it once more", async () => {
      await ends("teardown")
      for (const site of ["superlink", "supernode-1"]) {
        // Tokens and grants go a moment after their Site.
        for (const kind of [
          "Site",
          "Link",
          "Listener",
          "Connector",
          "AccessGrant",
          "AccessToken",
          "Certificate",
        ])
          await expect.poll(() => names(site, kind), { timeout: 20_000 }).toEqual([])
        expect(await names(site, "Secret", "v1")).toEqual([])
        expect(await names(site, "Service", "v1")).toEqual([])
      }
      await run()
    })

    it.skipIf(found.oc === undefined || found.skupper === undefined)(
      `with the real oc ${found.oc ?? "(none)"} and skupper ${found.skupper ?? "(none)"}`,
      async () => {
        await ends("teardown")
        await run("--commands", folder)
        const used = linesOf(world.journal(), "command").map(({ line }) => line.split(" ")[0])
        expect(new Set(used)).toEqual(new Set(["oc", "skupper"]))
      },
    )
  },
)
