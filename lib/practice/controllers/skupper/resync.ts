/** The controller's resync: from time to time everything is gone through that waits for something which is no event of its own. */
import type { KubeObject } from "../../../cluster/types.ts"
import { keyOf, type QueueController } from "../controller.ts"
import type { Informer } from "../store.ts"

/** Objects of one kind that may wait for the resync. */
export interface Resynced {
  readonly queue: QueueController
  readonly informer: Informer
  /** The resync would find nothing to do with it: whatever it depends on is watched. */
  isSettled(object: KubeObject): boolean
}

export interface Resync {
  /** Goes through an object at the next resync, settled or not. */
  add(queue: QueueController, key: string): void
  stop(): void
}

/**
 * Resyncs come every `period`, counted from here, as long as anything waits for one. Where nothing waits there is no timer: the
 * real controller goes through everything and changes nothing.
 * @param before called at each, first
 */
export function startResync(all: readonly Resynced[], period: number, before: () => void): Resync {
  const began = performance.now()
  const added = new Map<QueueController, Set<string>>()
  let timer: NodeJS.Timeout | undefined
  let stopped = false

  const arm = (): void => {
    if (stopped) return
    timer ??= setTimeout(tick, period - ((performance.now() - began) % period))
  }
  const tick = (): void => {
    timer = undefined
    before()
    for (const { queue, informer, isSettled } of all) {
      for (const object of informer.list()) {
        if (isSettled(object)) continue
        queue.add(keyOf(object))
        arm()
      }
    }
    for (const [queue, keys] of added) for (const key of keys) queue.add(key)
    added.clear()
  }
  const ends = all.map(({ informer, isSettled }) =>
    informer.on((object, gone) => {
      if (!gone && !isSettled(object)) arm()
    }),
  )
  return {
    add(queue, key) {
      added.set(queue, (added.get(queue) ?? new Set()).add(key))
      arm()
    },
    stop() {
      stopped = true
      clearTimeout(timer)
      for (const end of ends) end()
    },
  }
}
