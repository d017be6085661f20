import type { Call } from "../call.ts"
import { COMMANDS } from "../commands-table.ts"
import { FlagValues } from "../flags.ts"
import { flagsOf } from "../flags-table.ts"

/** The call as if this flag had been typed too, so that the commands to type next contain it. */
export function withFlag(call: Call, name: string, ...values: string[]): Call {
  const specs = flagsOf(call.notebook, COMMANDS.find((command) => command.name === "walk")!)
  const given = specs.flatMap((spec) => {
    const all = call.flags.any.all(spec.name)
    return all.length === 0 ? [] : [[spec.name, all] as const]
  })
  return { ...call, flags: new FlagValues(new Map([...given, [name, values]]), specs, call.io.cwd).typed }
}
