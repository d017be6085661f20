import { type CheckResult, drifted, main, RunbookError, ready, step } from "../lib/index.ts"
import { forgetSession, isShared, ownSession } from "./openshift/own-session.ts"
import { noteLogout } from "./shared/logged-out.ts"
import { nothingRemains, type TeardownContext } from "./shared/removal.ts"

async function check(context: TeardownContext): Promise<CheckResult> {
  const { site } = context
  if ((await ownSession(context)) === undefined) return ready("no session created by this program remains")
  return drifted([{ field: "session", found: "exists", wanted: "deleted" }], {
    reason: `logs out of ${site.server} and deletes the kubeconfig of this site`,
  })
}

async function logOut(context: TeardownContext): Promise<void> {
  // Sites on one cluster may use one session: the last of them ends it.
  if (!(await isShared(context))) await endSession(context)
  if (nothingRemains(context)) await noteLogout(context, context.inputs)
  await forgetSession(context)
}

/** `oc logout` deletes the OAuthAccessToken. The session itself is allowed to do that. */
async function endSession({ $, site, notebook }: TeardownContext): Promise<void> {
  const { exitCode, stderr, stdout } = await $.with({ nothrow: true })`oc logout`
  const why = stderr.trim() || stdout.trim()
  // A session that has expired or was revoked does not have to be ended.
  if (exitCode === 0 || /Unauthorized|must be logged in/i.test(why)) return
  throw new RunbookError(`the session at ${site.server} could not be ended`, {
    why,
    fix: "run the teardown again when the server answers; the session expires by itself after 24 hours",
    next: `${notebook} teardown --site ${site.name}`,
  })
}

export default step<TeardownContext>({
  id: "logout",
  title: "Log out",
  on: "every site",
  // In the lanes of SuperNodes, it still needs the session at the SuperLink's cluster.
  needs: ["remove-network"],
  inputs: ["server"],
  undoes: ["login"],
  prose:
    "Ends the session that `login` created with a browser or a password, and deletes its kubeconfig. A token or a context that you gave stays valid.",
  check,
  delete: logOut,
  exclusive: ({ site }) => `login ${site.server}`,
})

if (import.meta.main) void main(import.meta.url)
