/**
 * Flower's own commands on this machine: one virtual environment per version, installed once from PyPI into the user's
 * cache. It is created under a unique name and published by a symbolic link, so a killed or a concurrent installation
 * breaks nothing.
 */
import { type ChildProcess, spawn } from "node:child_process"
import { constants } from "node:fs"
import { access, mkdir, readdir, readlink, rename, rm, symlink } from "node:fs/promises"
import { homedir } from "node:os"
import { join } from "node:path"
import { RunbookError } from "../../lib/index.ts"
import { snippetPath } from "../shared/snippet.ts"

/** The oldest Python that all versions of Flower from 1.31 on support. */
const OLDEST_PYTHON = [3, 11] as const
const PYTHONS = ["python3", "python3.13", "python3.12", "python3.11"]

type Env = Readonly<Record<string, string | undefined>>

/** No telemetry, no check for a newer version, no installation at run time: nothing leaves this machine. */
export const QUIET = {
  FLWR_TELEMETRY_ENABLED: "0",
  FLWR_DISABLE_UPDATE_CHECK: "1",
  FLWR_DISABLE_RUNTIME_DEPENDENCY_INSTALLATION: "1",
} as const

/** The folder of the commands of a version (`flwr`, `flower-superlink`, …); undefined if it is not installed. */
export async function findEnvironment(version: string, env: Env = process.env): Promise<string | undefined> {
  const bin = join(cache(env), version, "bin")
  return (await runs(join(bin, "flwr"))) && (await runs(join(bin, "python"))) ? bin : undefined
}

const installing = new Map<string, Promise<string>>()

/**
 * The folder of the commands of a version. Installs it if it is missing (about half a minute, 300 MB).
 * @throws RunbookError if there is no suitable Python, or the version cannot be installed
 */
export async function ensureEnvironment(
  version: string,
  { env = process.env, signal }: { env?: Env; signal?: AbortSignal } = {},
): Promise<string> {
  const place = join(cache(env), version)
  let installed = installing.get(place)
  if (installed === undefined) {
    installed = (async () => (await findEnvironment(version, env)) ?? install(version, env, signal))()
    installing.set(place, installed)
    // Succeeded or failed: the next call checks the disk.
    installed.finally(() => installing.delete(place)).catch(() => undefined)
  }
  return installed
}

async function install(version: string, env: Env, signal: AbortSignal | undefined): Promise<string> {
  const python = await findPython(env)
  const root = cache(env)
  await mkdir(root, { recursive: true, mode: 0o700 })
  await sweep(root)
  const own = `${version}.${process.pid}.${Math.random().toString(36).slice(2, 8)}`
  const folder = join(root, own)
  try {
    await run(python, ["-m", "venv", folder], env, signal)
    const pinned = snippetPath(`flwr-${version}.txt`)
    const wanted = [...(pinned === undefined ? [] : ["--constraint", pinned]), `flwr==${version}`, "numpy"]
    const pip = ["-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check"]
    await run(join(folder, "bin", "python"), [...pip, ...wanted], env, signal)
    // The first start compiles and loads everything. An environment that cannot run is not published.
    await run(join(folder, "bin", "flwr"), ["--version"], { ...env, ...QUIET, FLWR_HOME: folder }, signal)
    return await publish(root, version, own, env)
  } catch (error) {
    await rm(folder, { recursive: true, force: true })
    if (signal?.aborted) throw signal.reason
    throw new RunbookError(`Flower ${version} could not be installed on this machine`, {
      why: (error as Error).message,
      fix: /No matching distribution|could not find a version/i.test((error as Error).message)
        ? "this version does not exist for this Python: use another --flower-version"
        : "make sure that pip reaches PyPI, or a mirror (PIP_INDEX_URL)",
      next: `${python} -m pip download --no-deps flwr==${version}`,
    })
  }
}

/** If two processes have installed the same version, the first environment stays, unless it is broken. */
async function publish(root: string, version: string, own: string, env: Env): Promise<string> {
  const link = join(root, version)
  try {
    await symlink(own, link)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error
    const there = await findEnvironment(version, env)
    if (there !== undefined) {
      await rm(join(root, own), { recursive: true, force: true })
      return there
    }
    const draft = join(root, `${own}.link`)
    await symlink(own, draft)
    await rename(draft, link)
  }
  return join(link, "bin")
}

/** Removes leftovers of installations that were killed: no link leads to them, and their process has ended. */
async function sweep(root: string): Promise<void> {
  const entries = await readdir(root)
  const links = await Promise.all(entries.map((name) => readlink(join(root, name)).catch(() => undefined)))
  await Promise.all(
    entries.map(async (name) => {
      const creator = /^\d+\.\d+\.\d+\.(\d+)\.\w+(?:\.link)?$/.exec(name)?.[1]
      if (creator === undefined || links.includes(name) || lives(Number(creator))) return
      await rm(join(root, name), { recursive: true, force: true })
    }),
  )
}

/** Whether this machine has a process with this id. */
export function lives(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM"
  }
}

/**
 * A Python that can create virtual environments and is new enough.
 * @throws RunbookError with what was found, and how to get one
 */
export async function findPython(env: Env = process.env): Promise<string> {
  const found: string[] = []
  const ask = "import sys, venv, ensurepip; print('%d.%d' % sys.version_info[:2])"
  for (const name of PYTHONS) {
    try {
      const version = (await run(name, ["-c", ask], env)).trim()
      const [major = 0, minor = 0] = version.split(".").map(Number)
      if (major === OLDEST_PYTHON[0] && minor >= OLDEST_PYTHON[1]) return name
      found.push(`${name} is ${version}`)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT")
        found.push(`${name}: ${(error as Error).message}`)
    }
  }
  throw new RunbookError("Flower's own programs require Python 3.11 or newer with the venv module", {
    why: found.length === 0 ? "python3 is not on PATH" : found.join("; "),
    fix: "install it (Debian and Ubuntu: python3 and python3-venv), or put it on PATH",
    next: "python3 -m venv --help",
  })
}

/** Child processes of this program: they are killed when it exits. */
const children = new Set<ChildProcess>()
const endAll = (): void => {
  for (const child of children) child.kill("SIGKILL")
}

/** @returns what it printed. @throws Error with the last lines that it printed */
function run(command: string, args: readonly string[], env: Env, signal?: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      env: env as NodeJS.ProcessEnv,
      stdio: ["ignore", "pipe", "pipe"],
      ...(signal && { signal }),
    })
    if (children.size === 0) process.on("exit", endAll)
    children.add(child)
    let out = ""
    let err = ""
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      out += text
    })
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      err += text
    })
    const over = (): void => {
      children.delete(child)
      if (children.size === 0) process.off("exit", endAll)
    }
    child.once("error", (error) => {
      // A child that was told to end may still write, so its end is awaited.
      if (child.pid !== undefined) return
      over()
      reject(error)
    })
    child.once("close", (code, ended) => {
      over()
      if (code === 0) return resolve(out)
      const words = (err.trim() || out.trim()).split("\n").slice(-3).join("\n")
      reject(new Error(words || `${command} exited with ${ended ?? `code ${code}`}`))
    })
  })
}

const cache = (env: Env): string =>
  join(env.XDG_CACHE_HOME || join(env.HOME || homedir(), ".cache"), "flower-runbook", "flwr")

const runs = (path: string): Promise<boolean> =>
  access(path, constants.X_OK).then(
    () => true,
    () => false,
  )
