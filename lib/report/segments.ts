/** What an execution was busy with: it checked, applied or waited. */
import type { Bar } from "./critical-path.ts"

export interface Segment {
  readonly is: "checked" | "applied" | "waited"
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
      add("checked", wait)
      const { after } = execution
      const seen = after?.result.state === "ready" ? Date.parse(after.t) : to
      add("waited", seen > wait ? Math.min(seen, to) : to)
    }
    add("checked", to)
  }
  for (const apply of execution.actions) {
    const from = Math.min(Math.max(now, Date.parse(apply.t)), until)
    const to = apply.ended === undefined ? until : Math.min(Date.parse(apply.ended), until)
    idle(from)
    if (apply.manual !== true) add("applied", to)
    else {
      const { after } = execution
      add("waited", after?.result.state === "ready" ? Math.min(Date.parse(after.t), until) : until)
    }
  }
  idle(until)
  return segments
}
