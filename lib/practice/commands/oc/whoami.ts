/** `oc whoami` */
import { orNothing, StatusError } from "../client.ts"
import { say } from "../exit.ts"
import { type Call, type Command, fail } from "./call.ts"
import { printAs } from "./printers.ts"
import { whoIs } from "./who.ts"

async function consoleOf(call: Call): Promise<string> {
  const client = await call.client()
  const path = "/api/v1/namespaces/openshift-config-managed/configmaps/console-public"
  const found = await client.json("GET", path).catch((error) => {
    if (error instanceof StatusError && error.code === 403) {
      throw fail(
        "unable to determine console location: the server has asked for the client to provide credentials",
      )
    }
    return orNothing(error)
  })
  return found?.data?.consoleURL ?? client.server
}

const whoami = async (call: Call): Promise<void> => {
  const { flags } = call
  const session = await call.session()
  if (flags.on("show-token")) {
    const { token } = session.user
    if (typeof token !== "string" || token === "") throw fail("no token is currently in use for this session")
    return say(token)
  }
  if (flags.on("show-context")) return say(session.context)
  if (flags.on("show-server")) return say(String(session.cluster?.server))
  if (flags.on("show-console")) return say(await consoleOf(call))
  const name = await whoIs(await call.client())
  const output = flags.text("output")
  if (output === "") return say(name)
  await printAs(output, {
    apiVersion: "user.openshift.io/v1",
    groups: null,
    identities: null,
    kind: "User",
    metadata: { name },
  })
}

export const whoamiCommands: Command[] = [
  {
    name: "whoami",
    use: "[flags]",
    short: "Return information about the current session",
    flags: [
      { name: "show-token", short: "t", type: "bool", default: "false" },
      { name: "show-context", short: "c", type: "bool", default: "false" },
      { name: "show-server", type: "bool", default: "false" },
      { name: "show-console", type: "bool", default: "false" },
      { name: "output", short: "o" },
    ],
    run: whoami,
  },
]
