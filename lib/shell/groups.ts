import { GRACE_MS } from "../limits.ts"

/** Running commands: each leads its own process group, so that it can be ended with everything that it started. */
const running = new Set<number>()

export function remember(pid: number): () => void {
  if (running.size === 0) process.on("exit", endAll)
  running.add(pid)
  return () => {
    running.delete(pid)
    if (running.size === 0) process.off("exit", endAll)
  }
}

/** Sends SIGTERM to a group, and SIGKILL when it still runs later (then calls `killed`). Returns a function that cancels that. */
export function endGroup(pid: number, killed: () => void): () => void {
  signalGroup(pid, "SIGTERM")
  const timer = setTimeout(() => {
    signalGroup(pid, "SIGKILL")
    killed()
  }, GRACE_MS)
  return () => clearTimeout(timer)
}

function endAll(): void {
  for (const pid of running) signalGroup(pid, "SIGTERM")
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal)
  } catch {
    // It has ended.
  }
}
