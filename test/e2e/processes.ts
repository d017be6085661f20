/** The processes of a world: the program's own and the commands that it started. */
import { readdirSync, readFileSync } from "node:fs"
import { setTimeout as delay } from "node:timers/promises"
import type { Programs } from "./programs.ts"

/** Processes of this machine whose environment holds a text; a zombie has none. */
export const processesWith = (text: string): number[] =>
  readdirSync("/proc")
    .map(Number)
    .filter((pid) => {
      if (Number.isNaN(pid)) return false
      try {
        return readFileSync(`/proc/${pid}/environ`, "utf8").includes(text)
      } catch {
        return false // it has ended, or belongs to another user
      }
    })

/** Each has the world's home folder in its environment. */
export const processesOf = (world: Pick<Programs, "folder">): number[] =>
  processesWith(`HOME=${world.folder}\0`)

/** Commands outlive a program that was killed: settles once they have ended. They are not children of the test, so they are polled. */
export async function allEnded(world: Pick<Programs, "folder">): Promise<void> {
  while (processesOf(world).length > 0) await delay(20)
}
