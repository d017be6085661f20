import type { ListrRendererFactory } from "listr2"
import { jsonText } from "../notebook/hidden-characters.ts"
import type { Listener, Recorded } from "../runner/events.ts"
import { type Colours, colours } from "./colours.ts"
import { finalFrame } from "./frame.ts"
import type { Screen, Stage } from "./lanes.ts"
import { EventLines } from "./lines.ts"
import { RunModel } from "./model.ts"

export interface ViewOptions {
  /** `lanes`: the live list of a terminal. `plain`: readable lines. `json`: one event a line. */
  readonly kind: "lanes" | "plain" | "json"
  readonly stdout: NodeJS.WriteStream
  readonly stderr: NodeJS.WriteStream
  /** Show commands and outputs as they come (`--show`). */
  readonly show?: boolean
  /** In place of the size that stdout reports. */
  readonly columns?: number
  readonly rows?: number
  readonly colour?: boolean
  /** Nothing of `lanes` stays on the screen, because the caller shows how they ended. */
  readonly passing?: boolean
  /** The title of a step. */
  readonly titles: (stepId: string) => string
}

/** A reader of the event stream that shows it. */
export interface View {
  readonly listener: Listener
  /** For listr2, kind `lanes` only. */
  readonly renderer?: ListrRendererFactory
  /** Stops drawing and leaves the final state on the screen. Safe to call twice. */
  close(): void
}

/** Asynchronous because listr2 is loaded for `lanes` alone. */
export async function createView(options: ViewOptions): Promise<View> {
  if (options.kind === "json") return jsonView(options)
  const paints = colours(options.colour)
  if (options.kind === "plain") return plainView(options, paints)
  const { lanesRenderer } = await import("./lanes.ts")
  return lanesView(options, paints, lanesRenderer)
}

/** One recorded event per line, as schema/events.schema.json describes it. */
function jsonView({ stdout }: ViewOptions): View {
  return { listener: (event) => void stdout.write(`${jsonText(event)}\n`), close: () => {} }
}

function plainView({ stdout, show }: ViewOptions, paints: Colours): View {
  const lines = new EventLines({ colours: paints, show })
  const listener = (event: Recorded): void => {
    const text = lines.of(event)
    if (text.length > 0) stdout.write(`${text.join("\n")}\n`)
  }
  return { listener, close: () => {} }
}

function lanesView(
  options: ViewOptions,
  paints: Colours,
  rendererOn: (stage: Stage) => ListrRendererFactory,
): View {
  const { stdout, show, titles } = options
  const lines = new EventLines({ colours: paints, show })
  const model = new RunModel()
  const screen = screenOf(options)
  let settled = false
  const flush = (more: readonly string[] = []): void => {
    const text = [...stage.above.splice(0), ...more]
    if (text.length > 0) stdout.write(`${text.join("\n")}\n`)
  }
  const settle = (): void => {
    const result = { ...screen.size(), colours: paints, titles, now: Date.now(), started: model.started }
    flush(settled || options.passing === true ? [] : finalFrame(model.lanes(), result))
    settled = true
  }
  const stage: Stage = {
    model,
    screen,
    colours: paints,
    titles,
    above: [],
    active: undefined,
    ended: () => flush(),
  }
  return {
    renderer: rendererOn(stage),
    listener: (event) => {
      model.take(event)
      // The caller has just asked for this approval.
      if (options.passing === true && event.type === "approval") return
      stage.above.push(...lines.laneAsides(event))
      if (stage.active !== undefined) stage.active.changed()
      else if (settled) flush()
    },
    close: () => {
      stage.active?.stop()
      settle()
    },
  }
}

/** A terminal that reports no size (0 by 0) counts as 80 by 24. */
function screenOf(options: ViewOptions): Screen {
  const { stdout, stderr } = options
  return {
    stdout,
    stderr,
    size: () => ({
      columns: (options.columns ?? stdout.columns) || 80,
      rows: (options.rows ?? stdout.rows) || 24,
    }),
  }
}
