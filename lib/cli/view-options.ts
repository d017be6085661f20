import type { ViewOptions } from "../terminal/view.ts"
import type { Call } from "./call.ts"

/**
 * How a run is shown to this call: events for programs, lanes on a terminal that can redraw lines, else
 * plain lines.
 */
export async function viewOptions({ flags, io, notebook }: Call): Promise<ViewOptions> {
  const { wantsColour } = await import("../terminal/index.ts")
  const titles = new Map(notebook.steps.map(({ id, title }) => [id, title]))
  const lanes = io.stdout.isTTY === true && io.env.TERM !== "dumb"
  return {
    kind: flags.has("json") ? "json" : lanes ? "lanes" : "plain",
    stdout: io.stdout,
    stderr: io.stderr,
    colour: wantsColour(io.stdout, io.env),
    titles: (id) => titles.get(id) ?? id,
  }
}
