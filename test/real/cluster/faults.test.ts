/** What a real API server can do to a run: refuse, fail, forget, stand still and be gone. */
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { setTimeout as delay } from "node:timers/promises"
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest"
import type { KubeObject } from "../../../lib/cluster/types.ts"
import { flat, linesOf, place } from "../../e2e/harness.ts"
import { whyNot } from "../control-plane/build.ts"
import { type RealWorld, startRealWorld } from "./world.ts"

const PROJECT = "flower-supernode-1"

let world: RealWorld
const run = (...more: string[]): readonly string[] => [
  ...["run", "--federation", world.federationFile, "--yes"],
  ...more,
]

async function ends(...more: string[]): Promise<string> {
  const { code, stdout, stderr } = await world.call(run(...more))
  expect({ code, stderr, stdout: code === 0 ? "" : stdout }).toEqual({ code: 0, stderr: "", stdout: "" })
  return stdout
}

/** A run that fails: its screen, on one line. */
async function broken(...more: string[]): Promise<string> {
  const { code, stdout, stderr } = await world.call(run(...more))
  expect({ code, stderr }).toEqual({ code: 1, stderr: "" })
  expect(stdout).not.toMatch(/This should not happen| at \S+\.ts:\d+/)
  return flat(stdout)
}

/** Starts a run, and does something as soon as it acts at a place; then the run is to end well. */
async function during(where: string, what: () => Promise<void>): Promise<void> {
  const since = new Date().toISOString()
  const met = world.line((line) => line.type === "action started" && place(line) === where && line.t >= since)
  const child = world.start(run())
  const first = await Promise.race([met.then(() => "acts"), child.ended.then(({ stdout }) => stdout)])
  expect(first).toBe("acts")
  await what()
  const { code, stdout, stderr } = await child.ended
  expect({ code, stderr, stdout: code === 0 ? "" : stdout }).toEqual({ code: 0, stderr: "", stdout: "" })
}

const node = () => world.cluster("supernode-1")
const remove = (apiVersion: string, kind: string, name: string) =>
  node().remove({ apiVersion, kind, name, namespace: PROJECT })

