/** Creates a token or a link file at the SuperLink's site. */
import { blocked, type CheckResult, type Cluster, missing, RunbookError, ready } from "../../lib/index.ts"
import type { Context } from "../context.ts"
import { atSite } from "../shared/at-site.ts"
import { adoptedMark, isOwn, selector, takeObject } from "../shared/labels.ts"
import { untilSeen } from "../shared/reading.ts"
import { createOwn, viaApi } from "../shared/via.ts"
import { manifestText } from "../shared/write-manifest.ts"
import { hubOf, sharersOf } from "./hub.ts"
import { joinedSite } from "./joined.ts"
import { isTheirs } from "./other-side.ts"
import {
  certificateResource,
  grantResource,
  linkCredentials,
  linkResources,
  tokenResource,
} from "./resources.ts"
import {
  type AccessGrant,
  activeSite,
  DEFAULT_LIFETIME,
  grantRef,
  interRouter,
  SKUPPER,
  type SkupperSite,
} from "./skupper.ts"
import { type TokenContent, TokenFile } from "./token-file.ts"

/** Label of a grant: the SuperNode's site that its token is for. */
const FOR_SITE = "flower-runbook/site"
/** How long a token for another party can be redeemed by default, in seconds. */
const PARTY_LIFETIME = 24 * 3600
/** A token that expires within this time is replaced, in milliseconds. */
const MARGIN = 60_000
/** How long the commands wait for a grant or a certificate, in milliseconds. */
const GRANT_READY = 60_000

export async function checkToken(context: Context): Promise<CheckResult> {
  const { inputs, at, site } = context
  const hub = hubOf(context, site)
  const file = await new TokenFile(context).read()
  const { cluster } = at(hub)
  const joined = (await usedBy(context)) ?? (file === undefined ? await leftBy(context) : undefined)
  if (inputs.linkWith === "file") return joined ?? linkFileStillValid(file, cluster, hub.project)
  if (file?.is !== "token") return joined ?? missing("no token exists yet")
  const grant = await cluster.get<AccessGrant>(grantRef(hub.project, file.name))
  if (isTheirs(site)) return handedOver(context, grant, await cluster.now())
  if (grant === undefined) return missing("the token's grant no longer exists")
  // A grant stays Ready after its last use and after it has expired: only these numbers show it. Times are the server's.
  return grantStillValid(grant, await cluster.now())
}

/** The site of another party that has joined the network needs no other token. */
async function usedBy(context: Context): Promise<CheckResult | undefined> {
  const { site } = context
  const found = await hubOfTheirs(context)
  if (found === undefined) return undefined
  // Where several SuperNodes have one hub, another's site may be linked.
  const isAlone = sharersOf(context, site).length === 1
  const linked = (found.status?.network ?? []).find(
    ({ id, links }) =>
      id !== found.metadata.uid &&
      (isAlone || id === joinedSite(found, site)) &&
      links?.some(({ remoteSiteId }) => remoteSiteId === found.metadata.uid),
  )
  return linked && ready(`site ${linked.name} of ${site.party} is linked`)
}

/** To whoever has joined and is no longer in the network, nothing is issued again by itself: perhaps it has left. */
async function leftBy(context: Context): Promise<CheckResult | undefined> {
  const { site } = context
  const found = await hubOfTheirs(context)
  if (context.rerun || found === undefined || joinedSite(found, site) === undefined) return undefined
  return blocked(
    `${site.party} has joined the network of ${found.metadata.name}, and is no longer in it: it has left, or its link is down`,
    {
      code: "left",
      fix: `ask ${site.party}: if its part has ended, revoke it (flower-runbook revoke ${site.party}); if it is to come back, issue another approval, which has another token`,
      next: `flower-runbook approve ${site.party} --again`,
    },
  )
}

/** The hub of a SuperNode that another party owns. */
async function hubOfTheirs(context: Context): Promise<SkupperSite | undefined> {
  if (!isTheirs(context.site)) return undefined
  const hub = hubOf(context, context.site)
  return activeSite(context.at(hub).cluster, hub.project)
}

