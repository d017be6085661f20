import { execFile } from "node:child_process"
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { describe, expect, test } from "vitest"
import type { Site } from "../../lib/notebook/roles.ts"
import guide, { program } from "../../runbooks/index.ts"

const root = new URL("../../", import.meta.url)
const bin = fileURLToPath(new URL("runbooks/flower-runbook.js", root))
const { version } = JSON.parse(readFileSync(new URL("package.json", root), "utf8"))

test("the guide's order", () => {
  expect(guide.steps.map(({ id }) => id)).toEqual([
    "prerequisites",
    "login",
    "project",
    "certificates",
    "root-certificates",
    "node-key",
    "deploy-superlink",
    "register-node",
    "install-operator",
    "site-create",
    "network-project",
    "network-site",
    "token-issue",
    "hand-over",
    "token-redeem",
    "link-status",
    "connector",
    "network-connector",
    "isolate-superlink",
    "isolate-network",
    "listener",
    "isolate-supernode",
    "deploy-supernode",
    "verify",
    "confirm",
    "verify-federation",
  ])
  expect(program.version).toBe(version)
})

test("Flower's version belongs to the deployments, to what asks the SuperLink with flwr, and to nothing else", () => {
  const stale = guide.steps.filter(({ inputs }) => inputs?.includes("flower-version")).map(({ id }) => id)
  expect(stale).toEqual(["deploy-superlink", "register-node", "deploy-supernode", "verify"])
})

test("a browser login without a terminal counts as missing", async () => {
  const site = (name: string, login: string) =>
    ({ name, role: "supernode", login, server: `https://${name}` }) as Site
  const hasSession = async (one: Site, server: string) => one.name === "a" && server === "https://a"
  const missing = await guide.missing!([site("a", "web"), site("b", "web"), site("c", "token")], {
    hasSession,
  })
  expect(missing).toEqual([
    { site: "b", input: "login", why: expect.stringContaining("a browser login requires a terminal") },
  ])
})

describe("the command", () => {
  const run = async (node: string[], args: string[]) => {
    const call = promisify(execFile)(process.execPath, [...node, bin, ...args])
    return call.then(
      ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
      ({ code, stdout, stderr }) => ({ code, stdout, stderr }),
    )
  }

  test("its version", async () => {
    expect(await run([], ["--version"])).toEqual({ code: 0, stdout: `${version}\n`, stderr: "" })
  })

  test("its help names the steps' inputs", async () => {
    const { code, stdout } = await run([], ["run", "--help"])
    expect(code).toBe(0)
    expect(stdout).toContain("--flower-version")
  })

  test.each(["20.20.2", "22.22.1", "22.9.9"])("Node %s is refused in one sentence", async (old) => {
    const pretend = `Object.defineProperty(process,"versions",{value:{...process.versions,node:"${old}"}})`
    const { code, stdout, stderr } = await run(
      ["--import", `data:text/javascript,${encodeURIComponent(pretend)}`],
      ["run"],
    )
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" })
    expect(stderr).toMatch(
      new RegExp(`^flower-runbook requires Node 22\\.22\\.2 or newer, and this is Node ${old}: .*\n$`),
    )
  })
})
