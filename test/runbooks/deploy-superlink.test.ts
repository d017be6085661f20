import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest"
import type { KubeObject, Ref } from "../../lib/cluster/types.ts"
import { labels } from "../../runbooks/shared/labels.ts"
import { foreign, only, startWorld, type World } from "./practice.ts"

const PLACE = "superlink/deploy-superlink"
const notebook = only("deploy-superlink")

let world: World
let ns: string
let deployment: Ref
let service: Ref
beforeAll(async () => {
  world = await startWorld()
})
beforeEach(async () => {
  await world.begin()
  ns = world.project("superlink")
  deployment = { apiVersion: "apps/v1", kind: "Deployment", namespace: ns, name: "superlink" }
  service = { apiVersion: "v1", kind: "Service", namespace: ns, name: "superlink-service" }
})
afterAll(() => world.close())
const run = async (more = {}) => (await world.run({ notebook, ...more }))[PLACE]
const plan = async (more = {}) => (await world.plan({ notebook, ...more }))[PLACE]
const found = async () => (await world.cluster("superlink").get(deployment)) as KubeObject
const first = (object: KubeObject) => object.spec.template.spec.containers[0]
const version = (text: string) => ({ values: { "flower-version": text } })
const actions = () =>
  world.events.flatMap((event) => (event.type === "action started" ? [`${event.step} ${event.action}`] : []))
const theirs = (image: string, args = ["--insecure"]) =>
  foreign(ns, "superlink", { name: "server", image, args, ports: [{ containerPort: 9092 }] })

describe("admission changes what is applied", () => {
  afterEach(() => world.practice.faults.set([]))
  const mirrored = "mirror.practice.test/flwr/superlink:1.34.0"
  const notes = () => world.events.flatMap((event) => (event.type === "note" ? [event.text] : []))

  test("what the server makes of it is the measure, and is said once", async () => {
    world.practice.faults.set([{ where: "admission", what: "images", match: `^${ns}/` }])
    expect(await run()).toBe(`applied: ${mirrored}, 1 of 1 ready; Flower 1.34.0`)
    const said = `the cluster's admission changes what is applied: image ${mirrored} in place of docker.io/flwr/superlink:1.34.0`
    expect(notes()).toContain(said)
    expect(await plan()).toBe(`ok: ${mirrored}, 1 of 1 ready; Flower 1.34.0`)
    world.events.length = 0
    expect(await run()).toBe(`unchanged: ${mirrored}, 1 of 1 ready; Flower 1.34.0`)
    expect(notes()).toEqual([])
  })

  test("what somebody else changed is set back to what admission makes of it", async () => {
    world.practice.faults.set([{ where: "admission", what: "images", match: `^${ns}/` }])
    await run()
    const containers = [{ ...first(await found()), args: ["--insecure", "--isolation", "process"] }]
    await world.cluster("superlink").merge(deployment, { spec: { template: { spec: { containers } } } })
    const { requests } = world.practice.clusters.find(({ name }) => name === "superlink")!.server
    const before = requests.length
    expect(await plan()).toMatch(/^update: arguments is .*--isolation process, should be --insecure[^;]*$/)
    expect(await run()).toBe(`updated: ${mirrored}, 1 of 1 ready; Flower 1.34.0`)
    // What the server would make of it is asked once for each state of the Deployment, as it was found and as it is now; a third time
    // only where this has taken a minute. Plan, check, update and note would each ask otherwise.
    const asked = requests.slice(before).filter(({ path }) => path.includes("dryRun=All"))
    expect(asked.length).toBeLessThanOrEqual(3)
  })

  test("who may not patch still gets an answer", async () => {
    await run()
    const containers = [{ ...first(await found()), image: "flwr/superlink:1.33.0" }]
    await world.cluster("superlink").merge(deployment, { spec: { template: { spec: { containers } } } })
    world.practice.faults.set([{ where: "api", what: "forbidden", match: "PATCH .*/deployments/" }])
    expect(await plan()).toMatch(/^update: image is flwr\/superlink:1\.33\.0/)
  })
})

