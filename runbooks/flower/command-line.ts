/** The command line of a container, as its program sees it: flags stand in `command` as often as in `args`. */
import { RunbookError } from "../../lib/index.ts"
import { expandVariables } from "../../lib/kit.ts"
import type { Container, Deployment } from "../openshift/workload.ts"

/** Shells whose `-c` runs a program with flags of its own. */
const SHELL = /(?:^|\/)(?:ba|da|k|z)?sh$/

/** The words of a shell script's simple commands, without quotes. */
const wordsOf = (script: string): string[] =>
  (script.match(/(?:"[^"]*"|'[^']*'|\\\n|[^\s"'\\;&|])+/g) ?? [])
    .map((word) => word.replaceAll(/\\\n/g, "").replaceAll(/["']/g, ""))
    .filter((word) => word !== "")

/** Whether a shell starts the program, so that its flags stand inside a script. */
const isShell = ({ command = [] }: Container): boolean => SHELL.test(command[0] ?? "")

/** Command and arguments, with the container's environment filled in; of a shell with `-c`, the words of its script. */
export function commandLine(container: Container | undefined): string[] {
  const { command = [], args = [], env } = container ?? ({} as Container)
  const values = Object.fromEntries((env ?? []).map(({ name, value }) => [name, value]))
  const words = expandVariables([...command, ...args], values)
  if (container === undefined || !isShell(container)) return words
  const at = words.findIndex((word) => /^-\w*c$/.test(word))
  return at === -1 ? words : [...wordsOf(words[at + 1] ?? ""), ...words.slice(at + 2)]
}

/** The value of `--flag value` or `--flag=value` among arguments; the last one counts, as for argparse. */
export function argumentOf(args: readonly string[], flag: string): string | undefined {
  const index = args.findLastIndex((arg) => arg === flag || arg.startsWith(`${flag}=`))
  if (index === -1) return undefined
  return args[index] === flag ? args[index + 1] : args[index]!.slice(flag.length + 1)
}

export const hasFlag = (args: readonly string[], flag: string): boolean =>
  args.some((arg) => arg === flag || arg.startsWith(`${flag}=`))

/** Arguments without these flags and their values. */
export const withoutFlags = (args: readonly string[], flags: readonly string[]): string[] =>
  args.filter(
    (arg, index) =>
      !flags.some((flag) => arg === flag || arg.startsWith(`${flag}=`) || args[index - 1] === flag),
  )

/** What of a container is written to change its flags: its image is written beside it. */
export interface Flags {
  readonly command?: string[]
  readonly args: string[]
}

/**
 * The flags of a Deployment's container without some of them, and with others at the end.
 * @throws RunbookError if there is something to change, and they stand in a shell script
 */
export function changedFlags(
  { metadata }: Deployment,
  container: Container,
  without: readonly string[],
  more: readonly string[],
): Flags {
  if (without.length + more.length > 0 && isShell(container)) {
    throw new RunbookError(`the flags of Deployment ${metadata.name} stand in a shell script`, {
      fix: `change them by hand: ${more.join(" ") || "nothing"} in place of ${without.join(", ")}`,
      next: `oc edit deployment/${metadata.name} -n ${metadata.namespace}`,
    })
  }
  const { command, args = [] } = container
  return {
    ...(command !== undefined && { command: withoutFlags(command, without) }),
    args: [...withoutFlags(args, without), ...more],
  }
}

/** Whether an address is reached from its own pod alone. */
export const isLoopback = (host: string): boolean => /^(?:127\.|localhost$|\[?::1\]?$)/.test(host)
