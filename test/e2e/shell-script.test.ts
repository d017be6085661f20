/** `report --format sh` on practice clusters: the script alone leads to the same result as a run. */
import { spawn, spawnSync } from "node:child_process"
import { mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { endState } from "./end-state.ts"
import { linesOf, place, startWorld, type World, writes } from "./harness.ts"

let world: World
let script: string
beforeAll(async () => {
  world = await startWorld({ supernodes: 2 })
  script = join(world.folder, "r.sh")
  const { practice } = world
  const argv = ["report", "--federation", practice.federationFile, "--format", "sh", "--out", script]
  expect(await world.call(argv)).toMatchObject({ code: 0, stdout: "", stderr: "" })
})
afterAll(() => world?.close())

interface Ran {
  readonly code: number | null
  readonly said: string
}

/** Runs the script as a person does, in a folder of theirs. */
function sh(folder: string, argv: readonly string[], shell: readonly string[] = ["sh"]): Promise<Ran> {
  const cwd = join(world.folder, folder)
  mkdirSync(cwd, { recursive: true })
  const env = { HOME: cwd, PATH: `${world.practice.commands}:${process.env.PATH}` }
  const [command, ...flags] = shell
  const child = spawn(command!, [...flags, script, ...argv], { cwd, env, stdio: ["ignore", "pipe", "pipe"] })
  let said = ""
  child.stdout.on("data", (text) => {
    said += text
  })
  child.stderr.on("data", (text) => {
    said += text
  })
  return new Promise((resolve, reject) => {
    child.on("error", reject)
    child.on("close", (code) => resolve({ code, said }))
  })
}

const ok = async (ran: Promise<Ran>): Promise<string> => {
  const { code, said } = await ran
  expect(code, said).toBe(0)
  return said
}

const tokens = (): string[] =>
  world.practice.clusters.flatMap(({ server }) => server.users.map((user) => user.token))

const STEPS_OF_SUPERLINK = [
  "prerequisites",
  "login",
  "project",
  "deploy-superlink",
  "install-operator",
  "site-create",
  "connector",
]

test.skipIf(spawnSync("shellcheck", ["--version"]).error !== undefined)(
  "shellcheck has nothing to say (where it is installed)",
  () => {
    expect(spawnSync("shellcheck", [script], { encoding: "utf8" }).stdout).toBe("")
  },
)

test("alone it lists the sites and their steps, and ends with 2", async () => {
  const { code, said } = await sh("hospital", [])
  expect(code).toBe(2)
  expect(said).toContain(`Usage: sh ${script} SITE [STEP]`)
  expect(said).toMatch(/^ {2}superlink:\n {4}prerequisites login project deploy-superlink/m)
  expect(said).toMatch(/^ {2}supernode-1, supernode-2:\n/m)
})

test("an unknown step is refused", async () => {
  const { code, said } = await sh("hospital", ["superlink", "listener"])
  expect(code).toBe(2)
  expect(said).toMatch(/^superlink has no step listener\.$/m)
})

describe("site after site", () => {
  test("the SuperLink's, in dash", async () => {
    const said = await ok(sh("hospital", ["superlink"], ["dash"]))
    const started = [...said.matchAll(/^== (\S+) at superlink: /gm)].map(([, step]) => step)
    expect(started).toEqual(STEPS_OF_SUPERLINK)
    expect(said).toMatch(/^\+ skupper site create superlink-interconnect --enable-link-access -n /m)
    expect(said).toMatch(/^Done: superlink$/m)
  })

  test("a SuperNode's, in bash", async () => {
    const said = await ok(sh("hospital", ["supernode-1"], ["bash", "--posix"]))
    expect(said).toMatch(/^\+ skupper token redeem \.\/supernode-1\.token\.yaml -n flower-supernode-1$/m)
    expect(said).toMatch(/Activated node_id=\d+/)
  })

  test("by two institutions: the token is handed over as a file", async () => {
    const left = await sh("clinic", ["supernode-2"])
    expect(left.code).not.toBe(0)
    expect(left.said).toContain("Skipped here: there is no ./superlink.kubeconfig.")
    expect(left.said).toContain(
      "Then copy ./supernode-2.token.yaml from there to this folder, and keep it secret.",
    )
    expect(left.said).toMatch(/^Failed: token-redeem at supernode-2 \(exit code \d+\)/m)

    await ok(sh("hospital", ["supernode-2", "token-issue"]))
    const handed = readFileSync(join(world.folder, "hospital/supernode-2.token.yaml"))
    writeFileSync(join(world.folder, "clinic/supernode-2.token.yaml"), handed)
    const said = await ok(sh("clinic", ["supernode-2"]))
    expect(said).toMatch(/^Skipped here: .*\n {4}sh r\.sh supernode-2 verify$/m)
  })

  test("the federation: one line per SuperNode", async () => {
    const said = await ok(sh("hospital", ["federation"]))
    expect(said.match(/Activated node_id=\d+/g)).toHaveLength(2)
  })
})

test("a second time it creates nothing", async () => {
  const since = world.requests()
  await ok(sh("hospital", ["superlink"]))
  await ok(sh("hospital", ["supernode-1"]))
  // The manifests of the notebook are applied again.
  expect(
    writes(since()).filter((line) => !/PATCH .*\/deployments\/|PATCH .*\/services\//.test(line)),
  ).toEqual([])
})

test("it contains and prints no token", async () => {
  const text = readFileSync(script, "utf8")
  const said = await ok(sh("hospital", ["supernode-1", "login"]))
  for (const token of tokens()) {
    expect(text.includes(token)).toBe(false)
    expect(said.includes(token)).toBe(false)
  }
})

test("a run then only logs in: everything else is there, and adopted", async () => {
  const argv = ["run", "--federation", world.practice.federationFile, "--yes"]
  expect(await world.call(argv)).toMatchObject({ code: 0, stderr: "" })
  const actions = new Set(linesOf(world.journal(), "action started").map(({ step }) => step))
  expect([...actions].sort()).toEqual(["login", "project"])
  const taken = linesOf(world.journal(), "checkpoint").filter(({ adopted }) => adopted)
  expect(taken.map(place)).toContain("supernode-1/site-create")
})

test("the clusters are as after a run, except for what manual steps leave behind", async () => {
  const ran = await startWorld({ supernodes: 2 })
  try {
    const argv = ["run", "--federation", ran.practice.federationFile, "--yes"]
    expect(await ran.call(argv)).toMatchObject({ code: 0, stderr: "" })
    const objects = await onClusters(world)
    expect(
      objects.filter((line) => /\/(?:Site|Link|Connector|Listener|Deployment)\//.test(line)).length,
    ).toBeGreaterThan(10)
    expect(objects).toEqual(await onClusters(ran))
  } finally {
    await ran.close()
  }
})

/** A run labels what its commands create, and deletes the traces of a token. */
const onClusters = async (of: World): Promise<string[]> =>
  (await endState(of))
    .filter((line) => line.includes("/") && /^su/.test(line) && !/Access(?:Grant|Token)/.test(line))
    .map((line) => line.replace(/ labelled$/, ""))

test("after a run the script is the same", async () => {
  const { stdout } = await world.call(["report", "--format", "sh"])
  const withoutTime = (text: string): string => text.replace(/^# Created \S+ \S+ by/m, "")
  expect(withoutTime(stdout)).toBe(withoutTime(readFileSync(script, "utf8")))
})
