/** The whole table. */
import { fileRows } from "./file-rows.ts"
import { pluginRows } from "./plugin-rows.ts"
import type { Row } from "./row.ts"
import { whereRows } from "./where-rows.ts"
import { whoRows } from "./who-rows.ts"

export const groups: [string, readonly Row[]][] = [
  ["where", whereRows],
  ["who", whoRows],
  ["plugins", pluginRows],
  ["files", fileRows],
]
