/** The walk as a person meets it: the whole program in a terminal, on practice clusters. */
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { program } from "../../runbooks/index.ts"
import { linesOf, place, startWorld, type World } from "./harness.ts"
import { KEY, type Pty } from "./pty.ts"
import { atCell, MENU, onwards, startWalk } from "./walking.ts"

let world: World
let person: Pty

beforeEach(async () => {
  world = await startWorld({ supernodes: 1, home: "walk-" })
})
afterEach(async () => {
  person?.kill("SIGKILL")
  await world.close()
})

const titleOf = (step: string): string => program.notebook.steps.find(({ id }) => id === step)!.title

interface Sized {
  readonly columns?: number
  readonly rows?: number
  readonly env?: Readonly<Record<string, string>>
}

function walk(argv: readonly string[], { env, ...size }: Sized = {}): Pty {
  const base = {
    XDG_STATE_HOME: join(world.folder, "state"),
    PATH: `${world.practice.commands}:${process.env.PATH}`,
  }
  person = startWalk(argv, { home: world.folder, env: { ...base, ...env }, ...size })
  return person
}

const ours = (): string[] => ["--federation", world.practice.federationFile]

/** Everything up to this step by the unattended run, so that a test begins where it wants to. */
async function done(to: string): Promise<void> {
  const { code, stdout, stderr } = await world.call(["run", ...ours(), "--yes", "--to", to])
  expect({ code, stderr, stdout: code === 0 ? "" : stdout }).toEqual({ code: 0, stderr: "", stdout: "" })
}

/** A walk that goes on where the run before it has ended. */
async function continued(argv: readonly string[] = [], size: Sized = {}): Promise<Pty> {
  walk([...ours(), ...argv], size)
  await person.sees(/❯ Continue/)
  person.type(KEY.enter)
  await person.reads(MENU, 60)
  return person
}

/** The answers to what a new federation is asked. */
async function endpoints(): Promise<void> {
  const file = readFileSync(world.practice.federationFile, "utf8")
  const paths = (key: string) => [...file.matchAll(new RegExp(`${key}: (.+)`, "g"))].map(([, path]) => path!)
  await person.reads("How many supernodes?")
  person.type(KEY.enter)
  for (const [index, { name, server }] of world.practice.clusters.entries()) {
    await person.reads(`${name}: API server`)
    // The first time at an address where nobody is.
    if (index === 0) {
      person.type("https://127.0.0.1:1\r")
      await person.sees(/refused/)
      await person.choose("Type another address")
      await person.reads(`${name}: API server`)
    }
    person.type(`${server.url}\r`)
    await person.sees(/signed by an authority/)
    await person.choose("Give the file of the authority that signed its certificate")
    await person.reads("CA file of the API server")
    person.type(`${paths("certificate-authority")[index]}\r`)
    await person.reads("its certificate is trusted")
    await person.reads(`${name}: Project`)
    person.type(KEY.enter)
    await person.sees(/❯ (web|token)/)
    await person.choose("token")
    await person.reads(`${name}: File that holds the token`)
    person.type(`${paths("token-file")[index]}\r`)
  }
}

describe("from the first question to verified", () => {
  test("a failure cured by Retry, a changed input, quit and come back", { timeout: 240_000 }, async () => {
    walk([])
    await person.sees(/What would you like to do\?/)
    await person.choose("Set up your own clusters")
    await endpoints()
    await atCell(person, "What you need")
    for (const step of [
      "login",
      "project",
      "deploy-superlink",
      "install-operator",
      "site-create",
      "token-issue",
    ]) {
      await onwards(person, titleOf(step))
    }
    world.practice.faults.set([{ where: "grant", what: "unreachable" }])
    await onwards(person, titleOf("token-redeem"))
    person.type(KEY.enter)
    await person.reads("cannot reach", 60)
    await person.reads("--link-with file")
    await person.reads(/^❯ Retry$/m)
    await person.choose("Quit")
    expect(await person.ends()).toBe(0)
    expect(person.text()).toContain("Everything is kept in")

    world.practice.faults.set([])
    walk([])
    await person.reads("Go on with default: 7 of 14 steps")
    person.type(KEY.enter)
    await person.sees(/❯ Continue/)
    person.type(KEY.enter)
    await atCell(person, titleOf("token-redeem"))
    // What was done before, with who, as whom, and what it showed.
    expect(person.text()).toMatch(/^\[6\] (?:.* ago|just now), by \S+@\S+ as kube:admin$/m)
    expect(person.text()).toMatch(/skupper site status -n flower-openshift-demo/)
    await person.choose("Run")
    for (const step of ["link-status", "connector", "listener", "deploy-supernode"]) {
      await person.reads(titleOf(step), 60)
      await person.reads(MENU, 60)
      if (step !== "deploy-supernode") person.type(KEY.enter)
    }
    await person.choose("Change an input…")
    await person.choose("flower-version: 1.34.0")
    await person.reads("flower-version (1.34.0)")
    person.type("1.33.0\r")
    await person.reads("That makes stale:")
    await person.reads("superlink/deploy-superlink  (flower-version 1.34.0 → 1.33.0)")
    await person.reads("Take it?")
    person.type(KEY.enter)
    await person.reads("Taken")
    await person.reads(MENU)
    await person.choose("Go to…")
    await person.choose("~  4  Deploy the SuperLink")
    await atCell(person, titleOf("deploy-superlink"))
    expect(person.screen()).toContain("image flwr/superlink:1.34.0, asked")
    await person.choose("Run the rest")
    await person.sees("Carry out this plan?", 60)
    person.type(KEY.enter)
    await person.reads(MENU, 120)
    await person.choose("Finish")
    expect(await person.ends()).toBe(0)
    expect(person.text()).toContain("report --out report.html --name default")
    const images = await Promise.all(
      world.practice.clusters.map(({ name }) =>
        world.cluster(name).list({ apiVersion: "apps/v1", kind: "Deployment" }),
      ),
    )
    const text = JSON.stringify(images)
    expect(text).toContain("flwr/superlink:1.33.0")
    expect(text).toContain("flwr/supernode:1.33.0")
    expect(text).not.toContain("1.34.0")
  })
})

