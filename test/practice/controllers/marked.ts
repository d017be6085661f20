import { readdirSync, readFileSync } from "node:fs"

/** The processes of a container, by the mark in their environment. */
export const marked = (id: string): number[] =>
  readdirSync("/proc")
    .map(Number)
    .filter((pid) => {
      if (Number.isNaN(pid)) return false
      try {
        return readFileSync(`/proc/${pid}/environ`, "utf8").includes(`PRACTICE_CONTAINER_ID=${id}`)
      } catch {
        return false // ended meanwhile, or not ours to read
      }
    })
