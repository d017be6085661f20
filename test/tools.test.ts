import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, expect, test } from "vitest"
import { writeKubeconfig } from "../lib/cluster/kubeconfig.ts"
import { Redactor } from "../lib/notebook/secrets.ts"
import { type Step, step } from "../lib/notebook/step.ts"
import type { Event } from "../lib/runner/events.ts"
import type { Toolbox } from "../lib/runner/toolbox.ts"
import { createToolbox, type Tools } from "../lib/tools.ts"
import { Things } from "./cluster/things.ts"

let folder: string
let things: Things
let toolbox: Toolbox
let events: Event[]
const redactor = new Redactor()
const site = (name: string) => ({ name, role: "many" })
const step_: Step = step({
  id: "s",
  title: "",
  on: "every site",
  prose: "",
  check: () => ({ state: "ready", reason: "" }),
})
const place = (name?: string, signal = new AbortController().signal) => ({
  step: step_,
  site: name === undefined ? undefined : site(name),
  signal,
  emit: (event: Event) => void events.push(event),
})
const thing = { apiVersion: "test/v1", kind: "Thing", namespace: "ns", name: "a" }

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "tools_"))
  await mkdir(join(folder, "commands"))
  events = []
  things = await Things.start()
  const { url: server, ca } = things.server
  for (const name of ["one", "two"]) {
    await writeKubeconfig(join(folder, name), { server, ca, token: `canary-${name}` })
  }
  toolbox = createToolbox({
    notebook: { name: "book", environment: { BOOK: "open" } },
    federation: { values: {} },
    state: {
      kubeconfig: (site) => join(folder, site),
      privateFile: (site, name) => join(folder, `${site}.${name}`),
    },
    redactor,
    env: { PATH: process.env.PATH, KUBECONFIG: "/the/user's/own" },
    commands: join(folder, "commands"),
    login: ({ name }) => `book step login --site ${name}`,
  })
})
afterEach(async () => {
  await toolbox.close()
  await things.server.close()
  await rm(folder, { recursive: true })
})

test("with no proxy for a site, its commands have none of the environment's for its server", async () => {
  const own = { ...site("one"), server: "https://api.a.example:6443", proxy: "none" }
  const { $, at } = toolbox.open({ ...place("one"), site: own }) as Tools
  expect((await $`echo $NO_PROXY $no_proxy`).stdout).toBe("api.a.example api.a.example\n")
  expect((await at(site("two")).$`echo none: \${NO_PROXY-}`).stdout).toBe("none:\n")
})

test("commands see the site's kubeconfig, never the user's own; events carry the place", async () => {
  const { $, at, kubeconfig, privateFile } = toolbox.open(place("one")) as Tools
  expect((await $`echo $KUBECONFIG $BOOK`).stdout).toBe(`${join(folder, "one")} open\n`)
  expect(kubeconfig).toBe(join(folder, "one"))
  expect(privateFile("yaml")).toBe(join(folder, "one.yaml"))
  expect((await at(site("two")).$`echo $KUBECONFIG`).stdout).toBe(`${join(folder, "two")}\n`)
  expect(events[0]).toEqual({
    type: "command",
    line: "echo $KUBECONFIG $BOOK",
    step: "s",
    site: "one",
  })
  const here = toolbox.open(place()) as Tools
  expect((await here.$`echo $KUBECONFIG`).stdout).toBe("/dev/null\n")
  expect(events.at(-1)).not.toHaveProperty("site")
  expect(() => here.cluster).toThrow('step s is on "every site", so it has no site')
  expect(here.at(site("one")).kubeconfig).toBe(join(folder, "one"))
})

test("the folder of commands comes first", async () => {
  await writeFile(join(folder, "commands", "env"), "#!/bin/sh\necho the stand-in\n")
  await chmod(join(folder, "commands", "env"), 0o755)
  const { $ } = toolbox.open(place("one")) as Tools
  expect(await $.which("env")).toBe(join(folder, "commands", "env"))
  expect((await $`env`).stdout).toBe("the stand-in\n")
})

test("one cluster per site, whose token no output shows", async () => {
  things.set("a", "1")
  const { cluster, $, at } = toolbox.open(place("one")) as Tools
  expect(await cluster.get(thing)).toMatchObject({ value: "1" })
  await at(site("two")).cluster.get(thing)
  const { authorization } = things.server.asked.at(-1)!.headers
  expect(authorization).toBe("Bearer canary-two")
  await $`echo canary-one canary-two`
  expect(JSON.stringify(events)).not.toContain("canary-")
  const tokens = new Set(things.server.asked.map(({ headers }) => headers.authorization))
  expect(tokens.size).toBe(2)
  const second = toolbox.open(place("one")) as Tools
  await second.cluster.get(thing)
  expect(things.count("/apis/test/v1")).toBe(things.server.asked.length)
  expect(things.server.asked.filter(({ path }) => path === "/apis/test/v1")).toHaveLength(2)
})

test("an observation wakes for every site it read, and ends its streams", async () => {
  const observation = toolbox.observe(place("one"))
  const { cluster, at } = observation.tools as Tools
  expect(await cluster.get(thing)).toBeUndefined()
  expect(await at(site("two")).cluster.get(thing)).toBeUndefined()
  await expect.poll(() => things.watchers.size, { interval: 2 }).toBe(2)
  const woken = observation.changed(new AbortController().signal)
  things.set("a", "1")
  await woken
  await expect.poll(() => at(site("two")).cluster.get(thing), { interval: 2 }).toMatchObject({ value: "1" })
  expect(cluster.server).toBe(things.server.url)
  observation.close()
  await expect.poll(() => things.watchers.size, { interval: 2 }).toBe(0)
})

test("a check that runs a command is repeated after a pause", async () => {
  const observation = toolbox.observe(place("one"))
  const { cluster, $ } = observation.tools as Tools
  await cluster.get(thing)
  const quiet = AbortSignal.timeout(400)
  await observation.changed(quiet)
  expect(quiet.aborted).toBe(true)
  await cluster.get(thing)
  await $`true`
  const asked = AbortSignal.timeout(20_000)
  await observation.changed(asked)
  expect(asked.aborted).toBe(false)
  observation.close()
})

test("a place's signal ends its requests, commands and waits; a missing login is reported with its command", async () => {
  const abort = new AbortController()
  const { cluster, $ } = toolbox.open(place("one", abort.signal)) as Tools
  things.fault = () => true
  const asking = cluster.get(thing)
  const running = $`sleep 60`
  await expect.poll(() => things.server.asked.length).toBe(1)
  abort.abort(new Error("interrupted"))
  await expect(asking).rejects.toThrow("interrupted")
  await expect(running).rejects.toThrow("interrupted")
  const { cluster: nobody } = toolbox.open(place("three")) as Tools
  await expect(nobody.whoami()).rejects.toMatchObject({
    result: { because: "login", next: "book step login --site three" },
  })
})
