/** How a command ends, and what it says then. */

/** Ends the command; thrown from anywhere. The texts are printed with a line end each, "" included. */
export class Exit extends Error {
  readonly code: number
  readonly stdout: readonly string[]
  readonly stderr: readonly string[]
  constructor(code: number, says: { stdout?: readonly string[]; stderr?: readonly string[] } = {}) {
    super([...(says.stdout ?? []), ...(says.stderr ?? [])].join("\n"))
    this.code = code
    this.stdout = says.stdout ?? []
    this.stderr = says.stderr ?? []
  }
}

/** Prints one line on stdout. */
export const say = (line = ""): void => {
  process.stdout.write(`${line}\n`)
}
/** Prints one line on stderr. */
export const warn = (line: string): void => {
  process.stderr.write(`${line}\n`)
}

/** Runs a command; its exit code is the process's. Errors that are no `Exit` are told by `unforeseen`. */
export const runCommand = async (
  command: () => Promise<void>,
  unforeseen: (error: unknown) => Exit,
): Promise<void> => {
  // A reader that has seen enough (`| head`) is no error.
  process.stdout.on("error", () => process.exit(1))
  try {
    await command()
  } catch (error) {
    const exit = error instanceof Exit ? error : unforeseen(error)
    for (const line of exit.stdout) say(line)
    for (const line of exit.stderr) warn(line)
    process.exitCode = exit.code
  }
}
