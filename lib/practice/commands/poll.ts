import { setTimeout as delay } from "node:timers/promises"

/**
 * Looks once a second, the first time after a second, as the real `skupper` does.
 * @param timeout milliseconds; only whole seconds count
 * @returns whether the check came true in time; errors of a check count as not yet
 */
export const poll = async (timeout: number, check: () => Promise<boolean>): Promise<boolean> => {
  const start = Date.now()
  for (let second = 1; second <= Math.floor(timeout / 1000); second++) {
    await delay(Math.max(0, start + second * 1000 - Date.now()))
    try {
      if (await check()) return true
    } catch {}
  }
  return false
}
