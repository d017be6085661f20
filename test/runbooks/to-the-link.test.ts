import { appendFile, readdir } from "node:fs/promises"
import { join } from "node:path"
import { afterEach, expect, test } from "vitest"
import type { KubeObject } from "../../lib/cluster/types.ts"
import { labels, MANAGED_BY } from "../../runbooks/shared/labels.ts"
import { startWorld, type World } from "./practice.ts"
import { journalOf, placesToTheLink, TO_THE_LINK, walk } from "./walk.ts"

const SKUPPER = "skupper.io/v2alpha1"

let world: World
afterEach(() => world?.close())
const list = (site: string, kind: string) => world.cluster(site).list({ apiVersion: SKUPPER, kind })
const tokens = () => readdir(join(world.state, "private"))

test("from nothing to a link that is up, with no leftovers; a second run changes nothing", async () => {
  world = await startWorld()
  const first = await walk(world)
  expect(first.outcomes).toMatchObject(
    Object.fromEntries(placesToTheLink().map((place) => [place, { ok: true }])),
  )
  const west = world.project("superlink")
  expect(first.commands).toEqual(
    expect.arrayContaining([
      expect.stringMatching(
        new RegExp(`^skupper site create \\S+ --enable-link-access --wait none -n ${west}$`),
      ),
      `skupper token issue supernode-1.token.yaml -n ${west}`,
      `skupper token redeem supernode-1.token.yaml -n ${world.project("supernode-1")}`,
    ]),
  )
  expect(first.shown.filter(({ differs }) => differs.length > 0)).toEqual([])

  const [site] = await list("superlink", "Site")
  const [link] = await list("supernode-1", "Link")
  expect([site!.metadata.labels, link!.metadata.labels]).toEqual([labels("trial"), labels("trial")])
  expect(link!.status.remoteSiteId).toBe(site!.metadata.uid)
  expect(await list("superlink", "AccessGrant")).toEqual([])
  expect(await list("supernode-1", "AccessToken")).toEqual([])
  expect(await tokens()).toEqual([])

  const second = await walk(world)
  expect([second.ok, second.actions]).toEqual([true, []])
  expect(Object.values(await world.plan({ selection: TO_THE_LINK })).join("\n")).toMatch(/^(?:ok: .*\n?)+$/)
  const journal = await journalOf(world)
  for (const { admin } of world.practice.clusters) expect(journal).not.toContain(admin.token)
})

test("a link file works without a token", async () => {
  world = await startWorld()
  const { outcomes, commands } = await walk(world, { values: { "link-with": "file" } })
  expect(outcomes).toMatchObject({
    "supernode-1/token-redeem": { kind: "applied" },
    "supernode-1/link-status": { ok: true },
  })
  expect(commands.filter((line) => /^skupper (?:token|link generate)/.test(line))).toEqual([
    `skupper link generate -n ${world.project("superlink")}`,
  ])
  expect(await tokens()).toEqual([])
  expect(await journalOf(world)).not.toContain("PRIVATE KEY")

  // The command uses an existing Certificate. One that this federation did not create stays as it is.
  const certificate = async () =>
    (await list("superlink", "Certificate")).find(({ metadata }) => metadata.labels?.[MANAGED_BY])
  const { metadata, spec } = (await certificate())!
  const ref = {
    apiVersion: SKUPPER,
    kind: "Certificate",
    name: metadata.name,
    namespace: metadata.namespace!,
  }
  await world.cluster("superlink").remove(ref)
  const { name, namespace } = metadata
  await world.cluster("superlink").create({ ...ref, metadata: { name, namespace: namespace! }, spec })
  const again = { values: { "link-with": "file" }, selection: { only: ["token-redeem"] }, rerun: true }
  expect((await walk(world, again)).outcomes).toMatchObject({
    "supernode-1/token-redeem": { kind: "applied" },
  })
  expect(await certificate()).toBeUndefined()
})

