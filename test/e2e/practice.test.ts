/** Practice clusters of one process, used by others: as two terminals, or a script, would do it. */
import { spawn, spawnSync } from "node:child_process"
import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { isAbsolute, join } from "node:path"
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest"
import { parse } from "yaml"
import { type Child, flat, startWorld, type World } from "./harness.ts"

let world: World
beforeAll(async () => {
  // Only for its home and its PATH: the clusters of these tests are those of the program itself.
  world = await startWorld({ supernodes: 0 })
})
afterAll(() => world?.close())

let open: Child | undefined
afterEach(async () => {
  open?.kill("SIGTERM")
  await open?.ended
  open = undefined
})

/** Sites that never get ready: a run waits for them. */
const PENDING = "- { where: site, what: pending }\n"

interface Opened {
  readonly lines: readonly string[]
  readonly kubeconfig: string
  readonly file: string
}

/** `practice` until its last line has come. Its stdin is at its end, and nothing of it is a terminal. */
async function practise(...more: string[]): Promise<Opened> {
  open = world.start(["practice", "--delays", "none", ...more])
  const lines = (await open.printed(/skupper version\n/)).trimEnd().split("\n")
  const kubeconfig = /^export KUBECONFIG=(\S+)$/.exec(lines[0]!)?.[1] ?? ""
  const file = /^flower-runbook run --federation (\S+)$/.exec(lines[1]!)?.[1] ?? ""
  return { lines, kubeconfig, file }
}

const ended = async (signal: NodeJS.Signals) => {
  open!.kill(signal)
  const { code, stderr } = await open!.ended
  open = undefined
  return { code, stderr }
}

interface Entry {
  server: string
  "token-file": string
}
interface FederationFile {
  federation: string
  commands: string
  superlink: Entry
  supernodes: Entry[]
}
const read = (file: string): FederationFile => parse(readFileSync(file, "utf8")) as FederationFile

test("prints what to type: paths absolute, unquoted, whole, and no token", { timeout: 60_000 }, async () => {
  const { lines, kubeconfig, file } = await practise("--supernodes", "3")
  expect(lines).toHaveLength(6)
  for (const path of [kubeconfig, file]) {
    expect(isAbsolute(path)).toBe(true)
    expect(existsSync(path)).toBe(true)
  }
  const [, , kubectl, oc, skupper] = lines
  expect(oc).toMatch(/^\/\S+\/oc get projects$/)
  expect(kubectl).toBe("kubectl get pods --all-namespaces")
  expect(skupper).toMatch(/^\/\S+\/skupper version$/)

  const { superlink, supernodes, commands } = read(file)
  expect(supernodes).toHaveLength(3)
  for (const site of [superlink, ...supernodes]) {
    const token = readFileSync(site["token-file"], "utf8").trim()
    expect(token).toMatch(/^sha256~/)
    expect(lines.join("\n")).not.toContain(token)
  }
  // Each line works as it stands, in a shell that has run only the first.
  for (const line of [oc, skupper]) {
    const shell = spawnSync("/bin/sh", ["-c", `${lines[0]}\n${line}`], {
      encoding: "utf8",
      env: { PATH: "/bin" },
    })
    expect({ line, status: shell.status, stderr: shell.stderr }).toEqual({ line, status: 0, stderr: "" })
  }
  expect(commands).toBe(join(oc!.split(" ")[0]!, ".."))

  expect(await ended("SIGTERM")).toMatchObject({ code: 0 })
  // What existed for the clusters is deleted with them.
  expect(existsSync(kubeconfig)).toBe(false)
  expect(existsSync(file)).toBe(false)
})

test("SIGINT is a normal end too", { timeout: 60_000 }, async () => {
  await practise("--supernodes", "1")
  expect(await ended("SIGINT")).toMatchObject({ code: 0 })
})

test("practice that dies during a run: the run says so at once, and does not blame a certificate", {
  timeout: 120_000,
}, async () => {
  const faults = join(world.folder, "pending.yaml")
  writeFileSync(faults, PENDING)
  const { file } = await practise("--supernodes", "1", "--faults", faults)
  const run = world.start(["run", "--federation", file, "--yes"])
  await run.printed(/site-create/)
  const killed = performance.now()
  open!.kill("SIGKILL")
  const { code, stdout, stderr } = await run.ended
  expect(code).toBe(1)
  expect(flat(stdout + stderr)).toMatch(
    /the practice cluster at 127\.0\.0\.1:\d+ has ended: nothing listens there/,
  )
  expect(flat(stdout + stderr)).not.toMatch(/certificate/)
  // A fifth of what a step may wait.
  expect(performance.now() - killed).toBeLessThan(60_000)
})

