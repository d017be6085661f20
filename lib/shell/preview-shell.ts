import { typedLine } from "./line.ts"
import type { Shell, ShellOptions } from "./types.ts"

export interface PreviewShellOptions {
  readonly record: (line: string, cwd?: string) => void
  readonly redact: (text: string) => string
  readonly signal: AbortSignal
  readonly which: Shell["which"]
}

/** A shell that runs nothing: each command is recorded and succeeds without output. */
export function previewShell(options: PreviewShellOptions, own: ShellOptions = {}): Shell {
  const shell: (...call: Parameters<Shell>) => ReturnType<Shell> = async (pieces, ...values) => {
    options.signal.throwIfAborted()
    const line = options.redact(typedLine(pieces, values))
    options.record(line, own.cwd)
    return { line, exitCode: 0, stdout: "", stderr: "", seconds: 0 }
  }
  return Object.assign(shell, {
    with: (more: ShellOptions) => previewShell(options, { ...own, ...more }),
    which: options.which,
  })
}
