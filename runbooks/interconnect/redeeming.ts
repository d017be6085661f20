/** Creates a Link at a SuperNode's site from a token or a link file. */
import {
  type ApplyResult,
  type CheckResult,
  drifted,
  missing,
  progressing,
  RunbookError,
  ready,
  rerun,
  unknown,
} from "../../lib/index.ts"
import type { Context } from "../context.ts"
import { adopted, isOwn, type Owner, PROGRAM, takeObject } from "../shared/labels.ts"
import { ifAllowed, objectRef, some, untilSeen } from "../shared/reading.ts"
import { applyObjects, createOwn, objectsOf, viaApi } from "../shared/via.ts"
import { hubOf } from "./hub.ts"
import { dropGrants } from "./issuing.ts"
import { atOldAddress, type SortedLinks, sortLinks } from "./links.ts"
import { hubSite, isTheirs, tokenValue } from "./other-side.ts"
import {
  type AccessToken,
  interRouter,
  linkRef,
  listLinks,
  type SkupperLink,
  type SkupperSite,
  tokenRef,
} from "./skupper.ts"
import { type IssuedToken, isLinkOf, type TokenContent, TokenFile } from "./token-file.ts"
import { otherNetwork } from "./two-networks.ts"

const ISSUE = "token-issue"
/** How long the command waits for a token to be redeemed, in milliseconds. */
const REDEEMED = 60_000

export async function checkLink(context: Context): Promise<CheckResult> {
  const { cluster, site, peer } = context
  const to = await hubSite(context)
  if (to === undefined) return unknown("missing", noSite(hubOf(context, site)))
  const file = await new TokenFile(context).read()
  const { current, obsolete, foreign } = sortLinks(await listLinks(cluster, site.project), to, context, file)
  const joining = otherNetwork(context, foreign, to)
  if (joining !== undefined) return joining
  // Before any other Link: with an old one beside it, the network of the one would be joined to that of the other.
  const elsewhere = obsolete.filter((one) => leadsElsewhere(one, to))
  if (elsewhere.length > 0) return moving(elsewhere, to)
  const [found] = current
  if (found !== undefined) {
    const secret = await missingSecret(context, found, file)
    if (secret !== undefined)
      return missing(`Link ${found.metadata.name} exists, but its Secret ${secret} does not`)
    const sure = found.status?.remoteSiteId !== undefined
    return ready(`Link ${found.metadata.name} leads to ${sure ? `Site ${to.metadata.name}` : peer.name}`, {
      object: objectRef(found),
      adopted: adopted(found, context),
    })
  }
  if (obsolete.length > 0) return obsoleteLinks(obsolete, to, context)
  const token =
    file?.is === "token" ? await cluster.get<AccessToken>(tokenRef(site.project, file.name)) : undefined
  if (token?.status?.redeemed === true) return missing("a token was redeemed, but its Link no longer exists")
  if (token !== undefined && !failed(token))
    return progressing(`AccessToken ${token.metadata.name} is being redeemed`, objectRef(token))
  if (token !== undefined) return missing(`the last token was refused: ${token.status?.message}`)
  return missing(`no Link leads to Site ${to.metadata.name} of ${peer.name} yet`)
}

/** A link file contains a Link and a Secret: a command that was killed may have applied only the Link. */
async function missingSecret(
  { cluster, site }: Context,
  { spec, status }: SkupperLink,
  file: TokenContent | undefined,
): Promise<string | undefined> {
  const name = spec.tlsCredentials
  if (file?.is !== "file" || status?.remoteSiteId !== undefined || name === undefined) return undefined
  const ref = { apiVersion: "v1", kind: "Secret", name, namespace: site.project }
  return (await ifAllowed(cluster.get(ref).then((secret) => secret !== undefined))) === false
    ? name
    : undefined
}

/** A Link that this federation created, to the Site of another network of it. */
const leadsElsewhere = ({ status }: SkupperLink, to: SkupperSite): boolean =>
  status?.remoteSiteName !== undefined && status.remoteSiteName !== to.metadata.name

