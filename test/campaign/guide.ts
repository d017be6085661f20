/** The guide's command line, called in this process: the same code as the program's, thousands of times a minute. */
import { main } from "../../lib/cli/main.ts"
import { program } from "../../runbooks/index.ts"
import { io } from "../cli/screen.ts"
import { checkJson } from "../json-lines.ts"
import { checkNext } from "../next-lines.ts"

export interface Called {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
  /** Both streams as a terminal gets them. */
  readonly raw: string
}

/** How long a call may take at most: longer is a hang. In milliseconds, on a machine that has other things to do. */
const HANG = 30_000

/** @throws Error if the call does not end */
export async function callGuide(
  cwd: string,
  argv: readonly string[],
  more: Parameters<typeof io>[1] = {},
  most = HANG,
): Promise<Called> {
  // The files are the campaign's own: whether they are trusted is asked elsewhere.
  const screen = io(cwd, { ...more, env: { FLOWER_RUNBOOK_TRUST_FILE: "true", ...more.env } })
  const { notebook, ...rest } = program
  const code = await within(
    most,
    argv,
    main(notebook, argv, { ...screen.io, ...rest, program: "flower-runbook" }),
  )
  checkJson(argv, screen.stdout())
  if (!argv.includes("--json") && argv[0] !== "report") checkNext(screen.raw(), cwd)
  return { code, stdout: screen.stdout(), stderr: screen.stderr(), raw: screen.raw() }
}

async function within<T>(most: number, argv: readonly string[], work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`a hang: ${argv.join(" ")} has not ended after ${most / 1000} s`)),
      most,
    )
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
