import { EXIT } from "../notebook/exit-codes.ts"

const CODES = { SIGINT: EXIT.interrupted, SIGTERM: EXIT.terminated, SIGHUP: EXIT.hungUp } as const

type Name = keyof typeof CODES

/** Signals as an AbortSignal whose reason is the exit code. */
export interface Signals {
  readonly signal: AbortSignal
  /**
   * Ctrl-C ends only this work, with the same code as its signal's reason; a second one ends everything. Other signals
   * end everything, this work included.
   */
  interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T>
  /** Removes the handlers. */
  release(): void
}

/**
 * The first SIGINT, SIGTERM or SIGHUP aborts (listeners write the journal, end the children and return); a second
 * one ends the process at once.
 * @param tell says on stderr why the work is stopped without a signal
 */
export function catchSignals(tell: (text: string) => void): Signals {
  const controller = new AbortController()
  let inner: AbortController | undefined
  const handlers = (Object.keys(CODES) as Name[]).map((name) => {
    const handler = (): void => {
      if (controller.signal.aborted) process.exit(CODES[name])
      const own = name === "SIGINT" && inner !== undefined && !inner.signal.aborted
      const ended = own ? inner! : controller
      ended.abort(CODES[name])
    }
    process.on(name, handler)
    return { name, handler }
  })
  // Nothing is left that could wake the program, and its work has not ended: it is ended, and if that does not help, the process.
  const stalled = (): void => {
    if (controller.signal.aborted) process.exit(EXIT.failed)
    tell(
      "✗ Nothing is left to wait for, and the work has not ended: it is stopped; the same command resumes\n",
    )
    controller.abort(EXIT.failed)
    setImmediate(() => {})
  }
  process.on("beforeExit", stalled)
  return {
    signal: controller.signal,
    interruptible: async (work) => {
      const own = new AbortController()
      inner = own
      try {
        return await work(AbortSignal.any([controller.signal, own.signal]))
      } finally {
        inner = undefined
      }
    },
    release: () => {
      for (const { name, handler } of handlers) process.off(name, handler)
      process.off("beforeExit", stalled)
    },
  }
}