function moving(links: readonly SkupperLink[], to: SkupperSite): CheckResult {
  const from = some(links.map(({ status }) => String(status?.remoteSiteName)))
  const names = some(links.map(({ metadata }) => metadata.name))
  return drifted([{ field: "application network", found: from, wanted: to.metadata.name }], {
    reason: `Link ${names} leads into the network of Site ${from}; it is deleted before this site joins that of ${to.metadata.name}`,
    object: objectRef(links[0]!),
    effects: [`deletes Link ${names}: the SuperNode is not connected until the new Link is up`],
  })
}

const noSite = ({ name, project }: Context["site"]): string =>
  `${name} has no Skupper site to link to in ${project}`

function obsoleteLinks(links: SortedLinks["obsolete"], to: SkupperSite, owner: Owner): CheckResult {
  const names = links.map(({ metadata }) => metadata.name)
  const foreign = links.filter((one) => !isOwn(one, owner)).map(({ metadata }) => metadata.name)
  if (links.every((one) => atOldAddress(one, to))) {
    const addresses = interRouter(links[0]!.spec.endpoints)
    return drifted(
      [{ field: "address", found: some(addresses), wanted: some(interRouter(to.status?.endpoints)) }],
      {
        reason: `Link ${some(names)} uses a former address of Site ${to.metadata.name}`,
        object: objectRef(links[0]!),
      },
    )
  }
  const from = links.map(({ status }) => `${status?.remoteSiteName ?? "a Site"} (${status?.remoteSiteId})`)
  return drifted(
    [{ field: "remote site", found: some(from), wanted: `${to.metadata.name} (${to.metadata.uid})` }],
    {
      reason: `Link ${some(names)} leads to a deleted Site of the same name`,
      object: objectRef(links[0]!),
      ...(foreign.length > 0 && { approval: `deletes Link ${some(foreign)}, which existed before` }),
    },
  )
}

/** A token that was refused stays refused; the controller retries it every 30 s in vain. */
const failed = ({ status }: AccessToken): boolean => status?.redeemed !== true && status?.status === "Error"

export async function redeem(context: Context): Promise<ApplyResult> {
  const { inputs } = context
  const tokenFile = new TokenFile(context)
  // What another party has issued came sealed in its approval.
  if (isTheirs(context.peer)) await tokenFile.put(context.value(tokenValue))
  const file = await tokenFile.read()
  if (inputs.linkWith === "file") {
    if (file?.is !== "file") return requestToken(context, "no link file exists")
    await refuseStrange(tokenFile, context)
    const { $, site } = context
    if (viaApi(context)) {
      const objects = await objectsOf((await tokenFile.text())!)
      return applyObjects(context, objects, { namespace: site.project })
    }
    // Applied server-side: otherwise an annotation would contain the key a second time.
    const shell = $.with({ cwd: tokenFile.folder })
    await shell`oc apply --server-side --field-manager=${PROGRAM} -n ${site.project} -f ${tokenFile.name}`
    return undefined
  }
  if (file?.is !== "token") return requestToken(context, "no token exists")
  await refuseStrange(tokenFile, context)
  return redeemToken(context, file)
}

/** Issues another token; one of another party has to be asked for. */
function requestToken({ peer, site }: Context, reason: string): ApplyResult {
  if (!isTheirs(peer)) return rerun(ISSUE, reason)
  throw new RunbookError(`${site.name} needs another token of ${peer.party}`, {
    why: reason,
    fix: `ask ${peer.party} to type \`flower-runbook approve PARTY --again\` with the id of your party, and to send you the new approval`,
    next: `flower-runbook accept ${peer.party}.approval`,
  })
}

