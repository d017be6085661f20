/** The whole notebook on two real control planes, by every way of use. */
import { rmSync } from "node:fs"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { KubeObject } from "../../../lib/cluster/types.ts"
import { labels } from "../../../runbooks/shared/labels.ts"
import { linesOf, place } from "../../e2e/harness.ts"
import { killChain, repeatedActions } from "../../e2e/kill-chain.ts"
import { whyNot } from "../control-plane/build.ts"
import { type RealWorld, startRealWorld } from "./world.ts"

const SKUPPER = "skupper.io/v2alpha1"
const PROJECTS = { superlink: "flower-openshift-demo", "supernode-1": "flower-supernode-1" }

let world: RealWorld
const command = (name: string, ...more: string[]) =>
  world.call([name, "--federation", world.federationFile, "--yes", ...more])

/** Ends well: what it printed otherwise is in the failure. */
async function ends(name: string, ...more: string[]): Promise<string> {
  const { code, stdout, stderr } = await command(name, ...more)
  expect({ code, stderr, stdout: code === 0 ? "" : stdout }).toEqual({ code: 0, stderr: "", stdout: "" })
  return stdout
}

/** The acts of the last run. */
function actions(): string[] {
  const journal = world.journal()
  const run = journal.at(-1)?.run
  return linesOf(journal, "action started")
    .filter((line) => line.run === run)
    .map(place)
}

const listed = (site: string, apiVersion: string, kind: string, query: object = {}): Promise<KubeObject[]> =>
  world.cluster(site).list({ apiVersion, kind, ...query })

/** What carries our labels. */
async function ours(): Promise<string[]> {
  const selector = Object.entries(labels("real")).map(([key, value]) => `${key}=${value}`)
  const kinds: [string, string][] = [
    ...["Site", "AccessGrant", "AccessToken", "Link", "Connector", "Listener"].map(
      (kind): [string, string] => [SKUPPER, kind],
    ),
    ["v1", "Secret"],
    ["v1", "Service"],
    ["apps/v1", "Deployment"],
    ["operators.coreos.com/v1alpha1", "Subscription"],
  ]
  const found = Object.keys(PROJECTS).flatMap((site) =>
    kinds.map(async ([apiVersion, kind]) =>
      (await listed(site, apiVersion, kind, { labels: selector.join(",") })).map(
        ({ metadata }) => `${site}/${kind}/${metadata.name}`,
      ),
    ),
  )
  return (await Promise.all(found)).flat()
}

describe.skipIf((await whyNot()) !== undefined)("the notebook on real control planes", () => {
  beforeAll(async () => {
    world = await startRealWorld()
  })
  afterAll(() => world?.close())

  it("shows a plan and changes nothing", async () => {
    const { code, stdout } = await world.call(["plan", "--federation", world.federationFile, "--exit-code"])
    expect(stdout).toContain("site-create")
    expect(code).toBe(5)
    expect(linesOf(world.journal(), "action started")).toEqual([])
  })

  it("runs to the end unattended", async () => {
    expect(await ends("run")).toMatch(/1 SuperNode is connected/)
    const [link] = await listed("supernode-1", SKUPPER, "Link", { namespace: PROJECTS["supernode-1"] })
    expect(link?.status?.status).toBe("Ready")
    expect(await ours()).toContain("superlink/Site/superlink-interconnect")
  })

  it("does nothing twice, nor without its journal", async () => {
    await ends("run")
    expect(actions()).toEqual([])
    rmSync(world.state, { recursive: true })
    await ends("run")
    // What only this machine held is made anew: the sessions and their current projects.
    expect(actions().filter((apply) => !/\/(?:login|project)$/.test(apply))).toEqual([])
  })

  it("does single steps, by name and as scripts", async () => {
    const step = (...argv: string[]) =>
      world.call(["step", ...argv, "--federation", world.federationFile, "--yes"])
    expect(await step("verify")).toMatchObject({ code: 0, stderr: "" })
    await world.cluster("supernode-1").remove({
      apiVersion: SKUPPER,
      kind: "Listener",
      name: "fleet-api",
      namespace: PROJECTS["supernode-1"],
    })
    const broken = await step("verify", "--timeout", "8s")
    expect(broken.code).toBe(1)
    expect(broken.stdout).toContain("step listener --site supernode-1")
    const script = await world.call(["--federation", world.federationFile], {
      script: "runbooks/listener.ts",
    })
    expect(script).toMatchObject({ code: 0, stderr: "" })
    expect(await step("verify")).toMatchObject({ code: 0, stderr: "" })
  })

  it("replaces a SuperNode anew", async () => {
    const before = await listed("supernode-1", "v1", "Pod", {
      namespace: PROJECTS["supernode-1"],
      labels: "app=supernode-1",
    })
    await world.call(["step", "deploy-supernode", "--rerun", "--federation", world.federationFile, "--yes"])
    await ends("run")
    const after = await listed("supernode-1", "v1", "Pod", {
      namespace: PROJECTS["supernode-1"],
      labels: "app=supernode-1",
    })
    expect(after.map((it) => it.metadata.uid)).not.toEqual(before.map((it) => it.metadata.uid))
  })

  it("takes back what it made", async () => {
    await ends("teardown")
    // An operator is for the whole cluster: it stays until somebody says otherwise.
    expect((await ours()).filter((it) => !it.includes("/Subscription/"))).toEqual([])
    await ends("teardown", "--operator", "--projects")
    for (const [site, project] of Object.entries(PROJECTS)) {
      const found = await world.cluster(site).get({ apiVersion: "v1", kind: "Namespace", name: project })
      expect(found).toBeUndefined()
    }
  })

  it("is killed after every awaited line and resumed", { timeout: 900_000 }, async () => {
    rmSync(world.state, { recursive: true })
    const { ended, lines } = await killChain(world, ["run", "--federation", world.federationFile, "--yes"])
    expect(ended).toMatchObject({ code: 0, signal: null, stderr: "" })
    expect(new Set(lines).size).toBe(lines.length)
    expect(lines.length).toBeGreaterThan(20)
    expect(repeatedActions(world.journal())).toEqual([])
    // All that was made is known as ours: nothing stays when it is taken back.
    await ends("teardown", "--operator", "--projects")
    expect(await ours()).toEqual([])
  })
})
