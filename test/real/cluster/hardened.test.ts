/** What `security: hardened` creates, on a real kube-apiserver: Pod Security `restricted`, policies, claims, and the way back. */
import { mkdtempSync } from "node:fs"
import { rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import type { OpenCluster } from "../../../lib/cluster/index.ts"
import type { KubeObject } from "../../../lib/cluster/types.ts"
import type { Context } from "../../../runbooks/context.ts"
import { withAccount } from "../../../runbooks/flower/hardened.ts"
import { superlinkManifest, supernodeManifest } from "../../../runbooks/flower/manifests.ts"
import { type Deployment, deploymentDifferences } from "../../../runbooks/openshift/workload.ts"
import { GUIDE_SECURITY, type Security } from "../../../runbooks/security/inputs.ts"
import { superlinkPolicies, supernodePolicies } from "../../../runbooks/security/network-policies.ts"
import { policyText } from "../../../runbooks/security/policy-text.ts"
import { whyNot } from "../control-plane/build.ts"
import { type ControlPlane, startControlPlane } from "../control-plane/control-plane.ts"

const why = await whyNot()
const NAMESPACE = "hardened"
const HARDENED: Partial<Security> = { superlinkState: "disk", probes: "on", podHardening: "on" }

const site = (role: string, more: object = {}) =>
  ({
    ...{ role, name: role === "superlink" ? "superlink" : "supernode-1", project: NAMESPACE },
    ...{ superlinkWorkload: "superlink", superlinkStateSize: "1Gi", scratchSize: "1Gi" },
    ...more,
  }) as Context["site"]
const made = (role: "superlink" | "supernode", version: string, security: Partial<Security>, more = {}) =>
  (role === "superlink" ? superlinkManifest : supernodeManifest)(site(role, more), {
    ...{ version, federation: "trial", numericUser: true },
    security: { ...GUIDE_SECURITY, ...security },
  })

describe.skipIf(why !== undefined)(why ?? "a namespace under Pod Security restricted", () => {
  let folder: string
  let plane: ControlPlane
  let cluster: OpenCluster
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "hardened-"))
    plane = await startControlPlane("hardened", folder, { controllerManager: false })
    cluster = plane.open(plane.system, "flower-runbook")
    const labels = { "pod-security.kubernetes.io/enforce": "restricted" }
    await cluster.create({ apiVersion: "v1", kind: "Namespace", metadata: { name: NAMESPACE, labels } })
  })
  afterAll(async () => {
    await cluster?.close()
    await plane?.close()
    await rm(folder, { recursive: true, force: true })
  })

  test("a pod that is not restricted is refused", async () => {
    const spec = { containers: [{ name: "a", image: "a" }] }
    await expect(
      cluster.create({ apiVersion: "v1", kind: "Pod", metadata: { name: "a", namespace: NAMESPACE }, spec }),
    ).rejects.toThrow(/violates PodSecurity "restricted/)
  })

  test.each(["1.28.0", "1.34.0", "1.38.0", "1.42.0"])("pods of %s are let in", async (version) => {
    for (const [index, security] of [{}, HARDENED].entries()) {
      for (const role of ["superlink", "supernode"] as const) {
        const { deployment } = await made(role, version, security)
        const name = `${role}-${version.replaceAll(".", "-")}-${index}`
        const { spec } = deployment.spec.template
        const pod = await cluster.create({
          ...{ apiVersion: "v1", kind: "Pod", spec },
          metadata: { name, namespace: NAMESPACE },
        } as KubeObject)
        expect(pod.spec.containers[0].image).toContain(version)
      }
    }
  })

  test("there and back by server-side apply, nothing of it is left in the Deployment", async () => {
    const apply = (object: Deployment) => cluster.apply(object as KubeObject) as Promise<Deployment>
    const [guide, hardened] = [
      await made("superlink", "1.34.0", {}),
      await made("superlink", "1.34.0", HARDENED),
    ]
    await apply(guide.deployment)
    for (const one of hardened.others) await cluster.apply(one)
    const there = await apply(hardened.deployment)
    expect(deploymentDifferences(there, hardened.deployment)).toEqual([])
    expect(there.spec.template.spec.serviceAccountName).toBe("superlink")
    const back = await apply(withAccount(guide.deployment, there))
    expect(deploymentDifferences(back, guide.deployment)).toEqual([])
    expect(back.spec.template.spec.serviceAccountName).toBe("default")
    expect(deploymentDifferences(await apply(guide.deployment), guide.deployment)).toEqual([])
  })

  test("policies are stored as they were sent", async () => {
    const around = { federation: "trial", project: NAMESPACE, openshift: true, ownRouter: true }
    const flower = {
      pods: { app: "superlink" },
      name: "superlink",
      allowEgress: ["10.1.0.0/16:443", "storage"],
    }
    const link = { addresses: ["hub.example:443", "[fd00::1]:55671"], given: [] }
    for (const policy of [
      ...superlinkPolicies(around, flower, 9092, ["net-b"]),
      ...supernodePolicies(
        { ...around, apiServer: [{ address: "10.0.0.1", port: 6443 }] },
        { ...flower, name: "n" },
        1024,
        link,
        { a: "b" },
      ),
    ]) {
      const stored = await cluster.apply(policy)
      expect(policyText(stored)).toBe(policyText(policy))
    }
  })
})
