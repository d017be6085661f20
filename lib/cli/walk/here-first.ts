import { askConfirm, errorText } from "../../terminal/index.ts"
import { type Call, textOptions } from "../call.ts"
import { answersOf, opened, type Sources } from "../open-federation.ts"
import { resolveInputs } from "../resolve.ts"
import { Session } from "./session.ts"

/**
 * What this machine lacks is said before a person answers a dozen questions.
 * @returns false where they would rather mend it first
 */
export async function hereFirst(call: Call, sources: Sources): Promise<boolean> {
  const { notebook, io, signal } = call
  const only = notebook.steps.filter(({ on }) => on === "here").map(({ id }) => id)
  if (only.length === 0) return true
  const resolved = resolveInputs(notebook, sources.layers, sources.settings)
  const session = await Session.open(call, opened(sources, resolved, answersOf(call)), false)
  try {
    const blocked = (await session.look({ only })).filter(({ would }) => would === "blocked")
    if (blocked.length === 0) return true
    const options = await textOptions(call)
    const texts = blocked.map(({ reason, fix, next }) =>
      errorText({ what: reason, ...(fix && { fix }), ...(next && { next }) }, options),
    )
    io.stdout.write(call.redactor.text(`${texts.join("")}\n`))
    return await askConfirm(
      { message: "Go on all the same?", default: false },
      { stdin: io.stdin, stdout: io.stdout, signal },
    )
  } finally {
    await session.close()
  }
}
