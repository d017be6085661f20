/** The script of a small notebook, run by the shells of this machine. */
import { spawnSync } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { input, type Notebook, notebook, step } from "../../lib/index.ts"
import { federate } from "../../lib/library.ts"
import { readReport } from "../../lib/report/read-report.ts"
import { shellScript } from "../../lib/report/shell-script.ts"

const check = () => ({ state: "ready", reason: "" }) as const

const scope: Notebook = notebook({
  name: "shop",
  title: "Open a shop",
  roles: { store: "one", branch: "many" },
  inputs: { city: input.text({ per: "site", help: "City" }) },
  steps: [
    step({
      id: "tools",
      title: "What you need",
      on: "here",
      prose: "A **hammer** and a\n[saw](https://saw.example).\n\nMore.",
      check,
      manual: () => "echo tools",
    }),
    step({
      id: "login",
      title: "Log in",
      on: "every site",
      prose: "First this. Then it is shown:\n\n    x",
      session: true,
      check,
      manual: () => 'echo "session" >"$KUBECONFIG"',
    }),
    step({
      id: "key",
      title: "Cut a key'; touch injected; echo 'it\ntouch injected",
      on: "link",
      prose: "A key.",
      check,
      manual: ({ on, peer, privateFile, site }) =>
        `test -e ${privateFile("token.yaml")} || ${on(peer)}sh -c 'cat "$KUBECONFIG"; echo key of ${site.name} >${privateFile("token.yaml")}'`,
    }),
    step({
      id: "open",
      title: "Open",
      on: "every site",
      prose: "Doors.",
      check,
      manual: async ({ site }) => `cat <<'EOF'\n  ${site.name} in ${site.city}\nEOF\ncat "$KUBECONFIG"`,
    }),
    step({ id: "sign", title: "Hang up the sign", on: "branch", prose: "Manually.", check, apply: () => {} }),
    step({ id: "look", title: "Look at the sign", on: "branch", prose: "It hangs.", check }),
    step({
      id: "count",
      title: "Count",
      on: "federation",
      prose: "All of them.",
      check,
      manual: ({ all }) => `echo ${all("branch").length} branches`,
    }),
  ],
})

async function scriptOf(...branches: string[]): Promise<string> {
  const federation = await federate(scope, {
    name: "toys",
    sites: [
      { name: "store", role: "store", city: "Ulm" },
      ...branches.map((name) => ({ name, role: "branch", city: "$HOME `id`" })),
    ],
  })
  return shellScript(
    readReport({
      lines: [],
      notebook: scope,
      federation,
      memory: undefined,
      made: "2026-01-02T03:04:05.678Z",
      program: { name: "shop", version: "1.2.3" },
      inputs: [],
      textOf: (_, value) => String(value),
      stale: () => [],
    }),
  )
}

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "script of-"))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Runs it in its own folder. */
function run(
  text: string,
  argv: readonly string[],
  more: { shell?: string; stdin?: string; env?: Record<string, string>; in?: string } = {},
) {
  const cwd = more.in ?? mkdtempSync(join(folder, "here-"))
  const file = join(folder, "r.sh")
  writeFileSync(file, text)
  const { status, stdout, stderr } = spawnSync(more.shell ?? "sh", [file, ...argv], {
    cwd,
    env: { PATH: process.env.PATH, ...more.env },
    input: more.stdin ?? "",
    encoding: "utf8",
  })
  return { status, stdout, stderr, cwd }
}

const has = (command: string): boolean => spawnSync(command, ["--version"]).error === undefined

test("its head says what it is and how to use it", async () => {
  const text = await scriptOf("north")
  expect(text.split("\nset -eu\n")[0]).toMatchInlineSnapshot(`
    "#!/bin/sh
    # Open a shop: a script for the federation toys.
    # Created 2026-01-02 03:04Z by shop 1.2.3.
    #
    # It runs in the current folder and shows each command before it runs it:
    #
    #     sh r.sh             lists the sites and their steps
    #     sh r.sh store       runs the steps of this site, in order
    #     sh r.sh store STEP  runs one of them
    #     sh r.sh all         runs everything, where this machine reaches every site
    #
    # What already exists is left as it is, so the script can be run again after
    # an error. It contains no password and no token.
    #
    # Each login writes its own kubeconfig to this folder. If you are already
    # logged in, name your kubeconfig, and the login is skipped:
    #
    #     KUBECONFIG_STORE=FILE sh r.sh store"
  `)
  expect(text).toContain("  # A hammer and a saw.\n  if step tools 'What you need'; then (\n")
  expect(text).toContain("  # First this.\n")
})

