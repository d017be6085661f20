/** The rows of `security: hardened` in the manifests: state, probes, pod hardening, and images by digest. */
import { describe, expect, test } from "vitest"
import type { Context } from "../../runbooks/context.ts"
import { isFlowersOwn, versionOfImage } from "../../runbooks/flower/flower-versions.ts"
import { type ManifestInputs, superlinkManifest, supernodeManifest } from "../../runbooks/flower/manifests.ts"
import { type Deployment, deploymentDifferences } from "../../runbooks/openshift/workload.ts"
import { askGate } from "../../runbooks/security/gate-probes.ts"
import { GUIDE_SECURITY, type Security } from "../../runbooks/security/inputs.ts"

const site = (role: "superlink" | "supernode", more: object = {}) =>
  ({
    ...{ role, name: role === "superlink" ? "superlink" : "supernode-1", project: "flower" },
    ...{ superlinkWorkload: "superlink", superlinkStateSize: "1Gi", scratchSize: "1Gi" },
    ...more,
  }) as Context["site"]
const asked = (security: Partial<Security>, version = "1.34.0", more: Partial<ManifestInputs> = {}) => ({
  ...{ version, federation: "trial", numericUser: false, security: { ...GUIDE_SECURITY, ...security } },
  ...more,
})
const made = (
  role: "superlink" | "supernode",
  security: Partial<Security>,
  version?: string,
  more: { site?: object; inputs?: Partial<ManifestInputs> } = {},
) =>
  (role === "superlink" ? superlinkManifest : supernodeManifest)(
    site(role, more.site),
    asked(security, version, more.inputs),
  )
const container = ({ deployment }: { deployment: Deployment }) => deployment.spec.template.spec.containers[0]!
const pod = ({ deployment }: { deployment: Deployment }) => deployment.spec.template.spec
const VERSIONS = ["1.28.0", "1.34.0", "1.36.0", "1.38.0", "1.42.0"]

describe("probes", () => {
  test.each([
    ["1.28.0", { grpc: { port: 9099 } }],
    ["1.36.0", { grpc: { port: 9099 } }],
    ["1.38.0", { httpGet: { path: "/health", port: 9093, scheme: "HTTP" } }],
    ["1.42.0", { httpGet: { path: "/health", port: 8000, scheme: "HTTP" } }],
  ])("of a SuperLink of %s", async (version, question) => {
    const found = container(await made("superlink", { probes: "on" }, version))
    for (const probe of [found.startupProbe, found.readinessProbe, found.livenessProbe])
      expect(probe).toMatchObject(question)
    const health = "grpc" in question ? ["--health-server-address", "0.0.0.0:9099"] : []
    expect(found.args?.slice(-2).join(" ") === health.join(" ")).toBe(health.length > 0)
  })

  test("are asked by HTTPS where the SuperLink has certificates", async () => {
    const more = { site: { tlsSecret: "tls" } }
    expect(container(await made("superlink", { probes: "on" }, "1.42.0", more)).readinessProbe).toMatchObject(
      {
        httpGet: { scheme: "HTTPS" },
      },
    )
    // gRPC's health service has no TLS.
    expect(container(await made("superlink", { probes: "on" }, "1.34.0", more)).readinessProbe).toMatchObject(
      {
        grpc: { port: 9099 },
      },
    )
  })

  test.each(VERSIONS)("of a SuperNode of %s ask gRPC's health service", async (version) => {
    const found = container(await made("supernode", { probes: "on" }, version))
    expect(found.readinessProbe).toMatchObject({ grpc: { port: 9099 } })
    expect(found.args).toContain("--health-server-address")
  })

  test("of a gate ask it whether it reaches its SuperLink", async () => {
    const { deployment } = await made("superlink", { probes: "on" }, "1.42.0")
    const gate = { name: "gate", image: "nginx", env: [{ name: "CERTIFICATE", value: "/x" }] }
    deployment.spec.template.spec.containers.push(gate)
    askGate(deployment)
    expect(deployment.spec.template.spec.containers[1]).toMatchObject({
      readinessProbe: { httpGet: { path: "/health", port: "fleet", scheme: "HTTPS" } },
      livenessProbe: { tcpSocket: { port: "fleet" } },
    })
  })
})

