/** A SuperNode whose SuperLink has forgotten it, read in the moment between the refused call and the end of its process. */
import { describe, expect, test } from "vitest"
import type { Context } from "../../runbooks/context.ts"
import type { Running } from "../../runbooks/flower/running.ts"
import { registrationHop } from "../../runbooks/flower/verify-hops.ts"

const LOG = [
  "INFO :      Starting Flower SuperNode",
  "INFO :      SuperNode ID: 5471358319403220830",
  'ERROR :     \tdebug_error_string = "UNAUTHENTICATED:Invalid node ID"',
].join("\n")

const running = (version: string): Running => ({
  deployment: {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "supernode-1" },
    spec: {
      template: { spec: { containers: [{ name: "supernode", image: `flwr/supernode:${version}` }] } },
    },
  } as unknown as Running["deployment"],
  pod: "supernode-1-x",
  uid: "1",
  node: "worker-0",
  restarts: 0,
  startedAt: 0,
  log: LOG,
})
const context = {
  site: { name: "supernode-1", project: "flower" },
  inputs: { flowerVersion: "1.28.0" },
} as unknown as Context

describe("registration", () => {
  test("1.28 may hang: it has to be restarted", () => {
    const hop = registrationHop(context, running("1.28.0"), running("1.28.0"))
    expect(hop).toMatchObject({
      state: "blocked",
      next: "flower-runbook step deploy-supernode --site supernode-1 --rerun",
    })
  })
  test.each(["1.29.0", "1.34.0", "1.42.0"])("%s exits and registers again: it is waited for", (version) => {
    const hop = registrationHop(context, running(version), running(version))
    expect(hop).toMatchObject({ state: "progressing" })
  })
})
