/** Go's durations, as the flags of `skupper` and `oc` take and print them, and as fields of Skupper's kinds hold them. */

const UNITS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
}

/**
 * Milliseconds of `1h2m3.5s`.
 * @throws Error with the text of Go's time.ParseDuration
 */
export function parseDuration(text: string): number {
  const quoted = JSON.stringify(text)
  const [, sign = "", rest = ""] = /^([+-]?)(.*)$/s.exec(text)!
  if (rest === "0") return 0
  if (rest === "") throw new Error(`time: invalid duration ${quoted}`)
  let total = 0
  let left = rest
  while (left !== "") {
    const [number] = /^(\d+(\.\d*)?|\.\d+)/.exec(left) ?? []
    if (number === undefined) throw new Error(`time: invalid duration ${quoted}`)
    left = left.slice(number.length)
    const [unit] = /^[^\d.]+/.exec(left) ?? []
    if (unit === undefined) throw new Error(`time: missing unit in duration ${quoted}`)
    const size = UNITS[unit]
    if (size === undefined)
      throw new Error(`time: unknown unit ${JSON.stringify(unit)} in duration ${quoted}`)
    total += Number(number) * size
    left = left.slice(unit.length)
  }
  return sign === "-" ? -total : total
}

/** `15m0s`, as Go prints it; 0 is `0s`. */
export function formatDuration(milliseconds: number): string {
  if (milliseconds < 0) return `-${formatDuration(-milliseconds)}`
  if (milliseconds > 0 && milliseconds < 1) return `${Number((milliseconds * 1000).toFixed(3))}µs`
  if (milliseconds > 0 && milliseconds < 1000) return `${Number(milliseconds.toFixed(6))}ms`
  const seconds = milliseconds / 1000
  const hours = Math.floor(seconds / 3600)
  const minutes = Math.floor((seconds % 3600) / 60)
  const rest = `${Number((seconds % 60).toFixed(9))}s`
  if (hours > 0) return `${hours}h${minutes}m${rest}`
  return minutes > 0 ? `${minutes}m${rest}` : rest
}