describe("pod hardening", () => {
  test.each(["superlink", "supernode"] as const)("of a %s", async (role) => {
    const manifest = await made(role, { podHardening: "on" })
    expect(pod(manifest)).toMatchObject({
      automountServiceAccountToken: false,
      serviceAccountName: manifest.deployment.metadata.name,
      securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
    })
    // OpenShift assigns both.
    expect(pod(manifest).securityContext).not.toHaveProperty("runAsUser")
    expect(pod(manifest).securityContext).not.toHaveProperty("fsGroup")
    expect(container(manifest).securityContext).toEqual({
      allowPrivilegeEscalation: false,
      capabilities: { drop: ["ALL"] },
      readOnlyRootFilesystem: true,
    })
    const folders = container(manifest).volumeMounts?.map(({ mountPath }) => mountPath)
    expect(folders).toEqual(["/app/.cache", "/var/tmp", "/app/.flwr", "/app/.config", "/tmp"])
    const env = Object.fromEntries((container(manifest).env ?? []).map(({ name, value }) => [name, value]))
    expect(env).toEqual({
      FLWR_TELEMETRY_ENABLED: "0",
      FLWR_DISABLE_UPDATE_CHECK: "1",
      FLWR_DISABLE_RUNTIME_DEPENDENCY_INSTALLATION: "1",
    })
    expect(manifest.others).toContainEqual(
      expect.objectContaining({ kind: "ServiceAccount", automountServiceAccountToken: false }),
    )
  })

  test("the sizes that are given hold, and so do the user's own variables and what the user lets be installed", async () => {
    const own = { scratchSize: "5Gi", env: { FLWR_TELEMETRY_ENABLED: "1" }, runtimeDependencies: "2Gi" }
    const manifest = await made("superlink", { podHardening: "on" }, "1.34.0", { site: own })
    expect(pod(manifest).volumes).toContainEqual({ name: "scratch", emptyDir: { sizeLimit: "5Gi" } })
    expect(container(manifest).env).toEqual([
      { name: "FLWR_TELEMETRY_ENABLED", value: "1" },
      { name: "FLWR_DISABLE_UPDATE_CHECK", value: "1" },
    ])
  })
})

describe("state", () => {
  test("older versions keep the apps of runs beside their database", async () => {
    const args = async (version: string) =>
      container(await made("superlink", { superlinkState: "disk" }, version)).args?.slice(-2)
    expect(await args("1.28.0")).toEqual(["--storage-dir", "/app/state/apps"])
    expect(await args("1.34.0")).toEqual(["--database", "/app/state/superlink.db"])
  })

  test("plain Kubernetes gives the image's group to the volume", async () => {
    const more = { inputs: { numericUser: true } }
    expect(
      pod(await made("superlink", { superlinkState: "disk" }, "1.34.0", more)).securityContext,
    ).toMatchObject({
      runAsUser: 49999,
      fsGroup: 49999,
    })
    expect(pod(await made("superlink", {}, "1.34.0", more)).securityContext).not.toHaveProperty("fsGroup")
  })
})

const ROWS: [keyof Security, string, string[]][] = [
  ["superlinkState", "disk", ["arguments", "persistent volume"]],
  ["probes", "on", ["arguments", "ports", "startup probe", "readiness probe", "liveness probe"]],
  [
    "podHardening",
    "on",
    [
      ...["environment FLWR_TELEMETRY_ENABLED", "environment FLWR_DISABLE_UPDATE_CHECK"],
      ...["environment FLWR_DISABLE_RUNTIME_DEPENDENCY_INSTALLATION", "root file system"],
      ...["temporary volumes", "service account", "service account token"],
    ],
  ],
]

describe.each(ROWS)("%s", (row, value, fields) => {
  test("going there and back is a difference, field by field", async () => {
    const [guide, hardened] = [await made("superlink", {}), await made("superlink", { [row]: value })]
    const there = deploymentDifferences(guide.deployment, hardened.deployment)
    const size = row === "podHardening" ? ["size of volume scratch"] : []
    expect(there.map(({ field }) => field).sort()).toEqual([...fields, ...size].sort())
    const back = deploymentDifferences(hardened.deployment, guide.deployment)
    expect(back.map(({ field }) => field).sort()).toEqual([...fields].sort())
    for (const [index, { found, wanted }] of back
      .filter(({ field }) => field !== "size of volume scratch")
      .entries()) {
      const opposite = there.find(({ field }) => field === back[index]!.field)
      if (!/^environment/.test(back[index]!.field))
        expect([found, wanted]).toEqual([opposite?.wanted, opposite?.found])
    }
  })
})

test("an image with a tag and a digest shows its version, one with a digest alone does not", () => {
  const digest = `sha256:${"12".repeat(32)}`
  expect(versionOfImage(`docker.io/flwr/superlink:1.34.0@${digest}`)).toBe("1.34.0")
  expect(versionOfImage(`docker.io/flwr/superlink@${digest}`)).toBeUndefined()
  expect(versionOfImage(`registry.example:5000/flwr/superlink@${digest}`)).toBeUndefined()
  expect(isFlowersOwn(`docker.io/flwr/superlink@${digest}`)).toBe(true)
})
