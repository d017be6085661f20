import { typedLine } from "./line.ts"
import type { Shell, ShellOptions } from "./types.ts"

export interface PreviewShellOptions {
  readonly tell: (line: string, cwd?: string) => void
  readonly redact: (text: string) => string
  readonly signal: AbortSignal
  readonly which: Shell["which"]
}

/** A shell that runs nothing: each command is told, and ends well without a word. */
export function previewShell(options: PreviewShellOptions, own: ShellOptions = {}): Shell {
  const shell: (...call: Parameters<Shell>) => ReturnType<Shell> = async (pieces, ...values) => {
    options.signal.throwIfAborted()
    const line = options.redact(typedLine(pieces, values))
    options.tell(line, own.cwd)
    return { line, exitCode: 0, stdout: "", stderr: "", seconds: 0 }
  }
  return Object.assign(shell, {
    with: (more: ShellOptions) => previewShell(options, { ...own, ...more }),
    which: options.which,
  })
}
