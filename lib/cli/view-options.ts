import type { ViewOptions } from "../terminal/view.ts"
import type { Call } from "./call.ts"

/**
 * How a run is shown to this call: events for programs, lanes on a terminal that can redraw lines, else
 * plain lines.
 */
export async function viewOptions({ flags, io, out, notebook }: Call): Promise<ViewOptions> {
  const { wantsColour } = await import("../terminal/index.ts")
  const titles = new Map(notebook.steps.map(({ id, title }) => [id, title]))
  const lanes = out.stdout.isTTY === true && io.env.TERM !== "dumb"
  return {
    kind: flags.has("json") ? "json" : lanes ? "lanes" : "plain",
    stdout: out.stdout,
    stderr: out.stderr,
    colour: wantsColour(out.stdout, io.env),
    titles: (id) => titles.get(id) ?? id,
  }
}