/** A token that another party has or gets: whether it was used is known, a new one only goes with a new approval. */
async function handedOver(
  context: Context,
  grant: AccessGrant | undefined,
  now: number,
): Promise<CheckResult> {
  const used = await usedBy(context)
  if (used !== undefined) return used
  const { party } = context.site
  const answer: CheckResult =
    grant === undefined ? missing("the token's grant no longer exists") : grantStillValid(grant, now)
  if (answer.state === "ready") return ready(`a token for ${party} exists; ${answer.reason.split("; ")[1]}`)
  if (grant !== undefined && (grant.status?.redemptions ?? 0) > 0)
    return ready(`${party} has redeemed its token; its link is not up yet`)
  if (context.rerun || (grant !== undefined && grant.status?.expirationTime === undefined)) return answer
  return blocked(`the token of ${party} cannot be redeemed any more: ${answer.reason}`, {
    code: "expired",
    fix: "issue another approval, which has another token",
    next: `flower-runbook approve ${party} --again`,
  })
}

/** Whether a grant's token can be redeemed. `now`: the API server's clock, in milliseconds. */
export function grantStillValid(grant: AccessGrant, now: number): CheckResult {
  const allowed = grant.spec?.redemptionsAllowed || 1
  if ((grant.status?.redemptions ?? 0) >= allowed) return missing("the token is used up")
  const ends = Date.parse(grant.status?.expirationTime ?? "")
  if (Number.isNaN(ends)) return missing("the token's grant never became ready")
  const left = ends - now
  if (left <= 0) return missing("the token has expired")
  if (left <= MARGIN) return missing(`the token expires in ${Math.round(left / 1000)} s`)
  return ready(`a token exists; it can be redeemed for ${timeLeft(left)}`)
}

/** Whole minutes or hours, rounded down: `15 minutes`, `23 hours`. */
function timeLeft(milliseconds: number): string {
  const minutes = Math.floor(milliseconds / 60_000)
  return minutes < 120 ? `${minutes} minutes` : `${Math.floor(minutes / 60)} hours`
}

async function linkFileStillValid(
  file: TokenContent | undefined,
  cluster: Cluster,
  project: string,
): Promise<CheckResult> {
  if (file?.is !== "file") return missing("no link file exists yet")
  const here = interRouter((await activeSite(cluster, project))?.status?.endpoints)
  const fits = interRouter(file.endpoints).some((address) => here.includes(address))
  return fits
    ? ready("a link file exists")
    : missing("the link file leads to an address that the Site no longer has")
}

export async function issueToken(context: Context): Promise<void> {
  const { inputs } = context
  const before = await new TokenFile(context).read()
  const byApi = viaApi(context)
  if (inputs.linkWith === "file") await (byApi ? generateLinkByApi : generateLink)(context)
  else await (byApi ? issueByApi : issue)(context)
  // The code of a grant stays readable in the cluster, so the grant of the replaced token is deleted.
  if (before?.is === "token") await dropGrant(context, before.name)
}

async function issue(context: Context): Promise<void> {
  const { at, signal, site } = context
  const hub = hubOf(context, site)
  const tokenFile = new TokenFile(context)
  const { $, cluster } = at(hub)
  await tokenFile.create()
  const lifetime = lifetimeOf(context)
  const window = lifetime === DEFAULT_LIFETIME ? [] : ["--expiration-window", `${lifetime}s`]
  const known = new Set((await grants(cluster, hub.project)).map(({ metadata }) => metadata.uid))
  const ended = new AbortController()
  const watching = AbortSignal.any([signal, ended.signal])
  // The command waits a whole minute for a grant that cannot become ready; the grant itself says so at once.
  const refused = new AbortController()
  const refusal = untilSeen(cluster, watching, async (reader) => {
    const list = await reader.list<AccessGrant>({
      apiVersion: SKUPPER,
      kind: "AccessGrant",
      namespace: hub.project,
    })
    return list.find((grant) => !known.has(grant.metadata.uid) && terminalGrantError(grant))
  }).then((grant) => {
    if (grant !== undefined) refused.abort()
    return grant
  })
  try {
    const result = await $.with({
      cwd: tokenFile.folder,
      nothrow: true,
      until: refused.signal,
    })`skupper token issue ${tokenFile.name} ${window} -n ${hub.project}`
    if (result.exitCode === 0) return
    ended.abort()
    const grant = await refusal
    await tokenFile.remove()
    if (grant !== undefined) await cluster.remove(grantRef(hub.project, grant.metadata.name))
    throw new RunbookError(`${hub.name} issued no token`, {
      why: grant?.status?.message ?? (result.stdout.trim() || result.stderr.trim()),
      ...grantFix(context, hub, grant !== undefined),
    })
  } finally {
    ended.abort()
  }
}

