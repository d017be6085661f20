/** What a command finds around it: its own process, or the caller's where a practice process answers the call. */
import { AsyncLocalStorage } from "node:async_hooks"
import { once } from "node:events"
import { readFileSync } from "node:fs"
import { homedir } from "node:os"
import { isAbsolute, join, resolve } from "node:path"
import { createInterface } from "node:readline"

export interface Invocation {
  readonly env: Readonly<NodeJS.ProcessEnv>
  /** The working folder. */
  readonly folder: string
  readonly umask: number
  /** Milliseconds between two looks of a command that polls. */
  readonly pollEvery: number
  /** Aborted once nobody waits for the command any more. */
  readonly signal: AbortSignal | undefined
  /** Whether stdin is a terminal. */
  readonly isTerminal: boolean
  /** stdin, line by line. */
  lines(): AsyncIterable<string>
  /** All of stdin. */
  input(): Promise<string>
  /** @returns false where the reader is slow: {@link drained} waits for it */
  write(stream: "stdout" | "stderr", text: string | Uint8Array): boolean
  drained(): Promise<unknown>
}

const ownProcess: Invocation = {
  env: process.env,
  get folder() {
    return process.cwd()
  },
  get umask() {
    return process.umask()
  },
  pollEvery: 1000,
  signal: undefined,
  get isTerminal() {
    return process.stdin.isTTY === true
  },
  lines: () => createInterface({ input: process.stdin }),
  input: async () => readFileSync(0, "utf8"),
  write: (stream, text) => process[stream].write(text),
  drained: () => once(process.stdout, "drain"),
}

const answered = new AsyncLocalStorage<Invocation>()

export const invocation = (): Invocation => answered.getStore() ?? ownProcess

/** Runs a command for somebody else. */
export const runFor = <T>(caller: Invocation, command: () => Promise<T>): Promise<T> =>
  answered.run(caller, command)

/** Runs a command as the whole of this process. */
export async function runAlone(main: (argv: readonly string[]) => Promise<number>): Promise<void> {
  // A reader that has seen enough (`| head`) is no error.
  process.stdout.on("error", () => process.exit(1))
  process.exitCode = await main(process.argv.slice(2))
}

/** Where a path lies that the caller has typed. */
export const located = (path: string): string =>
  isAbsolute(path) ? path : resolve(invocation().folder, path)

/** The kubeconfig that is used where no other is named. */
export const homeKubeconfig = (): string => join(invocation().env.HOME || homedir(), ".kube", "config")
