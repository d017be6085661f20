/**
 * Loaded into the program with `node --import`: kills it after the first awaited line of its journal that no run has
 * written before (`E2E_SEEN` names the file with the lines so far).
 */
import { readFileSync } from "node:fs"
import type { Recorded } from "../../lib/runner/events.ts"
import { killAfter } from "../kill/killable.ts"
import { lineKey } from "./line-key.ts"

const seen = new Set(JSON.parse(readFileSync(process.env.E2E_SEEN!, "utf8")) as string[])

await killAfter((lines) =>
  lines.findIndex((line) => {
    const key = lineKey(JSON.parse(line) as Recorded)
    return key !== undefined && !seen.has(key)
  }),
)
