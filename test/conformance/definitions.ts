/** Definitions that a row makes for itself. */
import type { Scene } from "./scene.ts"
import { CRDS, widget, widgetDefinition } from "./things.ts"

/** Asks again until it is so. */
export const until = async (isSo: () => Promise<boolean>): Promise<void> => {
  while (!(await isSo())) await new Promise(setImmediate)
}

/** A kind of the row's own, established and served. */
export const ownKind = async ({ admin, own, id }: Scene) => {
  const digits = id.replace(/\D/g, "")
  const plural = `own${digits}s`
  const kind = `Own${digits}`
  await admin.post(CRDS, widgetDefinition(plural, kind))
  const path = `${own}/${plural}`
  await until(async () => (await admin.get(path)).status === 200)
  return {
    path,
    /** The definition's own path. */
    definition: `${CRDS}/${plural}.conformance.example`,
    object: { ...widget("a"), kind },
  }
}
