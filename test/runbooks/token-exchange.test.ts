import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from "vitest"
import type { KubeObject } from "../../lib/cluster/types.ts"
import { grantStillValid } from "../../runbooks/interconnect/issuing.ts"
import { sortLinks } from "../../runbooks/interconnect/links.ts"
import type { SkupperLink, SkupperSite } from "../../runbooks/interconnect/skupper.ts"
import { isLinkOf, parseToken, TokenFile, tokenPath } from "../../runbooks/interconnect/token-file.ts"
import { ADOPTED, labels } from "../../runbooks/shared/labels.ts"
import { tokenIssue, tokenRedeem } from "../../runbooks/token-exchange.ts"
import {
  type Clusters,
  conditions,
  endpoints,
  namespace,
  put,
  setStatus,
  skupper,
  startClusters,
} from "./clusters.ts"

const HUB = "flower-openshift-demo"
const NODE = "flower-supernode-1"
const GRANT = "superlink-interconnect-0b6c"
const TOKEN = `apiVersion: skupper.io/v2alpha1
kind: AccessToken
metadata:
  name: ${GRANT}
spec:
  ca: |
    -----BEGIN CERTIFICATE-----
  code: vGk2rZ8QpWx41LmNtB7sYcHd
  linkCost: 1
  url: https://grants.example:443/5d1f
`
const KEY = Buffer.from("-----BEGIN RSA PRIVATE KEY-----").toString("base64")
const LINK_FILE = `apiVersion: skupper.io/v2alpha1
kind: Link
metadata: { name: link-superlink-interconnect-skupper-router }
spec:
  cost: 1
  endpoints:
  - { name: inter-router, host: a.example, port: "55671", group: skupper-router }
  tlsCredentials: link-superlink-interconnect
---
apiVersion: v1
kind: Secret
type: kubernetes.io/tls
metadata: { name: link-superlink-interconnect }
data: { ca.crt: "", tls.crt: "", tls.key: ${KEY} }
`

const TRIAL = { federation: "trial", created: new Map() }

describe("a token file", () => {
  test("holds a token", async () => {
    expect(await parseToken(TOKEN)).toEqual({
      is: "token",
      name: GRANT,
      url: "https://grants.example:443/5d1f",
      code: "vGk2rZ8QpWx41LmNtB7sYcHd",
    })
  })
  test("holds a link and its key", async () => {
    expect(await parseToken(LINK_FILE)).toMatchObject({
      is: "file",
      links: ["link-superlink-interconnect-skupper-router"],
      secrets: ["link-superlink-interconnect"],
      keys: [KEY],
    })
  })
  test.each([
    "",
    TOKEN.slice(0, 60),
    TOKEN.replace(/ {2}url.*/, ""),
    "a: [",
    "just words",
    LINK_FILE.slice(0, LINK_FILE.indexOf("---")),
    LINK_FILE.slice(0, LINK_FILE.indexOf("data:")),
  ])("that is incomplete does not count: %j", async (text) => {
    expect(await parseToken(text)).toBeUndefined()
  })
  test("names its Links", async () => {
    const token = await parseToken(TOKEN)
    expect([GRANT, `${GRANT}-1`, `${GRANT}-x`, "else"].map((name) => isLinkOf(token, name))).toEqual([
      true,
      true,
      false,
      false,
    ])
    expect(isLinkOf(await parseToken(LINK_FILE), "link-superlink-interconnect-skupper-router")).toBe(true)
    expect(isLinkOf(undefined, GRANT)).toBe(false)
  })
})