describe("at a cell", () => {
  test("one site, explain, outputs, values, skip and go to", { timeout: 120_000 }, async () => {
    await done("install-operator")
    await continued()
    await person.choose("One site…")
    await person.sees(/Run it where\?/)
    await person.choose("+ supernode-1")
    await person.reads(/supernode-1 +made/)
    await person.reads(MENU)
    expect(linesOf(world.journal(), "act started").map(place)).not.toContain("superlink/site-create")
    await person.choose("Explain")
    await person.reads("exactly one Skupper Site")
    await person.reads("concepts/site.html")
    await person.choose("Outputs")
    await person.reads("skupper site status -n flower-supernode-1")
    await person.choose("Values")
    await person.reads("What cells have handed on")
    await person.reads(MENU)
    await person.choose("Skip")
    // It is looked at by those that need it: there is no site at the SuperLink.
    await atCell(person, titleOf("token-issue"))
    expect(person.screen()).toContain("after superlink/site-create")
    await person.choose("Go to…")
    await person.choose("6  Create the Skupper site")
    await atCell(person, titleOf("site-create"))
    await person.choose("Quit")
    expect(await person.ends()).toBe(0)
  })

  test("edit: what is refused says why, what is taken is run and kept", { timeout: 120_000 }, async () => {
    await done("install-operator")
    const editor = join(world.folder, "editor")
    // The first time it does what it should not.
    const lines = [
      "#!/bin/sh",
      'if [ ! -e "$HOME/tried" ]; then touch "$HOME/tried"; sed -i "s/skupper site create/skupper site delete/" "$1"',
      'else sed -i -e "s/skupper site delete/skupper site create/" -e "s/--wait none/--wait none --timeout 90s/" "$1"; fi',
    ]
    writeFileSync(editor, `${lines.join("\n")}\n`, { mode: 0o755 })
    await continued([], { env: { EDITOR: `'${editor}'` } })
    await person.choose("Edit…")
    await person.reads("Not taken:")
    await person.sees("Edit it again?")
    person.type(KEY.enter)
    await atCell(person, titleOf("token-issue"))
    const ran = linesOf(world.journal(), "command").filter(
      ({ step, line }) => step === "site-create" && line.includes("create"),
    )
    expect(ran.map(({ line }) => line)).toEqual([
      expect.stringMatching(/^skupper site create superlink-interconnect .*--timeout 90s/),
      expect.stringMatching(/^skupper site create supernode-1-interconnect .*--timeout 90s/),
    ])
    await person.choose("Quit")
    expect(await person.ends()).toBe(0)
  })

  test("a shell with the site's kubeconfig, after which it is looked at again", {
    timeout: 120_000,
  }, async () => {
    await done("install-operator")
    await continued()
    await person.choose("Shell…")
    await person.choose("+ superlink")
    await person.reads("Type exit to come back")
    person.type("oc whoami --show-server; echo at $FLOWER_RUNBOOK_SITE\r")
    await person.reads(world.practice.clusters[0]!.server.url)
    await person.reads("at superlink")
    // Ctrl-C is the shell's.
    person.type(KEY.ctrlC)
    person.type("skupper site create by-hand --enable-link-access -n flower-openshift-demo\r")
    await person.reads("is ready")
    person.type("exit\r")
    await person.reads(/superlink +done +Site by-hand is ready/)
    await person.reads(MENU)
    await person.choose("Quit")
    expect(await person.ends()).toBe(0)
  })
})

