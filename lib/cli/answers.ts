import { jsonText } from "../notebook/hidden-characters.ts"
import type { ErrorParts } from "../terminal/error-text.ts"
import type { Call } from "./call.ts"

/** Raised when a field changes its name or meaning; a new field does not raise it. */
const VERSION = 1

/** What a command answers with `--json`, as schema/answers.schema.json describes it. */
export type AnswerKind =
  | "plan"
  | "status"
  | "doctor"
  | "values"
  | "show"
  | "party"
  | "request"
  | "approve"
  | "accept"
  | "revoke"
  | "error"

/** One object in one line. Redacted as an object: in JSON a secret may be escaped. */
const line = (redactor: Call["redactor"], kind: AnswerKind, content: object): string =>
  `${jsonText(redactor.deep({ version: VERSION, kind, ...content }))}\n`

/** Prints the answer of a command. */
export function printAnswer(
  { out, redactor }: Call,
  kind: Exclude<AnswerKind, "error">,
  content: object,
): void {
  out.print(line(redactor, kind, content))
}

/** Prints why a call was refused, or failed, on stdout; the text for a person is on stderr. */
export function printRefusal(
  { out, redactor }: Pick<Call, "out" | "redactor">,
  { what, why, fix, next }: ErrorParts,
  code: number,
): void {
  out.print(line(redactor, "error", { code, message: what, why, fix, next }))
}

/** Whether an answer in JSON was asked for: known also where the arguments cannot be read. */
export function wantsJson(argv: readonly string[]): boolean {
  const end = argv.indexOf("--")
  return (end === -1 ? argv : argv.slice(0, end)).some((word) => word === "--json" || word === "--json=true")
}
