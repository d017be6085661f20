import { readFileSync, readlinkSync } from "node:fs"
import { hostname } from "node:os"

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

/** A process as others on the same disk know it. */
export interface ProcessId {
  readonly pid: number
  readonly host: string
  /** Start time of the process, where the system provides it: a reused pid is another process. */
  readonly started?: string
  /** The space in which the pid counts, where the system has several: a container has its own. */
  readonly space?: string
}

export function thisProcess(): ProcessId {
  const { started } = processOf(process.pid)
  const space = pidSpace()
  return { pid: process.pid, host: hostname(), ...(started && { started }), ...(space && { space }) }
}

/** Whether a process can be shown to have ended. One on another machine, or in another container, cannot. */
export function isDead({ pid, host, started, space }: ProcessId): boolean {
  if (host !== hostname()) return false
  if (space !== undefined && space !== pidSpace()) return false
  if (!isAlive(pid)) return true
  const now = processOf(pid).started
  return started !== undefined && now !== undefined && now !== started
}

function pidSpace(): string | undefined {
  try {
    return readlinkSync("/proc/self/ns/pid")
  } catch {
    return undefined
  }
}

/** A process that was written down; nothing where the text says something else. */
export function processIn(value: unknown): ProcessId | undefined {
  if (value === null || typeof value !== "object") return undefined
  const { pid, host, started, space } = value as Record<string, unknown>
  if (!Number.isInteger(pid) || (pid as number) <= 0 || typeof host !== "string") return undefined
  return {
    pid: pid as number,
    host,
    ...(typeof started === "string" && { started }),
    ...(typeof space === "string" && { space }),
  }
}
