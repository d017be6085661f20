import { accessSync, constants } from "node:fs"
import { join } from "node:path"
import type { Federation } from "../notebook/federation.ts"
import { shellWord } from "../notebook/shell-word.ts"
import type { State } from "../runner/state.ts"
import type { Call } from "./call.ts"
import { federationFlags, inputFlags } from "./call.ts"

/** Commands that talk to the cluster of a kubeconfig. */
const OF_A_CLUSTER = /^(KUBECONFIG=(?:'[^']*'|\S+) )?(oc|kubectl|skupper) (?!config |version$)/

/**
 * Completes the commands that steps suggest, so that they work as typed: the program as it was started, the federation that the
 * call is about, and for `oc` and its like the kubeconfig of the site and the folder where the command is.
 * @param saved the journal has the inputs of this call; otherwise they are repeated as flags
 */
export function nextLines(
  call: Call,
  federation: Federation,
  state: Pick<State, "kubeconfig">,
  saved: boolean,
): (next: string, site?: string) => string {
  const own = `${call.notebook.name} `
  const commands = federation.values.commands as string | undefined
  const complete = (line: string, site: string | undefined): string => {
    if (line.startsWith(own)) {
      const typed = `${call.io.program} ${line.slice(own.length)}`
      const isComplete = / --(federation|name|state) /.test(typed)
      return isComplete ? typed : typed + (saved ? federationFlags(call) : inputFlags(call, typed))
    }
    const found = OF_A_CLUSTER.exec(line)
    if (found === null) return line
    const [, given, command] = found
    const kubeconfig = given ?? (site === undefined ? "" : `KUBECONFIG=${shellWord(state.kubeconfig(site))} `)
    return `${kubeconfig}${whereItIs(commands, command!)}${line.slice((given ?? "").length + command!.length)}`
  }
  return (next, site) =>
    next
      .split("\n")
      .map((line) => complete(line, site))
      .join("\n")
}

/** The command in the folder that is searched first, if it is there. */
function whereItIs(commands: string | undefined, command: string): string {
  if (commands === undefined) return command
  const path = join(commands, command)
  try {
    accessSync(path, constants.X_OK)
    return shellWord(path)
  } catch {
    return command
  }
}
