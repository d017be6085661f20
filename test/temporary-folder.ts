/** One folder for what all tests write, gone when they end; and a look whether they have left something elsewhere. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { homedir, tmpdir } from "node:os"
import { join } from "node:path"

const env = process.env
const STATE = env.XDG_STATE_HOME || join(env.HOME || homedir(), ".local/state")
const CACHE = join(env.XDG_CACHE_HOME || join(env.HOME || homedir(), ".cache"), "flower-runbook")
/** What takes minutes to make is kept from run to run. */
const KEPT = /^(?:ansible$|control-plane|flwr|nbformat-)/

const namesIn = (folder: string): string[] => {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

const runs = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

/** Folders of practice clusters, which hold tokens: `NAME-practice-PID-…`, unless their process still uses them. */
const ofPractice = (folder: string): string[] =>
  namesIn(folder)
    .filter((name) => {
      const pid = /-practice-(\d+)-\w{6}$/.exec(name)?.[1]
      return pid !== undefined && !runs(Number(pid))
    })
    .map((name) => join(folder, name))

const elsewhere = (temporary: string): string[] => [
  ...ofPractice(temporary),
  ...namesIn(STATE).map((name) => join(STATE, name)),
  ...namesIn(CACHE).flatMap((name) => (KEPT.test(name) ? [] : [join(CACHE, name)])),
]

/** Processes that tests have started: they know this folder, and are no workers of vitest itself. */
const processesOf = (folder: string): string[] =>
  namesIn("/proc")
    .filter((pid) => /^\d+$/.test(pid))
    .flatMap((pid) => {
      const told = (file: string) => readFileSync(`/proc/${pid}/${file}`, "utf8")
      try {
        const isOurs =
          told("environ").includes(`=${folder}`) && !told("status").includes(`PPid:\t${process.pid}\n`)
        return isOurs ? [`process ${pid}: ${told("cmdline").replaceAll("\0", " ")}`] : []
      } catch {
        return [] // ended meanwhile, or not ours to read
      }
    })

export default function setup(): () => void {
  const temporary = tmpdir()
  const before = new Set(elsewhere(temporary))
  const folder = mkdtempSync(join(temporary, "fr-"))
  env.TMPDIR = folder
  return () => {
    const left = [
      ...ofPractice(folder),
      ...elsewhere(temporary).filter((path) => !before.has(path)),
      ...processesOf(folder),
    ]
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
    if (left.length > 0) throw new Error(`left behind by the tests:\n  ${left.join("\n  ")}`)
  }
}
