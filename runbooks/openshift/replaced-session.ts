/** A login that replaces a session which the program created: the old one is ended, so that it does not stay valid for a day. */
import { copyFile, rm } from "node:fs/promises"
import type { LoginMethod } from "../../lib/index.ts"
import type { Context, SiteInputs } from "../context.ts"
import { forgetLogout } from "../shared/logged-out.ts"
import { isShared, ownSession, sessionAt } from "./own-session.ts"

type Method = LoginMethod<SiteInputs>

/** The method, which also ends the program's own session that it replaces. */
export const endingReplaced = (method: Method): Method => ({
  ...method,
  async login(context) {
    const isOwn = !(await isShared(context)) && (await ownSession(context)) !== undefined
    if (isOwn) await copyFile(context.kubeconfig, oldOf(context))
    const what = await method.login(context)
    await forgetLogout(context)
    return what
  },
  // Not before the server has accepted the new one: a login that fails leaves the session as it was.
  async ended(context, accepted) {
    const old = oldOf(context)
    try {
      const replaced = await sessionAt({ kubeconfig: old })
      if (accepted && replaced !== undefined && replaced !== (await sessionAt(context)))
        await end(context, old)
      await method.ended?.(context, accepted)
    } finally {
      await rm(old, { force: true })
    }
  },
})

/** A copy of the kubeconfig with the session that may be replaced. */
const oldOf = ({ privateFile }: Pick<Context, "privateFile">): string => privateFile("old-session")

/** The new session does not depend on it: a failure is only told. */
async function end(
  { $, site, note }: Pick<Context, "$" | "site" | "note">,
  kubeconfig: string,
): Promise<void> {
  const { exitCode, stderr, stdout } = await $.with({
    nothrow: true,
    env: { KUBECONFIG: kubeconfig },
  })`oc logout`
  const why = stderr.trim() || stdout.trim()
  if (exitCode === 0 || /Unauthorized|must be logged in/i.test(why)) return
  note(`the earlier session of ${site.name} could not be ended (${why}); it expires by itself after 24 hours`)
}
