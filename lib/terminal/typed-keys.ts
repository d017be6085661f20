import { setImmediate as turn } from "node:timers/promises"

/** Standard input where it is a terminal. */
interface Terminal extends NodeJS.ReadableStream {
  readonly isTTY?: boolean
  setRawMode?(mode: boolean): unknown
}

const CTRL_C = "\u0003"

/**
 * Drops what was typed while the program worked: it was meant for nothing, and would answer the next question unseen. Without raw
 * mode, a terminal keeps a line that has not ended yet.
 */
export async function dropTypedKeys(stdin: Terminal): Promise<void> {
  if (stdin.isTTY !== true || stdin.setRawMode === undefined) return
  let typed = ""
  const drop = (chunk: Buffer | string): void => {
    typed += String(chunk)
  }
  stdin.setRawMode(true)
  stdin.on("data", drop)
  stdin.resume()
  // What the terminal holds is read in the next turns of the event loop.
  let before: string
  do {
    before = typed
    for (let turns = 0; turns < 5; turns++) await turn()
  } while (typed !== before)
  stdin.pause()
  stdin.off("data", drop)
  stdin.setRawMode(false)
  if (typed.includes(CTRL_C)) process.kill(process.pid, "SIGINT")
}
