/** What `skupper` takes as names, ports, durations …, and what it says of others. Each gives a text or nothing. */
import { isIP } from "node:net"
import { formatDuration } from "../../go-duration.ts"

/** How a text is checked, and how the real command writes that rule (its own would run away in a backtracking engine). */
const RULES = {
  resource: {
    is: /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/,
    said: "^[a-z0-9]([-a-z0-9]*[a-z0-9])*(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])*)*$",
  },
  file: { is: /^[A-Za-z0-9./~-]+$/, said: "^[A-Za-z0-9./~-]+$" },
  selector: { is: /^[A-Za-z0-9=:./-]+$/, said: "^[A-Za-z0-9=:./-]+$" },
  workload: { is: /^[A-Za-z0-9._-]+$/, said: "^[A-Za-z0-9._-]+$" },
} as const

export const badText = (rule: keyof typeof RULES, text: string): string | undefined =>
  RULES[rule].is.test(text) ? undefined : `value does not match this regular expression: ${RULES[rule].said}`

export const badOption = (options: readonly string[], text: string): string | undefined =>
  options.includes(text)
    ? undefined
    : `value ${text} not allowed. It should be one of this options: [${options.join(" ")}]`

export const badDuration = (minimum: number, milliseconds: number): string | undefined =>
  milliseconds < minimum
    ? `duration must not be less than ${formatDuration(minimum)}; got ${formatDuration(milliseconds)}`
    : undefined

/** Any integer from 0 on; there is no upper bound. */
export function badNumber(text: string): string | undefined {
  if (!/^[+-]?\d+$/.test(text)) return `strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`
  return Number(text) < 0 ? "value is not positive" : undefined
}

export const isHost = (text: string): boolean =>
  isIP(text) !== 0 || (text.length < 1000 && /^[a-z0-9]+(?:[-.][a-z0-9]+)*$/.test(text))

const WORKLOADS = ["deployment", "service", "daemonset", "statefulset"] as const
export type Workload = { type: (typeof WORKLOADS)[number]; name: string }

export function readWorkload(text: string): Workload | string {
  const [kind = "", name = "", ...more] = text.split("/")
  if (!text.includes("/") || more.length > 0) return "workload must include <resource-type>/<resource-name>"
  const bad = badText("workload", name)
  if (bad !== undefined) return bad
  const type = WORKLOADS.find((one) => one === kind.toLowerCase())
  return type === undefined
    ? "resource-type does not match expected value: deployment/service/daemonset/statefulset"
    : { type, name }
}

export const OUTPUTS = ["json", "yaml"]
export const WAITS = ["ready", "configured", "none"]
export const LINK_ACCESS = ["route", "loadbalancer", "default"]
export const SHORTEST_TIMEOUT = 10_000
