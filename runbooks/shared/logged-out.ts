/**
 * What a teardown knew when it ended the session of a site: nothing that it was to delete remained there. A later teardown
 * then needs no new login to say so again.
 */
import { existsSync } from "node:fs"
import { rm } from "node:fs/promises"
import { readRegularText, writeWhole } from "../../lib/kit.ts"
import type { Context } from "../context.ts"

type Place = Pick<Context, "kubeconfig" | "privateFile">
/** Of a teardown: what it deletes beside the rest. */
interface Flags {
  readonly operator: boolean
  readonly projects: boolean
}

const noteOf = ({ privateFile }: Place): string => privateFile("logged-out")

/** Keeps that nothing remained, and what `--operator` and `--projects` said. */
export const noteLogout = (place: Place, { operator, projects }: Flags): Promise<void> =>
  writeWhole(noteOf(place), JSON.stringify({ operator, projects }))

/** After a new login, the cluster is asked again. */
export const forgetLogout = (place: Place): Promise<void> => rm(noteOf(place), { force: true })

/** Whether a teardown with at least these flags has logged out of the site, and nobody has logged in since. */
export function isLoggedOut(place: Place, wanted: Flags): boolean {
  if (existsSync(place.kubeconfig)) return false
  let had: Flags
  try {
    had = JSON.parse(readRegularText(noteOf(place))) as Flags
  } catch {
    return false // no note, or none that could be read: the cluster is asked
  }
  return (had.operator || !wanted.operator) && (had.projects || !wanted.projects)
}
