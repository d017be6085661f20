import { DefaultRenderer, ListrLogger, type ListrRendererFactory, ProcessOutput } from "listr2"
import type { Colours } from "./colours.ts"
import { frame } from "./frame.ts"
import type { RunModel } from "./model.ts"

/** The least time between frames, in milliseconds: listr2 asks for one at every change of every task. */
const BETWEEN = 100
/** Without any event the clocks are updated once a second. */
const TICK = 1000

/** Where lanes are drawn. Its size is read at every frame, because terminals are resized. */
export interface Screen {
  readonly stdout: NodeJS.WriteStream
  readonly stderr: NodeJS.WriteStream
  size(): { columns: number; rows: number }
}

/** What the renderer draws from, shared with the view that feeds it. */
export interface Stage {
  readonly model: RunModel
  readonly screen: Screen
  readonly colours: Colours
  readonly titles: (step: string) => string
  /** Lines to leave above the lanes, in order; taken when drawn. */
  readonly above: string[]
  /** The renderer that is drawing now. */
  active: { changed(): void; stop(): void } | undefined
  /** The list has ended and its frame is gone: writes what is left of {@link above}. */
  ended(): void
}

type Parameters_ = ConstructorParameters<typeof DefaultRenderer>

/** listr2 starts, stops and writes through its own machinery; this file decides what is drawn and how often. */
export function lanesRenderer(stage: Stage): ListrRendererFactory {
  class LanesRenderer extends DefaultRenderer {
    /** The caller has decided that there is a terminal. */
    static override nonTTY = true
    readonly #output: SizedOutput
    #last = 0
    #frame: NodeJS.Timeout | undefined
    #tick: NodeJS.Timeout | undefined
    #drawing = false
    readonly #resized = (): void => this.update()

    constructor(tasks: Parameters_[0], options: Parameters_[1], events: Parameters_[2]) {
      const output = new SizedOutput(stage.screen)
      const logger = new ListrLogger({ processOutput: output, toStderr: [], useIcons: false })
      // lazy: no spinner of listr2's own, which draws ten frames a second; clearOutput: the view writes what stays.
      super(tasks, { ...options, lazy: true, clearOutput: true, logger } as Parameters_[1], events)
      this.#output = output
    }

    override async render(): Promise<void> {
      await super.render()
      this.#drawing = true
      stage.active = { changed: () => this.update(), stop: () => this.end() }
      stage.screen.stdout.on("resize", this.#resized)
      this.#tick = setInterval(() => this.update(), TICK).unref()
      this.update()
    }

    override update(): void {
      if (!this.#drawing || this.#frame !== undefined) return
      const wait = this.#last + BETWEEN - performance.now()
      if (wait <= 0) this.#draw()
      else this.#frame = setTimeout(() => this.#draw(), wait).unref()
    }

    override end(): void {
      if (!this.#drawing) return
      this.#drawing = false
      stage.active = undefined
      clearTimeout(this.#frame)
      clearInterval(this.#tick)
      stage.screen.stdout.off("resize", this.#resized)
      super.end()
      stage.ended()
    }

    override create(): string {
      const { colours, titles, model, screen } = stage
      const result = { ...screen.size(), colours, titles, now: Date.now(), started: model.started }
      return frame(model.lanes(), result).join("\n")
    }

    #draw(): void {
      clearTimeout(this.#frame)
      this.#frame = undefined
      this.#last = performance.now()
      const lines = stage.above.splice(0)
      if (lines.length > 0) {
        // log-update has no "print above": the frame is cleared, the lines are written, the frame is drawn again.
        ;(this as unknown as { updater: { clear(): void } }).updater.clear()
        this.#output.toStdout(lines.join("\n"))
      }
      super.update()
    }
  }
  return LanesRenderer as unknown as ListrRendererFactory
}

/**
 * The streams of the screen with a size that can be drawn on: log-update breaks every letter into a line of its own on
 * a terminal that reports 0 columns, and drops everything at 0 rows.
 */
class SizedOutput extends ProcessOutput {
  readonly #screen: Screen

  constructor(screen: Screen) {
    super(screen.stdout, screen.stderr, { leaveEmptyLine: false })
    this.#screen = screen
  }

  override get stdout(): NodeJS.WriteStream {
    return new Proxy(super.stdout, {
      get: (target, name) =>
        name === "columns" || name === "rows" ? this.#screen.size()[name] : Reflect.get(target, name),
    })
  }
}
