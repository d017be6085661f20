import { readFileSync } from "node:fs"

/**
 * Whether a process of this machine still runs. A killed process that its parent has not waited for keeps its pid, but
 * does not run (a container's first process may never wait).
 */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return false
  }
  const { state } = processOf(pid)
  return state !== "Z" && state !== "X"
}

/** Fields 3 (state) and 22 (start, in clock ticks since boot) of /proc/PID/stat; the name before them may hold spaces. */
export function processOf(pid: number): { state?: string; started?: string } {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)!.split(" ")
    return { state: fields[0]!, ...(fields[19] !== undefined && { started: fields[19] }) }
  } catch {
    return {}
  }
}
