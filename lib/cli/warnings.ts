import { stripVTControlCharacters } from "node:util"
import { dropHidden } from "../notebook/hidden-characters.ts"
import type { Out } from "./out.ts"

/**
 * Node prints warnings, its own and those of libraries, past every stream, so past the redactor. While a command runs they are
 * printed by its `Out`. Of a library's warning only the first sentence: what follows may quote a file with a secret that nobody
 * has read yet (the warnings of `yaml` do).
 */
const outs: Out[] = []
let before: NodeJS.WarningListener[] = []

function print({ name, message }: Error): void {
  const own = name === "Warning"
  const text = own ? message : `${name}: ${message.split("\n", 1)[0]}`
  outs.at(-1)?.note(`warning: ${dropHidden(stripVTControlCharacters(text)).trim()}\n`)
}

/** Prints warnings on this output until the returned function has settled. Whoever turned them off does not get them. */
export function catchWarnings(out: Out): () => Promise<void> {
  if (process.listenerCount("warning") === 0) return async () => {}
  if (outs.push(out) === 1) {
    before = process.listeners("warning")
    process.removeAllListeners("warning").on("warning", print)
  }
  return async () => {
    // A warning is told one tick after it was emitted.
    await new Promise((resolve) => setImmediate(resolve))
    outs.splice(outs.indexOf(out), 1)
    if (outs.length > 0) return
    process.off("warning", print)
    for (const listener of before) process.on("warning", listener)
  }
}