describe("a TokenFile", () => {
  const opened = () => {
    const folder = mkdtempSync(join(tmpdir(), "token-file-"))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const secrets: unknown[] = []
    const file = new TokenFile({
      privateFile: (name) => join(folder, "tokens", name),
      secret: (value) => secrets.push(value),
    })
    return { file, secrets }
  }
  const modeOf = (path: string): number => statSync(path).mode & 0o777

  test("hides what it reads and what it writes", async () => {
    const { file, secrets } = opened()
    await file.create()
    writeFileSync(file.path, TOKEN)
    expect(await file.read()).toMatchObject({ is: "token" })
    expect(secrets).toEqual(["vGk2rZ8QpWx41LmNtB7sYcHd"])
    expect(await file.write(LINK_FILE)).toMatchObject({ is: "file" })
    expect(secrets.slice(1)).toEqual([KEY, Buffer.from(KEY, "base64").toString()])
    expect(readFileSync(file.path, "utf8")).toBe(LINK_FILE)
  })
  test("only its owner can read it, created or written", async () => {
    const { file } = opened()
    await file.create()
    expect(modeOf(file.path)).toBe(0o600)
    await file.remove()
    await file.write(LINK_FILE)
    expect([modeOf(file.path), modeOf(file.folder)]).toEqual([0o600, 0o700])
  })
  const objection = (text: string): Promise<string | undefined> => {
    const { file } = opened()
    mkdirSync(file.folder, { recursive: true })
    writeFileSync(file.path, text)
    return file.objection()
  }
  const token = TOKEN.replace(
    "CERTIFICATE-----\n",
    "CERTIFICATE-----\n    MIIB\n    -----END CERTIFICATE-----\n",
  )
  test("has nothing against what skupper writes", async () => {
    expect([await objection(token), await objection(LINK_FILE)]).toEqual([undefined, undefined])
  })
  test.each([
    [`${token}---\napiVersion: v1\nkind: Pod\nmetadata: { name: miner }\n`, "it holds Pod miner (v1)"],
    [
      `${LINK_FILE}---\napiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: { name: all }\n`,
      "it holds RoleBinding all (rbac.authorization.k8s.io/v1)",
    ],
    [
      `${LINK_FILE}---\napiVersion: v1\nkind: Secret\nmetadata: { name: other }\ndata: { tls.key: ${KEY} }\n`,
      "it holds Secret other, which no Link in it uses",
    ],
    [`${token}---\n${token}`, "it holds more than one token"],
    [token.replace("https:", "http:"), "its address http://grants.example:443 is not https"],
    [token.replace(/-----[A-Z ]+-----/g, ""), "it has no CA for its address"],
  ])("names what does not belong there, %#", async (text, why) => {
    expect(await objection(text)).toBe(why)
  })
  test("writes nothing that is no link file, and is removed for good", async () => {
    const { file } = opened()
    expect(await file.write(TOKEN)).toBeUndefined()
    expect([file.exists, await file.read()]).toEqual([false, undefined])
    await file.create()
    expect(file.exists).toBe(true)
    await file.remove()
    await file.remove()
    expect(file.exists).toBe(false)
  })
})

describe("a grant", () => {
  const now = Date.parse("2026-11-22T12:00:00Z")
  const grant = (status: object, spec = {}): KubeObject =>
    skupper("AccessGrant", HUB, GRANT, { spec, status })
  test.each([
    [{ expirationTime: "2026-11-22T12:15:00Z" }, {}, "ready", "15 minutes"],
    [{ expirationTime: "2026-11-22T12:01:00Z" }, {}, "missing", "expires in 60 s"],
    [{ expirationTime: "2026-11-22T12:01:01Z" }, {}, "ready", "1 minutes"],
    [{ expirationTime: "2026-11-22T11:59:59Z" }, {}, "missing", "has expired"],
    [{ expirationTime: "2026-11-22T12:15:00Z", redemptions: 1 }, {}, "missing", "used up"],
    [{ expirationTime: "2026-11-22T12:15:00Z", redemptions: 1 }, { redemptionsAllowed: 2 }, "ready", "15"],
    [{}, {}, "missing", "never became ready"],
  ])("%j of %j is %s", (status, spec, state, reason) => {
    expect(grantStillValid(grant(status, spec), now)).toMatchObject({
      state,
      reason: expect.stringContaining(reason),
    })
  })
})

describe("links by their target", () => {
  const to = { ...skupper("Site", HUB, "west"), metadata: { name: "west", uid: "new" } } as SkupperSite
  const link = (name: string, status: object | undefined, more: object = {}): SkupperLink =>
    ({
      ...skupper("Link", NODE, name),
      metadata: { name, ...more },
      spec: { endpoints: [] },
      status,
    }) as SkupperLink
  const own = { labels: labels("trial") }
  const names = (links: SkupperLink[], file?: Awaited<ReturnType<typeof parseToken>>) => {
    const { current, obsolete } = sortLinks(links, to, TRIAL, file)
    return [current, obsolete].map((some) => some.map(({ metadata }) => metadata.name))
  }
  const up = { conditions: conditions({ Operational: "True" }) }

  test("by the Site's UID, whoever created them", () => {
    expect(names([link("a", { remoteSiteId: "new" }), link("b", undefined, own)])).toEqual([["a", "b"], []])
  })
  test("before they come up, by the token's name or a label", async () => {
    const links = [link(GRANT, undefined), link("b", {}, own), link("c", undefined)]
    expect(names(links, await parseToken(TOKEN))).toEqual([[GRANT, "b"], []])
  })
  test("before they come up, by the addresses of the Site, whoever created them", () => {
    const at = (name: string, host: string, status?: object) => ({
      ...link(name, status),
      spec: { endpoints: endpoints(host) as SkupperLink["spec"]["endpoints"] },
    })
    const open = { ...to, status: { endpoints: endpoints("a.example") } } as SkupperSite
    const sorted = sortLinks([at("mine", "a.example"), at("else", "b.example")], open, TRIAL)
    expect(sorted.current.map(({ metadata }) => metadata.name)).toEqual(["mine"])
    // Once it is up, its Site's UID counts alone.
    expect(sortLinks([at("mine", "a.example", { remoteSiteId: "x" })], open, TRIAL).current).toEqual([])
  })
  test("to a deleted Site", () => {
    const old = { remoteSiteId: "old", remoteSiteName: "west" }
    expect(names([link("a", old), link("b", { remoteSiteId: "x", remoteSiteName: "else" }, own)])).toEqual([
      [],
      ["a", "b"],
    ])
  })
  test("of another network, which stay", () => {
    const other = { remoteSiteId: "old", remoteSiteName: "west", ...up }
    expect(names([link("a", other), link("b", { remoteSiteId: "x", remoteSiteName: "else" })])).toEqual([
      [],
      [],
    ])
  })
  test("one that is being deleted does not count", () => {
    expect(names([link("a", { remoteSiteId: "new" }, { deletionTimestamp: "now" })])).toEqual([[], []])
  })
})

