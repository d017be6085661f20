/** Every `next:` that a call prints is a command that the program accepts: all tests that call the guide go through here. */
import { parseCommandLine } from "../lib/cli/parse.ts"
import { plainWords } from "../lib/cli/walk/plain-words.ts"
import guide from "../runbooks/index.ts"

const PROGRAM = "flower-runbook"
const NEXT = /^\s*(?:next|Next|Then):\s+(.*)$/gm

/** As it is typed where `npx` started the program, where it is on PATH, or by its path. */
const OURS = new RegExp(`^(?:npx )?(?:\\S*/)?${PROGRAM} (.*?)(?: > .+)?$`)

/** @throws Error naming the line that is refused */
export function checkNext(output: string, cwd: string): void {
  for (const [, line = ""] of output.matchAll(NEXT)) {
    const ours = OURS.exec(line)?.[1]
    try {
      if (ours !== undefined) parseCommandLine(guide, plainWords(ours), cwd, PROGRAM)
    } catch (error) {
      throw new Error(`next: ${line}: as typed it is refused: ${(error as Error).message}`)
    }
  }
}
