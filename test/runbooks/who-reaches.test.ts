/** The report's page "Who can reach what": it tells the truth about each choice, and what the steps have seen. */
import { expect, test } from "vitest"
import type { Federation, SeenOutcome } from "../../lib/index.ts"
import { GUIDE_SECURITY } from "../../runbooks/security/inputs.ts"
import { whoReaches } from "../../runbooks/who-reaches.ts"

const HARDENED = {
  ...GUIDE_SECURITY,
  security: "hardened",
  tls: "on",
  nodeAuth: "on",
  gate: "on",
  networkPolicy: "on",
  podHardening: "on",
}
const SHARED = { network: "shared", networkProject: "net-{name}", flowerVersion: "1.42.0" }

const federation = (values: object, parties: readonly (string | undefined)[] = []): Federation =>
  ({
    name: "trial",
    values: { ...SHARED, ...values },
    sites: [
      { name: "superlink", role: "superlink", project: "demo", superlinkWorkload: "superlink" },
      ...[1, 2, 3].map((n) => ({
        name: `supernode-${n}`,
        role: "supernode",
        project: `flower-${n}`,
        ...(parties[n - 1] !== undefined && { party: parties[n - 1] }),
        ...(n === 3 && { allowEgress: ["10.1.0.0/16:443"] }),
      })),
    ],
    origins: {},
  }) as unknown as Federation

function rows(of: Federation, outcomes: Record<string, string> = {}, ok = true): string {
  const seen = (step: string, site?: string): SeenOutcome | undefined => {
    const reason = outcomes[`${site}/${step}`]
    return reason === undefined ? undefined : { ok, reason, t: "2026-11-30T12:00:00Z" }
  }
  const [section] = whoReaches({ federation: of, seen })
  return section!.rows.map((row) => row.join(" | ")).join("\n")
}

test("the guide's federation: one network for all, and nothing in the way", () => {
  const text = rows(federation(GUIDE_SECURITY))
  expect(text).toMatch(
    /each administrator of supernode-1, supernode-2, supernode-3 .*every API of the SuperLink: it can start runs/,
  )
  expect(text).toContain("the router in demo and those of all other SuperNodes, which it administers")
  expect(text).toContain("It can take the SuperLink's place for the others of its network")
  expect(text).toContain("it can bring as many nodes as it likes (node-auth is off)")
  expect(text).toContain("behind them whatever a router's pod reaches (network-policy is off)")
  expect(text).toContain("with the token of its project's ServiceAccount (pod-hardening is off)")
  expect(text).not.toContain("key of the CA")
})

test("up to 1.39 the Fleet API has a port of its own; what runs counts more than what is asked for", () => {
  expect(rows(federation({ ...GUIDE_SECURITY, flowerVersion: "1.34.0" }))).toContain(
    "the SuperLink's Fleet API, and no other API of it",
  )
  const adopted = { "superlink/deploy-superlink": "existed before: x, 1 of 1 ready; Flower 1.42.0" }
  expect(rows(federation({ ...GUIDE_SECURITY, flowerVersion: "1.34.0" }), adopted)).toContain(
    "it can start runs",
  )
})

test("hardened, each institution in a network of its own", () => {
  const enforced = "1 NetworkPolicy; this cluster's network enforces them"
  const at = (...numbers: number[]) =>
    Object.fromEntries(numbers.map((n) => [`supernode-${n}/isolate-network`, enforced]))
  const parties = federation({ ...HARDENED, network: "per-party" }, ["a", "b", "b"])
  const text = rows(parties, at(1, 2, 3))
  expect(rows(parties, at(1))).toContain("not yet at supernode-2, supernode-3")
  expect(text).toMatch(/each administrator of supernode-1 .*the router in net-a, which it administers, and/)
  expect(text).toMatch(
    /each administrator of supernode-2, supernode-3 .*net-b and those of the others in the network b, which it administers/,
  )
  expect(text).toContain("other institutions are in other networks (network per-party)")
  expect(text).toContain("It cannot be the SuperLink for others, nor read their traffic (tls)")
  expect(text).toContain(`${enforced} (isolate-network, 2026-11-30)`)
  expect(text).toMatch(/the pods of supernode-3.*what allow-egress lists: 10\.1\.0\.0\/16:443/)
  expect(text).toMatch(/whoever may read Secrets in demo \| the key of the CA/)
  expect(text).toContain("not yet")
})

test("what a step did not bring about is not told as if it were there", () => {
  const text = rows(federation(HARDENED), { "superlink/isolate-superlink": "is forbidden" }, false)
  expect(text).toContain("not in place: is forbidden (isolate-superlink, 2026-11-30)")
})
