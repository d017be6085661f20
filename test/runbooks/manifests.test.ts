import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import type { Context } from "../../runbooks/context.ts"
import {
  ownManifest,
  superlinkManifest,
  supernodeManifest,
  VERSION_ANNOTATION,
} from "../../runbooks/flower/manifests.ts"
import { amount, type Deployment, deploymentDifferences } from "../../runbooks/openshift/workload.ts"
import { GUIDE_SECURITY } from "../../runbooks/security/inputs.ts"
import { labels } from "../../runbooks/shared/labels.ts"

const asked = { version: "1.34.0", federation: "trial", numericUser: false, security: GUIDE_SECURITY }
const superlink = (more: object = {}) =>
  ({
    name: "superlink",
    role: "superlink",
    project: "flower",
    superlinkWorkload: "superlink",
    ...more,
  }) as Context["site"]
const supernode = (more: object = {}) =>
  ({ name: "supernode-1", role: "supernode", project: "flower-1", ...more }) as Context["site"]
const container = ({ deployment }: { deployment: Deployment }) => deployment.spec.template.spec.containers[0]!

describe("the SuperLink's", () => {
  test("values are the guide's", async () => {
    const { deployment, others } = await superlinkManifest(superlink(), asked)
    expect(deployment.metadata).toMatchObject({
      name: "superlink",
      namespace: "flower",
      labels: { app: "superlink", ...labels("trial") },
      annotations: { [VERSION_ANNOTATION]: "1.34.0" },
    })
    expect(container({ deployment })).toMatchObject({
      image: "docker.io/flwr/superlink:1.34.0",
      args: ["--insecure"],
      ports: [
        { name: "fleet", containerPort: 9092 },
        { name: "control", containerPort: 9093 },
      ],
    })
    expect(container({ deployment }).volumeMounts?.map(({ mountPath }) => mountPath)).toEqual([
      "/app/.cache",
      "/var/tmp",
      "/app/.flwr",
      "/app/.config",
    ])
    const volumes = deployment.spec.template.spec.volumes ?? []
    expect(volumes.map(({ emptyDir }) => emptyDir)).toEqual(Array(4).fill({ sizeLimit: "50Mi" }))
    expect(others).toMatchObject([
      {
        kind: "Service",
        metadata: { name: "superlink-service", namespace: "flower", labels: labels("trial") },
        spec: { type: "ClusterIP", selector: { app: "superlink" }, ports: [{ port: 9092 }, { port: 9093 }] },
      },
    ])
  })

  test("passes Pod Security restricted", async () => {
    const pod = (await superlinkManifest(superlink(), asked)).deployment.spec.template.spec
    expect(pod.securityContext).toMatchObject({
      runAsNonRoot: true,
      seccompProfile: { type: "RuntimeDefault" },
    })
    expect(pod.containers[0]).toMatchObject({
      securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
      resources: { requests: { cpu: expect.any(String) }, limits: { memory: expect.any(String) } },
    })
    expect(pod.securityContext).not.toHaveProperty("runAsUser")
  })

  test("plain Kubernetes gets a numeric user, for Flower's own image alone", async () => {
    const plain = { ...asked, numericUser: true }
    const user = async (more: object) =>
      (await superlinkManifest(superlink(more), plain)).deployment.spec.template.spec.securityContext
        ?.runAsUser
    expect(await user({})).toBe(49999)
    expect(await user({ image: "quay.io/h/superlink:3" })).toBeUndefined()
  })

  test("version 1.41: one port, in the Service too", async () => {
    const { deployment, others } = await superlinkManifest(superlink(), { ...asked, version: "1.41.0" })
    expect(container({ deployment })).toMatchObject({
      image: "docker.io/flwr/superlink:1.41.0",
      args: ["--insecure", "--host", "0.0.0.0"],
      ports: [{ name: "fleet", containerPort: 8000 }],
    })
    expect(others[0]?.spec.ports).toMatchObject([{ port: 8000 }])
  })

  test("dependencies of apps that are installed at run time: more room, or not at all", async () => {
    const made = async (runtimeDependencies: string) => {
      const { deployment } = await superlinkManifest(superlink({ runtimeDependencies }), asked)
      return {
        size: deployment.spec.template.spec.volumes?.find(({ name }) => name === "flwr")?.emptyDir?.sizeLimit,
        env: container({ deployment }).env,
      }
    }
    expect(await made("2Gi")).toEqual({ size: "2Gi", env: undefined })
    expect(await made("off")).toEqual({
      size: "50Mi",
      env: [{ name: "FLWR_DISABLE_RUNTIME_DEPENDENCY_INSTALLATION", value: "1" }],
    })
  })

  test("another name, image, pull secret, environment, resources and TLS", async () => {
    const { deployment, others } = await superlinkManifest(
      superlink({
        superlinkWorkload: "hub",
        image: "quay.io/h/superlink:3",
        imagePullSecret: "quay",
        env: { FLWR_LOG_LEVEL: "DEBUG" },
        resources: { "limits.memory": "8Gi", "requests.nvidia.com/gpu": "1" },
        tlsSecret: "flower-tls",
      }),
      asked,
    )
    const pod = deployment.spec.template.spec
    expect(deployment.metadata.name).toBe("hub")
    expect(deployment.spec.selector.matchLabels).toEqual({ app: "hub" })
    expect(deployment.spec.template.metadata?.labels).toEqual({ app: "hub" })
    expect(others[0]).toMatchObject({ metadata: { name: "hub-service" }, spec: { selector: { app: "hub" } } })
    expect(pod.imagePullSecrets).toEqual([{ name: "quay" }])
    expect(container({ deployment })).toMatchObject({
      image: "quay.io/h/superlink:3",
      env: [{ name: "FLWR_LOG_LEVEL", value: "DEBUG" }],
      resources: { limits: { memory: "8Gi", cpu: "2" }, requests: { "nvidia.com/gpu": "1" } },
    })
    expect(container({ deployment }).args?.join(" ")).toBe(
      "--ssl-ca-certfile /app/certificates/ca.crt --ssl-certfile /app/certificates/tls.crt --ssl-keyfile /app/certificates/tls.key",
    )
    expect(pod.volumes).toContainEqual({ name: "certificates", secret: { secretName: "flower-tls" } })
    expect(container({ deployment }).volumeMounts).toContainEqual({
      name: "certificates",
      mountPath: "/app/certificates",
      readOnly: true,
    })
  })
})

