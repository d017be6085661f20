/** What a person made by hand with either edition of Flower's guide is joined as it is: nothing is changed or restarted. */
import { afterEach, expect, test } from "vitest"
import type { KubeObject } from "../../lib/cluster/types.ts"
import { flat, startWorld, type World } from "./harness.ts"

let world: World
afterEach(() => world?.close())

const SKUPPER = "skupper.io/v2alpha1"
const project = (site: string) => (site === "superlink" ? "flower-openshift-demo" : `flower-${site}`)

interface Edition {
  readonly version: string
  readonly superlink: readonly string[]
  readonly port: number
  readonly supernode: readonly string[]
}

/** A Deployment as the guides have it, without anything of ours. */
const deployment = (
  name: string,
  namespace: string,
  image: string,
  args: readonly string[],
  port?: number,
): KubeObject => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name, namespace },
  spec: {
    replicas: 1,
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: {
        containers: [
          {
            name: name.replace(/-\d+$/, ""),
            image,
            args,
            ...(port !== undefined && { ports: [{ containerPort: port, name: "flwr-http-apis" }] }),
          },
        ],
      },
    },
  },
})

const run = async (...more: string[]): Promise<string> => {
  const argv = ["run", "--federation", world.practice.federationFile, "--yes", ...more]
  const { code, stdout, stderr } = await world.call(argv)
  expect({ code, stderr, stdout: code === 0 ? "" : stdout }).toEqual({ code: 0, stderr: "", stdout: "" })
  return flat(stdout)
}

test.each<[string, Edition]>([
  [
    "the current edition: one port, 8000",
    {
      version: "1.42.0",
      superlink: ["--insecure", "--host", "0.0.0.0"],
      port: 8000,
      supernode: ["--insecure", "--superlink", "fleet-api.flower-supernode-1.svc.cluster.local:8000"],
    },
  ],
  [
    "the older edition: Fleet API on 9092",
    {
      version: "1.34.0",
      superlink: ["--insecure"],
      port: 9092,
      supernode: ["--insecure", "--superlink", "fleet-api:9092", "--clientappio-api-address", "0.0.0.0:9094"],
    },
  ],
])("%s", { timeout: 120_000 }, async (_, { version, superlink, port, supernode }) => {
  world = await startWorld({ supernodes: 1 })
  const [hub, spoke] = [world.cluster("superlink"), world.cluster("supernode-1")]
  await hub.create({
    apiVersion: "project.openshift.io/v1",
    kind: "ProjectRequest",
    metadata: { name: project("superlink") },
  })
  const image = (role: string) => `docker.io/flwr/${role}:${version}`
  await hub.create(deployment("superlink", project("superlink"), image("superlink"), superlink, port))
  await hub.create({
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "superlink-service", namespace: project("superlink") },
    spec: { selector: { app: "superlink" }, ports: [{ name: "apis", port, targetPort: port }] },
  })
  await run("--to", "link-status")
  await spoke.create({
    apiVersion: SKUPPER,
    kind: "Listener",
    metadata: { name: "fleet-api", namespace: project("supernode-1") },
    spec: { routingKey: "fleet-api", host: "fleet-api", port },
  })
  await spoke.create(deployment("supernode-1", project("supernode-1"), image("supernode"), supernode))
  const places = [
    [hub, "apps/v1", "Deployment", "superlink", project("superlink")],
    [spoke, "apps/v1", "Deployment", "supernode-1", project("supernode-1")],
    [spoke, SKUPPER, "Listener", "fleet-api", project("supernode-1")],
  ] as const
  const specs = () =>
    Promise.all(
      places.map(async ([cluster, apiVersion, kind, name, namespace]) => {
        const found = await cluster.get({ apiVersion, kind, name, namespace })
        return { spec: found?.spec, labels: found?.metadata.labels }
      }),
    )
  const before = await specs()
  const said = await run()
  expect(said).toContain("1 of 1 SuperNodes verified")
  expect(said).toMatch(/deploy-superlink\s+unchanged\s+existed before: docker\.io\/flwr\/superlink/)
  expect(said).toMatch(/deploy-supernode\s+unchanged\s+existed before: docker\.io\/flwr\/supernode/)
  expect(await specs()).toEqual(before)
  expect(
    (
      await hub.get({
        apiVersion: SKUPPER,
        kind: "Connector",
        name: "fleet-api",
        namespace: project("superlink"),
      })
    )?.spec,
  ).toMatchObject({ port, selector: "app=superlink" })
  const pods = await hub.list({
    apiVersion: "v1",
    kind: "Pod",
    namespace: project("superlink"),
    labels: "app=superlink",
  })
  expect(pods.map(({ status }) => status.containerStatuses[0].restartCount)).toEqual([0])
})
