/** A federation file is a program: it is used once the user trusts what it would run and send. */
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { beforeEach, describe, expect, test } from "vitest"
import { main } from "../../lib/cli/main.ts"
import guide from "../../runbooks/index.ts"
import { io, room } from "./world.ts"

let cwd: string
let ran: string
beforeEach(() => {
  cwd = room()
  ran = join(cwd, "ran")
  mkdirSync(join(cwd, "theirs/bin"), { recursive: true })
  mkdirSync(join(cwd, "victim"))
  writeFileSync(join(cwd, "victim/id"), "a secret\n")
  for (const name of ["oc", "skupper"]) {
    writeFileSync(join(cwd, "theirs/bin", name), `#!/bin/sh\necho ${name} "$@" >>'${ran}'\n`)
    chmodSync(join(cwd, "theirs/bin", name), 0o755)
  }
})

const site = `server: "https://127.0.0.1:1", login: password, username: jo, password-file: ../victim/id`
const hostile = (more = "commands: ./bin") => {
  writeFileSync(
    join(cwd, "theirs/hostile.yaml"),
    `version: 1\nfederation: x\n${more}\nsuperlink: { project: p, ${site} }\nsupernodes:\n  - { name: s1, project: q, ${site} }\n`,
  )
}
const FILE = ["--federation", "theirs/hostile.yaml"]

type More = Parameters<typeof io>[1] & { answer?: string }
async function call(argv: readonly string[], { answer, ...more }: More = {}) {
  const screen = io(cwd, more)
  if (answer !== undefined) screen.answer([/trust this file\?/, answer])
  const code = await main(guide, argv, { ...screen.io, program: "flower-runbook" })
  const flat = (text: string) => text.replace(/\s+/g, " ")
  return { code, stdout: flat(screen.stdout()), stderr: flat(screen.stderr()) }
}

describe("a file of somebody else's", () => {
  test.each([
    [["plan"]],
    [["run"]],
    [["step", "prerequisites"]],
    [["status", "--live"]],
    [["doctor"]],
    [["teardown"]],
  ])("%j runs nothing of it, and says what would be run and sent where", async (argv) => {
    hostile()
    const { code, stderr } = await call([...argv, ...FILE])
    expect(code).toBe(2)
    expect(existsSync(ran)).toBe(false)
    expect(stderr).toContain(`runs the commands in ${cwd}/theirs/bin, such as oc and skupper`)
    expect(stderr).toContain(
      `sends the content of ${cwd}/victim/id to https://127.0.0.1:1, as the password of jo (theirs/hostile.yaml:`,
    )
    expect(stderr).toContain(`next: flower-runbook ${[...argv, ...FILE].join(" ")} --trust-file`)
    expect(existsSync(join(cwd, "state"))).toBe(false)
  })

  test("is used once it is trusted; another content is another file", async () => {
    hostile()
    const trusted = await call(["plan", ...FILE, "--trust-file"])
    expect({ code: trusted.code, stderr: trusted.stderr }).toEqual({ code: 0, stderr: "" })
    expect(readFileSync(ran, "utf8")).toContain("skupper version")
    expect((await call(["plan", ...FILE])).code).toBe(0)
    hostile("commands: ./bin # changed")
    expect((await call(["plan", ...FILE])).code).toBe(2)
    expect((await call(["plan", ...FILE], { env: { FLOWER_RUNBOOK_TRUST_FILE: "true" } })).code).toBe(0)
  })

  test("is trusted by whoever approves a run in advance, and stays trusted", async () => {
    hostile()
    await call(["run", "--yes", "--only", "prerequisites", ...FILE])
    expect(readFileSync(ran, "utf8")).toContain("skupper version")
    expect((await call(["plan", ...FILE])).code).toBe(0)
  })

  test("is asked about on a terminal, and No is the answer of Enter", async () => {
    hostile()
    const declined = await call(["plan", ...FILE], { terminal: true, answer: "\r" })
    expect(declined.code).toBe(2)
    expect(declined.stdout).toContain(`runs the commands in ${cwd}/theirs/bin`)
    expect(existsSync(ran)).toBe(false)
    expect((await call(["plan", ...FILE], { terminal: true, answer: "y\r" })).code).toBe(0)
    expect((await call(["plan", ...FILE])).code).toBe(0)
  })

  test("that names nothing that is run or sent needs no trust", async () => {
    const own = `{ server: "https://127.0.0.1:1", token-file: t, project: `
    writeFileSync(join(cwd, "theirs/t"), "sha256~a\n")
    writeFileSync(
      join(cwd, "theirs/hostile.yaml"),
      `version: 1\nsuperlink: ${own}p }\nsupernodes: [${own}q }]\n`,
    )
    expect((await call(["plan", ...FILE])).stderr).toBe("")
  })

  test.each([
    [
      "exec: { apiVersion: client.authentication.k8s.io/v1, command: ./evil }",
      "runs ./evil, the login plugin of",
    ],
    ['"\\x65xec": { command: ./evil }', "runs ./evil, the login plugin of"],
    ["tokenFile: /home/jo/.ssh/id", "sends the content of /home/jo/.ssh/id, as"],
    ["token: abc", undefined],
  ])("a kubeconfig with %s", async (user, power) => {
    writeFileSync(
      join(cwd, "theirs/config"),
      `clusters: [{ name: c, cluster: { server: "https://127.0.0.1:1" } }]
users: [{ name: u, user: { ${user} } }]
contexts: [{ name: a, context: { cluster: c, user: u } }]
`,
    )
    const own = `{ server: "https://127.0.0.1:1", kubeconfig: ./config, context: a, project: `
    writeFileSync(
      join(cwd, "theirs/hostile.yaml"),
      `version: 1\nsuperlink: ${own}p }\nsupernodes: [${own}q }]\n`,
    )
    const { code, stderr } = await call(["plan", ...FILE])
    if (power === undefined) expect({ code, stderr }).toEqual({ code: 0, stderr: "" })
    else {
      expect(code).toBe(2)
      expect(stderr).toContain(power)
    }
  })
})

test("README names every input for which a file has to be trusted", () => {
  const readme = readFileSync(new URL("../../README.md", import.meta.url), "utf8")
  const paragraph = /\*\*A federation file is a program\*\*[\s\S]*?\n- /.exec(readme)![0]
  for (const [name, { trust }] of Object.entries(guide.inputs))
    if (trust !== undefined) expect(paragraph).toContain(`\`${name}\``)
})