/** @throws RunbookError before anything of the file has reached a cluster */
async function refuseStrange(tokenFile: TokenFile, { site }: Context): Promise<void> {
  const why = await tokenFile.objection()
  if (why === undefined) return
  throw new RunbookError(`the file ${tokenFile.path} is not used: ${why}`, {
    why: "only an AccessToken with an https address and its CA, or Links with their Secrets, are sent to a cluster",
    fix: "find out who wrote it; a new one replaces it",
    next: `flower-runbook step token-issue --site ${site.name} --rerun`,
  })
}

/** The command waits a whole minute for a refused token and gives no reason. The AccessToken has the reason within a second. */
async function redeemToken(context: Context, file: IssuedToken): Promise<ApplyResult> {
  const { $, cluster, site, signal } = context
  const tokenFile = new TokenFile(context)
  const ref = tokenRef(site.project, file.name)
  // An earlier attempt may have left an AccessToken, and the command refuses an existing name.
  const left = await cluster.get<AccessToken>(ref)
  if (left !== undefined) {
    const links = left.status?.redeemed ? await listLinks(cluster, site.project) : []
    // The Link was created between the check and now.
    if (links.some(({ metadata }) => isLinkOf(file, metadata.name))) return undefined
    await cluster.remove(ref)
    if (left.status?.redeemed === true) {
      await tokenFile.remove()
      return requestToken(context, "the token was redeemed before, and its Link no longer exists")
    }
  }
  if (viaApi(context)) return redeemByApi(context, file)
  const ended = new AbortController()
  const refused = new AbortController()
  const answer = untilSeen(cluster, AbortSignal.any([signal, ended.signal]), async (reader) => {
    const token = await reader.get<AccessToken>(ref)
    return token !== undefined && token.metadata.uid !== left?.metadata.uid && failed(token)
      ? token
      : undefined
  }).then((token) => {
    if (token !== undefined) refused.abort()
    return token
  })
  try {
    const shell = $.with({ cwd: tokenFile.folder, nothrow: true, until: refused.signal })
    const result = await shell`skupper token redeem ${tokenFile.name} -n ${site.project}`
    if (result.exitCode === 0) return undefined
    ended.abort()
    const token = (await answer) ?? (await cluster.get<AccessToken>(ref))
    if (token === undefined || token.status?.redeemed === true || !token.status?.message) {
      throw new RunbookError(`the token was not redeemed at ${site.name}`, {
        why: result.stdout.trim() || result.stderr.trim(),
        next: `skupper site status -n ${site.project}`,
      })
    }
    await cluster.remove(ref)
    return await handleRefusal(token.status.message, context, file)
  } finally {
    ended.abort()
  }
}

/** The same by requests: the AccessToken of the file, until the controller has redeemed or refused it. */
async function redeemByApi(context: Context, file: IssuedToken): Promise<ApplyResult> {
  const { cluster, site, signal } = context
  const ref = tokenRef(site.project, file.name)
  const [token] = await objectsOf((await new TokenFile(context).text())!)
  const { metadata } = token!
  const created = await createOwn(context, { ...token!, metadata: { ...metadata, namespace: site.project } })
  // In a preview nothing is created, so nothing can be waited for.
  if (created.metadata.uid === undefined) return undefined
  const within = AbortSignal.any([signal, AbortSignal.timeout(REDEEMED)])
  const answer = await untilSeen(cluster, within, async (reader) => {
    const found = await reader.get<AccessToken>(ref)
    return found?.status?.redeemed === true || (found !== undefined && failed(found)) ? found : undefined
  })
  if (answer?.status?.redeemed === true) return undefined
  signal.throwIfAborted()
  if (!answer?.status?.message)
    throw new RunbookError(`the token was not redeemed at ${site.name}`, {
      why: `AccessToken ${file.name} was not redeemed within ${REDEEMED / 1000} s`,
      next: `oc get accesstokens -n ${site.project}`,
    })
  await cluster.remove(ref)
  return handleRefusal(answer.status.message, context, file)
}

