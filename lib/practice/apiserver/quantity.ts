/** Amounts of resources (`500m`, `1Gi`) in the form that the API server keeps them in. */

import { Unreadable } from "./status.ts"

/** As a real server says why an amount is none. */
const NO_QUANTITY =
  "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"

const DECIMAL = ["n", "u", "m", "", "k", "M", "G", "T", "P", "E"]
const BINARY = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"]

/** `1000m` → `1`, `1024Mi` → `1Gi`, `0.5` → `500m`: no fraction, the largest unit. @throws Unreadable for what is no amount */
export function canonical(given: unknown): string {
  const [, number, unit = ""] =
    /^([+-]?(?:\d+\.?\d*|\.\d+))([A-Za-z]*|[eE][+-]?\d+)$/.exec(String(given)) ?? []
  if (number === undefined) throw new Unreadable(NO_QUANTITY)
  if (/^[eE]/.test(unit) && unit.length > 1) return `${number}${unit}`
  const units = unit.endsWith("i") ? BINARY : DECIMAL
  const step = units === BINARY ? 1024 : 1000
  let at = units.indexOf(unit)
  if (at < 0) throw new Unreadable(NO_QUANTITY)
  let value = Number(number)
  if (value === 0) return "0"
  while (!Number.isInteger(value) && at > 0) {
    value = Math.round(value * step * 1e6) / 1e6
    at -= 1
  }
  value = Math.ceil(value)
  while (value % step === 0 && at < units.length - 1) {
    value /= step
    at += 1
  }
  return `${value}${units[at]}`
}