/** The same by requests: a grant, and the file with its token. */
async function issueByApi(context: Context): Promise<void> {
  const { at, signal, site } = context
  const hub = hubOf(context, site)
  const { cluster } = at(hub)
  const from = await activeSite(cluster, hub.project)
  const wanted = await grantResource(hub.project, from?.metadata.name ?? hub.skupperSite, lifetimeOf(context))
  const { metadata } = await createOwn(owner(context, cluster), wanted, { [FOR_SITE]: site.name })
  // In a preview nothing is created, so nothing can be waited for.
  if (metadata.uid === undefined) return
  const ref = grantRef(hub.project, metadata.name)
  const within = AbortSignal.any([signal, AbortSignal.timeout(GRANT_READY)])
  const grant = await untilSeen(cluster, within, async (reader) => {
    const found = await reader.get<AccessGrant>(ref)
    const settled = found !== undefined && (isRedeemable(found) || terminalGrantError(found))
    return settled ? found : undefined
  })
  if (grant !== undefined && isRedeemable(grant)) {
    await new TokenFile(context).put(await manifestText([await tokenResource(grant)]))
    return
  }
  signal.throwIfAborted()
  await cluster.remove(ref)
  throw new RunbookError(`${hub.name} issued no token`, {
    why:
      grant?.status?.message ?? `AccessGrant ${metadata.name} was not ready within ${GRANT_READY / 1000} s`,
    ...grantFix(context, hub, grant !== undefined),
  })
}

/** Whose what is created at another site is. */
const owner = ({ federation, recordCreated }: Context, cluster: Cluster) => ({
  cluster,
  federation,
  recordCreated,
})

const isRedeemable = ({ status }: AccessGrant): boolean => Boolean(status?.url && status.code && status.ca)

/** What to do about a grant: refused, or not ready. */
const grantFix = (context: Context, hub: Context["site"], refused: boolean) => ({
  fix: refused
    ? "ask the administrator to enable grants for the controller, or use a link file: --link-with file"
    : "check why the grant does not become ready, or use a link file: --link-with file",
  next: atSite(context, hub, `oc get accessgrants -n ${hub.project}`),
})

/** A token for another party travels by mail or by hand: it lives a day, unless something else was asked for. */
const lifetimeOf = ({ inputs, given, site }: Context): number =>
  isTheirs(site) && !given("token-lifetime") ? PARTY_LIFETIME : inputs.tokenLifetime

const grants = (cluster: Cluster, namespace: string): Promise<AccessGrant[]> =>
  cluster.list<AccessGrant>({ apiVersion: SKUPPER, kind: "AccessGrant", namespace })

/** A refused grant has a message but no URL. */
const terminalGrantError = ({ status }: AccessGrant): boolean =>
  !status?.url && /not enabled|invalid|cannot accept/i.test(status?.message ?? "")

/** `skupper link generate > FILE`. */
async function generateLink(context: Context): Promise<void> {
  const { at, site } = context
  const hub = hubOf(context, site)
  await markExistingCertificate(context)
  const { stdout } = await at(hub).$.with({ secret: true })`skupper link generate -n ${hub.project}`
  if ((await new TokenFile(context).write(stdout)) === undefined) {
    throw new RunbookError(`${hub.name} generated no link file`, {
      why: "skupper link generate printed no Link with its Secret",
      next: atSite(context, hub, `skupper site status -n ${hub.project}`),
    })
  }
}

