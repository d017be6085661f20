/**
 * The session that the program itself created at a site (with a browser or a password). The name that OpenShift gives its
 * token is kept in a private file, so that the teardown ends this session and no other.
 */
import { createHash } from "node:crypto"
import { rm } from "node:fs/promises"
import { kubeconfigs, readRegularText, writeWhole } from "../../lib/kit.ts"
import type { Context } from "../context.ts"

type Place = Pick<Context, "kubeconfig" | "privateFile">

const noteOf = ({ privateFile }: Place): string => privateFile("session")

/** The name of the OAuthAccessToken: OpenShift keeps a token by its hash. */
const objectName = (token: string): string =>
  `sha256~${createHash("sha256")
    .update(token.replace(/^sha256~/, ""))
    .digest("base64url")}`

/** The name of the session in a kubeconfig, whoever created it. */
export async function sessionAt({ kubeconfig }: Pick<Place, "kubeconfig">): Promise<string | undefined> {
  const { readToken } = await kubeconfigs()
  const token = await readToken(kubeconfig).catch(() => undefined)
  return token === undefined ? undefined : objectName(token)
}

/** Notes that the session in the site's kubeconfig is the program's own. */
export async function noteSession(place: Place): Promise<void> {
  const session = await sessionAt(place)
  if (session !== undefined) await writeWhole(noteOf(place), `${session}\n`)
}

/** The name of the session in the site's kubeconfig; undefined if there is none, or the program did not create it. */
export async function ownSession(place: Place): Promise<string | undefined> {
  const session = await sessionAt(place)
  try {
    return session !== undefined && session === readRegularText(noteOf(place)).trim() ? session : undefined
  } catch {
    return undefined
  }
}

/** Whether another site of the federation uses the same session of the program. */
export async function isShared(
  context: Place & Pick<Context, "site" | "sites"> & { at(other: Context["site"]): Place },
): Promise<boolean> {
  const own = await ownSession(context)
  const others = context.sites.filter(({ name }) => name !== context.site.name)
  const sessions = await Promise.all(others.map((other) => ownSession(context.at(other))))
  return own !== undefined && sessions.includes(own)
}

/** Deletes the site's kubeconfig, and the note. */
export async function forgetSession(place: Place): Promise<void> {
  await rm(place.kubeconfig, { force: true })
  await rm(noteOf(place), { force: true })
}
