/** What a shell tells while it works; every string has passed the redactor. */
export type ShellEvent =
  | { type: "command"; line: string; cwd?: string }
  | { type: "output"; stream: "stdout" | "stderr"; text: string }
  | { type: "command ended"; exitCode: number; seconds: number }

/** What one command printed and how it ended. */
export interface CommandResult {
  /** As a person would type it. */
  readonly line: string
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
  readonly seconds: number
}

export interface ShellOptions {
  readonly cwd?: string
  /** Added to the environment. */
  readonly env?: Readonly<Record<string, string>>
  /** Given to the command on stdin; without it the command has no stdin. */
  readonly input?: string
  /** Do not throw on a non-zero exit. */
  readonly nothrow?: boolean
  /** Seconds, then SIGTERM to the process group, SIGKILL 2 s later. */
  readonly timeout?: number
  /** The output is a secret: not an event, not kept; only the result has it. */
  readonly secret?: boolean
  /** Ends the command early (its whole group); the result then has exitCode 143 and is not an error. */
  readonly until?: AbortSignal
  /** Called with each chunk of output as it comes (a browser login's URL). */
  readonly onOutput?: (text: string, stream: "stdout" | "stderr") => void
}

/**
 * Runs a command through zx with bash: `` $`oc project ${name}` ``. Every `${}` is one quoted argument, an array
 * several. Throws CommandError on a non-zero exit. Emits command, output and command-ended events.
 */
export interface Shell {
  (pieces: TemplateStringsArray, ...values: unknown[]): Promise<CommandResult>
  with(options: ShellOptions): Shell
  /** The absolute path a command of this name would run from, or nothing. */
  which(command: string): Promise<string | undefined>
}