/** The same by requests: the certificate, and the file with the Links and its Secret. */
async function generateLinkByApi(context: Context): Promise<void> {
  const { at, site, signal } = context
  const hub = hubOf(context, site)
  const { cluster } = at(hub)
  await markExistingCertificate(context)
  const from = await activeSite(cluster, hub.project)
  const links = from === undefined ? [] : await linkResources(from)
  if (from === undefined || links.length === 0)
    throw new RunbookError(`${hub.name} generated no link file`, {
      why: `no Site in ${hub.project} has addresses for links`,
      next: atSite(context, hub, `oc get sites.skupper.io -n ${hub.project}`),
    })
  const name = linkCredentials(from)
  if ((await cluster.get(certificateRef(hub.project, name))) === undefined) {
    const { metadata } = await createOwn(owner(context, cluster), await certificateResource(from))
    if (metadata.uid === undefined) return
  }
  const ref = { apiVersion: "v1", kind: "Secret", name, namespace: hub.project }
  const within = AbortSignal.any([signal, AbortSignal.timeout(GRANT_READY)])
  const secret = await untilSeen(cluster, within, (reader) => reader.get(ref))
  signal.throwIfAborted()
  if (secret === undefined)
    throw new RunbookError(`${hub.name} generated no link file`, {
      why: `Secret ${name} of its certificate did not appear within ${GRANT_READY / 1000} s`,
      next: atSite(context, hub, `oc get certificates.skupper.io ${name} -n ${hub.project}`),
    })
  const { "ca.crt": ca, "tls.crt": certificate, "tls.key": key } = secret.data
  const data = { "ca.crt": ca, "tls.crt": certificate, "tls.key": key }
  const { apiVersion, kind } = ref
  const credentials = { apiVersion, kind, metadata: { name }, type: "kubernetes.io/tls", data }
  await new TokenFile(context).put(await manifestText([...links, credentials]))
}

/** The command creates a Certificate or uses an existing one: an existing one is marked as adopted. */
async function markExistingCertificate(context: Context): Promise<void> {
  const { at, federation } = context
  const hub = hubOf(context, context.site)
  const { cluster } = at(hub)
  const site = await activeSite(cluster, hub.project)
  const ref = certificateRef(hub.project, `link-${site?.metadata.name}`)
  const found = await cluster.get(ref)
  if (found !== undefined && !isOwn(found, context))
    await cluster.merge(ref, { metadata: adoptedMark(federation) })
}

const certificateRef = (namespace: string, name: string) => ({
  apiVersion: SKUPPER,
  kind: "Certificate",
  name,
  namespace,
})

export async function takeToken(context: Context): Promise<void> {
  const { site, at, federation, recordCreated } = context
  const hub = hubOf(context, site)
  const file = await new TokenFile(context).read()
  const superlinkContext = { cluster: at(hub).cluster, federation, recordCreated }
  if (file?.is === "token")
    await takeObject(superlinkContext, grantRef(hub.project, file.name), { [FOR_SITE]: site.name })
  else if (file?.is === "file") {
    for (const name of file.secrets) await takeObject(superlinkContext, certificateRef(hub.project, name))
  }
}

/** Whether anything of a token that another party has used is left: its code stays readable in the cluster, and here. */
export async function isLeft(context: Context): Promise<boolean> {
  return new TokenFile(context).exists || (await grantsFor(context)).length > 0
}

/** Of a token that another party has used: the grant, and the file here. */
export async function discardIssued(context: Context): Promise<void> {
  await dropGrants(context)
  await new TokenFile(context).remove()
}

/** The grants of this SuperNode's tokens. */
export function grantsFor({
  site,
  at,
  federation,
  inputs,
  the,
}: Pick<Context, "site" | "at" | "federation" | "inputs" | "the">) {
  const hub = hubOf({ inputs, the }, site)
  return at(hub).cluster.list({
    apiVersion: SKUPPER,
    kind: "AccessGrant",
    namespace: hub.project,
    labels: `${selector(federation)},${FOR_SITE}=${site.name}`,
  })
}

/** Deletes the grants of this SuperNode's tokens: they are not needed when its Link exists. */
export async function dropGrants(context: Context): Promise<void> {
  const file = await new TokenFile(context).read()
  const names = new Set((await grantsFor(context)).map(({ metadata }) => metadata.name))
  if (file?.is === "token") names.add(file.name)
  for (const name of names) await dropGrant(context, name)
}

function dropGrant(context: Context, name: string): Promise<boolean> {
  const hub = hubOf(context, context.site)
  return context.at(hub).cluster.remove(grantRef(hub.project, name))
}
