/** The events of a shell; every string has passed the redactor. */
export type ShellEvent =
  | { type: "command"; line: string; cwd?: string }
  | { type: "output"; stream: "stdout" | "stderr"; text: string }
  | { type: "command ended"; exitCode: number; seconds: number }

/** What one command printed and how it ended. */
export interface CommandResult {
  /** As it would be typed. */
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
  /** The command's stdin; without it the command has none. */
  readonly input?: string
  /** A non-zero exit does not throw. */
  readonly nothrow?: boolean
  /** After so many seconds: SIGTERM to the process group, SIGKILL 2 s later. */
  readonly timeout?: number
  /** The output is a secret: it is not in any event; only the result has it. */
  readonly secret?: boolean
  /** Ends the command early (its whole group); the result then has exitCode 143 and is not an error. */
  readonly until?: AbortSignal
  /** Called with each chunk of output as it comes (a browser login's URL). */
  readonly onOutput?: (text: string, stream: "stdout" | "stderr") => void
}

/**
 * Runs a command through zx with bash: `` $`oc project ${name}` ``. Every `${}` is one quoted argument, an array
 * is several. Throws CommandError on a non-zero exit. Emits the events `command`, `output` and `command ended`.
 */
export interface Shell {
  (pieces: TemplateStringsArray, ...values: unknown[]): Promise<CommandResult>
  with(options: ShellOptions): Shell
  /** The absolute path of the command that would run, or nothing. */
  which(command: string): Promise<string | undefined>
}
