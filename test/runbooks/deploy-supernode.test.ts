import { execFileSync } from "node:child_process"
import { readFileSync, rmSync } from "node:fs"
import { writeFile } from "node:fs/promises"
import { join } from "node:path"
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest"
import type { KubeObject } from "../../lib/cluster/types.ts"
import { labels } from "../../runbooks/shared/labels.ts"
import { foreign, only, startWorld, type World } from "./practice.ts"

const PLACE = "supernode-1/deploy-supernode"
const notebook = only("deploy-superlink", "deploy-supernode")
const alone = only("deploy-supernode")
const ref = (name = "supernode-1") => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  namespace: eastProject,
  name,
})

let world: World
let westProject: string
let eastProject: string
beforeAll(async () => {
  world = await startWorld()
})
beforeEach(async () => {
  await world.begin()
  westProject = world.project("superlink")
  eastProject = world.project("supernode-1")
})
afterAll(() => world.close())
const run = async (more = {}) => (await world.run({ notebook, ...more }))[PLACE]
const plan = async (more = {}) => (await world.plan({ notebook, ...more }))[PLACE]
const east = () => world.cluster("supernode-1")
const found = async (name = "supernode-1") => (await east().get(ref(name))) as KubeObject
const first = (object: KubeObject) => object.spec.template.spec.containers[0]
const version = (text: string) => ({ values: { "flower-version": text } })

