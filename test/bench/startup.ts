/** Start-up of the built package against a bare `node -e 0`, interleaved, median of 15 after 2 warm-ups. */
import { spawnSync } from "node:child_process"

const ROUNDS = 15
const WARM_UPS = 2

export interface Row {
  what: string
  /** Median in milliseconds. */
  ms: number
  /** Against bare node, in the same run. */
  ratio: number
  most: number | undefined
}

export function startup(
  bin: string,
  calls: readonly { what: string; argv: string[]; most?: number }[],
  env: NodeJS.ProcessEnv,
): Row[] {
  const all = [
    { what: "node -e 0", argv: ["-e", "0"] },
    ...calls.map((call) => ({ ...call, argv: [bin, ...call.argv] })),
  ]
  const times = all.map((): number[] => [])
  for (let round = -WARM_UPS; round < ROUNDS; round++) {
    all.forEach(({ what, argv }, index) => {
      const started = performance.now()
      const { status, stderr } = spawnSync(process.execPath, argv, { env, stdio: ["ignore", "pipe", "pipe"] })
      const ms = performance.now() - started
      if (status !== 0) throw new Error(`${what} ended with ${status}: ${stderr}`)
      if (round >= 0) times[index]!.push(ms)
    })
  }
  const [bare, ...medians] = times.map(median)
  return [
    { what: "node -e 0", ms: bare!, ratio: 1, most: undefined },
    ...calls.map((call, index) => ({
      what: call.what,
      ms: medians[index]!,
      ratio: medians[index]! / bare!,
      most: call.most,
    })),
  ]
}

export const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!
