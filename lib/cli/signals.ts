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
 */
export function catchSignals(): Signals {
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
    },
  }
}
