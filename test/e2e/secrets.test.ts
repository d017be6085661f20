/** Canaries: no token, password, grant code or key is written where somebody else could read it. */
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterEach, expect, test } from "vitest"
import { parse, stringify } from "yaml"
import { FORMATS } from "../../lib/cli/commands-table.ts"
import type { KubeObject } from "../../lib/cluster/types.ts"
import { filesIn, found, openedFiles, recordingCommands, type Secrets } from "./canaries.ts"
import { type Ended, startWorld, type World } from "./harness.ts"

const RECORDER = new URL("./argv-record.ts", import.meta.url).href

const SUPERLINK_PROJECT = "flower-openshift-demo"

let world: World
/** Cleanup of a test that failed. */
const stopping: (() => void)[] = []
afterEach(async () => {
  for (const stop of stopping.splice(0)) stop()
  await world?.close()
})

/** A line in the middle of a private key: the first one is the same in all keys of a kind. */
const middleOf = (key: string): string => key.trim().split("\n").at(-3)!

/** Grant codes, which are gone once the link is up, and the keys of all Secrets, as they come. */
function collect(secrets: Secrets): () => Promise<void> {
  const ended = new AbortController()
  stopping.push(() => ended.abort())
  const take = (object: KubeObject) => {
    const { name } = object.metadata
    if (object.kind === "AccessGrant" && object.status?.code)
      secrets.set(`code of ${name}`, object.status.code)
    if (object.kind === "Secret" && object.data?.["tls.key"]) {
      const key = Buffer.from(object.data["tls.key"], "base64").toString()
      secrets.set(`key of ${name}`, middleOf(key))
      secrets.set(`key of ${name} in base64`, object.data["tls.key"])
    }
  }
  const handlers = {
    list: (items: KubeObject[]) => items.forEach(take),
    event: ({ object }: { object: KubeObject }) => take(object),
  }
  const watching = world.practice.clusters.flatMap(({ name }) => {
    const cluster = world.cluster(name)
    return [
      cluster.watch({ apiVersion: "v1", kind: "Secret" }, handlers, ended.signal),
      ...(name === "superlink" ? [grants(cluster)] : []),
    ]
  })
  /** The kind is served once the operator is installed. */
  async function grants(cluster: ReturnType<World["cluster"]>): Promise<void> {
    const crds = new AbortController()
    const served = { apiVersion: "apiextensions.k8s.io/v1", kind: "CustomResourceDefinition" }
    const there = ({ metadata, status }: KubeObject) => {
      const established = (status?.conditions ?? []).some(
        (one: { type: string; status: string }) => one.type === "Established" && one.status === "True",
      )
      if (metadata.name === "accessgrants.skupper.io" && established) crds.abort()
    }
    await cluster.watch(
      served,
      { list: (items) => items.forEach(there), event: ({ object }) => there(object) },
      AbortSignal.any([crds.signal, ended.signal]),
    )
    const kind = { apiVersion: "skupper.io/v2alpha1", kind: "AccessGrant", namespace: SUPERLINK_PROJECT }
    await cluster.watch(kind, handlers, ended.signal)
  }
  return async () => {
    ended.abort()
    await Promise.allSettled(watching)
  }
}

interface Way {
  readonly login: "token" | "password" | "context"
  readonly linkWith: "token" | "file"
}

/** The federation file for one way to log in, and the secrets that it uses. */
function prepare(way: Way, secrets: Secrets, commands: string): string {
  const { practice, folder } = world
  const file = parse(readFileSync(practice.federationFile, "utf8"))
  const sites: Record<string, unknown>[] = [{ ...file.superlink, name: "superlink" }, ...file.supernodes]
  for (const site of sites) {
    const { name, admin, kubeconfig } = practice.clusters.find((one) => one.name === site.name)!
    secrets.set(`token of ${name}`, admin.token)
    secrets.set(`password of ${name}`, admin.password!)
    if (way.login === "token") continue
    delete site["token-file"]
    if (way.login === "password") {
      site.username = "kubeadmin"
      site["password-file"] = join(folder, `password ${name}`)
      writeFileSync(site["password-file"] as string, `${admin.password}\n`, { mode: 0o600 })
    } else {
      site.kubeconfig = kubeconfig
      site.context = parse(readFileSync(kubeconfig, "utf8"))["current-context"]
    }
  }
  const { name: _, ...superlink } = sites[0]!
  const path = join(folder, "own federation.yaml")
  writeFileSync(
    path,
    stringify({ ...file, commands, superlink, supernodes: sites.slice(1), "link-with": way.linkWith }),
  )
  return path
}

