import { jsonText } from "../notebook/hidden-characters.ts"
import type { Report } from "./types.ts"

/** Raised when a field changes its name or meaning; a new field does not raise it. */
const VERSION = 2

/** The walk as JSON, as schema/report.schema.json has it: complete and untrimmed. */
export function jsonReport({ notebook, federation, ...walk }: Report): string {
  const { name, title, roles } = notebook
  const report = { version: VERSION, notebook: { name, title, roles }, federation: federation.name, ...walk }
  return `${jsonText(report, 2)}\n`
}
