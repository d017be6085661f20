/** The shape of every controller: watch kinds, queue keys, reconcile each key level by level, try again with back-off. */
import { debuglog } from "node:util"
import type { KubeObject } from "../../cluster/types.ts"
import { waitable } from "../longest.ts"
import type { Controller } from "../types/controllers.ts"
import type { Informer } from "./store.ts"

const FIRST_RETRY = 20
const LAST_RETRY = 2_000
const log = debuglog("practice")

export const keyOf = ({ metadata }: KubeObject): string =>
  metadata.namespace === undefined ? metadata.name : `${metadata.namespace}/${metadata.name}`

export function splitKey(key: string): [namespace: string, name: string] {
  const at = key.indexOf("/")
  return at < 0 ? ["", key] : [key.slice(0, at), key.slice(at + 1)]
}

export interface Watched {
  readonly informer: Informer
  /** Keys to reconcile after a change of this object; its own where left out. */
  keys?(object: KubeObject, gone: boolean): string[]
}

export interface ControllerOptions {
  readonly name: string
  readonly watches: readonly Watched[]
  /** Brings the world nearer to what the key's object asks. Returns milliseconds after which to come again. */
  reconcile(key: string): Promise<number | void>
}

export interface QueueController extends Controller {
  add(key: string, after?: number): void
}

/** Starts a controller. Different keys are reconciled at the same time, one key never twice at once. */
export function startController(options: ControllerOptions): QueueController {
  const waiting = new Set<string>()
  const busy = new Set<string>()
  const again = new Set<string>()
  const timers = new Map<string, NodeJS.Timeout>()
  const failures = new Map<string, number>()
  const running = new Set<Promise<void>>()
  let ready = false
  let stopped = false

  const later = (key: string, after: number): void => {
    clearTimeout(timers.get(key))
    timers.set(
      key,
      setTimeout(() => {
        timers.delete(key)
        add(key)
      }, waitable(after)),
    )
  }
  const work = async (key: string): Promise<void> => {
    busy.add(key)
    clearTimeout(timers.get(key))
    timers.delete(key)
    let next: number | void
    try {
      next = await options.reconcile(key)
      failures.delete(key)
    } catch (error) {
      const count = (failures.get(key) ?? 0) + 1
      failures.set(key, count)
      next = Math.min(LAST_RETRY, FIRST_RETRY * 2 ** (count - 1))
      if (!stopped) log("%s %s: %o", options.name, key, error)
    }
    busy.delete(key)
    if (stopped) return
    if (again.delete(key)) add(key)
    else if (next !== undefined) later(key, next)
  }
  const flush = (): void => {
    for (const key of waiting) {
      const one = work(key)
      running.add(one)
      void one.finally(() => running.delete(one))
    }
    waiting.clear()
  }
  const add = (key: string, after = 0): void => {
    if (stopped) return
    if (after > 0) later(key, after)
    else if (busy.has(key)) again.add(key)
    else {
      if (ready && waiting.size === 0) setImmediate(() => !stopped && flush())
      waiting.add(key)
    }
  }
  const ends = options.watches.map(({ informer, keys = (object) => [keyOf(object)] }) =>
    informer.on((object, gone) => {
      for (const key of keys(object, gone)) add(key)
    }),
  )
  void Promise.all(options.watches.map((watche) => watche.informer.synced)).then(() => {
    ready = true
    if (!stopped) flush()
  })

  return {
    name: options.name,
    add,
    async stop() {
      stopped = true
      for (const end of ends) end()
      for (const timer of timers.values()) clearTimeout(timer)
      waiting.clear()
      await Promise.all(running)
    },
  }
}
