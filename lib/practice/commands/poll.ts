import { setTimeout as delay } from "node:timers/promises"
import { invocation } from "./invocation.ts"

/**
 * Looks once a second, the first time after a second, as the real `skupper` does.
 * @param timeout milliseconds; only whole seconds count
 * @returns whether the check came true in time; errors of a check count as not yet
 */
export async function poll(timeout: number, check: () => Promise<boolean>): Promise<boolean> {
  const { pollEvery, signal } = invocation()
  const start = Date.now()
  const most = (Math.floor(timeout / 1000) * 1000) / pollEvery
  for (let look = 1; look <= most; look++) {
    await delay(Math.max(0, start + look * pollEvery - Date.now()), undefined, { signal })
    try {
      if (await check()) return true
    } catch {}
  }
  return false
}
