import { say } from "../exit.ts"
import { poll } from "../poll.ts"
import { type Call, conditionOf, failed } from "./call.ts"

/**
 * Waits as `--wait` says; `none` waits for nothing and prints nothing.
 * @param kind `Site`
 * @param done what is printed in the end; default `is ready.`, `is configured.`
 * @throws Exit 1 with the condition's message when the time is over
 */
export async function waitFor(
  call: Call,
  plural: string,
  kind: string,
  name: string,
  done?: string,
): Promise<void> {
  const wait = call.flags.text("wait")
  if (wait === "none") return
  let condition: ReturnType<typeof conditionOf>
  const inTime = await poll(call.flags.duration("timeout"), async () => {
    condition = conditionOf(await call.get(plural, name), wait === "configured" ? "Configured" : "Ready")
    return condition?.status === "True"
  })
  if (inTime) return say(`${kind} "${name}" ${done ?? `is ${wait}.`}`)
  throw failed(
    condition === undefined
      ? `${kind} "${name}" is not yet ${wait}, check the status for more information`
      : `${kind} "${name}" is not yet ${wait}: ${condition.message}`,
  )
}

/** Waits until an object is gone, unless `--wait=false`. */
export async function waitGone(
  call: Call,
  plural: string,
  kind: string,
  name: string,
  words: string,
): Promise<void> {
  if (!call.flags.on("wait")) return
  const inTime = await poll(
    call.flags.duration("timeout"),
    async () => (await call.get(plural, name)) === undefined,
  )
  if (!inTime) throw failed(`${kind} "${name}" not deleted yet, check the status for more information`)
  say(`${kind} "${name}" ${words}`)
}
