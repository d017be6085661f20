import { resolveInputs } from "../../inputs/resolve.ts"
import { askConfirm, errorText } from "../../terminal/index.ts"
import { type Call, promptIo, textOptions } from "../call.ts"
import { answersOf, opened, type Sources } from "../open-federation.ts"
import { planEntries } from "../plan-entries.ts"

/**
 * Shows what is missing on this machine before asking a dozen questions.
 * @returns false if it should be fixed first
 */
export async function checkHereFirst(call: Call, sources: Sources): Promise<boolean> {
  const { notebook, out } = call
  const only = notebook.steps.filter(({ on }) => on === "here").map(({ id }) => id)
  if (only.length === 0) return true
  const resolved = resolveInputs(notebook, sources.layers, sources.settings)
  const entries = await planEntries(call, opened(sources, resolved, answersOf(call)), { only })
  const blocked = entries.filter(({ action }) => action === "blocked")
  if (blocked.length === 0) return true
  const options = await textOptions(call)
  const texts = blocked.map(({ reason: what, fix, next }) => errorText({ what, fix, next }, options))
  out.print(`${texts.join("")}\n`)
  return askConfirm({ message: "Continue anyway?", default: false }, promptIo(call))
}
