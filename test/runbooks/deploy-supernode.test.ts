import { writeFile } from "node:fs/promises"
import { join } from "node:path"
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest"
import type { KubeObject } from "../../lib/cluster/types.ts"
import { labels } from "../../runbooks/shared/labels.ts"
import { foreign, only, type Played, play } from "./practice.ts"

const PLACE = "supernode-1/deploy-supernode"
const notebook = only("deploy-superlink", "deploy-supernode")
const alone = only("deploy-supernode")
const ref = (name = "supernode-1") => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  namespace: eastProject,
  name,
})

let played: Played
let westProject: string
let eastProject: string
beforeAll(async () => {
  played = await play()
})
beforeEach(async () => {
  await played.begin()
  westProject = played.project("superlink")
  eastProject = played.project("supernode-1")
})
afterAll(() => played.close())
const run = async (more = {}) => (await played.run({ notebook, ...more }))[PLACE]
const plan = async (more = {}) => (await played.plan({ notebook, ...more }))[PLACE]
const east = () => played.cluster("supernode-1")
const found = async (name = "supernode-1") => (await east().get(ref(name))) as KubeObject
const first = (object: KubeObject) => object.spec.template.spec.containers[0]
const version = (text: string) => ({ values: { "flower-version": text } })

describe("ours", () => {
  test("made, labelled and done; the site's name is the Deployment's", async () => {
    expect(await run()).toBe("acted: flwr/supernode:1.34.0, 1 of 1 ready")
    expect((await found()).metadata.labels).toMatchObject({ app: "supernode-1", ...labels("trial") })
    expect(await plan()).toBe("nothing: flwr/supernode:1.34.0, 1 of 1 ready")
  })

  test("a version makes exactly the deployments stale, and new arguments fit it", async () => {
    await run()
    expect(await run(version("1.36.0"))).toBe("acted: flwr/supernode:1.36.0, 1 of 1 ready")
    expect(first(await found()).args).toEqual(["--insecure", "--superlink", "fleet-api:9092"])
  })

  test("an image that somebody has changed, and that does not run, is set back", async () => {
    await run()
    const containers = [{ ...first(await found()), image: "flwr/supernode:1.41.0" }]
    await east().merge(ref(), { spec: { template: { spec: { containers } } } })
    const pods = () => east().list({ apiVersion: "v1", kind: "Pod", namespace: eastProject })
    await expect
      .poll(async () =>
        JSON.stringify((await pods()).map(({ status }) => status.containerStatuses?.[0]?.state)),
      )
      .toContain("CrashLoopBackOff")
    // Without a version asked for, the SuperLink's decides: the image is not as asked, and set back.
    expect(await plan()).toContain("change: image flwr/supernode:1.41.0, asked flwr/supernode:1.34.0")
  })

  test("without a version it takes that of a SuperLink that was there before", async () => {
    const image = "flwr/superlink:1.31.0"
    await played
      .cluster("superlink")
      .create(foreign(westProject, "superlink", { name: "s", image, args: ["--insecure"] }))
    expect(await run()).toBe("acted: flwr/supernode:1.31.0, 1 of 1 ready")
  })

  test("a SuperLink whose version cannot be told", async () => {
    const image = "quay.io/hospital/superlink:latest"
    await played
      .cluster("superlink")
      .create(foreign(westProject, "superlink", { name: "s", image, args: ["--insecure"] }))
    expect(await run({ notebook: alone })).toMatch(/^blocked: the SuperLink's image does not tell/)
    expect(await run({ notebook: alone, ...version("1.34.0") })).toContain("acted: flwr/supernode:1.34.0")
  })

  test("--rerun starts it anew", async () => {
    await run()
    const { generation } = (await found()).metadata
    await run({ again: true, selection: { only: ["deploy-supernode"] } })
    expect((await found()).metadata.generation).toBe(generation! + 1)
  })
})

describe("one that was there before", () => {
  const theirs = (args: string[], image = "flwr/supernode:1.34.0") =>
    east().create(foreign(eastProject, "supernode-1", { name: "node", image, args }))

  test("is used, also when it dials the Service by its long name", async () => {
    await theirs(["--insecure", "--superlink", `fleet-api.${eastProject}.svc:9092`, "--max-retries", "100"])
    expect(await run()).toBe("done: was there before us: flwr/supernode:1.34.0, 1 of 1 ready")
    expect(played.ended.get(PLACE)).toMatchObject({ adopted: true })
  })

  test("that dials elsewhere is changed only when that is agreed to", async () => {
    await theirs(["--insecure", "--superlink", "superlink.example:9092", "--max-retries", "100"])
    expect(await run()).toMatch(/^blocked: .*arguments/)
    expect(await run({ values: { "allow-restart": true } })).toContain("acted: was there before us")
    expect(first(await found()).args).toEqual([
      "--insecure",
      "--max-retries",
      "100",
      "--superlink",
      "fleet-api:9092",
    ])
    expect((await found()).metadata.labels ?? {}).not.toMatchObject(labels("trial"))
  })

  test("of another version", async () => {
    await theirs(
      ["--insecure", "--superlink", "fleet-api:9092", "--clientappio-api-address", "0.0.0.0:9094"],
      "flwr/supernode:1.30.0",
    )
    const agreed = { values: { "flower-version": "1.36.0", "allow-restart": true } }
    expect(await run(agreed)).toContain("flwr/supernode:1.36.0")
    expect(first(await found()).args).toEqual(["--insecure", "--superlink", "fleet-api:9092"])
  })
})

test("a person's own manifest in place of ours", async () => {
  const file = join(played.practice.folder, "own.yaml")
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
  expect(await run({ sites })).toBe("acted: registry.example/supernode:7, 1 of 1 ready")
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
    "change: image registry.example/supernode:7, asked registry.example/supernode:8",
  )
})