describe.skipIf((await whyNot()) !== undefined)("what a real API server does to a run", () => {
  beforeAll(async () => {
    world = await startRealWorld()
    await ends()
  })
  afterAll(() => world?.close())

  /** What the SuperNode's site has of the federation goes, so that there is something to do. */
  const undo = async () => {
    const { code, stdout } = await world.call([
      ...["teardown", "--federation", world.federationFile, "--yes", "--site", "supernode-1"],
    ])
    expect({ code, stdout: code === 0 ? "" : stdout }).toEqual({ code: 0, stdout: "" })
  }

  it("an ordinary user: what needs an administrator is named, the rest works", async () => {
    const plane = world.plane("supernode-1")
    const token = join(world.folder, "developer-token")
    writeFileSync(token, plane.developer.token, { mode: 0o600 })
    const state = join(world.folder, "developer")
    const more = [
      "--state",
      state,
      "--supernode",
      `name=supernode-1,token-file=${token},project=developers-own`,
    ]
    await ends(...more)
    const made = await node().list({
      apiVersion: "skupper.io/v2alpha1",
      kind: "Site",
      namespace: "developers-own",
    })
    expect(made).toHaveLength(1)
    const other = await broken(
      ...["--state", join(world.folder, "other")],
      ...["--supernode", `name=supernode-1,token-file=${token},project=${PROJECT}`],
    )
    expect(other).toMatch(new RegExp(`${PROJECT}.* not a member of it`))
    const ended = await world.call([
      ...["teardown", "--federation", world.federationFile, "--yes", "--projects", "--site", "supernode-1"],
      ...more,
    ])
    expect(ended.code).toBe(0)
  })

  it("a quota that is used up is named, and the run goes on once it is raised", async () => {
    await undo()
    const quota = { apiVersion: "v1", kind: "ResourceQuota", name: "small", namespace: PROJECT }
    const { name, namespace, ...kind } = quota
    await node().create({ ...kind, metadata: { name, namespace }, spec: { hard: { pods: "0" } } })
    try {
      const screen = await broken("--timeout", "6s")
      expect(screen).toMatch(/exceeded quota: small/)
    } finally {
      await node().remove(quota)
    }
    await ends()
  })

  it("a policy that refuses what a step makes is shown in its own words", async () => {
    await remove("apps/v1", "Deployment", "supernode-1")
    const admission = "admissionregistration.k8s.io/v1"
    const policy: KubeObject = {
      apiVersion: admission,
      kind: "ValidatingAdmissionPolicy",
      metadata: { name: "no-deployments" },
      spec: {
        failurePolicy: "Fail",
        matchConstraints: {
          resourceRules: [
            { apiGroups: ["apps"], apiVersions: ["v1"], operations: ["CREATE"], resources: ["deployments"] },
          ],
        },
        validations: [{ expression: "false", message: "the registry of this image is not allowed" }],
      },
    }
    const binding: KubeObject = {
      apiVersion: admission,
      kind: "ValidatingAdmissionPolicyBinding",
      metadata: { name: "no-deployments" },
      spec: {
        policyName: "no-deployments",
        validationActions: ["Deny"],
        matchResources: { namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": PROJECT } } },
      },
    }
    await node().create(policy)
    await node().create(binding)
    try {
      // A policy is compiled and takes hold a moment after it was made.
      while (await allowed()) await delay(100)
      const screen = await broken("--timeout", "10s")
      expect(screen).toContain("the registry of this image is not allowed")
    } finally {
      for (const { kind } of [binding, policy])
        await node().remove({ apiVersion: admission, kind, name: "no-deployments" })
    }
    while (!(await allowed())) await delay(100)
    await ends()
  })

  /** Whether a Deployment could be made now. */
  const allowed = async (): Promise<boolean> => {
    const labels = { app: "dry" }
    const template = { metadata: { labels }, spec: { containers: [{ name: "dry", image: "dry" }] } }
    return node()
      .post(`/apis/apps/v1/namespaces/${PROJECT}/deployments?dryRun=All`, {
        apiVersion: "apps/v1",
        kind: "Deployment",
        metadata: { name: "dry" },
        spec: { selector: { matchLabels: labels }, template },
      })
      .then(
        () => true,
        () => false,
      )
  }

  it("a webhook whose server is gone: waited for, and named where it stays", async () => {
    await remove("apps/v1", "Deployment", "supernode-1")
    const webhook = {
      apiVersion: "admissionregistration.k8s.io/v1",
      kind: "ValidatingWebhookConfiguration",
      name: "gone",
    }
    const { name, ...kind } = webhook
    await node().create({
      ...kind,
      metadata: { name },
      webhooks: [
        {
          name: "gone.example.test",
          admissionReviewVersions: ["v1"],
          sideEffects: "None",
          failurePolicy: "Fail",
          timeoutSeconds: 1,
          clientConfig: { url: "https://127.0.0.1:1/" },
          namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": PROJECT } },
          rules: [
            { apiGroups: ["apps"], apiVersions: ["v1"], operations: ["CREATE"], resources: ["deployments"] },
          ],
        },
      ],
    })
    try {
      while (await allowed()) await delay(100)
      const screen = await broken("--timeout", "6s")
      expect(screen).toContain('failed calling webhook "gone.example.test"')
      await during("supernode-1/deploy-supernode", async () => {
        await node().remove(webhook)
      })
    } finally {
      await node().remove(webhook)
    }
  })

  it("a field that somebody else took is set back, and the others' name is said", async () => {
    const deployment = { apiVersion: "apps/v1", kind: "Deployment", name: "supernode-1", namespace: PROJECT }
    await node().apply(
      {
        apiVersion: "apps/v1",
        kind: "Deployment",
        metadata: { name: "supernode-1", namespace: PROJECT },
        spec: { replicas: 0 },
      },
      { manager: "somebody-else" },
    )
    const screen = flat(await ends())
    expect(screen).toContain("somebody-else")
    expect((await node().get(deployment))?.spec.replicas).toBe(1)
  })

  describe("in the middle of a run", () => {
    beforeEach(undo)

    it("the API server is ended and started again", async () => {
      const plane = world.plane("supernode-1")
      await during("supernode-1/site-create", async () => {
        await plane.stopServer("SIGKILL")
        await delay(2_000)
        await plane.startServer()
      })
    })

    it("it comes back without the past: every watch starts anew", async () => {
      const plane = world.plane("supernode-1")
      await during("supernode-1/listener", async () => {
        // Versions go on without those who watch, and what they last saw is forgotten.
        const other = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "other", namespace: PROJECT } }
        await node().create(other)
        await plane.stopServer()
        await plane.compact()
        await plane.startServer()
        await node().remove({ ...other, name: "other", namespace: PROJECT })
      })
    })

    it("the store stands still for a while", async () => {
      const plane = world.plane("supernode-1")
      await during("supernode-1/site-create", async () => {
        plane.pauseStore()
        await delay(5_000)
        plane.resumeStore()
      })
    })

    it("both API servers go one after the other", async () => {
      await during("supernode-1/token-redeem", async () => {
        for (const plane of world.planes) {
          await plane.stopServer()
          await plane.startServer()
        }
      })
    })
  })

  it("an API server that stays away is named with what to type next", async () => {
    const plane = world.plane("supernode-1")
    await plane.stopServer()
    const { code, stdout } = await world.call(run("--timeout", "3s"))
    await plane.startServer()
    expect(code).toBe(1)
    expect(flat(stdout)).toMatch(/cannot be reached|not reach|unreachable|ECONNREFUSED/)
    expect(linesOf(world.journal(), "run ended").at(-1)).toMatchObject({ code: 1 })
    await ends()
  })
})
