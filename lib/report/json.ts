import type { Report } from "./types.ts"

/** Raised when what stands now changes its meaning; new fields do not raise it. */
const VERSION = 1

/** The walk as JSON, as schema/report.schema.json has it: nothing is left out and nothing trimmed. */
export function jsonReport({ notebook, federation, ...walk }: Report): string {
  const { name, title, roles } = notebook
  const report = { version: VERSION, notebook: { name, title, roles }, federation: federation.name, ...walk }
  return `${JSON.stringify(report, null, 2)}\n`
}