test("another process runs against it; with --keep everything is restored and nothing is left to do", {
  timeout: 120_000,
}, async () => {
  const keep = join(world.folder, "clusters.json")
  const asked = ["--supernodes", "1", "--keep", keep]
  const first = await practise(...asked)
  const before = read(first.file)
  const tokens = [before.superlink, ...before.supernodes].map((site) =>
    readFileSync(site["token-file"], "utf8"),
  )
  const run = await world.call(["run", "--federation", first.file, "--yes"])
  expect(run).toMatchObject({ code: 0, stderr: "" })
  expect(run.stdout).toMatch(/1 of 1 SuperNodes verified/)
  const pods = spawnSync(
    "/bin/sh",
    ["-c", `${first.lines[0]}\n${first.lines[2]!.split(" ")[0]} get pods -n flower-openshift-demo -o name`],
    { encoding: "utf8", env: { PATH: "/bin" } },
  ).stdout
  expect(pods).toMatch(/pod\/superlink-/)
  expect(await ended("SIGTERM")).toMatchObject({ code: 0 })

  const again = await practise(...asked)
  const after = read(again.file)
  expect(after.federation).toBe(before.federation)
  expect([after.superlink, ...after.supernodes].map(({ server }) => server)).toEqual(
    [before.superlink, ...before.supernodes].map(({ server }) => server),
  )
  expect(
    [after.superlink, ...after.supernodes].map((site) => readFileSync(site["token-file"], "utf8")),
  ).toEqual(tokens)

  // The same federation, from its own journal: it is checked, and nothing is applied.
  const resumed = await world.call(["run", "--federation", again.file, "--yes", "--json"])
  const events = resumed.stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as { type: string })
  expect({ code: resumed.code, stderr: resumed.stderr }).toEqual({ code: 0, stderr: "" })
  expect(events.filter(({ type }) => type === "action started")).toEqual([])
})

test("a file of faults is followed while it runs", { timeout: 60_000 }, async () => {
  const faults = join(world.folder, "faults.yaml")
  writeFileSync(faults, "- { where: operator, what: fails, cluster: superlink }\n")
  const { file } = await practise("--supernodes", "1", "--faults", faults)
  const argv = ["run", "--federation", file, "--yes", "--to", "install-operator", "--site", "superlink"]
  const broken = await world.call([...argv, "--timeout", "5s"])
  expect(broken.code).toBe(1)
  expect(flat(broken.stdout)).toMatch(
    /superlink\/install-operator failed: timed out after 5 s: .* install timeout/,
  )
  writeFileSync(faults, "[]\n")
  expect(await world.call(argv)).toMatchObject({ code: 0, stderr: "" })
})

test("an invalid faults file is refused with the nearest word", async () => {
  const faults = join(world.folder, "wrong.yaml")
  writeFileSync(faults, "- { where: operator, what: manuel }\n")
  const { code, stderr } = await world.call(["practice", "--faults", faults])
  expect(code).toBe(2)
  expect(stderr).toMatch(/did you mean manual\?/)
})

const KUBECTL = ["/usr/bin/kubectl", "/usr/local/bin/kubectl"].find((path) => existsSync(path))

describe.skipIf(KUBECTL === undefined)("a real kubectl (skipped where there is none)", () => {
  test("gets, watches, creates, applies, waits, deletes and reads logs", { timeout: 120_000 }, async () => {
    const { kubeconfig, file } = await practise("--supernodes", "1")
    const env = { PATH: "/bin", HOME: world.folder, KUBECONFIG: kubeconfig }
    const kubectl = (argv: readonly string[], input?: string): string => {
      const { status, stdout, stderr } = spawnSync(KUBECTL!, argv, {
        encoding: "utf8",
        env,
        input,
        timeout: 30_000,
      })
      expect({ argv, status, stderr: status === 0 ? "" : stderr }).toEqual({ argv, status: 0, stderr: "" })
      return stdout
    }
    expect(
      await world.call(["run", "--federation", file, "--yes", "--to", "deploy-superlink"]),
    ).toMatchObject({ code: 0 })
    const here = ["-n", "flower-openshift-demo"]

    expect(kubectl(["get", "deployments", ...here])).toMatch(/^superlink /m)
    expect(kubectl(["logs", "deployment/superlink", ...here])).toMatch(/Flower/)
    expect(
      kubectl(["wait", "--for=condition=Available", "deployment/superlink", "--timeout=10s", ...here]),
    ).toMatch(/condition met/)

    const watching = spawn(KUBECTL!, ["get", "configmaps", "-w", "-o", "name", ...here], { env })
    const seen = new Promise<void>((resolve) => {
      let text = ""
      watching.stdout.on("data", (chunk: Buffer) => {
        text += chunk
        if (text.includes("configmap/one") && text.includes("configmap/two")) resolve()
      })
    })
    kubectl(["create", "configmap", "one", "--from-literal=a=1", ...here])
    const two = "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: two }\ndata: { b: '2' }\n"
    expect(kubectl(["apply", "-f", "-", ...here], two)).toMatch(/configmap\/two created/)
    await seen
    watching.kill()

    expect(kubectl(["apply", "-f", "-", ...here], two.replace("'2'", "'3'"))).toMatch(
      /configmap\/two configured/,
    )
    expect(kubectl(["get", "configmap", "two", "-o", "jsonpath={.data.b}", ...here])).toBe("3")
    const own = two.replace("two", "three")
    expect(kubectl(["apply", "--server-side", "--field-manager=me", "-f", "-", ...here], own)).toMatch(
      /three serverside-applied/,
    )
    expect(kubectl(["delete", "configmap", "one", "two", "three", ...here])).toMatch(/"three" deleted/)
    expect(kubectl(["get", "configmaps", "one", "--ignore-not-found", ...here])).toBe("")
  })
})
