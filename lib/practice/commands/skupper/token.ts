/** `skupper token` */
import { randomUUID } from "node:crypto"
import { accessSync, constants, readFileSync, statSync, writeFileSync } from "node:fs"
import { dirname } from "node:path"
import { formatDuration } from "../../go-duration.ts"
import type { Json, Thing } from "../client.ts"
import { Exit, say } from "../exit.ts"
import { goFileError } from "../go-file-error.ts"
import { invocation, located } from "../invocation.ts"
import { poll } from "../poll.ts"
import { type Call, type Command, conditionOf, failed, isReady, resource, TIMEOUT } from "./call.ts"
import { badDuration, badNumber, badText } from "./checks.ts"
import { encode } from "./encode.ts"

const SHORTEST_WINDOW = 60_000

const checkFile = (call: Call, missing: string): string => {
  const [file] = call.args
  if (file === undefined) call.check(missing)
  else if (call.args.length > 1) call.check("only one argument is allowed for this command")
  else if (file === "") call.check("file name must not be empty")
  else {
    const bad = badText("file", file)
    call.check(bad, "token file name is not valid")
    if (bad === undefined) return file
  }
  return ""
}

/** Whether a file can be made there. */
function badPlace(file: string): string | undefined {
  try {
    if (statSync(located(file), { throwIfNoEntry: false })?.isDirectory())
      return "token file name is a directory"
    accessSync(dirname(located(file)), constants.W_OK | constants.X_OK)
    return undefined
  } catch (error) {
    return `invalid token file name: ${goFileError(error)}`
  }
}

const issue = async (call: Call): Promise<void> => {
  const { flags, namespace } = call
  await call.mustList("accessgrants")
  const file = checkFile(call, "file name must be configured")
  if (file !== "") call.check(badPlace(file))
  const sites = await call.mustList("sites")
  const open = sites.find((site) => isReady(site) && (site.status?.endpoints ?? []).length > 0)
  if (sites.length === 0)
    call.check(`A site must exist in namespace ${namespace} before a token can be created`)
  else if (!sites.some(isReady)) call.check("there is no active skupper site in this namespace")
  else if (open === undefined)
    call.check("You must enable link access for this site before you can create a token.")
  if (flags.number("redemptions-allowed") < 1) call.check("number of redemptions is not valid")
  call.check(
    badDuration(SHORTEST_WINDOW, flags.duration("expiration-window")),
    "expiration time is not valid",
  )
  call.checkTimeout()
  call.check(badNumber(flags.text("cost")), "link cost is not valid")
  call.valid()
  const name = `${open!.metadata.name}-${randomUUID()}`
  const expirationWindow = formatDuration(flags.duration("expiration-window"))
  const redemptionsAllowed = flags.number("redemptions-allowed")
  await call.create("accessgrants", resource("AccessGrant", name, { redemptionsAllowed, expirationWindow }))
  let grant: Thing | undefined
  const inTime = await poll(flags.duration("timeout"), async () => {
    grant = await call.get("accessgrants", name)
    return grant !== undefined && isReady(grant)
  })
  if (!inTime) {
    const why = `grant "${name}" not ready yet, check the status for more information`
    throw new Exit(1, { stdout: [why] })
  }
  const { ca, code, url } = grant!.status
  const token = resource("AccessToken", name, { ca, code, linkCost: flags.number("cost"), url })
  try {
    // An existing file keeps its mode.
    writeFileSync(located(file), await encode("yaml", token), { mode: 0o644 & ~invocation().umask })
  } catch (error) {
    throw new Exit(1, { stdout: [`Could not write to file ${file}: open ${file}: ${goFileError(error)}`] })
  }
  say()
  say(`Grant "${name}" is ready`)
  say(`Token file ${file} created`)
  say()
  say("Transfer this file to a remote site. At the remote site,")
  say('create a link to this site using the "skupper token redeem" command:')
  say()
  say("\tskupper token redeem <file>")
  say()
  say(`The token expires after ${redemptionsAllowed} use(s) or after ${expirationWindow}.`)
}

/** The token in a file; an empty one where the file holds none: the API then says what is missing. */
async function readToken(file: string): Promise<Json> {
  let text: string
  try {
    text = readFileSync(located(file), "utf8")
  } catch (error) {
    throw new Exit(1, { stdout: [`unable to read token file - open ${file}: ${goFileError(error)}`] })
  }
  const { parse } = await import("yaml")
  let token: Json
  try {
    token = parse(text)
  } catch {}
  return token?.kind === "AccessToken" ? token : {}
}

const redeem = async (call: Call): Promise<void> => {
  await call.mustList("accesstokens")
  const file = checkFile(call, "token file name must be configured")
  const sites = await call.mustList("sites")
  if (sites.length === 0) {
    call.check(`A site must exist in namespace ${call.namespace} before a token can be redeemed`)
  } else if (!sites.some(isReady)) call.check("there is no active skupper site in this namespace")
  if (file !== "" && statSync(located(file), { throwIfNoEntry: false }) === undefined) {
    call.check(`token file does not exist: stat ${file}: no such file or directory`)
  }
  call.checkTimeout()
  call.valid()
  const { metadata, spec } = await readToken(file)
  const name: string = metadata?.name ?? ""
  const token = resource("AccessToken", name, { url: "", code: "", ca: "", ...spec }, call.namespace)
  await call.create("accesstokens", { ...token, metadata: { ...metadata, ...token.metadata } })
  const inTime = await poll(
    call.flags.duration("timeout"),
    async () => conditionOf(await call.get("accesstokens", name), "Redeemed")?.status === "True",
  )
  if (!inTime) throw failed(`Token "${name}" redeem not ready yet, check the status for more information`)
  say(`Token "${name}" has been redeemed`)
}

export const token: Command[] = [
  {
    group: "token",
    verb: "issue",
    use: "<fileName>",
    short: "issue a token",
    flags: [
      { name: "redemptions-allowed", type: "int", default: "1" },
      { name: "expiration-window", type: "duration", default: "15m0s" },
      TIMEOUT("1m0s"),
      { name: "cost", default: "1" },
    ],
    run: issue,
  },
  {
    group: "token",
    verb: "redeem",
    use: "<filename>",
    short: "redeem a token",
    flags: [TIMEOUT("1m0s")],
    run: redeem,
  },
]
