/** Plays a row on a server. */
import { until } from "./definitions.ts"
import { normal } from "./normal.ts"
import type { Row } from "./row.ts"
import { openScene, type World } from "./scene.ts"
import { CRDS, widgetDefinition } from "./things.ts"

/** What a server makes of a row. */
export const play = async (row: Row, world: World): Promise<unknown> => {
  const scene = await openScene(world)
  return normal(await row.does(scene), scene)
}

/** What rows rely on: the definition of widgets, served. */
export const prepare = async ({ admin }: World): Promise<void> => {
  const { body: made } = await admin.post(CRDS, widgetDefinition())
  const since = made.metadata.resourceVersion
  const stream = await admin.watch(
    `${CRDS}?watch=true&resourceVersion=${since}&fieldSelector=metadata.name%3Dwidgets.conformance.example`,
  )
  const established = (it: { type: string; status: string }) =>
    it.type === "Established" && it.status === "True"
  for (;;) {
    const [event] = await stream.take(1)
    if (event === undefined) throw new Error("the definition of widgets was not established")
    if (event.object.status?.conditions?.some(established)) break
  }
  stream.close()
  // Established comes a moment before the paths answer.
  await until(async () => (await admin.get("/apis/conformance.example/v1/widgets")).status === 200)
}
