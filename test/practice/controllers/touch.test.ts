/** At real pace: Skupper 2.2 leaves a new Link without any status until its next event, or the resync every 30 s. */
import { expect, test } from "vitest"
import { is, issue, ref, site, skupper, start, until } from "./clusters.ts"

test("a new Link has no status until it is touched", async () => {
  const { worlds } = await start({ names: ["here"], delays: "real", openshift: false })
  const { cluster } = worlds[0]!
  await until(cluster, ref("Deployment", "skupper", "skupper-controller"), is("Available"))
  await Promise.all([site(cluster, "west", { linkAccess: "nodeport" }), site(cluster, "east")])
  await cluster.create(skupper("AccessToken", "east", "token", await issue(cluster, "west", "token")))
  await until(cluster, ref("Link", "east", "token"), (it) => it !== undefined)
  await cluster.create(skupper("Listener", "east", "api", { routingKey: "api", host: "api", port: 1 }))
  await until(cluster, ref("Listener", "east", "api"), is("Configured"))
  expect((await cluster.get(ref("Link", "east", "token")))!.status).toBeUndefined()

  await cluster.merge(ref("Link", "east", "token"), { metadata: { annotations: { touched: "yes" } } })
  const configured = await until(cluster, ref("Link", "east", "token"), is("Configured"), 1000)
  expect(configured.status).toMatchObject({ status: "Pending", message: "Not Operational" })
  await until(cluster, ref("Link", "east", "token"), is("Operational"), 25_000)
}, 60_000)
