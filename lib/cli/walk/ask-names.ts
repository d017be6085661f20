import { join } from "node:path"
import { readName } from "../../inputs/names.ts"
import { askText } from "../../terminal/index.ts"
import { type Call, promptIo } from "../call.ts"
import { foldersIn, stateRoot } from "../folder.ts"

/** Why a text cannot be the name of a federation, a site or a party; nothing where it can. */
export function wrongName(name: string): string | undefined {
  const parsed = readName(name)
  return "wrong" in parsed ? parsed.wrong : undefined
}

/** Asks for the name of a federation that has no folder yet. */
export function askFederationName(call: Call, message: string): Promise<string> {
  const root = stateRoot(call.notebook, call.io.env)
  const taken = foldersIn(root)
  const check = (name: string): string | undefined =>
    wrongName(name) ??
    (taken.includes(name) ? `the federation ${name} already exists: ${join(root, name)}` : undefined)
  return askText({ message, check }, promptIo(call))
}
