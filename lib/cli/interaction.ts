/** What decides whether questions can be asked. */
export interface InteractionSources {
  readonly stdin: { readonly isTTY?: boolean }
  readonly stdout: { readonly isTTY?: boolean }
  readonly env: Readonly<Record<string, string | undefined>>
  readonly yes: boolean
  readonly noInput: boolean
  readonly json?: boolean
}

export interface Interaction {
  /** Questions may be asked, before the first step and for logins. */
  readonly ask: boolean
  /** Why not, as error messages print it. */
  readonly because?: string
}

/**
 * Decides once, at the start, whether questions can be asked: never with `--yes`, `--no-input` or `--json`, without a
 * terminal on stdin and stdout, or where CI is set to anything but `false` or `0`.
 */
export function decideInteraction(sources: InteractionSources): Interaction {
  const { stdin, stdout, env, yes, noInput, json } = sources
  if (yes) return { ask: false, because: "--yes never asks" }
  if (noInput) return { ask: false, because: "--no-input never asks" }
  if (json === true) return { ask: false, because: "--json never asks" }
  if (inCi(env)) return { ask: false, because: "CI is set, so nothing can be asked" }
  if (stdin.isTTY !== true) return { ask: false, because: "stdin is not a terminal, so nothing can be asked" }
  if (stdout.isTTY !== true)
    return { ask: false, because: "stdout is not a terminal, so nothing can be asked" }
  return { ask: true }
}

function inCi(env: InteractionSources["env"]): boolean {
  return env.CI !== undefined && !["", "0", "false"].includes(env.CI.toLowerCase())
}
