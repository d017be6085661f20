import { existsSync } from "node:fs"
import { mkdir, writeFile } from "node:fs/promises"
import { dirname, join } from "node:path"
import { afterEach, beforeEach, expect, test } from "vitest"
import type { Cluster, KubeObject } from "../../lib/cluster/types.ts"
import { labels, projectDescription, selector } from "../../runbooks/shared/labels.ts"
import { foreign, makeNetwork, only, startWorld, teardown, type World } from "./practice.ts"

const SKUPPER = "skupper.io/v2alpha1"
const OLM = "operators.coreos.com/v1alpha1"
const notebook = only("deploy-superlink", "deploy-supernode")

let world: World
let westProject: string
let eastProject: string
beforeEach(async () => {
  world = await startWorld()
  await world.begin()
  westProject = world.project("superlink")
  eastProject = world.project("supernode-1")
  await makeNetwork(world)
  const spec = { routingKey: "fleet-api", port: 9092 }
  await west().create(exposure("Connector", westProject, { ...spec, selector: "app=superlink" }))
  await east().create(exposure("Listener", eastProject, { ...spec, host: "fleet-api" }))
})
afterEach(() => world.close())

const west = () => world.cluster("superlink")
const east = () => world.cluster("supernode-1")
const exposure = (kind: string, namespace: string, spec: object, name = "fleet-api"): KubeObject => ({
  apiVersion: SKUPPER,
  kind,
  metadata: { name, namespace },
  spec,
})
const KINDS = [
  [SKUPPER, "Site"],
  [SKUPPER, "Link"],
  [SKUPPER, "Connector"],
  [SKUPPER, "Listener"],
  ["apps/v1", "Deployment"],
  ["v1", "Service"],
] as const

/** As if the steps had created it. */
async function labelAll(): Promise<void> {
  for (const [cluster, namespace] of [
    [west(), westProject],
    [east(), eastProject],
  ] as const) {
    for (const [apiVersion, kind] of KINDS.slice(0, 4)) {
      for (const { metadata } of await cluster.list({ apiVersion, kind, namespace })) {
        await cluster.merge(
          { apiVersion, kind, namespace, name: metadata.name },
          { metadata: { labels: labels("trial") } },
        )
      }
    }
    const name = "skupper-operator"
    const ref = { apiVersion: OLM, kind: "Subscription", namespace: "openshift-operators", name }
    await cluster.merge(ref, { metadata: { labels: labels("trial") } })
  }
}

/** The objects of the kinds that the notebook creates. */
async function left(): Promise<string[]> {
  const found: string[] = []
  for (const [cluster, namespace] of [
    [west(), westProject],
    [east(), eastProject],
  ] as const) {
    for (const [apiVersion, kind] of KINDS) {
      const objects = await cluster.list({ apiVersion, kind, namespace })
      found.push(...objects.map(({ metadata }) => `${namespace} ${kind} ${metadata.name}`))
    }
  }
  return found.sort()
}

const run = (values: Record<string, unknown> = {}) => world.run({ notebook: teardown, values })

test("what the steps created is deleted, in reverse; operator and projects stay", async () => {
  await world.run({ notebook })
  await labelAll()
  const file = join(world.state, "private", "supernode-1.token.yaml")
  await writeFile(file, "kind: AccessToken\n", { mode: 0o600 })
  const plan = await world.plan({ notebook: teardown })
  expect(plan).toMatchObject({
    "supernode-1/remove-supernode": "delete: deletes Deployment supernode-1",
    "supernode-1/remove-listener": "delete: deletes Listener fleet-api",
    "supernode-1/remove-link": expect.stringMatching(/^delete: deletes Link /),
    "superlink/remove-connector": "delete: deletes Connector fleet-api",
    "superlink/remove-superlink": "delete: deletes Deployment superlink, Service superlink-service",
    "superlink/remove-operator": "ok: the operator stays; --operator removes it",
    "superlink/remove-project": expect.stringContaining("existed before, so it stays"),
  })
  const outcomes = await run()
  expect(
    Object.values(outcomes).filter((outcome) => !/^(applied|updated|deleted|unchanged):/.test(outcome)),
  ).toEqual([])
  expect(await left()).toEqual([])
  expect(existsSync(file)).toBe(false)
  expect(
    await west().get({
      apiVersion: OLM,
      kind: "Subscription",
      namespace: "openshift-operators",
      name: "skupper-operator",
    }),
  ).toBeDefined()
  // A second time there is nothing to do.
  expect(Object.values(await run()).every((outcome) => outcome.startsWith("unchanged:"))).toBe(true)
})