describe.each(["sh", "bash"].filter(has))("in %s", (shell) => {
  test("a site's steps run in order, those of this machine first", async () => {
    const { status, stdout, stderr } = run(await scriptOf("north"), ["store"], { shell })
    expect({ status, stdout }).toEqual({
      status: 0,
      stdout: `
== tools at store: What you need
tools

== login at store: Log in

== open at store: Open
  store in Ulm
session

Done: store
`,
    })
    expect(stderr).toMatch(/^\+ echo tools$/m)
  })

  test("one step alone", async () => {
    const { status, stdout } = run(await scriptOf("north"), ["store", "tools"], { shell })
    expect({ status, stdout }).toEqual({
      status: 0,
      stdout: "\n== tools at store: What you need\ntools\n\nDone: store tools\n",
    })
  })

  test("all of them, then the federation's steps", async () => {
    const { status, stdout } = run(await scriptOf("north", "south"), ["all"], { shell, stdin: "\n\n" })
    expect(status).toBe(0)
    expect(stdout.match(/^Done: .*$/gm)).toEqual([
      "Done: store",
      "Done: north",
      "Done: south",
      "Done: federation",
    ])
    expect(stdout).toContain("\n2 branches\n")
  })

  test("a step that fails is named, and ends the script", async () => {
    const text = (await scriptOf("north")).replace("echo tools", "false; echo never")
    const { status, stdout, stderr } = run(text, ["all"], { shell })
    expect(status).toBe(1)
    expect(stdout).not.toMatch(/never|Done/)
    expect(stderr.match(/^Failed: .*$/gm)).toEqual([
      "Failed: tools at store (exit code 1). Fix it, then run the same command again.",
    ])
  })
})

test("with an own session its login is skipped", async () => {
  const own = join(folder, "own")
  writeFileSync(own, "mine\n")
  const { status, stdout } = run(await scriptOf("north"), ["store"], { env: { KUBECONFIG_STORE: own } })
  expect(status).toBe(0)
  expect(stdout).not.toContain("login at store")
  expect(stdout).toContain("\nmine\n")
})

test("where the other end cannot be reached, its part is skipped and named", async () => {
  const text = await scriptOf("north")
  const first = run(text, ["north"], { stdin: "\n" })
  expect(first.stdout).toContain(
    `Skipped here: there is no ./store.kubeconfig. Run this where store can be reached:
    sh r.sh north key
Then copy ./north.token.yaml from there to this folder, and keep it secret.
`,
  )
  run(text, ["store"], { in: first.cwd })
  const { stdout } = run(text, ["north", "key"], { in: first.cwd })
  expect(stdout).toMatch(/^== key at north: .*\nsession\n/m)
})

test("a step without commands waits for a person", async () => {
  const text = await scriptOf("north")
  const asked = run(text, ["north", "sign"], { stdin: "\n" })
  expect(asked).toMatchObject({ status: 0 })
  expect(asked.stdout).toContain("This step has no commands. Do it manually, then press Enter. ")
  expect(run(text, ["north", "sign"], { stdin: "" }).status).not.toBe(0)
  const looked = run(text, ["north", "look"], { stdin: "" })
  expect(looked).toMatchObject({
    status: 0,
    stdout: expect.stringContaining("Nothing to type: this step only checks."),
  })
})

test("a wrong call is refused with the list, exit code 2", async () => {
  const text = await scriptOf("north", "south")
  for (const argv of [[], ["west"], ["store", "sign"]]) {
    const { status, stdout, stderr } = run(text, argv)
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" })
    expect(stderr).toContain(
      "  store:\n    tools login open\n  north, south:\n    tools login key open sign look\n",
    )
  }
})

test("names that are not names in a shell", async () => {
  const text = await scriptOf("a-b", "1st")
  for (const site of ["a-b", "1st"]) {
    const { status, stdout } = run(text, [site, "open"], { env: { KUBECONFIG_A_B: "/dev/null" } })
    expect(stdout).toContain(`  ${site} in $HOME \`id\`\n`)
    // Nobody has logged in at the other.
    expect(status === 0).toBe(site === "a-b")
  }
})

test("a title is never run", async () => {
  const { cwd } = run(await scriptOf("north"), ["north"], { stdin: "\n" })
  expect(spawnSync("ls", [cwd], { encoding: "utf8" }).stdout).not.toContain("injected")
})

test.skipIf(!has("shellcheck"))("shellcheck finds nothing (where it is installed)", async () => {
  const file = join(folder, "checked.sh")
  writeFileSync(file, await scriptOf("north", "south"))
  expect(spawnSync("shellcheck", [file], { encoding: "utf8" }).stdout).toBe("")
})
