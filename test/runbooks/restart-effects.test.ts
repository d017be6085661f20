/** What the plan says about a change that restarts something. */
import { expect, test } from "vitest"
import { drifted } from "../../lib/index.ts"
import { withRestartEffects } from "../../runbooks/flower/restart-effects.ts"
import type { Deployment } from "../../runbooks/openshift/workload.ts"

const deployment = (role: string, version: string, args: string[] = []): Deployment =>
  ({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: role, namespace: "p" },
    spec: {
      selector: { matchLabels: {} },
      template: {
        metadata: { labels: {} },
        spec: { containers: [{ name: role, image: `docker.io/flwr/${role}:${version}`, args }] },
      },
    },
  }) as unknown as Deployment

const effects = (
  role: "superlink" | "supernode",
  field: string,
  { version = "1.34.0", args = [] as string[] } = {},
): readonly string[] | undefined => {
  const result = drifted([{ field, found: "a", wanted: "b" }])
  const said = withRestartEffects(result, deployment(role, "1.34.0", args), role, version)
  return said.state === "drifted" ? said.effects : undefined
}

test("a restarted SuperLink forgets its SuperNodes, unless it has a database", () => {
  expect(effects("superlink", "image")).toEqual([
    "restarts Deployment superlink in p: the SuperLink forgets its SuperNodes, which register again with new ids, and its runs",
  ])
  expect(effects("superlink", "env A", { args: ["--database", "/state.db"] })).toEqual([
    "restarts Deployment superlink in p: the SuperNodes lose their connection for that time",
  ])
})

test("another version restarts the SuperNodes too, and may move a port", () => {
  expect(effects("superlink", "image", { version: "1.41.0" })?.slice(1)).toEqual([
    "Flower 1.34.0 becomes 1.41.0: every SuperNode is restarted in that version after it",
    "the Fleet API moves from port 9092 to 8000, so the connector changes too",
  ])
  expect(effects("supernode", "image", { version: "1.41.0" })).toEqual([
    "restarts Deployment supernode in p: what the SuperNode computes at that moment is lost",
  ])
})

test("a gate moves the Fleet port, and says who then reaches the other APIs", () => {
  const found = deployment("superlink", "1.42.0")
  const said = withRestartEffects(
    drifted([{ field: "gate", found: "off", wanted: "on" }]),
    found,
    "superlink",
    "1.42.0",
  )
  expect(said).toMatchObject({
    effects: [
      expect.stringContaining("restarts Deployment superlink"),
      "the Fleet API moves from port 8000 to 9092, so the connector changes too",
      "the Control and Runtime APIs are then reached in the SuperLink's pod only",
    ],
  })
  // Up to 1.39 there is none: with the version comes the gate, at the same port.
  expect(effects("superlink", "gate", { version: "1.42.0" })?.slice(1)).toEqual([
    "Flower 1.34.0 becomes 1.42.0: every SuperNode is restarted in that version after it",
    "the Control and Runtime APIs are then reached in the SuperLink's pod only",
  ])
})

test.each(["replicas", "Service superlink-service"])("%s is changed without a restart", (field) => {
  expect(effects("superlink", field)).toBeUndefined()
})