test("what lost its labels is known by its UID, and the Lease of a Site goes with it", async () => {
  await world.begin()
  const [west_, east_] = [world.project("superlink"), world.project("supernode-1")]
  const ids = ["install-operator", "site-create", "token-issue", "token-redeem", "link-status", "connector"]
  const steps = only(...ids, "listener", "deploy-superlink", "deploy-supernode")
  await world.run({ notebook: steps })
  const LEASE = { apiVersion: "coordination.k8s.io/v1", kind: "Lease", name: "skupper-site-leader" }
  const made: [Cluster, string, string, string][] = []
  for (const [cluster, namespace] of [
    [west(), west_],
    [east(), east_],
  ] as const) {
    for (const [apiVersion, kind] of [...KINDS, ["v1", "Secret"]] as const) {
      const own = await cluster.list({ apiVersion, kind, namespace, labels: selector("trial") })
      for (const { metadata } of own) {
        const { name } = metadata
        made.push([cluster, namespace, apiVersion, kind])
        // As `skupper site update` and its like leave them (2.2.1), or somebody who tidies up.
        await cluster.merge({ apiVersion, kind, namespace, name }, { metadata: { labels: null } })
      }
    }
  }
  expect(made.map(([, , , kind]) => kind).sort()).toEqual(
    ["Connector", "Deployment", "Deployment", "Link", "Listener", "Secret", "Service", "Site", "Site"].sort(),
  )
  for (const [cluster, namespace] of [
    [west(), west_],
    [east(), east_],
  ] as const) {
    const { name, ...type } = LEASE
    if ((await cluster.get({ ...LEASE, namespace })) === undefined)
      await cluster.create({ ...type, metadata: { name, namespace }, spec: { holderIdentity: "gone" } })
  }
  // Nothing is adopted either.
  for (const [place, what] of Object.entries(await world.plan({ notebook: steps })))
    if (!place.endsWith("install-operator")) expect(what, place).not.toContain("existed before")
  // An object of the same name that somebody else created later stays.
  await east().remove({ apiVersion: SKUPPER, kind: "Listener", namespace: east_, name: "fleet-api" })
  await east().create(exposure("Listener", east_, { routingKey: "fleet-api", port: 9092, host: "fleet-api" }))
  expect(await world.plan({ notebook: teardown })).toMatchObject({
    "superlink/remove-site": expect.stringMatching(/^delete: deletes Site /),
    "superlink/remove-connector": "delete: deletes Connector fleet-api",
    "superlink/remove-superlink": "delete: deletes Deployment superlink, Service superlink-service",
    "supernode-1/remove-supernode": "delete: deletes Deployment supernode-1",
    "supernode-1/remove-link": expect.stringMatching(/^delete: deletes Link .*, Secret /),
    "supernode-1/remove-listener": "ok: nothing created by this federation remains",
  })
  const outcomes = await run()
  expect(outcomes["superlink/remove-site"]).toMatch(/^deleted: nothing created by this federation remains/)
  for (const [cluster, namespace, apiVersion, kind] of made) {
    const left = (await cluster.list({ apiVersion, kind, namespace })).map(({ metadata }) => metadata.name)
    if (kind !== "Listener" && kind !== "Service" && kind !== "Secret") expect(left, kind).toEqual([])
    expect(await cluster.get({ ...LEASE, namespace })).toBeUndefined()
  }
})

