import { NotPlain, plainWords } from "./plain-words.ts"

/** Flags that say where a command works, as whom, and what it reads must not change. */
const FIXED: Readonly<Record<string, string>> = {
  "-n": "--namespace",
  "-s": "--server",
  "-f": "--filename",
  "-k": "--kustomize",
  "-A": "--all-namespaces",
}
const GUARDED = new Set([
  ...Object.values(FIXED),
  "--kubeconfig",
  "--context",
  "--cluster",
  "--user",
  "--token",
  "--as",
  "--as-group",
  "--platform",
  "--insecure-skip-tls-verify",
])

/** Why a command may not replace another one; nothing if it may. */
export function refusedEdit(before: string, after: string): string | undefined {
  if (before === after) return undefined
  let was: string[]
  let is: string[]
  try {
    was = plainWords(before)
  } catch {
    return "this line cannot be edited: it is more than one command"
  }
  try {
    is = plainWords(after)
  } catch (error) {
    if (error instanceof NotPlain) return `only one plain command is allowed: ${error.message}`
    throw error
  }
  if (is[0] !== was[0]) return `the program must stay ${was[0]}, but is ${is[0] ?? "missing"}`
  // `oc apply`, `kubectl rollout restart`
  const verbs = was.slice(1, 3).filter((word) => !word.startsWith("-"))
  const changed = verbs.find((word, index) => is[index + 1] !== word)
  if (changed !== undefined) return `the command must stay ${was[0]} ${verbs.join(" ")}`
  const fixed = guarded(was)
  const now = guarded(is)
  const other = [...fixed, ...now].find((flag) => !fixed.includes(flag) || !now.includes(flag))
  return other && `${other.split("=")[0]} must stay: it says where the command works and what it reads`
}

/** `--namespace=x` for each way to write it. */
function guarded(words: readonly string[]): string[] {
  const flags: string[] = []
  for (const [index, word] of words.entries()) {
    const [, long, value] = /^(--[^=]+)(?:=(.*))?$/s.exec(word) ?? []
    const short = long === undefined ? FIXED[word.slice(0, 2)] : undefined
    if (long !== undefined && GUARDED.has(long)) flags.push(`${long}=${value ?? words[index + 1] ?? ""}`)
    else if (short !== undefined) {
      const glued = word.slice(2).replace(/^=/, "")
      flags.push(`${short}=${glued === "" ? (words[index + 1] ?? "") : glued}`)
    }
  }
  return flags
}
