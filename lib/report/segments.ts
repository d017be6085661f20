/** What an execution was busy with: it looked, acted or waited. */
import type { Bar } from "./critical-path.ts"

export interface Segment {
  readonly is: "looked" | "acted" | "waited"
  /** Milliseconds since 1970. */
  readonly from: number
  readonly to: number
}

/** An execution cut into what it did, without gaps. What is by hand counts as waiting: nothing is done here. */
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
  /** Between acts: it looks until a wait begins, and waits until what it waited for was seen. */
  const idle = (to: number): void => {
    const wait = execution.waits.map(({ t }) => Date.parse(t)).find((t) => t >= now && t < to)
    if (wait !== undefined) {
      add("looked", wait)
      const { after } = execution
      const seen = after?.look.is === "done" ? Date.parse(after.t) : to
      add("waited", seen > wait ? Math.min(seen, to) : to)
    }
    add("looked", to)
  }
  for (const act of execution.acts) {
    const from = Math.min(Math.max(now, Date.parse(act.t)), until)
    const to = act.ended === undefined ? until : Math.min(Date.parse(act.ended), until)
    idle(from)
    if (act.byHand !== true) add("acted", to)
    else {
      const { after } = execution
      add("waited", after?.look.is === "done" ? Math.min(Date.parse(after.t), until) : until)
    }
  }
  idle(until)
  return segments
}
