/** A Flower run is in progress while certificates, CA or key change: what restarts Flower waits for its end. The runs of practice only take time. */
import { execFile } from "node:child_process"
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { promisify } from "node:util"
import { afterAll, beforeAll, expect, test } from "vitest"
import { certificatesIn, privateKeyIn } from "../../runbooks/security/certificate.ts"
import { issueServer } from "../../runbooks/security/issue.ts"
import { snippetPath } from "../../runbooks/shared/snippet.ts"
import { flat, startWorld, type World } from "./harness.ts"

const NAMESPACE = "flower-openshift-demo"
const FLAGS = ["--tls", "on", "--node-auth", "on", "--superlink-state", "disk"]

let world: World
beforeAll(async () => {
  world = await startWorld({ supernodes: 1 })
  symlinkSync("/usr/bin/ssh-keygen", join(world.folder, "bin", "ssh-keygen"))
  await succeeds("run", "--yes")
}, 240_000)
afterAll(() => world?.close())

const call = (...argv: string[]) =>
  world.call([...argv, "--federation", world.practice.federationFile, ...FLAGS])
async function succeeds(...argv: string[]): Promise<string> {
  const { code, stdout, stderr } = await call(...argv)
  expect(code, stdout + stderr).toBe(0)
  return flat(stdout)
}

const podOf = async (site: string) => {
  const namespace = site === "superlink" ? NAMESPACE : `flower-${site}`
  const pods = await world
    .cluster(site)
    .list({ apiVersion: "v1", kind: "Pod", namespace, labels: `app=${site}` })
  return pods.find(({ metadata }) => metadata.deletionTimestamp === undefined)!
}
const uidOf = async (site: string) => (await podOf(site)).metadata.uid
const ids = (text: string) =>
  [...new Set([...text.matchAll(/node (\d+) active/g)].map(([, id]) => id))].sort()

/** Calls the `flwr` of practice clusters, through a port forward as the program does. */
async function flwr(...args: string[]): Promise<Record<string, unknown>> {
  const cluster = world.cluster("superlink")
  const forward = await cluster.forward({
    namespace: NAMESPACE,
    pod: (await podOf("superlink")).metadata.name,
    port: 9093,
  })
  const home = join(world.folder, "own-flwr")
  mkdirSync(home, { recursive: true })
  writeFileSync(join(home, "config.toml"), `[superlink.lab]\naddress = "127.0.0.1:${forward.port}"\n`)
  try {
    const command = join(snippetPath("practice-commands")!, "flwr")
    const { stdout } = await promisify(execFile)(command, args, { env: { ...process.env, FLWR_HOME: home } })
    return JSON.parse(stdout)
  } finally {
    await forward.close()
  }
}
const startRun = async (seconds: number) =>
  String((await flwr("run", "app", "lab", "--run-config", `seconds=${seconds}`))["run-id"])
const statusOf = async (id: string) =>
  ((await flwr("list", "lab")).runs as { "run-id": string; status: string }[]).find(
    (run) => run["run-id"] === id,
  )?.status
/** The SuperLink's Secret gets a certificate of the same CA that ends in ten days. */
async function expireSoon(): Promise<void> {
  const cluster = world.cluster("superlink")
  const secret = (name: string) => ({ apiVersion: "v1", kind: "Secret", name, namespace: NAMESPACE })
  const [authority, served] = await Promise.all(
    ["superlink-ca", "superlink-tls"].map(async (name) => (await cluster.get(secret(name)))!.data),
  )
  const text = (data: Record<string, string>, key: string) => Buffer.from(data[key]!, "base64").toString()
  const [certificate] = certificatesIn(text(served, "tls.crt"))
  const hosts = certificate!.subjectAltName!.split(", ").map((one) => one.replace(/^(?:DNS|IP Address):/, ""))
  const signer = { certificate: text(authority, "tls.crt"), key: privateKeyIn(text(authority, "tls.key"))! }
  const pair = await issueServer(signer, hosts, 10)
  await cluster.merge(secret("superlink-tls"), {
    stringData: { "tls.crt": pair.certificate, "tls.key": pair.key },
  })
}
const superlinkLog = async () =>
  world.cluster("superlink").log({ namespace: NAMESPACE, pod: (await podOf("superlink")).metadata.name })

test("the certificate is renewed: the SuperLink is restarted once the run has finished, and no node is lost", {
  timeout: 240_000,
}, async () => {
  const [before, nodes] = [await uidOf("superlink"), ids(await succeeds("run", "--yes"))]
  expect(nodes).toHaveLength(1)
  await expireSoon()
  await succeeds("run", "--yes", "--only", "certificates")
  const run = await startRun(40)
  const log = await superlinkLog()
  const stdout = await succeeds("run", "--yes")
  expect(stdout).toContain(`waiting run ${run} is in progress`)
  expect(log).not.toContain(`Finished task 1 of run ${run}`)
  expect(await uidOf("superlink")).not.toBe(before)
  expect(ids(stdout)).toEqual(nodes)
  expect(stdout).toMatch(/deploy-superlink updated/)
})

test("a restart that is asked for, and a new key, are refused during a run, and made with a consent", {
  timeout: 240_000,
}, async () => {
  const before = await uidOf("superlink")
  const run = await startRun(300)
  for (const step of ["deploy-superlink", "deploy-supernode", "node-key"]) {
    const site = step === "deploy-superlink" ? "superlink" : "supernode-1"
    const refused = await call("step", step, "--rerun", "--site", site, "--yes")
    expect(refused.code).toBe(1)
    expect(flat(refused.stdout)).toContain(`run ${run} is in progress, and a restart would interrupt it`)
    expect(flat(refused.stdout)).toContain(`step ${step} --site ${site} --rerun --interrupt-runs`)
  }
  expect(await uidOf("superlink")).toBe(before)
  // Its log never tells that it was stopped.
  await flwr("stop", run, "lab")
  expect(await statusOf(run)).toBe("finished:stopped")
  await startRun(300)
  await succeeds("step", "deploy-superlink", "--rerun", "--yes", "--interrupt-runs")
  expect(await uidOf("superlink")).not.toBe(before)
})

test("the CA is replaced: SuperNodes are restarted once the run was stopped, whose log has no end", {
  timeout: 240_000,
}, async () => {
  await succeeds("run", "--yes")
  const before = await uidOf("supernode-1")
  const run = await startRun(300)
  await succeeds("step", "certificates", "--rerun", "--yes")
  await succeeds("run", "--yes", "--only", "root-certificates")
  const plan = flat((await call("plan")).stdout)
  expect(plan).toContain(`wait run ${run} is in progress; Deployment supernode-1 is restarted after that`)
  expect(plan).toContain("--interrupt-runs restarts it at once")
  const child = world.start(["run", "--yes", "--federation", world.practice.federationFile, ...FLAGS])
  await child.printed(new RegExp(`run ${run} is in progress; Deployment supernode-1 is restarted after that`))
  expect(await uidOf("supernode-1")).toBe(before)
  await flwr("stop", run, "lab")
  expect((await child.ended).code).toBe(0)
  expect(await uidOf("supernode-1")).not.toBe(before)
})
