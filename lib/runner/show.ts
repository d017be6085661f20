import { SHOW_TIMEOUT_S } from "../limits.ts"
import { compareExpected } from "../notebook/expect.ts"
import { contextOf } from "./context.ts"
import { type Deadline, endedBy } from "./deadline.ts"
import type { Cell } from "./graph.ts"
import type { RunScope } from "./run-scope.ts"

interface Output {
  line: string
  stdout: string
  stderr: string
}

/** Runs the `show` of a step that is ready and records what it printed. A failed show is a note, never a failure of the step. */
export async function showCell(scope: RunScope, cell: Cell, step: Deadline): Promise<void> {
  const { show, expect } = cell.step
  if (show === undefined || step.signal.aborted) return
  step.clear()
  const deadline = step.another(SHOW_TIMEOUT_S)
  const { options, source, bus, slots } = scope
  try {
    // The event below holds the command and its whole output, so they are not sent twice.
    const tools = options.toolbox.open({
      step: cell.step,
      site: cell.site,
      signal: deadline.signal,
      emit: () => {},
    })
    const context = contextOf(source, cell, tools, deadline.signal, bus.emit)
    for (const output of outputsOf(
      await slots.hold(() => endedBy(deadline.signal, show(context)), { clock: deadline, first: cell.first }),
    )) {
      const text = `${output.stdout}${output.stderr}`
      const differs = expect === undefined ? [] : compareExpected(expect, text)
      bus.emit({ type: "shown", line: output.line, text, differs, ...cell.at })
    }
  } catch (error) {
    if (deadline.interrupted) return
    const within = `${SHOW_TIMEOUT_S} s were not enough`
    const why = deadline.passed ? within : error instanceof Error ? error.message : String(error)
    bus.emit({ type: "note", text: `its output could not be shown: ${why}`, ...cell.at })
  } finally {
    deadline.clear()
  }
}

/** A show returns the result of a command, several of them, or a text. */
function outputsOf(result: unknown): Output[] {
  if (Array.isArray(result)) return result.flatMap(outputsOf)
  if (typeof result === "string") return [{ line: "", stdout: result, stderr: "" }]
  if (result !== null && typeof result === "object" && "stdout" in result) return [result as Output]
  return []
}