describe("on clusters", () => {
  let clusters: Clusters
  let site: KubeObject
  beforeEach(async () => {
    clusters = await startClusters()
    for (const one of [clusters.superlink, clusters.supernode]) {
      await one.login()
      await one.admin.create(namespace(String(one.site.project)))
    }
    site = await put(
      clusters.superlink.admin,
      skupper("Site", HUB, "superlink-interconnect", { status: { endpoints: endpoints("a.example") } }),
    )
  })
  afterEach(() => clusters.close())
  const file = () => tokenPath(clusters.context(tokenIssue, clusters.supernode))
  const write = (text: string): void => {
    mkdirSync(dirname(file()), { recursive: true })
    writeFileSync(file(), text)
  }
  const issued = (more = {}) => clusters.check(tokenIssue, clusters.supernode, more)
  const redeemed = (more = {}) => clusters.check(tokenRedeem, clusters.supernode, more)
  const grant = (status: object) =>
    put(clusters.superlink.admin, skupper("AccessGrant", HUB, GRANT, { status }))
  const inMinutes = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString()
  const link = (name: string, status?: object) =>
    put(
      clusters.supernode.admin,
      skupper("Link", NODE, name, {
        spec: { cost: 1, endpoints: endpoints("a.example"), tlsCredentials: name },
        ...(status && { status }),
      }),
    )

  test("token-issue: none, incomplete, its grant deleted, valid, used up", async () => {
    expect(await issued()).toMatchObject({ state: "missing", reason: "no token exists yet" })
    write(TOKEN.slice(0, 50))
    expect(await issued()).toMatchObject({ state: "missing", reason: "no token exists yet" })
    write(TOKEN)
    expect(await issued()).toMatchObject({
      state: "missing",
      reason: "the token's grant no longer exists",
    })
    const made = await grant({ expirationTime: inMinutes(15) })
    expect(await issued()).toMatchObject({ state: "ready" })
    await setStatus(clusters.superlink.admin, made, { redemptions: 1 })
    expect(await issued()).toMatchObject({ state: "missing", reason: "the token is used up" })
  })

  test("token-issue by file: none, valid, for a former address", async () => {
    const by = { inputs: { linkWith: "file" } }
    write(TOKEN)
    expect(await issued(by)).toMatchObject({ state: "missing", reason: "no link file exists yet" })
    write(LINK_FILE)
    expect(await issued(by)).toMatchObject({ state: "ready" })
    await setStatus(clusters.superlink.admin, site, { endpoints: endpoints("b.example") })
    expect(await issued(by)).toMatchObject({
      state: "missing",
      reason: expect.stringContaining("no longer has"),
    })
  })

  test("token-redeem: no Link, and a Link that leads to the Site", async () => {
    expect(await redeemed()).toMatchObject({
      state: "missing",
      reason: expect.stringContaining("no Link leads to Site"),
    })
    await link("mine", { remoteSiteId: site.metadata.uid, remoteSiteName: "superlink-interconnect" })
    expect(await redeemed()).toMatchObject({ state: "ready", adopted: true })
  })

  test("token-redeem: a Link made by hand that is not up yet needs no second one", async () => {
    await link("mine")
    expect(await redeemed()).toMatchObject({
      state: "ready",
      reason: "Link mine leads to superlink",
      adopted: true,
    })
  })

  test("token-redeem: the Link of the token", async () => {
    write(TOKEN)
    await link(GRANT)
    expect(await redeemed({ applyInterrupted: true })).toMatchObject({ state: "ready", adopted: false })
  })

  test("token-redeem: a token that is being redeemed, and one that was refused", async () => {
    write(TOKEN)
    const { admin } = clusters.supernode
    const made = await admin.create(
      skupper("AccessToken", NODE, GRANT, { spec: { url: "https://a", code: "c", ca: "x" } }),
    )
    expect(await redeemed()).toMatchObject({ state: "progressing" })
    const message = "Controller got failed response: 404 (Not Found) No such claim"
    await setStatus(admin, made, {
      status: "Error",
      message,
      conditions: conditions({ Redeemed: ["False", "Error", message] }),
    })
    expect(await redeemed()).toMatchObject({
      state: "missing",
      reason: `the last token was refused: ${message}`,
    })
  })

  test("token-redeem: a redeemed token whose Link was deleted is replaced by another", async () => {
    write(TOKEN)
    const { admin } = clusters.supernode
    const spec = { url: "https://a", code: "c", ca: "x" }
    await put(
      admin,
      skupper("AccessToken", NODE, GRANT, { spec, status: { redeemed: true, status: "Ready" } }),
    )
    expect(await redeemed()).toMatchObject({
      state: "missing",
      reason: "a token was redeemed, but its Link no longer exists",
    })
    const apply = () => tokenRedeem.apply!(clusters.context(tokenRedeem, clusters.supernode))
    await link(GRANT)
    expect(await apply()).toBeUndefined()
    await admin.remove({ apiVersion: "skupper.io/v2alpha1", kind: "Link", name: GRANT, namespace: NODE })
    expect(await apply()).toMatchObject({ rerun: "token-issue" })
    expect(existsSync(file())).toBe(false)
    expect(await admin.list({ apiVersion: "skupper.io/v2alpha1", kind: "AccessToken" })).toEqual([])
  })

  test("token-redeem by file: a Link whose Secret was not applied is applied again", async () => {
    write(LINK_FILE)
    await put(
      clusters.supernode.admin,
      skupper("Link", NODE, "link-superlink-interconnect-skupper-router", {
        spec: { cost: 1, endpoints: endpoints("a.example"), tlsCredentials: "link-superlink-interconnect" },
      }),
    )
    const by = { inputs: { linkWith: "file" } }
    expect(await redeemed(by)).toMatchObject({
      state: "missing",
      reason: expect.stringContaining("its Secret link-superlink-interconnect does not"),
    })
    await clusters.supernode.admin.create({
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "link-superlink-interconnect", namespace: NODE },
    })
    expect(await redeemed(by)).toMatchObject({ state: "ready" })
  })

  test("token-redeem: a Link to a deleted Site has drifted; one that existed before needs approval", async () => {
    await link("old", { remoteSiteId: "gone", remoteSiteName: "superlink-interconnect" })
    expect(await redeemed()).toMatchObject({
      state: "drifted",
      fields: [{ field: "remote site", found: "superlink-interconnect (gone)" }],
      approval: "deletes Link old, which existed before",
    })
    await clusters.supernode.admin.merge(
      { apiVersion: "skupper.io/v2alpha1", kind: "Link", name: "old", namespace: NODE },
      { metadata: { labels: labels("trial") } },
    )
    expect(await redeemed()).not.toHaveProperty("approval")
  })

  test("takeOwnership labels the Link and leaves no token behind", async () => {
    write(TOKEN)
    await grant({ expirationTime: inMinutes(15), redemptions: 1 })
    await clusters.supernode.admin.create(
      skupper("AccessToken", NODE, GRANT, { spec: { url: "https://a", code: "c", ca: "x" } }),
    )
    await link(GRANT)
    await link("west")
    const context = clusters.context(tokenRedeem, clusters.supernode)
    await tokenRedeem.takeOwnership!(context)
    await tokenRedeem.takeOwnership!(context)
    const links = await clusters.supernode.admin.list({
      apiVersion: "skupper.io/v2alpha1",
      kind: "Link",
      namespace: NODE,
    })
    expect(links.map(({ metadata }) => [metadata.name, metadata.labels])).toEqual([
      [GRANT, labels("trial")],
      ["west", undefined],
    ])
    expect(links[0]!.metadata.annotations?.[ADOPTED]).toBeUndefined()
    const left = await Promise.all([
      clusters.superlink.admin.list({ apiVersion: "skupper.io/v2alpha1", kind: "AccessGrant" }),
      clusters.supernode.admin.list({ apiVersion: "skupper.io/v2alpha1", kind: "AccessToken" }),
    ])
    expect(left).toEqual([[], []])
    expect(existsSync(file())).toBe(false)
    expect(await redeemed()).toMatchObject({ state: "ready", adopted: false })
  })
})