/** What to do about a refused token, by the controller's message (Skupper 2.0 to 2.2). */
async function handleRefusal(message: string, context: Context, file: IssuedToken): Promise<ApplyResult> {
  const { site, peer } = context
  // 404: expired, used up or unknown; 403: wrong code. A new token solves that.
  if (/failed response: 40[34]/.test(message)) {
    await new TokenFile(context).remove()
    return requestToken(context, `the token was refused: ${message}`)
  }
  const address = URL.parse(file.url)?.host ?? file.url
  if (/Controller got error/.test(message)) {
    throw new RunbookError(
      `the cluster of ${site.name} cannot reach ${address}, the grant server of ${peer.name}`,
      {
        why: message,
        fix: `${
          /no such host/.test(message)
            ? "the name of a new Route or load balancer takes some minutes to resolve: retry later"
            : "allow the connection from that cluster (firewall, egress rules, NetworkPolicy; proxy variables are not used)"
        }, or ${
          isTheirs(peer)
            ? `ask ${peer.party} for a link file: they type \`flower-runbook run --link-with file\`, and send you the approval`
            : "use a link file: --link-with file"
        }`,
        next: isTheirs(peer)
          ? `flower-runbook accept ${peer.party}.approval --link-with file`
          : `flower-runbook run --link-with file --from token-issue --site ${site.name}`,
      },
    )
  }
  throw new RunbookError(`${peer.name} refused the token of ${site.name}`, {
    why: message,
    next: `flower-runbook step site-create --site ${peer.name}`,
  })
}

/** Deletes Links and their credentials. */
async function dropLinks(context: Context, links: SortedLinks["current"]): Promise<void> {
  const { $, cluster, site } = context
  for (const { metadata, spec } of links) {
    if (viaApi(context)) await cluster.remove(linkRef(site.project, metadata.name))
    else await $`skupper link delete ${metadata.name} -n ${site.project}`
    // The command leaves its credentials behind.
    if (spec.tlsCredentials === undefined) continue
    await cluster.remove({
      apiVersion: "v1",
      kind: "Secret",
      name: spec.tlsCredentials,
      namespace: site.project,
    })
  }
}

export async function replaceLinks(context: Context): Promise<ApplyResult> {
  return withLinks(context, ({ obsolete }) => obsolete, "the old Link was deleted")
}

export async function recreateLink(context: Context): Promise<ApplyResult> {
  return withLinks(
    context,
    ({ current, obsolete }) => [...current, ...obsolete],
    "a new token and Link were requested",
  )
}

async function withLinks(
  context: Context,
  which: (links: SortedLinks) => SortedLinks["current"],
  reason: string,
): Promise<ApplyResult> {
  const { cluster, site } = context
  const to = await hubSite(context)
  if (to === undefined) throw new RunbookError(noSite(hubOf(context, site)))
  const file = await new TokenFile(context).read()
  await dropLinks(context, which(sortLinks(await listLinks(cluster, site.project), to, context, file)))
  await discard(context)
  return requestToken(context, reason)
}

/**
 * Labels the Link and cleans up: token, AccessToken and AccessGrant are no longer needed when the Link exists, and the
 * code stays readable in them. Every part can be repeated.
 */
export async function takeLink(context: Context): Promise<void> {
  const { cluster, site } = context
  const file = await new TokenFile(context).read()
  if (file === undefined) return
  for (const { metadata, spec } of await listLinks(cluster, site.project)) {
    if (!isLinkOf(file, metadata.name)) continue
    if (spec.tlsCredentials !== undefined)
      await takeObject(context, {
        apiVersion: "v1",
        kind: "Secret",
        name: spec.tlsCredentials,
        namespace: site.project,
      })
    await takeObject(context, linkRef(site.project, metadata.name))
  }
  await discard(context)
}

async function discard(context: Context): Promise<void> {
  const { cluster, site } = context
  const tokenFile = new TokenFile(context)
  const file = await tokenFile.read()
  if (file?.is === "token") await cluster.remove(tokenRef(site.project, file.name))
  if (!isTheirs(context.peer)) await dropGrants(context)
  await tokenFile.remove()
}
