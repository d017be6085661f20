import type { ListrRendererFactory } from "listr2"
import type { Cell, Lane } from "./graph.ts"
import type { Scheduler } from "./scheduler.ts"

/**
 * Runs the lanes as a listr2 list: one task per lane, no subtasks (its task machinery is quadratic in them), all at once,
 * no prompts inside. What is drawn comes from our events; a lane's task throws once, at its end, so that the list
 * counts it as failed.
 */
export async function runLanes(
  lanes: readonly Lane[],
  selected: (cell: Cell) => boolean,
  scheduler: Scheduler,
  renderer: ListrRendererFactory | undefined,
): Promise<void> {
  const busy = lanes.filter((lane) => lane.cells.some(selected))
  if (busy.length === 0) return
  const { Listr } = await import("listr2")
  const list = new Listr(
    busy.map((lane) => ({
      title: lane.name,
      task: async () => {
        const ending = await scheduler.walk(lane)
        if (ending !== undefined) throw new Error(ending.reason)
      },
    })),
    {
      concurrent: true,
      exitOnError: false,
      // The program handles signals itself: journal first, then children, then exit.
      registerSignalListeners: false,
      renderer: renderer ?? "silent",
    },
  )
  await list.run()
}
