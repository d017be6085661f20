/** Faults that an organisation's rules are: quotas, limits, mirrors, sidecars; two catalogs, short names, router shards. */
import { expect, test } from "vitest"
import type { Cluster, KubeObject } from "../../../lib/cluster/types.ts"
import type { Fault } from "../../../lib/practice/types/faults.ts"
import { OLM, start, until } from "./clusters.ts"

const NS = "flower"

const world = async (...faults: Fault[]) => {
  const { worlds, faults: table } = await start({ names: ["one"], faults })
  const { cluster } = worlds[0]!
  await cluster.create({ apiVersion: "v1", kind: "Namespace", metadata: { name: NS } })
  return { cluster, table }
}
const at = (kind: string, name: string, apiVersion = "v1") => ({ apiVersion, kind, name, namespace: NS })

const deploy = (cluster: Cluster, image = "docker.io/flwr/superlink:1.34.0", resources?: object) =>
  cluster.create({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "d", namespace: NS },
    spec: {
      selector: { matchLabels: { app: "d" } },
      template: {
        metadata: { labels: { app: "d" } },
        spec: { containers: [{ name: "c", image, ...(resources && { resources }) }] },
      },
    },
  })

const failure = (object: KubeObject | undefined): string =>
  object?.status?.conditions?.find((one: { type: string }) => one.type === "ReplicaFailure")?.message ?? ""
const isAvailable = (object: KubeObject | undefined): boolean => object?.status?.availableReplicas === 1
const deployment = at("Deployment", "d", "apps/v1")

test("quota: a pod that does not say its limits is refused; with them it runs, and the quota counts it", async () => {
  const { cluster } = await world({ where: "admission", what: "quota" })
  await deploy(cluster)
  const refused = await until(cluster, deployment, (it) => failure(it) !== "")
  expect(failure(refused)).toMatch(
    /^pods "d-\w+-\w+" is forbidden: failed quota: practice: must specify limits\.cpu for: c; limits\.memory for: c; /,
  )
  const resources = { limits: { cpu: "1", memory: "1Gi" } }
  await cluster.merge(deployment, {
    spec: { template: { spec: { containers: [{ name: "c", image: "c:1", resources }] } } },
  })
  await until(cluster, deployment, isAvailable)
  const quota = await until(
    cluster,
    at("ResourceQuota", "practice"),
    (it) => it?.status?.used?.["limits.cpu"] === "1",
  )
  expect(quota.status.used).toMatchObject({ "requests.memory": "1Gi", "limits.memory": "1Gi" })
})

test("limits: a LimitRange gives limits, and refuses a ratio; cured, it is gone", async () => {
  const { cluster, table } = await world({ where: "admission", what: "limits" })
  await deploy(cluster, "c:1", { requests: { cpu: "100m" }, limits: { cpu: "1" } })
  const refused = await until(cluster, deployment, (it) => failure(it) !== "")
  expect(failure(refused)).toContain(
    "cpu max limit to request ratio per Container is 4, but provided ratio is 10",
  )
  table.set([])
  await until(cluster, deployment, isAvailable)
  expect(await cluster.get(at("LimitRange", "practice"))).toBeUndefined()
})

test("images and labels are rewritten on the way in, and the pods run", async () => {
  const { cluster } = await world(
    { where: "admission", what: "images", match: "/(Deployment|Pod)/" },
    { where: "admission", what: "labels", match: "/ConfigMap/" },
  )
  const made = await deploy(cluster)
  expect(made.spec.template.spec.containers[0].image).toBe("mirror.practice.test/flwr/superlink:1.34.0")
  const map = await cluster.create({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "m", namespace: NS },
  })
  expect(map.metadata.labels).toEqual({ "policy.practice.test/checked": "true" })
  await until(cluster, deployment, isAvailable)
})

test("sidecar: pods have a container more than their template", async () => {
  const { cluster } = await world({ where: "admission", what: "sidecar" })
  const made = await deploy(cluster)
  expect(made.spec.template.spec.containers).toHaveLength(1)
  await until(cluster, deployment, isAvailable)
  const [pod] = await cluster.list({ apiVersion: "v1", kind: "Pod", namespace: NS })
  expect(pod!.status.containerStatuses.map((one: { name: string }) => one.name)).toEqual(["c", "istio-proxy"])
})

test("short-name: an image without a registry is not pulled", async () => {
  const { cluster } = await world({ where: "pod", what: "short-name" })
  await deploy(cluster, "flwr/superlink:1.34.0")
  const [pod] = await cluster.list({ apiVersion: "v1", kind: "Pod", namespace: NS })
  const waiting = (it: KubeObject | undefined) => it?.status?.containerStatuses?.[0]?.state.waiting
  const found = await until(
    cluster,
    at("Pod", pod?.metadata.name ?? (await firstPod(cluster))),
    (it) => waiting(it)?.reason === "ImageInspectError",
  )
  expect(waiting(found).message).toContain(
    "short name mode is enforcing, but image name flwr/superlink:1.34.0",
  )
  await cluster.merge(deployment, {
    spec: { template: { spec: { containers: [{ name: "c", image: "docker.io/flwr/superlink:1.34.0" }] } } },
  })
  await until(cluster, deployment, isAvailable)
})

/** The name of the first pod, once there is one. */
const firstPod = async (cluster: Cluster): Promise<string> => {
  const set = await until(cluster, deployment, (it) => it?.status?.replicas === 1)
  const [pod] = await cluster.list({ apiVersion: "v1", kind: "Pod", namespace: set.metadata.namespace! })
  return pod!.metadata.name
}

test("two-catalogs: the package is listed twice under its name", async () => {
  const { cluster, table } = await world({ where: "operator", what: "two-catalogs" })
  const packages = () =>
    cluster.list({
      apiVersion: "packages.operators.coreos.com/v1",
      kind: "PackageManifest",
      namespace: "openshift-marketplace",
    })
  await until(
    cluster,
    {
      ...{ apiVersion: OLM, kind: "CatalogSource", namespace: "openshift-marketplace" },
      name: "cs-redhat-operator-index-v4-19",
    },
    (it) => it?.status?.connectionState?.lastObservedState === "READY",
  )
  expect((await packages()).map((it) => [it.metadata.name, it.status.catalogSource])).toEqual([
    ["skupper-operator", "redhat-operators"],
    ["skupper-operator", "cs-redhat-operator-index-v4-19"],
  ])
  table.set([])
  await expect.poll(async () => (await packages()).length).toBe(1)
})

test("shards: a Route is admitted by one router and refused by another", async () => {
  const { cluster, table } = await world({ where: "route", what: "shards", match: "^flower/r$" })
  const route = at("Route", "r", "route.openshift.io/v1")
  await cluster.create({
    ...{ apiVersion: route.apiVersion, kind: "Route", metadata: { name: "r", namespace: NS } },
    spec: { to: { kind: "Service", name: "s", weight: 100 } },
  })
  const statuses = (it: KubeObject | undefined) =>
    (it?.status?.ingress ?? []).map((one: { routerName: string; conditions: { status: string }[] }) => [
      one.routerName,
      one.conditions[0]!.status,
    ])
  const found = await until(cluster, route, (it) => statuses(it).length === 2)
  expect(statuses(found)).toEqual([
    ["default", "True"],
    ["internal", "False"],
  ])
  table.set([])
  await until(cluster, route, (it) => statuses(it).length === 1)
})
