/** Practice clusters in a process of their own, which says what CPU time it has used. */
import { fork } from "node:child_process"
import { once } from "node:events"
import type { Delays } from "../../lib/practice/types/practice.ts"
import { practiceHere } from "../e2e/practice-here.ts"

export interface PracticeThere {
  readonly federationFile: string
  /** The folder of the stand-in `oc` and `skupper`. */
  readonly commands: string
  /** As cluster administrator. */
  readonly clusters: readonly { readonly name: string; readonly kubeconfig: string }[]
  /** Seconds of CPU time since its start. */
  cpu(): Promise<number>
  close(): Promise<void>
}

export async function practiceThere(
  supernodes: number,
  folder: string,
  delays: Delays,
): Promise<PracticeThere> {
  const child = fork(import.meta.filename, [String(supernodes), folder, delays], { execArgv: [] })
  const ended = once(child, "exit")
  const answer = async <T>(): Promise<T> => {
    const [said] = await Promise.race([
      once(child, "message"),
      ended.then(([code]) => {
        throw new Error(`the practice clusters ended with ${code}`)
      }),
    ])
    return said as T
  }
  const places = await answer<Pick<PracticeThere, "federationFile" | "commands" | "clusters">>()
  return {
    ...places,
    async cpu() {
      child.send("cpu")
      return await answer<number>()
    },
    async close() {
      child.disconnect()
      await ended
    },
  }
}

if (process.argv[1] === import.meta.filename) {
  const [supernodes, folder, delays] = process.argv.slice(2)
  const here = await practiceHere(Number(supernodes), { folder: folder!, delays: delays as Delays })
  const { federationFile, commands, clusters } = here.practice
  process.on("message", () => {
    const { user, system } = process.cpuUsage()
    process.send!((user + system) / 1e6)
  })
  // The other side closes the channel, or ends.
  process.once("disconnect", () => void here.close())
  process.send!({
    federationFile,
    commands,
    clusters: clusters.map(({ name, kubeconfig }) => ({ name, kubeconfig })),
  })
}
