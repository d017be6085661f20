/** The virtual environments of Flower's commands, with a python3 that is a shell script: the environments are real, PyPI is not contacted. */

import { spawn } from "node:child_process"
import { once } from "node:events"
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs"
import { rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, expect, test } from "vitest"
import { ensureEnvironment, findEnvironment, findPython } from "../../runbooks/flower/environment.ts"

let home: string
let env: Record<string, string>
const root = () => join(home, "flower-runbook", "flwr")

/** Its `-m venv` makes a folder whose python is itself; its `-m pip` a flwr, or fails. */
const python = (version: string) => `#!/bin/sh
echo "$@" >> "$XDG_CACHE_HOME/calls"
case "$1 $2" in
  "-c "*) echo ${version} ;;
  "-m venv") mkdir -p "$3/bin" && cp "$0" "$3/bin/python" ;;
  "-m pip")
    [ -z "$PIP_FAILS" ] || { echo "ERROR: No matching distribution found for flwr==9.9.9" >&2; exit 1; }
    [ -z "$PIP_HANGS" ] || exec sleep 60
    bin=$(dirname "$0"); printf '#!/bin/sh\\necho 1.34.0\\n' > "$bin/flwr"; chmod +x "$bin/flwr" ;;
esac
`

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "flwr cache_"))
  mkdirSync(join(home, "bin"))
  env = { XDG_CACHE_HOME: home, PATH: `${join(home, "bin")}:/usr/bin:/bin` }
  give("3.12")
})
afterEach(() => rm(home, { recursive: true, force: true }))

function give(version: string): void {
  for (const name of ["python3", "python3.13", "python3.12", "python3.11"]) {
    writeFileSync(join(home, "bin", name), python(version))
    chmodSync(join(home, "bin", name), 0o755)
  }
}

test("it is created once, pinned, and published under the version's name", async () => {
  expect(await findEnvironment("1.34.0", env)).toBeUndefined()
  const bins = await Promise.all([ensureEnvironment("1.34.0", { env }), ensureEnvironment("1.34.0", { env })])
  expect(new Set(bins)).toEqual(new Set([join(root(), "1.34.0", "bin")]))
  expect(await ensureEnvironment("1.34.0", { env })).toBe(bins[0])
  expect(await findEnvironment("1.34.0", env)).toBe(bins[0])
  const { readFileSync } = await import("node:fs")
  const pips = readFileSync(join(home, "calls"), "utf8")
    .split("\n")
    .filter((line) => line.startsWith("-m pip"))
  expect(pips).toEqual([
    expect.stringMatching(/--constraint \/.*\/snippets\/flwr-1\.34\.0\.txt flwr==1\.34\.0 numpy$/),
  ])
})

test("two processes at once: both get one that works, and one remains", async () => {
  const script = `import { ensureEnvironment } from ${JSON.stringify(new URL("../../runbooks/flower/environment.ts", import.meta.url).href)}
    process.stdout.write(await ensureEnvironment("1.41.0"))`
  const make = async () => {
    const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
      env,
      stdio: ["ignore", "pipe", "inherit"],
    })
    let out = ""
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      out += text
    })
    expect(await once(child, "close")).toEqual([0, null])
    return out
  }
  expect(await Promise.all([make(), make()])).toEqual(Array(2).fill(join(root(), "1.41.0", "bin")))
  await ensureEnvironment("1.28.0", { env })
  expect(readdirSync(root()).filter((name) => name.startsWith("1.41.0."))).toHaveLength(1)
})

test("what a killed installation left is removed; what another one creates now is not", async () => {
  mkdirSync(root(), { recursive: true })
  const gone = spawn("true")
  await once(gone, "close")
  const [dead, alive] = [`1.34.0.${gone.pid}.abc123`, `1.34.0.${process.ppid}.abc123`]
  for (const name of [dead, alive]) mkdirSync(join(root(), name))
  await ensureEnvironment("1.34.0", { env })
  expect(existsSync(join(root(), dead))).toBe(false)
  expect(existsSync(join(root(), alive))).toBe(true)
})

test("one that is broken is replaced", async () => {
  const bin = await ensureEnvironment("1.34.0", { env })
  const before = readlinkSync(join(root(), "1.34.0"))
  // As an update of the system's Python does it.
  rmSync(join(bin, "python"))
  symlinkSync("/nowhere/python3", join(bin, "python"))
  expect(await findEnvironment("1.34.0", env)).toBeUndefined()
  expect(await ensureEnvironment("1.34.0", { env })).toBe(bin)
  expect(readlinkSync(join(root(), "1.34.0"))).not.toBe(before)
  expect(await findEnvironment("1.34.0", env)).toBe(bin)
})

test("pip's own words, and nothing remains", async () => {
  await expect(ensureEnvironment("9.9.9", { env: { ...env, PIP_FAILS: "1" } })).rejects.toMatchObject({
    message: "Flower 9.9.9 could not be installed on this machine",
    why: "ERROR: No matching distribution found for flwr==9.9.9",
    next: "python3 -m pip download --no-deps flwr==9.9.9",
  })
  expect(readdirSync(root())).toEqual([])
})

test("an interrupted one ends pip and leaves nothing behind", async () => {
  const stop = new AbortController()
  const made = ensureEnvironment("1.34.0", { env: { ...env, PIP_HANGS: "1" }, signal: stop.signal })
  await expect.poll(() => existsSync(join(home, "calls"))).toBe(true)
  stop.abort(130)
  await expect(made).rejects.toBe(130)
  expect(readdirSync(root())).toEqual([])
})

test.each([
  ["too old", () => give("3.9"), "python3 is 3.9"],
  ["none", () => rmSync(join(home, "bin"), { recursive: true }), "python3 is not on PATH"],
])("Python is %s: said at once, with the fix", async (_, make, why) => {
  make()
  env.PATH = join(home, "bin")
  if (existsSync(env.PATH)) for (const tool of ["sh"]) symlinkSync(`/bin/${tool}`, join(env.PATH, tool))
  await expect(findPython(env)).rejects.toMatchObject({
    message: expect.stringContaining("Python 3.11 or newer"),
    why: expect.stringContaining(why),
    fix: expect.stringContaining("python3-venv"),
  })
})
