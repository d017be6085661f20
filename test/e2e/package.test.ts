/** The packed package, as `npm install` lays it out, in an empty folder: it needs nothing of the checkout. */
import { execFileSync, spawnSync } from "node:child_process"
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
} from "node:fs"
import { homedir, tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll, beforeAll, expect, test } from "vitest"
import { compareVersions } from "../../runbooks/flower/flower-versions.ts"
import { packedProgram } from "../packed.ts"

const ROOT = fileURLToPath(new URL("../../", import.meta.url))
const OLDEST = "22.22.2"

const { bin, folder } = await packedProgram()
const empty = join(folder, "empty")
beforeAll(() => mkdirSync(empty))
afterAll(() => rmSync(empty, { recursive: true }))

function call(argv: readonly string[], node = process.execPath) {
  const home = mkdtempSync(join(tmpdir(), "package home_"))
  try {
    // No PATH but bash's: neither node, npm, oc nor skupper.
    const { status, stdout, stderr } = spawnSync(node, [bin, ...argv], {
      cwd: empty,
      env: { PATH: "/bin", TMPDIR: tmpdir(), HOME: home, XDG_STATE_HOME: join(home, "state") },
      encoding: "utf8",
      timeout: 60_000,
    })
    return { code: status, stdout, stderr }
  } finally {
    rmSync(home, { recursive: true, force: true })
  }
}

const files = (): string[] =>
  (readdirSync(join(bin, "../.."), { recursive: true, encoding: "utf8" }) as string[])
    .filter((name) => statSync(join(bin, "../..", name)).isFile())
    .sort()

test("contains what it needs to run, and nothing of how it is built", () => {
  const names = files()
  expect(names).toContain("runbooks/flower-runbook.js")
  expect(names).toContain("dist/runbooks/index.js")
  expect(names).toContain("snippets/superlink.yaml")
  expect(names).toContain("schema/events.schema.json")
  expect(names).toContain("LICENSE")
  expect(
    names
      .filter((name) => !name.startsWith("template/"))
      .filter((name) => /(?:^|\/)test\/|\.test\.|(?<!\.d)\.ts$|\.map$|biome|tsconfig/.test(name)),
  ).toEqual([])
  const places = [ROOT, realpathSync(ROOT), `${homedir()}/`]
  const leaking = names.filter((name) => {
    const text = readFileSync(join(bin, "../..", name), "utf8")
    return places.some((place) => text.includes(place))
  })
  expect(leaking).toEqual([])
})

test("contains the licenses of what is bundled in it, and asks for none of that", () => {
  const texts = readFileSync(join(bin, "../../dist/third-party-licenses.txt"), "utf8")
  const { dependencies } = JSON.parse(readFileSync(join(bin, "../../package.json"), "utf8")) as {
    dependencies: Record<string, string>
  }
  const code = readFileSync(join(bin, "../../dist/lib/cluster/pooled-kubeconfig.js"), "utf8")
  for (const name of ["@kubernetes/client-node", "undici", "openid-client"]) {
    expect(texts).toMatch(new RegExp(`^${name} \\d[\\d.]* \\([\\w.-]+\\)\n\n(?:.+\n+)+`, "m"))
    expect(Object.keys(dependencies)).not.toContain(name)
    expect(code).not.toContain(`from"${name}"`)
  }
})

test("prints its version and its help", () => {
  const { version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as { version: string }
  expect(call(["--version"])).toEqual({ code: 0, stdout: `${version}\n`, stderr: "" })
  expect(call(["--help"])).toMatchObject({ code: 0, stderr: "" })
})

test("practises in an empty folder", { timeout: 60_000 }, () => {
  const { code, stdout, stderr } = call(["run", "--practice", "--yes"])
  expect({ code, stderr: code === 0 ? "" : stderr + stdout }).toEqual({ code: 0, stderr: "" })
  expect(stdout).toMatch(/2 of 2 SuperNodes verified/)
  expect(readdirSync(empty)).toEqual([])
})

test("is a library", () => {
  const text = 'import * as all from "flower-runbook"; console.log(Object.keys(all).sort().join(" "))'
  const words = execFileSync(process.execPath, ["--input-type=module", "-e", text], {
    cwd: folder,
    encoding: "utf8",
  })
  for (const name of ["input", "main", "notebook", "plan", "run", "step"])
    expect(words.trim().split(" ")).toContain(name)
  const kit =
    'import { kubeconfigs } from "flower-runbook/kit"; console.log(Object.keys(await kubeconfigs()).join(" "))'
  const helpers = execFileSync(process.execPath, ["--input-type=module", "-e", kit], {
    cwd: folder,
    encoding: "utf8",
  })
  expect(helpers.trim().split(" ")).toContain("writeKubeconfig")
})

test("writes a notebook that passes its test with what npm has installed", { timeout: 120_000 }, () => {
  const { code, stdout, stderr } = call(["new", "greetings"])
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" })
  expect(stdout).toMatch(/^ {2}npm install {2}# if you have flower-runbook as a file: npm install FILE$/m)
  expect(stdout).not.toMatch(/npm pack/)
  const made = join(empty, "greetings")
  expect(readdirSync(made).sort()).toEqual(
    [".gitignore", ...readdirSync(join(ROOT, "template"))].filter((name) => name !== "gitignore").sort(),
  )
  symlinkSync(join(folder, "node_modules"), join(made, "node_modules"))
  const tested = spawnSync(process.execPath, ["--test"], {
    cwd: made,
    env: { PATH: "/bin", TMPDIR: tmpdir() },
    encoding: "utf8",
  })
  expect(tested).toMatchObject({ status: 0, stdout: expect.stringMatching(/pass 2$/m) })
})

const older = ["/usr/bin/node", "/usr/local/bin/node"].find((path) => {
  const { stdout, status } = spawnSync(path, ["-p", "process.versions.node"], { encoding: "utf8" })
  return status === 0 && compareVersions(stdout.trim(), OLDEST) < 0
})

test.skipIf(older === undefined)(
  "prints one clear sentence with an older Node (skipped if there is none)",
  () => {
    const { code, stdout, stderr } = call(["run", "--practice", "--yes"], older)
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" })
    expect(stderr).toMatch(
      /^flower-runbook requires Node 22\.22\.2 or newer, and this is Node [\d.]+: [^\n]+\.\n$/,
    )
    // A script of one step, too: neither a stack, nor nothing at all.
    const script = join(bin, "../../dist/runbooks/site-create.js")
    const { status, ...said } = spawnSync(older!, [script, "--help"], { encoding: "utf8" })
    expect({ status, stdout: said.stdout }).toEqual({ status: 2, stdout: "" })
    expect(said.stderr).toMatch(/^Node 22\.22\.2 or newer is required, and this is Node [\d.]+: [^\n]+\.\n$/)
  },
)
