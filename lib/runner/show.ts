import { compareExpected } from "../notebook/expect.ts"
import { contextOf } from "./context.ts"
import type { Deadline } from "./deadline.ts"
import type { Cell } from "./graph.ts"
import type { RunScope } from "./run-scope.ts"

interface Printed {
  line: string
  stdout: string
  stderr: string
}

/** Runs a step's `show` and keeps what it printed. A show that fails is a note, never a failure of the step. */
export async function showCell(scope: RunScope, cell: Cell, deadline: Deadline): Promise<void> {
  const { show, expect } = cell.step
  if (show === undefined || deadline.signal.aborted) return
  const { options, source, bus, slots } = scope
  try {
    // The event below holds command and output whole: they are not said twice.
    const tools = options.toolbox.open({
      step: cell.step,
      site: cell.site,
      signal: deadline.signal,
      emit: () => {},
    })
    const context = contextOf(source, cell, tools, deadline.signal, bus.emit)
    for (const printed of printedBy(await slots.hold(() => show(context)))) {
      const text = `${printed.stdout}${printed.stderr}`
      const differs = expect === undefined ? [] : compareExpected(expect, text)
      bus.emit({ type: "shown", line: printed.line, text, differs, ...cell.at })
    }
  } catch (error) {
    if (deadline.signal.aborted) return
    const why = error instanceof Error ? error.message : String(error)
    bus.emit({ type: "note", text: `its output could not be shown: ${why}`, ...cell.at })
  }
}

/** A show returns a command's result, several, or a text of its own. */
function printedBy(result: unknown): Printed[] {
  if (Array.isArray(result)) return result.flatMap(printedBy)
  if (typeof result === "string") return [{ line: "", stdout: result, stderr: "" }]
  if (result !== null && typeof result === "object" && "stdout" in result) return [result as Printed]
  return []
}
