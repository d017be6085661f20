/** `--proof list` and `run` on practice clusters, whose simulated SuperLink has no Control API: a shell script answers like flwr. */
import { chmodSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs"
import { rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest"
import { readSupernodeLog } from "../../runbooks/flower/flower-logs.ts"
import { makeNetwork, only, startWorld, type World, waitFor } from "./practice.ts"

const deployed = only("deploy-superlink", "connector", "listener", "deploy-supernode")
const notebook = only("verify", "verify-federation")
let world: World
let home: string
let flwr: string
let id: string

beforeAll(async () => {
  world = await startWorld()
  home = mkdtempSync(join(tmpdir(), "flwr_"))
  flwr = join(home, "flwr")
  await world.begin()
  await makeNetwork(world)
  const [west, east] = [world.project("superlink"), world.project("supernode-1")]
  const object = (kind: string, namespace: string, spec: object) => ({
    apiVersion: "skupper.io/v2alpha1",
    kind,
    metadata: { name: "fleet-api", namespace },
    spec: { routingKey: "fleet-api", port: 9092, ...spec },
  })
  await world.cluster("superlink").create(object("Connector", west, { selector: "app=superlink" }))
  await world.cluster("supernode-1").create(object("Listener", east, { host: "fleet-api" }))
  await world.run({ notebook: deployed })
  id = await waitFor(world.cluster("supernode-1"), async (reader) => {
    const [pod] = await reader.list({
      apiVersion: "v1",
      kind: "Pod",
      namespace: east,
      labels: "app=supernode-1",
    })
    const found = readSupernodeLog(await reader.log({ namespace: east, pod: pod!.metadata.name }))
    return found.is === "registered" ? found.id : undefined
  })
})
afterAll(async () => {
  await world.close()
  await rm(home, { recursive: true })
})

/** Its answer by its first arguments; it records its arguments and its configuration. */
function answers(byWord: Record<string, unknown>): void {
  const cases = Object.entries(byWord).map(([words, answer]) => {
    const text = typeof answer === "string" ? answer : JSON.stringify(answer)
    return `"${words} "*) cat <<'END'\n${text}\nEND\n;;`
  })
  writeFileSync(
    flwr,
    `#!/bin/sh\necho "$@" >> ${home}/calls\nls -l "$FLWR_HOME/config.toml" > ${home}/mode\ncp "$FLWR_HOME/config.toml" ${home}/config\ncase "$*" in\n${cases.join("\n")}\nesac\n`,
  )
  chmodSync(flwr, 0o755)
}
const calls = () => readFileSync(join(home, "calls"), "utf8").trim().split("\n")
const list = (status: string, of = id) => ({
  "supernode list": { success: true, nodes: [{ "node-id": of, status }] },
})
const verify = (proof: string, more: object = {}) =>
  world.run({ notebook, values: { proof, flwr }, timeout: 4, ...more })

beforeEach(() => writeFileSync(join(home, "calls"), ""))

test("the list says it is online: through a connection and a file of its own", async () => {
  answers(list("online"))
  expect((await verify("list"))["supernode-1/verify"]).toMatch(
    new RegExp(`^unchanged: .*, node ${id} online$`),
  )
  expect(calls()[0]).toBe("supernode list runbook --format json")
  expect(readFileSync(join(home, "mode"), "utf8")).toMatch(/^-rw-------/)
  expect(readFileSync(join(home, "config"), "utf8")).toMatch(
    /\[superlink\.runbook\]\naddress = "127\.0\.0\.1:\d+"\ninsecure = true/,
  )
})

test("a given address is used as it is", async () => {
  answers(list("online"))
  await verify("list", { sites: { superlink: { "control-api": "control.example:9093" } } })
  expect(readFileSync(join(home, "config"), "utf8")).toContain('address = "control.example:9093"')
})

test("the list says it is not: waited for, whatever the logs say", async () => {
  answers(list("offline"))
  expect((await verify("list"))["supernode-1/verify"]).toMatch(
    /failed: timed out after 4 s: activation: the SuperLink lists node \d+ as offline/,
  )
  answers(list("online", `${id}0`))
  expect((await verify("list"))["supernode-1/verify"]).toMatch(/the SuperLink does not list node/)
  expect((await verify("log"))["supernode-1/verify"]).toMatch(/^unchanged/)
})

test("exit code 0 without success: Flower's own message", async () => {
  answers({ "supernode list": { success: false, "error-message": "[code: 7] Not for you." } })
  expect((await verify("list"))["supernode-1/verify"]).toMatch(
    /failed: .*supernode list runbook --format json was refused/,
  )
  expect(world.ended.get("supernode-1/verify")).toMatchObject({ why: "[code: 7] Not for you." })
})

test("a simulated SuperLink has no Control API: reported, with the way to a real one", async () => {
  answers({
    "supernode list": { success: false, "error-message": "Connection to the SuperLink is unavailable." },
  })
  const outcomes = await verify("list")
  expect(outcomes["supernode-1/verify"]).toMatch(/^blocked: .*it has no Control API/)
  expect(world.ended.get("supernode-1/verify")).toMatchObject({
    next: "flower-runbook run --practice --flower --proof run --yes",
  })
})

test("a run that fails is an error with the app's own words, and it is not followed again", async () => {
  answers({
    ...list("online"),
    run: { success: true, "run-id": "18446744073709551615" },
    log: "INFO : \nproof.server.Incomplete: round 2: 0 of 1 SuperNodes answered",
    list: { success: true, runs: [{ "run-id": "18446744073709551615", status: "finished:failed" }] },
  })
  for (const _ of [1, 2]) {
    expect((await verify("run"))["verify-federation"]).toBe(
      "failed: run 18446744073709551615 of the proof app ended as finished:failed",
    )
    expect(world.ended.get("verify-federation")).toMatchObject({
      why: expect.stringContaining("round 2: 0 of 1 SuperNodes answered"),
    })
  }
  const runs = calls().filter((line) => line.startsWith("run "))
  expect(runs).toHaveLength(2)
  expect(runs[0]).toMatch(
    new RegExp(`^run /.*/snippets/proof-app runbook --run-config rounds=3 nodes="${id}" --format json$`),
  )
})

test("a run that completed, of which the SuperLink's log shows nothing, proves nothing", async () => {
  answers({
    ...list("online"),
    run: { success: true, "run-id": "7" },
    log: "round 1: 1 of 1",
    list: { success: true, runs: [{ "run-id": "7", status: "finished:completed" }] },
  })
  expect((await verify("run", { timeout: 30 }))["verify-federation"]).toMatch(
    /failed: run 7 completed, but the SuperLink's log does not show/,
  )
  const { "verify-federation": planned } = await world.plan({ notebook, values: { proof: "run", flwr } })
  expect(planned).toMatch(/^apply: .*no federated run/)
})
