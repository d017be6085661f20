/** The teardown deletes what the notebook created, and nothing else. */
import { readdirSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import type { KubeObject } from "../../lib/cluster/types.ts"
import { flat, linesOf, place, startWorld, type World, writes } from "./harness.ts"

const SKUPPER = "skupper.io/v2alpha1"
const DEMO = "flower-openshift-demo"
const NODE = "flower-supernode-1"

let world: World

const namespaced = (
  apiVersion: string,
  kind: string,
  name: string,
  namespace: string,
  more = {},
): KubeObject => ({
  apiVersion,
  kind,
  metadata: { name, namespace },
  ...more,
})

/** A SuperLink that existed before. */
const ownSuperlink = (version: string): KubeObject =>
  namespaced("apps/v1", "Deployment", "superlink", DEMO, {
    spec: {
      replicas: 1,
      selector: { matchLabels: { app: "superlink" } },
      template: {
        metadata: { labels: { app: "superlink" } },
        spec: {
          containers: [
            {
              name: "superlink",
              image: `flwr/superlink:${version}`,
              args: ["--insecure"],
              ports: [{ containerPort: 9092 }],
            },
          ],
        },
      },
    },
  })

const project = (name: string): KubeObject => ({
  apiVersion: "project.openshift.io/v1",
  kind: "ProjectRequest",
  metadata: { name },
})

/** Everything in a project that a notebook could have created, without what belongs to another object. */
async function contents(site: string, namespace: string): Promise<string[]> {
  const kinds = [
    ["apps/v1", "Deployment"],
    ["v1", "Service"],
    ["v1", "ConfigMap"],
    ["v1", "Secret"],
    [SKUPPER, "Site"],
    [SKUPPER, "Connector"],
    [SKUPPER, "Listener"],
    [SKUPPER, "Link"],
    [SKUPPER, "AccessGrant"],
    [SKUPPER, "AccessToken"],
  ] as const
  const lists = await Promise.all(
    kinds.map(([apiVersion, kind]) => world.cluster(site).list({ apiVersion, kind, namespace })),
  )
  return lists
    .flatMap((objects, index) => objects.map((object) => ({ ...object, kind: kinds[index]![1] })))
    .filter(({ metadata }) => metadata.ownerReferences === undefined)
    .map(({ kind, metadata }) => `${kind} ${metadata.name}`)
    .filter(
      (name) =>
        !/^(?:ConfigMap (?:kube-root-ca|openshift-service-ca)|Secret (?:builder|default|deployer))/.test(
          name,
        ),
    )
    .sort()
}

const actions = (): string[] => {
  const journal = world.journal()
  const run = journal.at(-1)?.run
  return linesOf(journal, "action started")
    .filter((line) => line.run === run)
    .map(place)
}

describe("of a federation of which some existed before", () => {
  beforeAll(async () => {
    world = await startWorld({ supernodes: 1 })
    const [superlink, supernode] = [world.cluster("superlink"), world.cluster("supernode-1")]
    await superlink.create(project(DEMO))
    await supernode.create(project(NODE))
    await superlink.create(ownSuperlink("1.34.0"))
    await superlink.create(namespaced("v1", "ConfigMap", "mine", DEMO, { data: { a: "1" } }))
    await supernode.create(
      namespaced("apps/v1", "Deployment", "other", NODE, {
        spec: {
          replicas: 0,
          selector: { matchLabels: { app: "other" } },
          template: {
            metadata: { labels: { app: "other" } },
            spec: { containers: [{ name: "other", image: "registry.example/other:1" }] },
          },
        },
      }),
    )
    const file = ["--federation", world.practice.federationFile]
    expect(await world.call(["run", ...file, "--to", "install-operator", "--yes"])).toMatchObject({ code: 0 })
    await supernode.create(namespaced(SKUPPER, "Site", "theirs", NODE, { spec: {} }))
    expect(await world.call(["run", ...file, "--yes"])).toMatchObject({ code: 0, stderr: "" })
  }, 120_000)
  afterAll(() => world?.close())

  test("off a terminal it shows its plan, and does nothing without approval", async () => {
    const requests = world.requests()
    const { code, stdout, stderr } = await world.call(["teardown"])
    expect(code).toBe(2)
    expect(flat(stdout)).toMatch(/remove-supernode delete deletes Deployment supernode-1/)
    expect(flat(stdout)).toMatch(/remove-superlink ok nothing created by this federation remains/)
    expect(stderr).toMatch(/next: flower-runbook teardown --yes/)
    expect(writes(requests())).toEqual([])
  })

  test("what the notebook created is deleted, what existed before stays", { timeout: 120_000 }, async () => {
    expect(await world.call(["teardown", "--yes"])).toMatchObject({ code: 0, stderr: "" })
    expect(await contents("superlink", DEMO)).toEqual(["ConfigMap mine", "Deployment superlink"])
    expect(await contents("supernode-1", NODE)).toContain("Deployment other")
    expect(await contents("supernode-1", NODE)).toContain("Site theirs")
    const left = await contents("supernode-1", NODE)
    expect(left.filter((name) => /^(?:Link|Listener|AccessToken)|supernode-1$/.test(name))).toEqual([])
    for (const site of ["superlink", "supernode-1"]) {
      const operators = {
        apiVersion: "operators.coreos.com/v1alpha1",
        kind: "Subscription",
        namespace: "openshift-operators",
      }
      expect(await world.cluster(site).list(operators)).toHaveLength(1)
    }
    expect(readdirSync(join(world.state, "private"))).toEqual([])
  })

  test("a second one has nothing to do, with or without approval", async () => {
    const requests = world.requests()
    expect(await world.call(["teardown", "--yes"])).toMatchObject({ code: 0, stderr: "" })
    expect(actions()).toEqual([])
    expect(await world.call(["teardown"])).toMatchObject({ code: 0, stderr: "" })
    expect(writes(requests())).toEqual([])
  })

  test("and the notebook can be run again from there", { timeout: 120_000 }, async () => {
    expect(await world.call(["run", "--yes"])).toMatchObject({ code: 0, stderr: "" })
  })
})

describe("of a federation that the notebook created completely", () => {
  beforeAll(async () => {
    world = await startWorld({ supernodes: 1 })
    const file = ["--federation", world.practice.federationFile]
    expect(await world.call(["run", ...file, "--yes"])).toMatchObject({ code: 0, stderr: "" })
  }, 120_000)
  afterAll(() => world?.close())

  test("killed in the middle, it resumes; operator and projects are deleted on request", {
    timeout: 120_000,
  }, async () => {
    const argv = ["teardown", "--operator", "--projects", "--yes"]
    const removing = world.line((line) => line.type === "action started" && line.step === "remove-site")
    const first = world.start(argv)
    await removing
    first.kill("SIGKILL")
    expect(await first.ended).toMatchObject({ signal: "SIGKILL" })

    expect(await world.call(argv)).toMatchObject({ code: 0, stderr: "" })
    for (const [site, name] of [
      ["superlink", DEMO],
      ["supernode-1", NODE],
    ] as const) {
      const cluster = world.cluster(site)
      expect(
        await cluster.get({ apiVersion: "project.openshift.io/v1", kind: "Project", name }),
      ).toBeUndefined()
      const olm = { apiVersion: "operators.coreos.com/v1alpha1", namespace: "openshift-operators" }
      expect(await cluster.list({ ...olm, kind: "Subscription" })).toEqual([])
      expect(await cluster.list({ ...olm, kind: "ClusterServiceVersion" })).toEqual([])
    }
    expect(await world.call(argv)).toMatchObject({ code: 0, stderr: "" })
    expect(actions()).toEqual([])
  })
})
