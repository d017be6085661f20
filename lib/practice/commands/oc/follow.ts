/** Following one object until it is as wanted. */
import { createInterface } from "node:readline"
import type { Client, Thing } from "../client.ts"
import { fail } from "./call.ts"

/**
 * Hands over the object at every change, until `isEnd` says that this is the end.
 * @param isEnd is given nothing where the object is not there (any more)
 */
export async function follow(
  client: Client,
  collection: string,
  name: string,
  isEnd: (now: Thing | undefined) => boolean,
): Promise<void> {
  const selected = new URLSearchParams({ fieldSelector: `metadata.name=${name}` })
  // A watch may be cut at any time.
  for (;;) {
    const list = await client.json("GET", `${collection}?${selected}`)
    if (isEnd((list.items as Thing[])[0])) return
    selected.set("watch", "true")
    selected.set("resourceVersion", list.metadata.resourceVersion)
    const stream = await client.open("GET", `${collection}?${selected}`)
    for await (const line of createInterface({ input: stream })) {
      const event = JSON.parse(line)
      if (event.type === "ERROR") break
      if (event.type === "BOOKMARK") continue
      if (isEnd(event.type === "DELETED" ? undefined : event.object)) {
        stream.destroy()
        return
      }
    }
    selected.delete("watch")
    selected.delete("resourceVersion")
  }
}

/** @param milliseconds 0: for ever. @throws Exit with `late` when they are over */
export async function inTime(work: Promise<void>, milliseconds: number, late: string): Promise<void> {
  if (milliseconds === 0) return work
  let timer: NodeJS.Timeout | undefined
  const over = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(fail(late)), milliseconds)
  })
  try {
    await Promise.race([work, over])
  } finally {
    clearTimeout(timer)
  }
}