test("a token file with something else in it reaches no cluster", async () => {
  world = await startWorld()
  await walk(world, { selection: { to: "token-issue" } })
  const file = join(world.state, "private", "supernode-1.token.yaml")
  await appendFile(file, "---\napiVersion: v1\nkind: Pod\nmetadata: { name: miner }\n")
  const { outcomes, commands } = await walk(world)
  expect(outcomes["supernode-1/token-redeem"]).toMatchObject({
    kind: "failed",
    reason: `the file ${file} is not used: it holds Pod miner (v1)`,
    next: "flower-runbook step token-issue --site supernode-1 --rerun",
  })
  expect(commands.filter((line) => line.startsWith("skupper token redeem"))).toEqual([])
})

test("a new Link is created on --rerun, and when the SuperLink's Site was created again", async () => {
  world = await startWorld()
  await walk(world)
  const names = async () => (await list("supernode-1", "Link")).map(({ metadata }) => metadata.name)
  const before = await names()
  const again = await walk(world, { selection: { only: ["token-redeem"] }, rerun: true })
  expect(again.outcomes).toMatchObject({ "supernode-1/token-redeem": { kind: "applied" } })
  const after = await names()
  expect(after).toHaveLength(1)
  expect(after).not.toEqual(before)

  const [{ metadata }] = (await list("superlink", "Site")) as [KubeObject]
  await world.cluster("superlink").remove({
    apiVersion: SKUPPER,
    kind: "Site",
    name: metadata.name,
    namespace: world.project("superlink"),
  })
  const { outcomes, ok } = await walk(world)
  expect(ok).toBe(true)
  expect(outcomes).toMatchObject({
    "superlink/site-create": { kind: "applied" },
    "supernode-1/token-redeem": { kind: "applied" },
  })
  const [site] = await list("superlink", "Site")
  expect((await list("supernode-1", "Link")).map(({ status }) => status.remoteSiteId)).toEqual([
    site!.metadata.uid,
  ])
})

test("plain Kubernetes has namespaces, a controller and load balancers", async () => {
  world = await startWorld({ openshift: false })
  const { outcomes, ok, commands } = await walk(world)
  expect(outcomes).toMatchObject({
    "superlink/project": { kind: "applied", reason: expect.stringContaining("namespace") },
    "superlink/install-operator": { kind: "unchanged", adopted: true },
  })
  expect(commands).toContain(`oc create namespace ${world.project("supernode-1")}`)
  expect(ok).toBe(true)
})

test("each type of link access is created with the Site, and not set afterwards", async () => {
  world = await startWorld()
  const created = async (type: string) => {
    await world.begin()
    const { outcomes, commands, actions } = await walk(world, {
      sites: { superlink: { "link-access-type": type } },
      selection: { to: "site-create", sites: ["superlink"] },
    })
    const site = (await list("superlink", "Site")).find(
      ({ metadata }) => metadata.namespace === world.project("superlink"),
    )
    return {
      outcome: outcomes["superlink/site-create"]?.kind,
      actions: actions.filter(({ step }) => step === "site-create").map(({ action }) => action),
      command: commands.find((line) => /site create|site\.yaml/.test(line)),
      access: site!.spec.linkAccess,
      // A change of the spec would make it 2.
      generation: site!.metadata.generation,
    }
  }
  for (const [type, command] of [
    ["default", /^skupper site create \S+ --enable-link-access --wait none/],
    [
      "loadbalancer",
      /^skupper site create \S+ --enable-link-access --link-access-type loadbalancer --wait none/,
    ],
    // `skupper site create` refuses these.
    [
      "nodeport",
      /^oc apply --server-side --field-manager=flower-runbook -n \S+ -f .*superlink-site\.yaml'?$/,
    ],
    ["local", /^oc apply --server-side --field-manager=flower-runbook -n \S+ -f .*superlink-site\.yaml'?$/],
  ] as const) {
    expect(await created(type)).toMatchObject({
      outcome: "applied",
      actions: ["apply"],
      command: expect.stringMatching(command),
      access: type,
      generation: 1,
    })
  }
})
