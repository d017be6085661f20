/** After a run: what has left the federation is removed too, if a flag or somebody at the terminal says so. */
import { formerSites } from "../runner/places.ts"
import { type Call, commandText, promptIo } from "./call.ts"
import { teardown } from "./commands/teardown.ts"
import { COMMANDS } from "./commands-table.ts"
import { findSources } from "./open-federation.ts"
import { parseCommand } from "./parse.ts"

/** Whether it is removed: never only because a file was edited. */
export async function wantsRemoval(call: Call): Promise<boolean> {
  const { notebook, flags, interaction } = call
  if (notebook.teardown === undefined) return false
  const { federation, memory } = await findSources(call, { complete: false })
  const former = formerSites(notebook, federation, memory).filter(({ takenBy }) => takenBy === undefined)
  if (former.length === 0) return false
  if (flags.has("remove-gone")) return true
  if (!interaction.ask || flags.has("yes")) return false
  const { askConfirm } = await import("../terminal/index.ts")
  const message = `Remove what is left of ${former.map(({ name }) => name).join(", ")}? The plan is shown first`
  return askConfirm({ message, default: false }, promptIo(call))
}

/** A teardown of what has left the federation, with its own plan and approval. */
export async function removeGone(call: Call): Promise<number> {
  const { notebook, flags, io } = call
  const spec = COMMANDS.find(({ name }) => name === "teardown")!
  const argv = [
    "--gone",
    ...(["federation", "name", "state"] as const).flatMap((name) => {
      const text = flags.text(name)
      return text === undefined ? [] : [`--${name}`, text]
    }),
    ...(["yes", "json", "no-input", "trust-file"] as const).flatMap((name) =>
      flags.has(name) ? [`--${name}`] : [],
    ),
  ]
  return teardown({
    ...call,
    notebook: notebook.teardown!,
    flags: parseCommand(notebook, spec, argv, io.cwd, io.program).flags,
    steps: [],
    command: commandText(io.program, ["teardown", ...argv]),
  })
}
