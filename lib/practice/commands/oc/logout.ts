/** `oc logout` */
import { createHash } from "node:crypto"
import { readKubeconfig } from "../../../cluster/kubeconfig-file.ts"
import { StatusError } from "../client.ts"
import { say } from "../exit.ts"
import { saveKubeconfig } from "../kubeconfig.ts"
import { type Call, type Command, fail } from "./call.ts"
import { whoIs } from "./who.ts"

/** OpenShift keeps a token under its hash. */
const objectName = (token: string): string =>
  `sha256~${createHash("sha256")
    .update(token.replace(/^sha256~/, ""))
    .digest("base64url")}`

async function logout(call: Call): Promise<void> {
  if (call.args.length > 0) throw fail("No arguments are allowed")
  const { file } = await call.load()
  const { user } = await call.session()
  const { token } = user
  if (typeof token !== "string" || token === "") throw fail("You must have a token in order to logout.")
  const client = await call.client()
  const name = await whoIs(client)
  // A token that is not OAuth's is not found there, which the real command passes over as well.
  await client
    .json("DELETE", `/apis/oauth.openshift.io/v1/oauthaccesstokens/${objectName(token)}`)
    .catch((error: unknown) => {
      if (!(error instanceof StatusError)) throw error
    })
  const config = (await readKubeconfig(file)) ?? {}
  const users = (config.users ?? []).map((one) => (one.user.token === token ? { ...one, user: {} } : one))
  await saveKubeconfig(file, { ...config, users })
  say(`Logged ${JSON.stringify(name)} out on ${JSON.stringify(client.server)}`)
}

export const logoutCommands: Command[] = [
  { name: "logout", use: "[flags]", short: "End the current server session", flags: [], run: logout },
]