/** A login with a password creates a token that no file of practice contains: it is in the kubeconfig of the site. */
function sessions(secrets: Secrets): void {
  for (const name of readdirSync(join(world.state, "kubeconfigs"))) {
    const { users } = parse(readFileSync(join(world.state, "kubeconfigs", name), "utf8"))
    secrets.set(`session of ${name}`, users[0].user.token)
  }
}

test.each<Way>([
  { login: "token", linkWith: "token" },
  { login: "password", linkWith: "file" },
  { login: "context", linkWith: "token" },
])(
  "login with $login, link with $linkWith: secrets stay where they belong",
  { timeout: 120_000 },
  async (way) => {
    world = await startWorld({ supernodes: 1 })
    const secrets: Secrets = new Map()
    const argv = join(world.folder, "argv")
    writeFileSync(argv, "")
    const file = prepare(way, secrets, recordingCommands(world.folder, world.practice.commands, argv))
    const options = { node: [`--import=${RECORDER}`], env: { E2E_ARGV: argv } }
    const texts: Ended[] = []
    const collected = collect(secrets)
    const open = openedFiles(world.folder)
    stopping.push(open.close)

    texts.push(await world.call(["run", "--federation", file, "--yes", "--show"], options))
    const [{ code, stdout }] = texts as [Ended]
    expect(code, stdout).toBe(0)
    for (const line of [
      "status",
      "status --live",
      "values",
      "plan",
      "doctor",
      "show token-issue",
      "show token-redeem",
    ]) {
      texts.push(await world.call(line.split(" "), options))
    }
    for (const format of FORMATS) {
      const report = await world.call(["report", "--format", format], options)
      expect(report, format).toMatchObject({
        code: 0,
        stdout: expect.stringContaining("flower-openshift-demo"),
      })
      texts.push(report)
    }
    texts.push(await world.call(["step", "login", "--rerun", "--json"], options))
    texts.push(await world.call(["step", "token-redeem", "--rerun", "--json"], options))
    await collected()
    sessions(secrets)

    const kinds = [...secrets.keys()].map((what) => what.split(" ")[0])
    expect(new Set(kinds)).toEqual(
      new Set(["token", "password", "key", "session", ...(way.linkWith === "token" ? ["code"] : [])]),
    )
    for (const { stdout, stderr } of texts) expect(found(stdout + stderr, secrets)).toEqual([])

    const processes = readFileSync(argv, "utf8")
    const called = way.linkWith === "token" ? "skupper token redeem" : "skupper link generate"
    expect(processes).toMatch(new RegExp(`^${called} `, "m"))
    expect(processes).toMatch(new RegExp(`^\\[.*${called} `, "m"))
    expect(found(processes, secrets)).toEqual([])

    // In the state folder only kubeconfigs contain secrets; the tokens are deleted.
    const holding = filesIn(world.state).filter(
      (path) => found(readFileSync(path, "utf8"), secrets).length > 0,
    )
    expect(holding.sort()).toEqual(
      ["superlink", "supernode-1"].map((name) => join(world.state, "kubeconfigs", name)),
    )
    // And a file that contains one anywhere below the home folder, at any time, is readable for its owner only.
    const others = open.stop().filter((line) => {
      const path = line.replace(/ \d+$/, "")
      return (
        statSync(path, { throwIfNoEntry: false }) === undefined ||
        found(readFileSync(path, "utf8"), secrets).length > 0
      )
    })
    expect(others).toEqual([])
  },
)

test("folders are 0700 and files 0600, also with a mask that would let others in", {
  timeout: 120_000,
}, async () => {
  world = await startWorld({ supernodes: 1 })
  const mask = new URL("./mask-none.ts", import.meta.url).href
  const argv = ["run", "--federation", world.practice.federationFile, "--yes"]
  expect(await world.call(argv, { node: ["--import", mask] })).toMatchObject({ code: 0, stderr: "" })
  const modes = [
    world.state,
    ...readdirSync(world.state, { recursive: true, encoding: "utf8" }).map((name) => join(world.state, name)),
  ].map((path) => {
    const stats = statSync(path)
    return `${stats.isDirectory() ? "folder" : "file"} ${(stats.mode & 0o777).toString(8)}`
  })
  expect(new Set(modes)).toEqual(new Set(["folder 700", "file 600"]))
})
