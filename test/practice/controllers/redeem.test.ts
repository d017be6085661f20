/** Tokens that cannot be redeemed, in the controller's own words. */
import { beforeAll, expect, test } from "vitest"
import type { Cluster, KubeObject } from "../../../lib/cluster/types.ts"
import type { FaultTable } from "../../../lib/practice/types/faults.ts"
import { install, is, issue, ref, site, skupper, start, until } from "./clusters.ts"

let west: Cluster
let east: Cluster
let faults: FaultTable

beforeAll(async () => {
  const started = await start({ names: ["west", "east"] })
  west = started.worlds[0]!.cluster
  east = started.worlds[1]!.cluster
  faults = started.faults
  await Promise.all([install(west), install(east)])
  await Promise.all([site(west, "west", { linkAccess: "default" }), site(east, "east")])
})

const fails = async (name: string, token: object): Promise<string> => {
  await east.create(skupper("AccessToken", "east", name, token))
  const failed = await until(east, ref("AccessToken", "east", name), (it) => it?.status?.status === "Error")
  expect(failed.status.conditions).toMatchObject([{ type: "Redeemed", status: "False", reason: "Error" }])
  return failed.status.message
}

test("used up", async () => {
  const token = await issue(west, "west", "used")
  await east.create(skupper("AccessToken", "east", "first", token))
  await until(east, ref("AccessToken", "east", "first"), is("Redeemed"))
  const grant = await until(west, ref("AccessGrant", "west", "used"), (it) => it?.status?.redemptions === 1)
  expect(is("Ready")(grant)).toBe(true)
  expect(await fails("second", token)).toBe(
    "Controller got failed response: 404 (Not Found) No such access granted",
  )
})

test("expired; the grant stays Ready", async () => {
  // The time of expiry is cut to whole seconds, so this one lies in the past.
  const token = await issue(west, "west", "expired", { expirationWindow: "1ms" })
  expect(await fails("late", token)).toBe("Controller got failed response: 404 (Not Found) No such claim")
  expect(is("Ready")(await west.get(ref("AccessGrant", "west", "expired")))).toBe(true)
})

test("wrong code, unknown grant", async () => {
  const token = await issue(west, "west", "code")
  expect(await fails("guess", { ...token, code: "guessed" })).toBe(
    "Controller got failed response: 403 (Forbidden) Redemption of access token refused",
  )
  const unknown = token.url.replace(/[\da-f]{8}-/, "00000000-")
  expect(await fails("unknown", { ...token, url: unknown })).toBe(
    "Controller got failed response: 404 (Not Found) No such claim",
  )
  // The right one still works: a refusal costs no use.
  await east.create(skupper("AccessToken", "east", "right", token))
  await until(east, ref("AccessToken", "east", "right"), is("Redeemed"))
})

test("unreachable, and served by somebody else", async () => {
  const token = await issue(west, "west", "far")
  expect(await fails("closed", { ...token, url: "https://127.0.0.1:1/abc" })).toBe(
    'Controller got error: Post "https://127.0.0.1:1/abc": dial tcp 127.0.0.1:1: connect: connection refused',
  )
  expect(await fails("stranger", { ...token, ca: await otherCa() })).toBe(
    `Controller got error: Post "${token.url}": tls: failed to verify certificate: x509: certificate signed by unknown authority`,
  )
})

const otherCa = async (): Promise<string> => {
  const { createAuthority } = await import("../../../lib/practice/certificates.ts")
  return (await createAuthority("stranger")).certificate
}

test("a name that is taken burns the use", async () => {
  await east.create({
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "taken", namespace: "east" },
  } as KubeObject)
  const token = await issue(west, "west", "taken")
  expect(await fails("taken", token)).toMatch(
    /could not create received secret: secrets "taken" already exists|No such access granted/,
  )
})

test("an invalid window", async () => {
  await west.create(
    skupper("AccessGrant", "west", "window", { redemptionsAllowed: 1, expirationWindow: "15" }),
  )
  const wrong = await until(
    west,
    ref("AccessGrant", "west", "window"),
    (it) => it?.status?.status === "Error",
  )
  expect(wrong.status.message).toBe('Invalid duration "15": time: missing unit in duration "15"')
})

test("faults: a struck grant stays so, the next one works", async () => {
  for (const [what, words] of [
    ["expired", "No such claim"],
    ["used", "No such access granted"],
  ] as const) {
    faults.set([{ where: "grant", what, times: 1 }])
    expect(await fails(`fault-${what}`, await issue(west, "west", `fault-${what}`))).toContain(words)
    await east.create(
      skupper("AccessToken", "east", `cured-${what}`, await issue(west, "west", `cured-${what}`)),
    )
    await until(east, ref("AccessToken", "east", `cured-${what}`), is("Redeemed"))
  }
})

test("fault unreachable heals by the next try", async () => {
  faults.set([{ where: "grant", cluster: "east", what: "unreachable" }])
  const token = await issue(west, "west", "unreachable")
  expect(await fails("unreachable", token)).toMatch(/dial tcp 127\.0\.0\.1:\d+: connect: connection refused$/)
  faults.set([])
  await until(east, ref("AccessToken", "east", "unreachable"), is("Redeemed"))
})

test("fault off: grants are not enabled", async () => {
  faults.set([{ where: "grant", what: "off" }])
  await west.create(skupper("AccessGrant", "west", "off", { redemptionsAllowed: 1 }))
  const off = await until(west, ref("AccessGrant", "west", "off"), (it) => it?.status?.message !== undefined)
  expect(off.status).toEqual({ message: "AccessGrants are not enabled" })
  faults.set([])
  await until(west, ref("AccessGrant", "west", "off"), is("Ready"))
})