describe("created by this federation", () => {
  test("created, labelled, and ready when its Service has a ready pod", async () => {
    expect(await plan()).toBe(`apply: no Deployment superlink in ${ns}`)
    expect(await run()).toBe("applied: docker.io/flwr/superlink:1.34.0, 1 of 1 ready; Flower 1.34.0")
    expect((await found()).metadata.labels).toMatchObject(labels("trial"))
    expect((await world.cluster("superlink").get(service))?.metadata.labels).toMatchObject(labels("trial"))
    expect(await plan()).toBe("ok: docker.io/flwr/superlink:1.34.0, 1 of 1 ready; Flower 1.34.0")
    expect(await run()).toBe("unchanged: docker.io/flwr/superlink:1.34.0, 1 of 1 ready; Flower 1.34.0")
    expect(actions()).toEqual([])
  })

  test("another version is rolled out with its arguments and ports, and no old pod remains", async () => {
    await run()
    expect(await plan(version("1.41.0"))).toMatch(
      /^update: image is docker.io\/flwr\/superlink:1.34.0, should be docker.io\/flwr\/superlink:1.41.0; arguments/,
    )
    expect(await run(version("1.41.0"))).toContain(
      "Flower 1.41.0, its Control API and Runtime API share the Fleet port",
    )
    expect(first(await found()).args).toEqual(["--insecure", "--host", "0.0.0.0"])
    const pods = await world.cluster("superlink").list({ apiVersion: "v1", kind: "Pod", namespace: ns })
    expect(pods.map((pod) => pod.spec.containers[0].image)).toEqual(["docker.io/flwr/superlink:1.41.0"])
    expect(
      world.events.some((event) => event.type === "note" && event.text.includes("share port 8000")),
    ).toBe(true)
  })

  test("a version that is no longer requested changes nothing", async () => {
    await run(version("1.36.0"))
    expect(await run()).toContain("unchanged: docker.io/flwr/superlink:1.36.0")
  })

  test("what another user has set is reset", async () => {
    await run()
    const containers = [{ ...first(await found()), image: "flwr/superlink:1.30.0" }]
    await world.cluster("superlink").merge(deployment, { spec: { template: { spec: { containers } } } })
    expect(await plan()).toContain("update: image is flwr/superlink:1.30.0")
    expect(await run(version("1.34.0"))).toContain("updated: docker.io/flwr/superlink:1.34.0")
    expect(first(await found()).image).toBe("docker.io/flwr/superlink:1.34.0")
  })

  test("a deleted Service is created again", async () => {
    await run()
    await world.cluster("superlink").remove(service)
    expect(await plan()).toBe("update: Service superlink-service is missing, should be present")
    expect(await run()).toContain("updated")
    expect(await world.cluster("superlink").get(service)).toBeDefined()
  })

  test("a Service that existed before is used and not labelled", async () => {
    const before = { apiVersion: "v1", kind: "Service", metadata: { name: service.name, namespace: ns } }
    await world
      .cluster("superlink")
      .create({ ...before, spec: { selector: { app: "superlink" }, ports: [{ port: 9092 }] } })
    expect(await run()).toContain("applied")
    expect((await world.cluster("superlink").get(service))?.metadata.labels ?? {}).not.toMatchObject(
      labels("trial"),
    )
  })

  test("--rerun restarts it", async () => {
    await run()
    const before = (await found()).metadata.generation!
    expect(await run({ rerun: true, selection: { only: ["deploy-superlink"] } })).toContain("applied")
    expect((await found()).metadata.generation).toBe(before + 1)
  })
})

const SECURE = {
  superlink: { "tls-secret": "flower-tls" },
  "supernode-1": { "root-certificates-secret": "flower-ca" },
}

test("a SuperLink that only accepts registered SuperNodes says so, and what to do", async () => {
  const tls = [
    "--ssl-certfile",
    "/c/tls.crt",
    "--ssl-keyfile",
    "/c/tls.key",
    "--ssl-ca-certfile",
    "/c/ca.crt",
  ]
  const sites = SECURE
  await world
    .cluster("superlink")
    .create(theirs("flwr/superlink:1.34.0", [...tls, "--enable-supernode-auth"]))
  expect(await run({ sites })).toMatch(/only accepts registered SuperNodes .*--node-auth on gives each a key/)
  const values = { "node-auth": "on", tls: "on" }
  expect(await run({ sites, values })).toMatch(/, registered SuperNodes only$/)
})

test("an adopted SuperLink that is open to everybody is closed only if that is allowed", async () => {
  await world
    .cluster("superlink")
    .create(
      theirs("flwr/superlink:1.34.0", [
        "--ssl-certfile",
        "/c",
        "--ssl-keyfile",
        "/k",
        "--ssl-ca-certfile",
        "/a",
      ]),
    )
  const closing = {
    sites: SECURE,
    values: { "node-auth": "on", tls: "on" },
  }
  expect(await run(closing)).toMatch(/^blocked: .*SuperNode authentication is off, should be on/)
  expect(await run({ ...closing, values: { ...closing.values, "allow-restart": true } })).toMatch(/^updated/)
  expect(first(await found()).args).toContain("--enable-supernode-auth")
})

