import { mkdirSync } from "node:fs"
import { join } from "node:path"
import { writePrivate } from "../../runner/secret-file.ts"
import type { State } from "../../runner/state.ts"

/** Keeps a message as it was, sent or received: evidence of who signed what. */
export function keepCopy({ folder }: State, party: string, kind: string, digest: string, text: string): void {
  mkdirSync(join(folder, "messages"), { recursive: true, mode: 0o700 })
  writePrivate(join(folder, "messages", `${party}.${kind}.${digest}`), text)
}
