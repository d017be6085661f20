/** How a command ends, and what it says then. */
import { invocation } from "./invocation.ts"

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

/** Prints on stdout as it is. */
export function print(text: string): void {
  invocation().write("stdout", text)
}
/** Prints one line on stdout. */
export const say = (line = ""): void => print(`${line}\n`)
/** Prints one line on stderr. */
export function warn(line: string): void {
  invocation().write("stderr", `${line}\n`)
}

/** Runs a command. Errors that are no `Exit` are told by `unforeseen`. @returns its exit code */
export async function runCommand(
  command: () => Promise<void>,
  unforeseen: (error: unknown) => Exit,
): Promise<number> {
  try {
    await command()
    return 0
  } catch (error) {
    const exit = error instanceof Exit ? error : unforeseen(error)
    for (const line of exit.stdout) say(line)
    for (const line of exit.stderr) warn(line)
    return exit.code
  }
}
