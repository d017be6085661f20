/**
 * The tables of calls on a real control plane with the stand-ins, and on both servers with real commands where there are
 * any: on PATH, or in the folder COMMANDS_UNDER_TEST.
 */
import { mkdtempSync } from "node:fs"
import { rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, describe } from "vitest"
import { startWorld, USERS, type World, worldOf } from "../../practice/commands/harness.ts"
import { bareTables, type Command, tables } from "../../practice/commands/tables.ts"
import { whyNot } from "../control-plane/build.ts"
import { startControlPlane } from "../control-plane/control-plane.ts"
import { addOpenshift } from "../control-plane/openshift.ts"
import { realCommands } from "./found.ts"

interface Options {
  /** A server that is no OpenShift, and has none of Skupper's kinds. */
  readonly bare?: boolean
  readonly commands?: string
  readonly version?: string
}

/** A control plane with the tables' users, and without controllers that put things of their own into every project. */
const startReal = async ({ bare = false, ...options }: Options = {}): Promise<World> => {
  const folder = mkdtempSync(join(tmpdir(), "commands-"))
  const people = USERS.map((it) => ({ ...it, groups: [...it.groups, "system:authenticated"] }))
  const controllers = ["clusterrole-aggregation", "namespace", "serviceaccount"]
  const plane = await startControlPlane("west", join(folder, "plane"), {
    people,
    controllers: controllers.map((it) => `${it}-controller`).join(","),
  })
  const end = bare ? undefined : await addOpenshift(plane)
  return worldOf(plane, { ...options, answered: true, skupper: !bare }, async () => {
    await end?.()
    await plane.close()
    await rm(folder, { recursive: true, force: true })
  })
}

const startPractice = ({ bare = false, ...options }: Options = {}): Promise<World> =>
  startWorld({ ...options, openshift: !bare, skupper: !bare })

const why = await whyNot()
const { folder, ...found } = await realCommands()
const real = Object.keys(found) as Command[]
const under = { commands: folder, version: found.skupper }
afterAll(() => rm(folder, { recursive: true }))
const versions = real.map((name) => `${name} ${found[name]}`).join(" and ")

describe.skipIf(why !== undefined)("the stand-ins on a real control plane", () => {
  tables(startReal, ["oc", "skupper"])
  bareTables(() => startReal({ bare: true }), ["oc", "skupper"])
})

describe.skipIf(why !== undefined || real.length === 0)(`${versions} on a real control plane`, () => {
  tables(() => startReal(under), real)
  bareTables(() => startReal({ ...under, bare: true }), real)
})

describe.skipIf(real.length === 0)(`${versions} on a practice cluster`, () => {
  tables(() => startPractice(under), real)
  bareTables(() => startPractice({ ...under, bare: true }), real)
})
