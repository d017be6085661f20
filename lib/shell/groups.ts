/** Commands that run: each leads a process group of its own, so that it can be ended with all it started. */
const running = new Set<number>()

/** Milliseconds between SIGTERM and SIGKILL. */
const GRACE = 2_000

export function remember(pid: number): () => void {
  if (running.size === 0) process.on("exit", endAll)
  running.add(pid)
  return () => {
    running.delete(pid)
    if (running.size === 0) process.off("exit", endAll)
  }
}

/** SIGTERM to a group, SIGKILL when it is still there later, told by `killed`. Returns how to call that off. */
export function endGroup(pid: number, killed: () => void): () => void {
  signalGroup(pid, "SIGTERM")
  const timer = setTimeout(() => {
    signalGroup(pid, "SIGKILL")
    killed()
  }, GRACE)
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