describe("Ctrl-C", () => {
  test("at a question asks once; twice ends with 130", { timeout: 120_000 }, async () => {
    walk(ours())
    await atCell(person, "What you need")
    person.type(KEY.ctrlC)
    await person.reads("Stop here?")
    person.type("n\r")
    await person.reads(MENU)
    person.type(KEY.ctrlC)
    await person.reads("Stop here?")
    person.type(KEY.ctrlC)
    expect(await person.ends()).toBe(130)
    expect(person.raw.lastIndexOf("\u001b[?25h")).toBeGreaterThan(person.raw.lastIndexOf("\u001b[?25l"))
  })

  test("in a run ends the cell alone, with a clean journal; Retry goes on", {
    timeout: 120_000,
  }, async () => {
    await done("install-operator")
    world.practice.faults.set([{ where: "site", what: "pending" }])
    await continued()
    person.type(KEY.enter)
    await person.sees(/0\/1 +site-create/)
    await world.line((line) => line.type === "waiting" && line.step === "site-create")
    person.type(KEY.ctrlC)
    await person.reads("interrupted")
    await person.reads(/^❯ Retry$/m)
    const ends = linesOf(world.journal(), "run ended")
    expect(ends.at(-1)).toMatchObject({ code: 130 })
    world.practice.faults.set([])
    await onwards(person, titleOf("token-issue"))
    await person.choose("Quit")
    expect(await person.ends()).toBe(0)
  })

  test("twice in a run ends everything at once, the terminal restored", { timeout: 120_000 }, async () => {
    await done("install-operator")
    world.practice.faults.set([{ where: "site", what: "pending" }])
    await continued()
    person.type(KEY.enter)
    await world.line((line) => line.type === "waiting" && line.step === "site-create")
    // The first may have ended the cell before the second comes: then they are a question's.
    for (let pressed = 0; pressed < 4 && !person.ended; pressed++) {
      person.type(KEY.ctrlC)
      await person.silent(0.3)
    }
    expect(await person.ends()).toBe(130)
    expect(person.raw.lastIndexOf("\u001b[?25h")).toBeGreaterThanOrEqual(
      person.raw.lastIndexOf("\u001b[?25l"),
    )
  })
})

/** What differs from run to run, as wide as it was. */
const masked = (text: string): string =>
  text
    .replaceAll(world.folder, "/home/person")
    .replace(/127\.0\.0\.1:\d+/g, (all) => all.replace(/\d+$/, (port) => "9".repeat(port.length)))
    .replace(/\b\d+\.\d s\b/g, (all) => all.replace(/\d/g, "9"))
    .replace(/by \S+@\S+/g, "by person@host")
    .replace(/\[\d+\] .*?,/g, "[9] just now,")

describe("screens", () => {
  test.each([
    ["80x24", { columns: 80, rows: 24 }],
    ["40x24", { columns: 40, rows: 24 }],
    ["80x24 without colour", { columns: 80, rows: 24, env: { NO_COLOR: "1" } }],
  ])("a cell before and after, %s", { timeout: 120_000 }, async (name, size) => {
    await done("install-operator")
    await continued([], size)
    const before = person.text().slice(person.text().lastIndexOf("─\n6/14"))
    await onwards(person, titleOf("token-issue"))
    const after = person.text().slice(person.text().indexOf("✔ What now? Run"))
    await expect(masked(`${before}\n${after}`)).toMatchFileSnapshot(`screens/cell ${name}.txt`)
    const coloured = /\u001b\[(?:3[1-7]|9[0-7])m/
    if (name.includes("without colour")) expect(person.raw).not.toMatch(coloured)
    else expect(person.raw).toMatch(coloured)
    await person.choose("Quit")
    expect(await person.ends()).toBe(0)
  })

  test("a terminal that is made narrower goes on", { timeout: 120_000 }, async () => {
    await done("install-operator")
    await continued()
    person.resize(40, 20)
    await person.choose("Values")
    await person.reads(MENU)
    await person.choose("Quit")
    expect(await person.ends()).toBe(0)
  })
})

test("off a terminal a walk is refused, and says what to type", async () => {
  for (const argv of [["walk"], ["--by-hand"]]) {
    const { code, stderr } = await world.call(argv)
    expect(code).toBe(2)
    expect(stderr).toContain("A walk needs a person at a terminal")
    expect(stderr).toContain("next: flower-runbook run --help")
  }
})