describe("created by this federation", () => {
  test("created, labelled and ready; the Deployment has the site's name", async () => {
    expect(await run()).toBe("applied: docker.io/flwr/supernode:1.34.0, 1 of 1 ready")
    expect((await found()).metadata.labels).toMatchObject({ app: "supernode-1", ...labels("trial") })
    expect(await plan()).toBe("ok: docker.io/flwr/supernode:1.34.0, 1 of 1 ready")
  })

  test("a version makes exactly the deployments stale, and new arguments fit it", async () => {
    await run()
    expect(await run(version("1.36.0"))).toBe("updated: docker.io/flwr/supernode:1.36.0, 1 of 1 ready")
    expect(first(await found()).args).toEqual(["--insecure", "--superlink", "fleet-api:9092"])
  })

  test("an image that another user has changed, and that does not run, is reset", async () => {
    await run()
    const containers = [{ ...first(await found()), image: "flwr/supernode:1.41.0" }]
    await east().merge(ref(), { spec: { template: { spec: { containers } } } })
    const pods = () => east().list({ apiVersion: "v1", kind: "Pod", namespace: eastProject })
    await expect
      .poll(async () =>
        JSON.stringify((await pods()).map(({ status }) => status.containerStatuses?.[0]?.state)),
      )
      .toContain("CrashLoopBackOff")
    // Without a given version, the SuperLink's version decides: the image has drifted and is reset.
    expect(await plan()).toContain(
      "update: image is flwr/supernode:1.41.0, should be docker.io/flwr/supernode:1.34.0",
    )
  })

  test("without a version it takes that of a SuperLink that existed before", async () => {
    const image = "flwr/superlink:1.31.0"
    await world
      .cluster("superlink")
      .create(foreign(westProject, "superlink", { name: "s", image, args: ["--insecure"] }))
    expect(await run()).toBe("applied: docker.io/flwr/supernode:1.31.0, 1 of 1 ready")
  })

  test("a SuperLink whose version is unknown", async () => {
    const image = "quay.io/hospital/superlink:latest"
    await world
      .cluster("superlink")
      .create(foreign(westProject, "superlink", { name: "s", image, args: ["--insecure"] }))
    expect(await run({ notebook: alone })).toMatch(/^blocked: the SuperLink's image does not show/)
    expect(await run({ notebook: alone, ...version("1.34.0") })).toContain(
      "applied: docker.io/flwr/supernode:1.34.0",
    )
  })

  test("--rerun restarts it", async () => {
    await run()
    const { generation } = (await found()).metadata
    await run({ rerun: true, selection: { only: ["deploy-supernode"] } })
    expect((await found()).metadata.generation).toBe(generation! + 1)
  })
})

describe("one that existed before", () => {
  const theirs = (args: string[], image = "flwr/supernode:1.34.0") =>
    east().create(foreign(eastProject, "supernode-1", { name: "node", image, args }))

  test("is used, also if it connects to the Service by its long name", async () => {
    await theirs(["--insecure", "--superlink", `fleet-api.${eastProject}.svc:9092`, "--max-retries", "100"])
    expect(await run()).toBe("unchanged: existed before: flwr/supernode:1.34.0, 1 of 1 ready")
    expect(world.ended.get(PLACE)).toMatchObject({ adopted: true })
  })

  test("that connects elsewhere is changed only if that is allowed", async () => {
    await theirs(["--insecure", "--superlink", "superlink.example:9092", "--max-retries", "100"])
    expect(await run()).toMatch(/^blocked: .*arguments/)
    expect(await run({ values: { "allow-restart": true } })).toContain("updated: existed before")
    expect(first(await found()).args).toEqual([
      "--insecure",
      "--max-retries",
      "100",
      "--superlink",
      "fleet-api:9092",
    ])
    expect((await found()).metadata.labels ?? {}).not.toMatchObject(labels("trial"))
  })

  test("without a key, where SuperNodes are authenticated, gets its key only if that is allowed", async () => {
    const path = join(world.practice.folder, "key")
    execFileSync("ssh-keygen", ["-q", "-t", "ecdsa", "-b", "384", "-N", "", "-f", path])
    const key = readFileSync(path, "utf8")
    for (const file of [path, `${path}.pub`]) rmSync(file)
    const metadata = { name: "supernode-1-node-key", namespace: eastProject }
    await east().create({ apiVersion: "v1", kind: "Secret", metadata, stringData: { "ssh-privatekey": key } })
    await theirs(["--root-certificates", "/c/ca.crt", "--superlink", "fleet-api:9092"])
    const closed = {
      notebook: alone,
      sites: {
        superlink: { "tls-secret": "flower-tls" },
        "supernode-1": { "root-certificates-secret": "flower-ca" },
      },
      values: { "node-auth": "on", "flower-version": "1.34.0" },
    }
    expect(await run(closed)).toMatch(
      /^blocked: .*key of the SuperNode is none, should be \/app\/node-key\/ssh-privatekey/,
    )
    const allowed = { ...closed, values: { ...closed.values, "allow-restart": true } }
    expect(await run(allowed)).toContain("updated: existed before")
    expect(first(await found()).args.slice(-2)).toEqual([
      "--auth-supernode-private-key",
      "/app/node-key/ssh-privatekey",
    ])
    expect((await found()).spec.template.spec.volumes).toEqual([
      expect.objectContaining({ secret: expect.objectContaining({ secretName: metadata.name }) }),
    ])
  })

  test("a manifest of the user without a key is named before anything is applied", async () => {
    const file = join(world.practice.folder, "own.yaml")
    const spec = {
      containers: [{ name: "supernode", image: "x/supernode:1", args: ["--superlink", "fleet-api:9092"] }],
    }
    const labelled = { metadata: { labels: { app: "x" } }, spec }
    await writeFile(
      file,
      JSON.stringify({
        apiVersion: "apps/v1",
        kind: "Deployment",
        metadata: { name: "ward-7" },
        spec: { selector: { matchLabels: { app: "x" } }, template: labelled },
      }),
      { mode: 0o600 },
    )
    const outcome = await run({
      notebook: alone,
      sites: { superlink: { "tls-secret": "flower-tls" }, "supernode-1": { "supernode-manifest": file } },
      values: { "node-auth": "on" },
    })
    expect(outcome).toMatch(
      /^blocked: supernode-manifest .*own\.yaml: its SuperNode has no key, and node-auth is on/,
    )
    expect(await found("ward-7")).toBeUndefined()
  })

  test("of another version", async () => {
    await theirs(
      ["--insecure", "--superlink", "fleet-api:9092", "--clientappio-api-address", "0.0.0.0:9094"],
      "flwr/supernode:1.30.0",
    )
    const allowed = { values: { "flower-version": "1.36.0", "allow-restart": true } }
    expect(await run(allowed)).toContain("flwr/supernode:1.36.0")
    expect(first(await found()).args).toEqual(["--insecure", "--superlink", "fleet-api:9092"])
  })
})

test("the user's own manifest instead of the built-in one", async () => {
  const file = join(world.practice.folder, "own.yaml")
  const manifest = (image: string) => `
apiVersion: apps/v1
kind: Deployment
metadata: { name: cancer-node, labels: { ward: "7" } }
spec:
  selector: { matchLabels: { app: cancer-node } }
  template:
    metadata: { labels: { app: cancer-node } }
    spec:
      containers:
        - { name: node, image: "${image}", args: ["--insecure", "--superlink", "fleet-api:9092"] }
---
apiVersion: v1
kind: ConfigMap
metadata: { name: settings }
data: { a: b }
`
  await writeFile(file, manifest("registry.example/supernode:7"))
  const sites = { "supernode-1": { "supernode-manifest": file } }
  expect(await run({ sites })).toBe("applied: registry.example/supernode:7, 1 of 1 ready")
  expect((await found("cancer-node")).metadata.labels).toMatchObject({ ward: "7", ...labels("trial") })
  const settings = await east().get({
    apiVersion: "v1",
    kind: "ConfigMap",
    namespace: eastProject,
    name: "settings",
  })
  expect(settings?.data).toEqual({ a: "b" })
  await writeFile(file, manifest("registry.example/supernode:8"))
  expect(await plan({ sites })).toBe(
    "update: image is registry.example/supernode:7, should be registry.example/supernode:8",
  )
})