test("a link file whose Link was never created is deleted too", async () => {
  const file = join(world.state, "private", "supernode-1.token.yaml")
  await mkdir(dirname(file), { recursive: true, mode: 0o700 })
  await writeFile(file, "kind: Link\n", { mode: 0o600 })
  expect((await world.plan({ notebook: teardown }))["supernode-1/remove-link"]).toBe(
    "delete: deletes file supernode-1.token.yaml",
  )
  await run()
  expect(existsSync(file)).toBe(false)
})

test("what existed before stays", async () => {
  await west().create(
    foreign(westProject, "superlink", { name: "s", image: "flwr/superlink:1.34.0", args: ["--insecure"] }),
  )
  await world.run({ notebook })
  await west().create(
    exposure("Connector", westProject, { routingKey: "other", port: 80, host: "10.0.0.1" }, "other"),
  )
  const before = await left()
  const outcomes = await run()
  expect(
    Object.values(outcomes).filter((outcome) => !/^(applied|updated|deleted|unchanged):/.test(outcome)),
  ).toEqual([])
  expect(await left()).toEqual(before.filter((one) => one !== `${eastProject} Deployment supernode-1`))
})

test("objects of another federation stay", async () => {
  await labelAll()
  for (const [apiVersion, kind] of [[SKUPPER, "Connector"]] as const) {
    const ref = { apiVersion, kind, namespace: westProject, name: "fleet-api" }
    await west().merge(ref, { metadata: { labels: labels("another") } })
  }
  expect((await world.plan({ notebook: teardown }))["superlink/remove-connector"]).toBe(
    "ok: nothing created by this federation remains",
  )
})

test("--operator removes it when no site remains, and never while others need it", async () => {
  await labelAll()
  // A user who cannot list the Sites of all projects cannot know.
  world.practice.faults.set([
    { where: "api", cluster: "superlink", match: "v2alpha1/sites", what: "forbidden" },
  ])
  expect(
    (await world.plan({ notebook: teardown, values: { operator: true } }))["superlink/remove-operator"],
  ).toBe("blocked: you cannot see whether other sites on this cluster need the operator")
  world.practice.faults.set([])
  await west().create({ apiVersion: "v1", kind: "Namespace", metadata: { name: "neighbour" } })
  await west().create(exposure("Site", "neighbour", {}, "theirs"))
  const blocked = await run({ operator: true })
  expect(blocked["superlink/remove-operator"]).toBe(
    "blocked: other sites on this cluster need the operator: neighbour/theirs",
  )
  expect(blocked["supernode-1/remove-operator"]).toMatch(/^deleted/)
  expect(
    await east().list({ apiVersion: OLM, kind: "ClusterServiceVersion", namespace: "openshift-operators" }),
  ).toEqual([])
  await west().remove({ apiVersion: SKUPPER, kind: "Site", namespace: "neighbour", name: "theirs" })
  expect((await run({ operator: true }))["superlink/remove-operator"]).toMatch(/^deleted/)
})

test("--projects deletes those that this federation created", async () => {
  await labelAll()
  const openshift = { annotations: { "openshift.io/description": projectDescription("trial") } }
  await east().merge({ apiVersion: "v1", kind: "Namespace", name: eastProject }, { metadata: openshift })
  expect((await world.plan({ notebook: teardown }))["supernode-1/remove-project"]).toContain(
    "--projects deletes it",
  )
  const outcomes = await run({ projects: true })
  expect(outcomes["supernode-1/remove-project"]).toMatch(/^deleted/)
  expect(outcomes["superlink/remove-project"]).toContain("existed before, so it stays")
  expect(await east().get({ apiVersion: "v1", kind: "Namespace", name: eastProject })).toBeUndefined()
  expect((await run({ projects: true }))["supernode-1/remove-project"]).toMatch(/^unchanged/)
})
