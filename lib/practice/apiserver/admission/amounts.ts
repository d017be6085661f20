/** Sums and comparisons of amounts of resources. */
import { isMap } from "../lists.ts"
import { canonical } from "../quantity.ts"

/** Resource → amount, as `limits` and `hard` have it. */
export type Amounts = Readonly<Record<string, string>>

const FACTORS: Readonly<Record<string, number>> = {
  ...{ n: 1e-9, u: 1e-6, m: 1e-3, "": 1, k: 1e3, M: 1e6, G: 1e9, T: 1e12, P: 1e15, E: 1e18 },
  ...{ Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40, Pi: 2 ** 50, Ei: 2 ** 60 },
}

/** An amount as a number; what is none counts as nothing. */
export function numberOf(amount: string): number {
  const [, number, unit = ""] = /^([+-]?[\d.]+)([a-zA-Z]*|[eE][+-]?\d+)$/.exec(amount) ?? []
  if (number === undefined) return 0
  return /^[eE][+-]?\d+$/.test(unit) ? Number(number + unit) : Number(number) * (FACTORS[unit] ?? 0)
}

export function sum(one: Amounts, other: Amounts): Amounts {
  const result: Record<string, string> = { ...one }
  for (const [name, amount] of Object.entries(other)) {
    const before = result[name] ?? "0"
    const value = Math.round((numberOf(before) + numberOf(amount)) * 1e9) / 1e9
    const isBinary = [before, amount].some((text) => text.endsWith("i"))
    result[name] =
      isBinary && Number.isInteger(value / 1024) ? canonical(`${value / 1024}Ki`) : decimal(value)
  }
  return result
}

/** Without the exponents in which Node writes small numbers. */
const decimal = (value: number): string =>
  canonical(Number.isInteger(value) ? String(value) : `${Math.round(value * 1000)}m`)

/** What of the amounts has these names. */
export const masked = (amounts: Amounts, names: readonly string[]): Amounts =>
  Object.fromEntries(names.flatMap((name) => (amounts[name] === undefined ? [] : [[name, amounts[name]]])))

/** `cpu=1,memory=2Gi`, as a refusal lists them. */
export const listed = (amounts: Amounts): string =>
  Object.keys(amounts)
    .sort()
    .map((name) => `${name}=${amounts[name]}`)
    .join(",")

export const amountsOf = (value: unknown): Amounts =>
  isMap(value) ? Object.fromEntries(Object.entries(value).map(([name, one]) => [name, String(one)])) : {}