test("the SuperNode's dials the listener, and is called as its site", async () => {
  const { deployment, others } = await supernodeManifest(
    supernode({ nodeConfig: { "partition-id": "3" } }),
    asked,
  )
  expect(deployment.metadata).toMatchObject({ name: "supernode-1", namespace: "flower-1" })
  expect(container({ deployment })).toMatchObject({
    image: "docker.io/flwr/supernode:1.34.0",
    args: "--insecure --superlink fleet-api:9092 --clientappio-api-address 0.0.0.0:9094 --node-config partition-id=3".split(
      " ",
    ),
    ports: [{ containerPort: 9094 }],
  })
  expect(others).toEqual([])
})

describe("a person's own manifest", () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "manifest "))
  })
  afterAll(() => rm(folder, { recursive: true }))
  const file = async (text: string) => {
    const path = join(folder, "own.yaml")
    await writeFile(path, text)
    return path
  }
  const deployment = (name: string) =>
    `{apiVersion: apps/v1, kind: Deployment, metadata: {name: ${name}, namespace: elsewhere, labels: {a: b}}, spec: {template: {spec: {containers: [{name: x, image: y}]}}}}\n`

  test("gets its namespace and our labels, and stays as it is otherwise", async () => {
    const path = await file(
      `${deployment("node")}---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n---\n`,
    )
    const manifest = await ownManifest(path, "flower-1", "trial")
    expect(manifest.deployment).toMatchObject({
      metadata: { name: "node", namespace: "flower-1", labels: { a: "b", ...labels("trial") } },
      spec: { template: { spec: { containers: [{ name: "x", image: "y" }] } } },
    })
    expect(manifest.others).toMatchObject([
      { kind: "ConfigMap", metadata: { name: "c", namespace: "flower-1" } },
    ])
  })

  test.each([
    ["no Deployment", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n", "it has 0 Deployments"],
    ["two", `${deployment("a")}---\n${deployment("b")}`, "it has 2 Deployments"],
    [
      "cluster-wide things",
      `${deployment("a")}---\n{apiVersion: v1, kind: Namespace, metadata: {name: n}}`,
      "Namespace n is cluster-wide",
    ],
    ["no YAML", "a: [", "supernode-manifest"],
    [
      "nameless",
      `${deployment("a")}---\n{apiVersion: v1, kind: ConfigMap}`,
      "no apiVersion, kind or metadata.name",
    ],
  ])("%s is refused", async (_, text, words) => {
    const path = await file(text)
    await expect(ownManifest(path, "p", "f")).rejects.toThrow(words)
  })

  test("a file that is not there", async () => {
    await expect(ownManifest(join(folder, "nope.yaml"), "p", "f")).rejects.toThrow("cannot be read")
  })
})

