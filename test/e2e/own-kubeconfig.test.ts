/** The user's own kubeconfigs are only read: by logins, steps that switch the project, other commands, and a teardown with its logouts. */
import { cpSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, expect, test } from "vitest"
import { parse, stringify } from "yaml"
import { startWorld, type World } from "./harness.ts"

let world: World
beforeAll(async () => {
  world = await startWorld({ supernodes: 1 })
})
afterAll(() => world.close())

test("from the first login to the end of a teardown", { timeout: 120_000 }, async () => {
  const { practice, folder } = world
  const own = join(folder, ".kube")
  mkdirSync(own)
  const names = { superlink: "config", "supernode-1": "other" }
  const file = parse(readFileSync(practice.federationFile, "utf8"))
  for (const [name, site] of [
    ["superlink", file.superlink],
    ["supernode-1", file.supernodes[0]],
  ] as const) {
    const { kubeconfig } = practice.clusters.find((one) => one.name === name)!
    cpSync(kubeconfig, join(own, names[name]))
    delete site["token-file"]
    delete site["certificate-authority"]
    site.login = "context"
    site.context = parse(readFileSync(kubeconfig, "utf8"))["current-context"]
    // The SuperLink's is the one that kubectl finds by itself.
    if (name !== "superlink") site.kubeconfig = join(own, names[name])
  }
  const federation = join(folder, "federation.yaml")
  writeFileSync(federation, stringify(file))
  const seen = () =>
    readdirSync(own).map((name) => {
      const path = join(own, name)
      const { mode, mtimeMs, ino } = statSync(path)
      return { name, mode, mtimeMs, ino, text: readFileSync(path, "utf8") }
    })
  const before = seen()
  for (const line of ["run --yes", "doctor", "step login --rerun --yes", "teardown --yes"]) {
    const { code, stdout, stderr } = await world.call([...line.split(" "), "--federation", federation])
    expect({ line, code }, stdout + stderr).toEqual({ line, code: 0 })
    expect(seen(), line).toEqual(before)
  }
})
