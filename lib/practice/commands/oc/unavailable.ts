/** Commands of `oc` that practice leaves out, and why: so that nobody looks for a mistake of their own. */
import { type Command, fail } from "./call.ts"

const leftOut = (name: string, why: string): Command => ({
  name,
  use: "(left out in practice)",
  short: `Not available: ${why}`,
  flags: [],
  run: () => Promise.reject(fail(why)),
})

const NO_COMMANDS = "practice pods cannot run commands"

/** @returns the command of that name, whatever its flags */
export const unavailable = (name: string): Command | undefined => {
  if (["exec", "rsh", "attach", "debug", "cp", "rsync"].includes(name)) return leftOut(name, NO_COMMANDS)
  if (["port-forward", "explain"].includes(name))
    return leftOut(name, `this stand-in for oc has no ${name}: use kubectl ${name}, with the same kubeconfig`)
  return undefined
}
