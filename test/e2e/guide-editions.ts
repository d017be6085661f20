/** What a person makes by hand with either edition of Flower's guide, without anything of ours. */
import type { Cluster, KubeObject } from "../../lib/cluster/types.ts"

const SKUPPER = "skupper.io/v2alpha1"
export const projectOf = (site: string): string =>
  site === "superlink" ? "flower-openshift-demo" : `flower-${site}`

export interface Edition {
  readonly version: string
  readonly superlink: readonly string[]
  readonly port: number
  readonly supernode: readonly string[]
}

export const EDITIONS: readonly [string, Edition][] = [
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
]

/** The SuperLink's project, and all that the guide has in it. */
export async function makeSuperlink(hub: Cluster, edition: Edition): Promise<void> {
  await hub.create({
    apiVersion: "project.openshift.io/v1",
    kind: "ProjectRequest",
    metadata: { name: projectOf("superlink") },
  })
  for (const object of superlinkObjects(edition)) await hub.create(object)
}

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

const imageOf = (role: string, { version }: Edition): string => `docker.io/flwr/${role}:${version}`

/** The SuperLink's part, before the sites are linked. */
export const superlinkObjects = (edition: Edition): KubeObject[] => [
  deployment(
    "superlink",
    projectOf("superlink"),
    imageOf("superlink", edition),
    edition.superlink,
    edition.port,
  ),
  {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "superlink-service", namespace: projectOf("superlink") },
    spec: {
      selector: { app: "superlink" },
      ports: [{ name: "apis", port: edition.port, targetPort: edition.port }],
    },
  },
]

/** The SuperNode's part, once they are. */
export const supernodeObjects = (edition: Edition): KubeObject[] => [
  {
    apiVersion: SKUPPER,
    kind: "Listener",
    metadata: { name: "fleet-api", namespace: projectOf("supernode-1") },
    spec: { routingKey: "fleet-api", host: "fleet-api", port: edition.port },
  },
  deployment("supernode-1", projectOf("supernode-1"), imageOf("supernode", edition), edition.supernode),
]

/** What was made by hand as it stands now: its specs and labels, and the restarts of the SuperLink's pod. */
export async function madeByHand(hub: Cluster, spoke: Cluster, edition: Edition): Promise<unknown> {
  const all = [
    ...superlinkObjects(edition).map((object) => [hub, object] as const),
    ...supernodeObjects(edition).map((object) => [spoke, object] as const),
  ]
  const objects = await Promise.all(
    all.map(async ([cluster, { apiVersion, kind, metadata }]) => {
      const { name, namespace } = metadata
      const found = await cluster.get({ apiVersion, kind, name, ...(namespace && { namespace }) })
      return { name, spec: found?.spec, labels: found?.metadata.labels, uid: found?.metadata.uid }
    }),
  )
  const pods = await hub.list({
    apiVersion: "v1",
    kind: "Pod",
    namespace: projectOf("superlink"),
    labels: "app=superlink",
  })
  return { objects, restarts: pods.map(({ status }) => status.containerStatuses[0].restartCount) }
}

/** The port that the program's connector leads to. */
export const connectorSpec = async (hub: Cluster): Promise<unknown> =>
  (
    await hub.get({
      apiVersion: SKUPPER,
      kind: "Connector",
      name: "fleet-api",
      namespace: projectOf("superlink"),
    })
  )?.spec
