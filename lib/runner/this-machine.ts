import { hostname, userInfo } from "node:os"
import type { By } from "./events.ts"

/** Who runs this, and where. */
export function thisMachine(): By {
  return {
    user: userName(),
    host: hostname(),
    platform: `${process.platform}-${process.arch}`,
    node: process.versions.node,
  }
}

/** A container may run as a user id that has no name. */
function userName(): string {
  try {
    return userInfo().username
  } catch {
    return String(process.getuid?.() ?? "unknown")
  }
}
