/** Login with user name and password. The password never appears on a command line. */

import type { LoginMethod } from "../../lib/index.ts"
import { shellWord } from "../../lib/index.ts"
import {
  assertGiven,
  authorityOf,
  kubeconfigs,
  oauth,
  proxyOf,
  readPasswordFile,
  writeSession,
} from "../../lib/kit.ts"
import type { Context, SiteInputs } from "../context.ts"
import { manualLogin } from "./manual-login.ts"
import { noteSession } from "./own-session.ts"

export const passwordLogin: LoginMethod<SiteInputs> = {
  name: "password",
  inputs: ["username", "password-file"],
  isGiven: ({ username }) => username !== undefined,
  sends: ({ username, passwordFile }) => `the password of ${username} in ${passwordFile ?? "a file"}`,
  refused: "check that it is valid, and that the server is correct",
  login,
  async otherThan({ site: { username }, kubeconfig }, user) {
    if (username === undefined || (await isThisUser(username, user, kubeconfig))) return undefined
    return { field: "user", found: user, wanted: username }
  },
  // Without a file, oc asks for the password.
  manual: ({ site }) =>
    manualLogin(site, [
      `--username=${shellWord(site.username ?? "USER")}`,
      ...(site.passwordFile === undefined ? [] : [`<${shellWord(site.passwordFile)}`]),
    ]),
}

async function login(context: Context): Promise<string> {
  const { site, secret } = context
  assertGiven(site.username, "username", site)
  const password = await readPasswordFile(site.passwordFile, context)
  const token = await (await oauth()).passwordLogin({
    server: site.server,
    username: site.username,
    password,
    agent: context.notebook,
    signal: context.signal,
    ca: await authorityOf(site),
    proxy: proxyOf(site),
  })
  secret(token)
  await writeSession(context, token, site.username)
  await noteSession(context)
  return "the new session"
}

/**
 * Identity providers may fold case, or give the user another name than the login name (`kubeadmin` is `kube:admin`): then
 * the kubeconfig has the name with which the session was created.
 */
async function isThisUser(username: string, user: string, kubeconfig: string): Promise<boolean> {
  if (username.toLowerCase() === user.toLowerCase()) return true
  const { readUser } = await kubeconfigs()
  return (await readUser(kubeconfig))?.startsWith(`${username}/`) === true
}
