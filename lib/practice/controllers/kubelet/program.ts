/** A real program as a container: in a process group of its own, of which nothing outlives it or practice. */
import { type ChildProcess, execFile, spawn } from "node:child_process"
import { constants } from "node:os"
import type { Duplex, Readable } from "node:stream"
import { StringDecoder } from "node:string_decoder"
import { waitable } from "../../longest.ts"
import type { ContainerProgram } from "../../types/images.ts"

export interface RunningProgram {
  /** Its exit code, 128 + n after signal n; once everything it started is gone and all it wrote is in the log. */
  readonly ended: Promise<number>
  /** SIGTERM to its group, and the end of everything after so many seconds. Called again, the shorter time holds. */
  stop(grace: number): void
  /** Ends everything now. */
  kill(): void
  /** Runs a command beside it, as a probe does; resolves to what it printed where it failed. */
  exec(command: readonly string[], signal: AbortSignal): Promise<string | undefined>
}

/** Marks every process of a container in its environment: children may leave the group (setsid), not this. */
const MARK = "PRACTICE_CONTAINER_ID"

/** Kills whatever carries the mark `$id`, until nothing does. A zombie has no environment. macOS has no /proc. */
const SWEEP = `
sweep() {
  PATH=/usr/bin:/bin
  left=200
  while [ $left -gt 0 ]; do
    left=$((left - 1))
    if [ -r /proc/self/environ ]; then
      found=$(grep -ls "${MARK}=$id" /proc/[0-9]*/environ)
    else
      found=$(ps axeww -o pid=,command= | while read -r pid rest; do
        case $rest in *"${MARK}=$id"*) echo "$pid" ;; esac
      done)
    fi
    [ -n "$found" ] || return 0
    for it in $found; do
      it=\${it#/proc/}
      kill -9 "\${it%/environ}"
    done
  done
}`

/**
 * The leader of the group. Descriptor 3 is a socket whose other end only practice holds: its end of file is practice's
 * death, or its word to kill. The watcher behind it must ignore SIGTERM from its first moment on; the leader itself catches it,
 * for what is ignored would be ignored by the program too. So a SIGTERM that comes before the leader is ready would be lost:
 * practice sends none before it reads `up`. The program runs in the foreground: in the background a shell makes it ignore SIGINT.
 */
const LEADER = `${SWEEP}
id=$1
shift
exec 4>&2 2>/dev/null
trap '' TERM INT HUP QUIT
(
  exec >/dev/null 4>&-
  read -r word <&3
  sweep
  kill -9 0
) &
trap : TERM INT HUP QUIT
(
  echo up >&3
  exec 2>&4 3>&- 4>&-
  exec /usr/bin/env "${MARK}=$id" "$@"
)
code=$?
sweep
trap '' PIPE
echo $code >&3
kill -9 0`

/** Milliseconds that ended programs' pipes may be held open by who escaped all of this. */
const DRAIN = 500
/** Milliseconds after which a group is killed from here, should its watcher be gone. */
const LAST_RESORT = 3_000

/** Whole lines of a stream, without what ends them. */
function linesOf(stream: Readable, line: (text: string) => void): () => void {
  const decoder = new StringDecoder("utf8")
  let rest = ""
  stream.on("data", (chunk: Buffer) => {
    const parts = (rest + decoder.write(chunk)).split("\n")
    rest = parts.pop()!
    for (const part of parts) line(part.endsWith("\r") ? part.slice(0, -1) : part)
  })
  return () => {
    if (rest !== "") line(rest)
    rest = ""
  }
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal)
  } catch {
    // It has ended.
  }
}

const over = (child: ChildProcess, event: "exit" | "close"): Promise<NodeJS.Signals | null> =>
  new Promise((resolve) => child.once(event, (_code, signal) => resolve(signal)))

/** Ends what a group left behind whose leader was killed from outside. */
async function sweep(id: string): Promise<void> {
  const child = spawn("/bin/sh", ["-c", `${SWEEP}\nid=$1\nsweep`, "sh", id], { stdio: "ignore" })
  child.on("error", () => undefined)
  await over(child, "close")
}

/**
 * Starts a program.
 * @param id of the container; nothing else on this machine may have it
 * @param log told each line of stdout and stderr
 */
export function startProgram(
  id: string,
  program: ContainerProgram,
  log: (line: string) => void,
): RunningProgram {
  const { command, args, env, folder } = program
  const child = spawn("/bin/sh", ["-c", LEADER, "sh", id, command, ...args], {
    detached: true,
    env: { ...env },
    stdio: ["ignore", "pipe", "pipe", "pipe"],
    ...(folder !== undefined && { cwd: folder }),
  })
  const control = child.stdio[3] as Duplex | null
  let words = ""
  const up = Promise.withResolvers<void>()
  let timer: NodeJS.Timeout | undefined
  let resort: NodeJS.Timeout | undefined
  let killAt = Number.POSITIVE_INFINITY

  const kill = (): void => {
    control?.destroy()
    resort ??= setTimeout(() => child.pid !== undefined && signalGroup(child.pid, "SIGKILL"), LAST_RESORT)
  }
  const run = async (): Promise<number> => {
    const failed = new Promise<Error>((resolve) => child.once("error", resolve))
    if (child.pid === undefined) {
      const { message } = await failed
      log(folder === undefined ? message : `${message} (in ${folder})`)
      return 128
    }
    const ends = [linesOf(child.stdout!, log), linesOf(child.stderr!, log)]
    control!.on("data", (chunk: Buffer) => {
      words += chunk.toString()
      if (words.includes("\n")) up.resolve()
    })
    control!.on("error", () => undefined) // cut: the exit tells
    const closed = over(child, "close")
    const signal = await over(child, "exit")
    clearTimeout(timer)
    clearTimeout(resort)
    let drained: NodeJS.Timeout | undefined
    const enough = new Promise((resolve) => {
      drained = setTimeout(resolve, DRAIN)
    })
    await Promise.race([closed, enough])
    clearTimeout(drained)
    for (const stream of [child.stdout!, child.stderr!, control!]) stream.destroy()
    for (const end of ends) end()
    const [code] = /^\d+$/m.exec(words) ?? []
    if (code !== undefined) return Number(code)
    await sweep(id)
    return 128 + (signal === null ? 0 : constants.signals[signal])
  }
  const ended = run()
  return {
    ended,
    kill,
    exec: ([file = "", ...words], signal) =>
      new Promise((resolve) => {
        // It carries the mark, so that it ends with the container.
        const options = { env: { ...env, [MARK]: id }, cwd: folder, signal, killSignal: "SIGKILL" as const }
        execFile(file, words, options, (error, stdout, stderr) =>
          resolve(
            error === null
              ? undefined
              : signal.aborted
                ? `command timed out: ${JSON.stringify([file, ...words].join(" "))}`
                : `${stdout}${stderr}`.trim() || error.message,
          ),
        )
      }),
    stop(grace) {
      const { pid } = child
      const isOver = () => child.exitCode !== null || child.signalCode !== null
      if (pid === undefined || isOver()) return
      const at = performance.now() + grace * 1000
      if (killAt === Number.POSITIVE_INFINITY)
        void up.promise.then(() => isOver() || signalGroup(pid, "SIGTERM"))
      if (at >= killAt) return
      killAt = at
      clearTimeout(timer)
      timer = setTimeout(kill, waitable(grace * 1000))
    },
  }
}
