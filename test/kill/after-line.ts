/** Loaded into the program with `node --import`: kills it after the line of its journal whose number stands in E2E_LINE. */
import { killAfter } from "./killable.ts"

let left = Number(process.env.E2E_LINE)

await killAfter((lines) => {
  const last = left - 1
  left -= lines.length
  return last < lines.length ? last : -1
})
