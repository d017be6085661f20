/** The walk as its user sees it: the whole program in a terminal, on practice clusters. */
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { takeLock } from "../../lib/runner/lock.ts"
import { linesOf, place } from "./harness.ts"
import { KEY, type Pty } from "./pty.ts"
import { atCell, MENU, onwards, titleOf, Walking } from "./walking.ts"

const walking = new Walking()

/** Answers the questions of a new federation. */
async function endpoints(person: Pty): Promise<void> {
  const { world } = walking
  const file = readFileSync(world.practice.federationFile, "utf8")
  const paths = (key: string) => [...file.matchAll(new RegExp(`${key}: (.+)`, "g"))].map(([, path]) => path!)
  await person.reads("How many supernodes?")
  person.type(KEY.enter)
  for (const [index, { name, server }] of world.practice.clusters.entries()) {
    await person.reads(`${name}: API server`)
    // The first answer is an address where nothing listens.
    if (index === 0) {
      person.type("https://127.0.0.1:1\r")
      await person.sees(/refused/)
      await person.choose("Type another address")
      await person.reads(`${name}: API server`)
    }
    person.type(`${server.url}\r`)
    await person.sees(/signed by an authority/)
    await person.choose("Give the file of the certificate authority that signed its certificate")
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
  test("a failure fixed by Retry, a changed input, quit and resume", { timeout: 240_000 }, async () => {
    const { world } = walking
    let person = walking.walk([])
    await person.sees(/What would you like to do\?/)
    await person.choose("Set up your own clusters")
    await endpoints(person)
    await atCell(person, "What you need")
    // A refused address has no tick either.
    expect(person.text()).toMatch(/^✗ superlink: API server .* https:\/\/127\.0\.0\.1:1$/m)
    expect(person.text()).not.toMatch(/^✔ .*https:\/\/127\.0\.0\.1:1$/m)
    await onwards(person, titleOf("login"))
    // What is there, what is to type, and what can be done: on one screen of 24 rows.
    expect(person.screen()).toMatch(/^Now$[\s\S]*choose Commands…[\s\S]*^ {2}Quit$/m)
    await person.choose("Commands…")
    await person.choose("Write them to a file")
    await person.reads("Written to")
    await person.reads(MENU)
    const script = readFileSync(join(world.folder, "state/flower-runbook/default/by-hand/login.sh"), "utf8")
    expect(script).toMatch(/^#!\/bin\/sh\nset -eu\n\n# superlink\nexport KUBECONFIG=[\s\S]*# supernode-1\n/)
    await person.choose("Commands…")
    await person.choose("Show them here")
    await person.reads("apiVersion: v1")
    await person.reads(MENU)
    for (const step of ["project", "deploy-superlink", "install-operator", "site-create", "token-issue"]) {
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
    expect(person.text()).toContain("Everything is saved in")

    world.practice.faults.set([])
    person = walking.walk([])
    await person.reads("Continue default: 7 of 14 steps done")
    person.type(KEY.enter)
    await person.sees(/❯ Continue$/m)
    person.type(KEY.enter)
    await atCell(person, titleOf("token-redeem"))
    // What was done before, by whom, as which user, and what it showed.
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
    // A refused answer has no tick.
    person.type("1.3\r")
    await person.sees(/^✗ flower-version 1\.3$[\s\S]*^\? flower-version \(1\.34\.0\)$/m)
    person.type("1.33.0\r")
    await person.sees("✔ flower-version 1.33.0")
    await person.reads("These cells become stale:")
    await person.reads("superlink/deploy-superlink  (flower-version 1.34.0 → 1.33.0)")
    await person.reads("Use this value?")
    person.type(KEY.enter)
    await person.reads("Saved, also for the next time.")
    await person.reads("No longer done:")
    await person.choose("Go to cell 4  Deploy the SuperLink")
    await atCell(person, titleOf("deploy-superlink"))
    expect(person.screen()).toContain("image is docker.io/flwr/superlink:1.34.0")
    await person.choose("Run the rest")
    await person.sees("Run this plan?", 60)
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
    const person = await walking.continued("install-operator")
    await person.choose("One site…")
    await person.sees(/Run it at which site\?/)
    await person.choose("+ supernode-1")
    await person.reads(/supernode-1 +applied/)
    await person.reads(MENU)
    expect(linesOf(walking.world.journal(), "action started").map(place)).not.toContain(
      "superlink/site-create",
    )
    await person.choose("Explain")
    await person.reads("exactly one Skupper Site")
    await person.reads("concepts/site.html")
    await person.choose("Outputs")
    await person.reads("skupper site status -n flower-supernode-1")
    await person.choose("Values")
    await person.reads("Results of finished cells")
    await person.reads(MENU)
    await person.choose("Skip")
    // The cells that need it check it: there is no site at the SuperLink.
    await atCell(person, titleOf("token-issue"))
    expect(person.screen()).toContain("after superlink/site-create")
    await person.choose("Go to…")
    await person.choose("6  Create the Skupper site")
    await atCell(person, titleOf("site-create"))
    await person.choose("Quit")
    expect(await person.ends()).toBe(0)
  })

  test("the last cell skipped: unfinished cells are named, and the walk resumes there", {
    timeout: 120_000,
  }, async () => {
    const person = await walking.continued("project")
    await person.choose("Go to…")
    await person.choose("14  Verify the federation")
    await atCell(person, titleOf("verify-federation"))
    await person.choose("Skip")
    expect(await person.ends()).toBe(0)
    expect(person.text()).toMatch(/^Unfinished cells:\n {2}4 {2}Deploy the SuperLink\n {2}5 {2}/m)
    const resumed = walking.walk()
    await resumed.sees(/❯ Continue$/m)
    resumed.type(KEY.enter)
    await atCell(resumed, titleOf("deploy-superlink"))
    await resumed.choose("Quit")
    expect(await resumed.ends()).toBe(0)
  })

  test("a finished cell runs again; another terminal's lock is reported, and the cell stays open", {
    timeout: 120_000,
  }, async () => {
    const person = await walking.continued("deploy-superlink")
    const { world } = walking
    await person.choose("Go to…")
    await person.choose("✓  4  Deploy the SuperLink")
    await atCell(person, titleOf("deploy-superlink"))
    const release = takeLock(world.state, "somebody else's run")
    await person.choose("Run again")
    await person.reads("somebody else's run")
    await person.reads(MENU)
    release()
    // What is typed while a cell works answers no question.
    const works = world.line((line) => line.type === "action started" && line.action === "rerun")
    const typed = works.then(() => person.type("\r\r\r"))
    await person.choose("Run again")
    await typed
    await atCell(person, titleOf("install-operator"))
    expect(linesOf(world.journal(), "step started").map(({ step }) => step)).not.toContain("install-operator")
    const again = linesOf(world.journal(), "action started").filter(({ action }) => action === "rerun")
    expect(again.map(place)).toEqual(["superlink/deploy-superlink"])
    await person.choose("Quit")
    expect(await person.ends()).toBe(0)
  })

  test("edit: what is refused says why, what is accepted is run and saved", {
    timeout: 120_000,
  }, async () => {
    const { world } = walking
    const editor = join(world.folder, "editor")
    // The first time it makes an edit that is refused.
    const lines = [
      "#!/bin/sh",
      'if [ ! -e "$HOME/tried" ]; then touch "$HOME/tried"; sed -i "s/skupper site create/skupper site delete/" "$1"',
      'else sed -i -e "s/skupper site delete/skupper site create/" -e "s/--wait none/--wait none --timeout 90s/" "$1"; fi',
    ]
    writeFileSync(editor, `${lines.join("\n")}\n`, { mode: 0o755 })
    const person = await walking.continued("install-operator", { env: { EDITOR: `'${editor}'` } })
    await person.choose("Edit…")
    await person.reads("Not accepted:")
    await person.sees("Edit it again?")
    person.type(KEY.enter)
    await atCell(person, titleOf("token-issue"))
    const ran = linesOf(world.journal(), "command").filter(
      ({ step, line }) => step === "site-create" && line.includes("create"),
    )
    expect(ran.map(({ line }) => line).toSorted()).toEqual([
      expect.stringMatching(/^skupper site create superlink-interconnect .*--timeout 90s/),
      expect.stringMatching(/^skupper site create supernode-1-interconnect .*--timeout 90s/),
    ])
    await person.choose("Quit")
    expect(await person.ends()).toBe(0)
  })

  test("a shell with the site's kubeconfig, after which the cell is checked again", {
    timeout: 120_000,
  }, async () => {
    const person = await walking.continued("install-operator")
    await person.choose("Shell…")
    await person.choose("+ superlink")
    await person.reads("Type exit to return")
    person.type("oc whoami --show-server; echo at $FLOWER_RUNBOOK_SITE\r")
    await person.reads(walking.world.practice.clusters[0]!.server.url)
    await person.reads("at superlink")
    // Ctrl-C goes to the shell.
    person.type(KEY.ctrlC)
    // The terminal drops what is typed before Ctrl-C is handled.
    await person.silent(0.5)
    person.type("skupper site create by-hand --enable-link-access -n flower-openshift-demo\r")
    await person.reads("is ready")
    person.type("exit\r")
    await person.reads(/superlink +ok +Site by-hand is ready/)
    await person.reads(MENU)
    await person.choose("Quit")
    expect(await person.ends()).toBe(0)
  })
})

test("off a terminal a walk is refused, with the next command", async () => {
  for (const argv of [["walk"], ["--by-hand"]]) {
    const { code, stderr } = await walking.world.call(argv)
    expect(code).toBe(2)
    expect(stderr).toContain("walk needs an interactive terminal")
    expect(stderr).toContain("next: flower-runbook run --help")
  }
})
