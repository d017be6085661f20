/** What practice clusters cost while nothing changes in them: CPU time, against one start of bare node in the same run. */
import { spawnSync } from "node:child_process"
import { existsSync, readFileSync } from "node:fs"
import { setTimeout as pause } from "node:timers/promises"

/** Longer than what the run still leads to (Events, a Lease), shorter than anybody wants to wait. */
const SETTLES = 3_000
const LASTS = 10_000
/** Linux counts a process's CPU time in hundredths of a second. */
const TICK = 10

const cpuOf = (pid: number): number => {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]!.split(" ")
  return (Number(fields[11]) + Number(fields[12])) * TICK
}

/** @returns milliseconds of CPU time in ten seconds, and of `node -e 0`; undefined where the system does not say it */
export async function idle(pid: number): Promise<{ practice: number; bare: number } | undefined> {
  if (!existsSync(`/proc/${pid}/stat`)) return undefined
  await pause(SETTLES)
  const before = cpuOf(pid)
  await pause(LASTS)
  const practice = cpuOf(pid) - before
  const usage = "const { user, system } = process.cpuUsage(); console.log((user + system) / 1000)"
  const { stdout } = spawnSync(process.execPath, ["-e", usage], { encoding: "utf8" })
  return { practice, bare: Number(stdout) }
}