describe("trouble", () => {
  test("a quota: blocked with the cluster's words, and ready when it is raised", async () => {
    world.practice.faults.set([{ where: "pod", what: "quota" }])
    expect(await run()).toMatch(/^blocked: no pod was created: .*exceeded quota/)
    expect(world.ended.get(PLACE)).toMatchObject({
      code: "quota",
      next: `oc describe quota -n ${ns}`,
      fix: expect.any(String),
    })
    world.practice.faults.set([])
    expect(await run()).toMatch(/^(unchanged|applied|updated): docker.io\/flwr/)
  })

  test("an image that cannot be pulled: its message, and ready when it can be pulled", async () => {
    world.practice.faults.set([{ where: "pod", what: "image" }])
    expect(await run()).toMatch(
      /^blocked: image docker.io\/flwr\/superlink:1.34.0 cannot be pulled: .*manifest unknown/,
    )
    expect(world.ended.get(PLACE)).toMatchObject({
      code: "image",
      next: expect.stringContaining("oc describe pod/"),
    })
    world.practice.faults.set([])
    expect(await run()).toMatch(/^(unchanged|applied|updated): docker.io\/flwr/)
  })

  test("a container that exits at once: its exit code and last words", async () => {
    world.practice.faults.set([{ where: "pod", what: "crash" }])
    expect(await run()).toMatch(
      /^blocked: container superlink is crash-looping \(exit code 1\): practice fault/,
    )
    expect(world.ended.get(PLACE)).toMatchObject({
      code: "crash",
      next: expect.stringContaining("--previous"),
    })
  })
})

describe("one that existed before", () => {
  test("is used as it is, with whatever else it has", async () => {
    await world
      .cluster("superlink")
      .create(theirs("flwr/superlink:1.31.0", ["--insecure", "--database", "state.db"]))
    expect(await run()).toBe("unchanged: existed before: flwr/superlink:1.31.0, 1 of 1 ready; Flower 1.31.0")
    expect(world.ended.get(PLACE)).toMatchObject({ adopted: true })
    expect(actions()).not.toContain("deploy-superlink apply")
    expect(await world.cluster("superlink").get(service)).toBeUndefined()
  })

  test("is changed only if a restart is allowed, and keeps its own arguments", async () => {
    await world
      .cluster("superlink")
      .create(theirs("flwr/superlink:1.31.0", ["--insecure", "--database", "state.db"]))
    expect(await run(version("1.41.0"))).toMatch(
      /^blocked: Deployment superlink existed before and differs: image/,
    )
    expect(world.ended.get(PLACE)?.next).toContain("--allow-restart")
    expect(first(await found()).image).toBe("flwr/superlink:1.31.0")

    const allowed = { values: { "flower-version": "1.41.0", "allow-restart": true } }
    expect(await run(allowed)).toContain("updated: existed before: docker.io/flwr/superlink:1.41.0")
    const after = await found()
    expect(first(after)).toMatchObject({
      name: "server",
      args: ["--insecure", "--database", "state.db", "--host", "0.0.0.0"],
    })
    expect(after.metadata.labels ?? {}).not.toMatchObject(labels("trial"))
    expect(world.ended.get(PLACE)).toMatchObject({ adopted: true })
  })

  test("whose version is unknown: it has to be given", async () => {
    await world.cluster("superlink").create(theirs("quay.io/hospital/superlink:latest"))
    expect(await run()).toMatch(/^blocked: .*does not show its Flower version/)
    expect(await run(version("1.34.0"))).toContain("unchanged: existed before")
  })

  test("that serves TLS, which is not requested, differs", async () => {
    const args = ["--ssl-certfile", "a", "--ssl-keyfile", "b", "--ssl-ca-certfile", "c"]
    await world.cluster("superlink").create(theirs("flwr/superlink:1.34.0", args))
    expect(await run()).toContain("Flower's own TLS is on, should be off")
  })

  test("scaled to zero differs", async () => {
    const before = theirs("flwr/superlink:1.34.0")
    before.spec.replicas = 0
    await world.cluster("superlink").create(before)
    expect(await run()).toContain("replicas is 0, should be 1")
  })
})

test("another name for the Deployment", async () => {
  expect(await run({ sites: { superlink: { "superlink-workload": "hub" } } })).toContain("applied")
  expect(await world.cluster("superlink").get({ ...deployment, name: "hub" })).toBeDefined()
  expect(await world.cluster("superlink").get({ ...service, name: "hub-service" })).toBeDefined()
})
