/** The phases of an execution: it checked, applied or waited. */
import type { Bar } from "./critical-path.ts"

export interface Segment {
  readonly is: "checked" | "applied" | "waited"
  /** Milliseconds since 1970. */
  readonly from: number
  readonly to: number
}

/** An execution cut into its phases, without gaps. A manual action counts as waiting, because the program does nothing. */
export function segmentsOf({ execution, end }: Bar): Segment[] {
  const segments: Segment[] = []
  const until = Date.parse(end)
  let now = Date.parse(execution.started)
  const add = (is: Segment["is"], to: number): void => {
    if (to <= now) return
    const last = segments.at(-1)
    if (last?.is === is) segments[segments.length - 1] = { ...last, to }
    else segments.push({ is, from: now, to })
    now = to
  }
  /** Between actions it checks until a wait starts, and waits until the check finds it ready. */
  const idle = (to: number): void => {
    const wait = execution.waits.map(({ t }) => Date.parse(t)).find((t) => t >= now && t < to)
    if (wait !== undefined) {
      add("checked", wait)
      const { after } = execution
      const seen = after?.result.state === "ready" ? Date.parse(after.t) : to
      add("waited", seen > wait ? Math.min(seen, to) : to)
    }
    add("checked", to)
  }
  for (const action of execution.actions) {
    const from = Math.min(Math.max(now, Date.parse(action.t)), until)
    const to = action.ended === undefined ? until : Math.min(Date.parse(action.ended), until)
    idle(from)
    if (action.manual !== true) add("applied", to)
    else {
      const { after } = execution
      add("waited", after?.result.state === "ready" ? Math.min(Date.parse(after.t), until) : until)
    }
  }
  idle(until)
  return segments
}
