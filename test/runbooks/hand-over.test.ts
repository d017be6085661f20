/** What crosses between parties, seen from the coordinator's side: each answer of the checks, on API servers without controllers. */
import { mkdirSync, writeFileSync } from "node:fs"
import { dirname } from "node:path"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import type { KubeObject } from "../../lib/cluster/types.ts"
import type { CheckResult } from "../../lib/notebook/check-result.ts"
import type { Step } from "../../lib/notebook/step.ts"
import { confirm, handOver } from "../../runbooks/hand-over.ts"
import type { NodeDetails } from "../../runbooks/interconnect/other-side.ts"
import { tokenPath } from "../../runbooks/interconnect/token-file.ts"
import { tokenIssue } from "../../runbooks/token-exchange.ts"
import {
  type Clusters,
  endpoints,
  type More,
  namespace,
  put,
  setStatus,
  skupper,
  startClusters,
} from "./clusters.ts"

const HUB = "net-st-marys"
const GRANT = "net-st-marys-0b6c"
const TOKEN = `apiVersion: skupper.io/v2alpha1
kind: AccessToken
metadata: { name: ${GRANT} }
spec: { ca: "-----BEGIN CERTIFICATE-----", code: vGk2rZ8QpWx41LmNtB7sYcHd, url: "https://grants.example:443/5d1f" }
`
const THEIRS: More = {
  inputs: { network: "per-party", networkProject: "net-{name}", owners: "several" },
  site: { party: "st-marys" },
}

let clusters: Clusters
let provided: Record<string, unknown>
beforeEach(async () => {
  provided = {}
  clusters = await startClusters()
  await clusters.superlink.login()
  await clusters.superlink.admin.create(namespace(HUB))
})
afterEach(() => clusters.close())

const west = (object: KubeObject) => put(clusters.superlink.admin, object)
const hub = (network: object[] = []) =>
  west(skupper("Site", HUB, HUB, { status: { endpoints: endpoints("net.example"), network } }))
/** The check of a step with what it provides, and with what the receipt has said. */
const check = async (step: Step, more: More = THEIRS, node?: NodeDetails): Promise<CheckResult> => {
  const context = clusters.context(step, clusters.supernode, more)
  const mine = Object.create(context, {
    provide: { value: (value: { name: string }, content: unknown) => (provided[value.name] = content) },
    value: { value: () => node },
  })
  return step.check(mine)
}
const write = (text: string): void => {
  const file = tokenPath(clusters.context(tokenIssue, clusters.supernode, THEIRS))
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
}
const linked = (site: KubeObject) => [
  { id: site.metadata.uid, name: HUB },
  { id: "theirs", name: "supernode-1-interconnect", links: [{ name: "x", remoteSiteId: site.metadata.uid }] },
]

describe("hand-over", () => {
  test("waits for the hub, and hands over its address and the token", async () => {
    expect(await check(handOver)).toMatchObject({ state: "unknown", because: "missing" })
    const site = await hub()
    write(TOKEN)
    expect(await check(handOver)).toMatchObject({ state: "ready" })
    expect(provided).toEqual({
      hub: { name: HUB, namespace: HUB, uid: site.metadata.uid, endpoints: endpoints("net.example") },
      token: TOKEN,
    })
  })

  test("between sites of one owner nothing is handed over", async () => {
    await hub()
    write(TOKEN)
    expect(await check(handOver, { ...THEIRS, site: { networkName: "st-marys" } })).toMatchObject({
      state: "ready",
    })
    expect(provided.token).toBe("both sites have the same owner")
  })
})

describe("token-issue for another party", () => {
  const inMinutes = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString()

  test("none, valid, redeemed, linked", async () => {
    const site = await hub()
    expect(await check(tokenIssue)).toMatchObject({ state: "missing", reason: "no token exists yet" })
    write(TOKEN)
    const grant = await west(
      skupper("AccessGrant", HUB, GRANT, { status: { expirationTime: inMinutes(1439.5) } }),
    )
    expect(await check(tokenIssue)).toMatchObject({
      state: "ready",
      reason: "a token for st-marys exists; it can be redeemed for 23 hours",
    })
    await setStatus(clusters.superlink.admin, grant, { redemptions: 1 })
    expect(await check(tokenIssue)).toMatchObject({
      state: "ready",
      reason: "st-marys has redeemed its token; its link is not up yet",
    })
    await setStatus(clusters.superlink.admin, site, { network: linked(site) })
    expect(await check(tokenIssue)).toMatchObject({
      state: "ready",
      reason: "site supernode-1-interconnect of st-marys is linked",
    })
  })

  test("expired or deleted before it was redeemed, another one needs another approval", async () => {
    await hub()
    write(TOKEN)
    const asked = { state: "blocked", code: "expired", next: "flower-runbook approve st-marys --again" }
    expect(await check(tokenIssue)).toMatchObject(asked)
    await west(skupper("AccessGrant", HUB, GRANT, { status: { expirationTime: inMinutes(-1) } }))
    expect(await check(tokenIssue)).toMatchObject({
      ...asked,
      reason: "the token of st-marys cannot be redeemed any more: the token has expired",
    })
  })
})

describe("confirm", () => {
  const node = (site: KubeObject, more: Partial<NodeDetails> = {}): NodeDetails => ({
    ...{ id: "42", link: "x", remoteSite: site.metadata.uid!, site: "theirs" },
    ...more,
  })

  test("a receipt about another hub, or a site that the hub does not list", async () => {
    const site = await hub()
    expect(await check(confirm, THEIRS, node(site, { remoteSite: "old" }))).toMatchObject({
      state: "blocked",
      code: "receipt",
      next: "flower-runbook approve st-marys --again",
    })
    expect(await check(confirm, THEIRS, node(site))).toMatchObject({
      state: "progressing",
      reason: `the hub ${HUB} does not list the site of st-marys in its network`,
    })
  })

  test("then the SuperLink counts", async () => {
    const site = await hub()
    await setStatus(clusters.superlink.admin, site, { network: linked(site) })
    await clusters.superlink.admin.create(namespace("flower-openshift-demo"))
    expect(await check(confirm, THEIRS, node(site))).toMatchObject({
      state: "blocked",
      reason: "superlink: no Deployment superlink in flower-openshift-demo",
    })
  })

  test("a site of the same owner needs none", async () => {
    expect(await check(confirm, { ...THEIRS, site: {} })).toMatchObject({ state: "ready" })
  })
})