describe("differences", () => {
  const owns = async (more: object = {}) => (await superlinkManifest(superlink(more), asked)).deployment
  const changed = async (update: (deployment: Deployment) => void, more: object = {}) => {
    const found = structuredClone(await owns(more))
    update(found)
    return deploymentDifferences(found, await owns(more))
  }
  const first = (deployment: Deployment) => deployment.spec.template.spec.containers[0]!

  test("none, also with what a cluster adds and how it writes quantities", async () => {
    const more = { resources: { "limits.memory": "1024Mi", "requests.cpu": "0.5" }, env: { B: "1", A: "2" } }
    const found = await changed((deployment) => {
      deployment.spec.template.spec.securityContext = { runAsUser: 1000730000 }
      first(deployment).resources!.limits!.memory = "1Gi"
      first(deployment).resources!.requests!.cpu = "500m"
      first(deployment).env!.reverse()
      Object.assign(deployment.spec, { revisionHistoryLimit: 10 })
    }, more)
    expect(found).toEqual([])
  })

  test.each<[string, (deployment: Deployment) => void, string]>([
    [
      "image",
      (d) => {
        first(d).image = "flwr/superlink:1.33.0"
      },
      "image",
    ],
    ["arguments", (d) => void first(d).args!.push("--x"), "arguments"],
    ["ports", (d) => void first(d).ports!.pop(), "ports"],
    [
      "replicas",
      (d) => {
        d.spec.replicas = 0
      },
      "replicas",
    ],
    [
      "limits",
      (d) => {
        first(d).resources!.limits!.memory = "1Gi"
      },
      "limits.memory",
    ],
    [
      "a pull secret",
      (d) => {
        d.spec.template.spec.imagePullSecrets = [{ name: "x" }]
      },
      "image pull secret",
    ],
    [
      "an environment",
      (d) => {
        first(d).env = [{ name: "SECRET", value: "s3cret" }]
      },
      "environment SECRET",
    ],
    [
      "a container",
      (d) => {
        first(d).name = "other"
      },
      "container superlink",
    ],
  ])("%s", async (_, updateStep, field) => {
    const found = await changed(updateStep)
    expect(found.map((one) => one.field)).toEqual([field])
    expect(JSON.stringify(found)).not.toContain("s3cret")
  })

  test("a TLS secret that is no longer mounted", async () => {
    const found = await changed(
      (deployment) => {
        deployment.spec.template.spec.volumes!.pop()
      },
      { tlsSecret: "flower-tls" },
    )
    expect(found).toEqual([
      { field: "mounted secrets", found: "none", wanted: "flower-tls at /app/certificates" },
    ])
  })
})

test.each([
  ["1", 1],
  ["500m", 0.5],
  ["0.5", 0.5],
  ["1Gi", 1073741824],
  ["1e3", 1000],
  ["1k", 1000],
  ["many", Number.NaN],
  ["1Q", Number.NaN],
])("the quantity %s", (text, value) => {
  expect(amount(text)).toBe(value)
})
