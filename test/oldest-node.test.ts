/** One oldest Node everywhere, and what an older one says. */
import { execFile, spawnSync } from "node:child_process"
import { mkdtempSync, readdirSync, readFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { delimiter, join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { expect, test } from "vitest"
import { compareVersions } from "../runbooks/flower/flower-versions.ts"

const ROOT = fileURLToPath(new URL("../", import.meta.url))
const text = (name: string) => readFileSync(join(ROOT, name), "utf8")
const { engines } = JSON.parse(text("package.json")) as { engines: { node: string } }
const OLDEST = engines.node.replace(">=", "")

const pages = () =>
  ["README.md", "CONTRIBUTING.md", ...readdirSync(join(ROOT, "docs")).map((name) => `docs/${name}`)].filter(
    (name) => name.endsWith(".md"),
  )

test("is the same in the package, the program and every page", () => {
  for (const file of ["runbooks/flower-runbook.js", "lib/oldest-node.ts"])
    expect(text(file), file).toContain(`OLDEST = "${OLDEST}"`)
  const said = pages().flatMap((name) =>
    [...text(name).matchAll(/Node (\d+\.\d+\.\d+) or newer/g)].map(([, version]) => version),
  )
  expect(new Set(said)).toEqual(new Set([OLDEST]))
})

/** The files that export steps. */
const SCRIPTS: string[] = []
for (const name of readdirSync(join(ROOT, "runbooks")).filter((name) => name.endsWith(".ts"))) {
  const exported = Object.values((await import(join(ROOT, "runbooks", name))) as Record<string, unknown>)
  if (exported.some((one) => one !== null && typeof one === "object" && "check" in one)) SCRIPTS.push(name)
}

test("each file that exports steps runs them when it is started", () => {
  expect(SCRIPTS).toContain("site-create.ts")
  const without = SCRIPTS.filter(
    (name) => !text(`runbooks/${name}`).includes("\nif (import.meta.main) void main(import.meta.url)\n"),
  )
  expect(without).toEqual([])
})

test.concurrent.each(SCRIPTS)(
  "runbooks/%s, started with an older Node that reads TypeScript, says so in one sentence",
  async (name) => {
    const old = "22.18.0"
    const pretend = `Object.defineProperty(process,"versions",{value:{...process.versions,node:"${old}"}})`
    const argv = [
      "--import",
      `data:text/javascript,${encodeURIComponent(pretend)}`,
      join("runbooks", name),
      "--help",
    ]
    const said = await promisify(execFile)(process.execPath, argv, { cwd: ROOT }).then(
      ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
      ({ code, stdout, stderr }) => ({ code, stdout, stderr }),
    )
    expect(said).toMatchObject({ code: 2, stdout: "" })
    expect(said.stderr).toMatch(/^Node [\d.]+ or newer is required, and this is Node 22\.18\.0: [^\n]+\.\n$/)
  },
)

test("every page starts scripts with npx, which takes the Node of the checkout", () => {
  const typed = pages().flatMap((name) => [...text(name).matchAll(/(\S+ )?node runbooks\/\S+/g)])
  expect(typed.length).toBeGreaterThan(1)
  for (const [line, before] of typed)
    expect({ line, before }).toMatchObject({ before: expect.stringMatching(/^`?npx $/) })
})

const older = (process.env.PATH ?? "")
  .split(delimiter)
  .concat("/usr/bin")
  .find((folder) => {
    const { status, stdout } = spawnSync(join(folder, "node"), ["-p", "process.versions.node"], {
      encoding: "utf8",
    })
    return status === 0 && compareVersions(stdout.trim(), OLDEST) < 0
  })
test.skipIf(older === undefined)(
  "npx node starts a script where PATH has an older Node (skipped if there is none)",
  () => {
    const home = mkdtempSync(join(tmpdir(), "npx-"))
    const { status, stdout, stderr } = spawnSync("npx", ["node", "runbooks/site-create.ts", "--help"], {
      cwd: ROOT,
      env: { PATH: `${older}:/usr/bin:/bin`, HOME: home, npm_config_update_notifier: "false" },
      encoding: "utf8",
    })
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" })
    expect(stdout).toMatch(/^site-create\n/)
  },
)
