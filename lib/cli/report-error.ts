import { RunbookError } from "../notebook/errors.ts"
import { EXIT } from "../notebook/exit-codes.ts"
import type { ErrorParts } from "../terminal/error-text.ts"
import { printRefusal } from "./answers.ts"
import type { Call } from "./call.ts"

/**
 * Prints an error on stderr: what, why, fix, next; an unexpected one with its stack and the versions to report. With `json` it is
 * also an object on stdout.
 * @returns the exit code
 */
export async function reportError(
  error: unknown,
  { io, out, redactor, json = false }: Pick<Call, "io" | "out" | "redactor"> & { readonly json?: boolean },
): Promise<number> {
  const { colours, errorText, wantsColour } = await import("../terminal/index.ts")
  // Redacted before it is wrapped: a secret on two lines is not recognized.
  const parts = redactor.deep(await errorParts(error, io))
  const code = error instanceof RunbookError ? error.exitCode : EXIT.failed
  if (json) printRefusal({ out, redactor }, parts, code)
  const text = errorText(parts, {
    columns: out.stderr.columns,
    colours: colours(wantsColour(out.stderr, io.env)),
  })
  out.note(text)
  return code
}

const FILE_ERRORS: Readonly<Record<string, { why: string; fix: string }>> = {
  EACCES: {
    why: "permission denied",
    fix: "grant yourself access, or choose another folder with --state DIR",
  },
  EPERM: {
    why: "the operation is not permitted",
    fix: "grant yourself access, or choose another folder with --state DIR",
  },
  EROFS: { why: "the file system is read-only", fix: "choose another folder with --state DIR" },
  ENOSPC: { why: "the disk is full", fix: "free some space and run it again: it resumes from here" },
  EDQUOT: {
    why: "your disk quota is used up",
    fix: "free some space and run it again: it resumes from here",
  },
}

/** A file or folder that the system refuses is not an unexpected error: you can fix it. */
function refusedFile(error: unknown): { what: string; why: string; fix: string } | undefined {
  const { code = "", path, syscall = "" } = error as NodeJS.ErrnoException
  const known = FILE_ERRORS[code]
  if (known === undefined || path === undefined || /^(spawn|connect|listen|bind)/.test(syscall))
    return undefined
  return {
    what: `${path} cannot be ${syscall === "mkdir" ? "created" : "read or written"} (${code})`,
    ...known,
  }
}

async function errorParts(error: unknown, io: Call["io"]): Promise<ErrorParts> {
  if (error instanceof RunbookError) return (await import("../terminal/index.ts")).partsOf(error)
  const { CheckError } = await import("../notebook/check-result.ts")
  if (error instanceof CheckError) {
    const { reason, fix, next } = error.result
    return { what: reason, fix, next }
  }
  const refused = refusedFile(error)
  if (refused !== undefined) return refused
  const versions = `${io.program} ${io.version}, Node ${process.version}, ${process.platform} ${process.arch}`
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return {
    what: `Unexpected error: ${error instanceof Error ? error.message : String(error)}`,
    fix: "run it again: it resumes from here; if the error comes back, report it with the lines below",
    stack: `${versions}\n${stack}`,
  }
}
