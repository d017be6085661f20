/** `network-policy: on`: what the policies let through, what they stop, and that they go when they are not asked for any more. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest"
import type { KubeObject } from "../../lib/cluster/types.ts"
import { labels } from "../../runbooks/shared/labels.ts"
import { startWorld, teardown, type World, waitFor } from "./practice.ts"

const values = { "network-policy": "on" }
const NETWORKING = "networking.k8s.io/v1"
const VERIFY = "supernode-1/verify"

describe.each([
  ["OpenShift", true, "this cluster's network enforces them"],
  ["plain Kubernetes", false, "whether this cluster's network enforces them is not known"],
])("on %s", (_, openshift, enforced) => {
  let world: World
  beforeAll(async () => {
    world = await startWorld({ openshift })
  })
  beforeEach(() => world.begin())
  afterAll(() => world.close())
  const policies = (site: string) =>
    world
      .cluster(site)
      .list({ apiVersion: NETWORKING, kind: "NetworkPolicy", namespace: world.project(site) })
  const names = async (site: string) => (await policies(site)).map(({ metadata }) => metadata.name).sort()

  test("the chain works with them, they go with their input, and a teardown deletes them", async () => {
    const ended = await world.run({ values })
    expect(ended["superlink/isolate-superlink"]).toBe(`applied: 2 NetworkPolicies; ${enforced}`)
    expect(ended["supernode-1/isolate-supernode"]).toBe(`applied: 2 NetworkPolicies; ${enforced}`)
    expect(ended[VERIFY]).toMatch(/^unchanged: .*node \d+ active$/)
    expect(await names("superlink")).toEqual(["flower-runbook-router", "flower-runbook-superlink"])
    expect(await names("supernode-1")).toEqual(["flower-runbook-router", "flower-runbook-supernode-1"])
    for (const { metadata } of await policies("superlink"))
      expect(metadata.labels).toMatchObject(labels("trial"))
    const again = await world.run({ values })
    expect(again["superlink/isolate-superlink"]).toMatch(/^unchanged: /)
    const off = await world.plan()
    expect(off["superlink/deploy-superlink"]).toBe(
      "update: NetworkPolicy flower-runbook-superlink is exists, should be deleted; NetworkPolicy flower-runbook-router is exists, should be deleted",
    )
    expect(Object.keys(off)).not.toContain("superlink/isolate-superlink")
    await world.run()
    expect([...(await names("superlink")), ...(await names("supernode-1"))]).toEqual([])
    await world.run({ values })
    await world.run({ notebook: teardown })
    expect([...(await names("superlink")), ...(await names("supernode-1"))]).toEqual([])
  })
})

describe("what a policy forbids is forbidden", () => {
  let world: World
  beforeAll(async () => {
    world = await startWorld()
  })
  beforeEach(() => world.begin())
  afterAll(() => world.close())
  const policy = (site: string, name: string, spec: object): KubeObject => ({
    apiVersion: NETWORKING,
    kind: "NetworkPolicy",
    metadata: { name, namespace: world.project(site) },
    spec,
  })
  const supernodeLog = async () => {
    const namespace = world.project("supernode-1")
    const pods = await world
      .cluster("supernode-1")
      .list({ apiVersion: "v1", kind: "Pod", namespace, labels: "app=supernode-1" })
    return world.cluster("supernode-1").log({ namespace, pod: pods[0]!.metadata.name })
  }
  const lost = () => expect.poll(supernodeLog, { timeout: 20_000 }).toMatch(/Connection attempt failed.*\n?$/)
  const back = () =>
    expect.poll(supernodeLog, { timeout: 20_000 }).toMatch(/Connection successful after[^\n]*\n?$/)

  test.each([
    [
      "the router to the SuperLink, from its side",
      "superlink",
      {
        podSelector: { matchLabels: { "skupper.io/component": "router" } },
        policyTypes: ["Egress"],
        egress: [
          {
            ports: [
              { port: 53, protocol: "UDP" },
              { port: 5353, protocol: "UDP" },
            ],
          },
        ],
      },
    ],
    [
      "the router to the SuperLink, from the SuperLink's",
      "superlink",
      { podSelector: { matchLabels: { app: "superlink" } }, policyTypes: ["Ingress"] },
    ],
    [
      "the SuperNode to its router",
      "supernode-1",
      { podSelector: { matchLabels: { app: "supernode-1" } }, policyTypes: ["Egress"] },
    ],
    [
      "the link",
      "supernode-1",
      {
        podSelector: { matchLabels: { "skupper.io/component": "router" } },
        policyTypes: ["Egress"],
        egress: [{ to: [{ ipBlock: { cidr: "10.0.0.0/8" } }] }],
      },
    ],
  ])("%s", async (_, site, spec) => {
    expect((await world.run())[VERIFY]).toMatch(/^unchanged: /)
    await world.cluster(site).create(policy(site, "deny", spec))
    await lost()
    await world
      .cluster(site)
      .remove({ apiVersion: NETWORKING, kind: "NetworkPolicy", namespace: world.project(site), name: "deny" })
    await back()
  })

  test("a policy that somebody has changed is set back; another port of the link is opened where it is named", async () => {
    await world.run({ values })
    const ref = {
      apiVersion: NETWORKING,
      kind: "NetworkPolicy",
      namespace: world.project("superlink"),
      name: "flower-runbook-superlink",
    }
    await world.cluster("superlink").merge(ref, { spec: { ingress: [] } })
    expect((await world.plan({ values }))["superlink/isolate-superlink"]).toMatch(
      /^update: NetworkPolicy flower-runbook-superlink is .*in from nothing; .*should be .*in from pods skupper.io\/component=router at TCP 9092/,
    )
    expect((await world.run({ values }))["superlink/isolate-superlink"]).toMatch(/^updated: /)
    const sites = { "supernode-1": { "link-egress": ["10.0.0.0/8:443"], "allow-egress": ["storage:9000"] } }
    const closed = await world.run({ values, sites, timeout: 10 })
    expect(closed["supernode-1/isolate-supernode"]).toMatch(/^updated: /)
    const found = await waitFor(world.cluster("supernode-1"), (reader) =>
      reader.get({ ...ref, namespace: world.project("supernode-1"), name: "flower-runbook-supernode-1" }),
    )
    expect(found.spec.egress).toContainEqual({
      to: [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "storage" } } }],
      ports: [{ port: 9000, protocol: "TCP" }],
    })
    // The simulated route has a public address, which is not among those that were named.
    expect(closed[VERIFY]).not.toMatch(/^unchanged|^ok/)
  })
})
