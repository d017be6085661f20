/**
 * Where the certificates of Flower's own TLS stand, and the one next thing to do. All of it is read from the cluster, so a run that
 * was killed goes on from there. A CA is replaced in three runs, none of which locks a SuperNode out: every SuperNode trusts both
 * roots; then the SuperLink presents a certificate of the new CA; then nobody trusts the old root any more.
 */
import type { X509Certificate } from "node:crypto"
import { type CheckResult, type Difference, drifted, missing, ready } from "../../lib/index.ts"
import type { Context } from "../context.ts"
import { createAuthority, findAuthority } from "./authority.ts"
import {
  bundle,
  certificatesIn,
  contentHash,
  days,
  daysLeft,
  expiry,
  hasRoot,
  privateKeyIn,
  rootOf,
  shortFingerprint,
  uncovered,
} from "./certificate.ts"
import { type Authority, stop } from "./found-authority.ts"
import { isOwnSecret, type KeptSecret, readSecret, writeSecret } from "./secrets.ts"
import { certificateHosts, tlsSecretOf } from "./tls.ts"

/** What Flower's parts are doing with the certificates: read by the step, which knows their Deployments. */
export interface Parts {
  /** Why a SuperNode does not trust a root yet: `supernode-2: it has not been restarted since`. */
  untrusting(root: X509Certificate): Promise<string[]>
  /** Whether the SuperLink, if there is one, presents the certificate with this hash. */
  presents(hash: string): Promise<boolean>
}

export interface Situation {
  readonly result: CheckResult
  /** The roots that SuperNodes are to trust, as PEM; empty before there are any. */
  readonly roots: string
  /** The next thing to do, if there is one. */
  act?(): Promise<void>
}

export const hostsOf = (context: Context): string[] =>
  certificateHosts(context.site, context.all("supernode"))

/** The certificates that this federation issues. */
export async function situationOf(context: Context, parts: Parts): Promise<Situation> {
  const { cluster, site, inputs } = context
  const hosts = hostsOf(context)
  const name = tlsSecretOf(site, inputs)!
  const kept = await readSecret(cluster, site.project, name)
  if (kept !== undefined && !isOwnSecret(kept, context)) return foreign(name, site.project)
  const found = await findAuthority(context, hosts)
  const served = kept && servedBy(kept)
  const roots = served === undefined ? "" : bundle(...served.roots)
  if (found.is === "result") {
    const usable = found.result.state === "progressing" && served !== undefined
    return { result: found.result, roots: usable ? roots : "" }
  }
  if (served === undefined) {
    const what = kept === undefined ? `no Secret ${name} in ${site.project}` : `Secret ${name} is incomplete`
    if (found.is === "absent")
      return { result: missing(`${what}; ${found.reason}`), roots, act: found.establish }
    return { result: missing(what), roots, act: () => issueInto(context, name, found, []) }
  }
  if (found.is === "absent") {
    return change(context, roots, { field: "CA", found: found.reason, wanted: "a new CA" }, found.establish)
  }
  return judge(context, { name, hosts, served, authority: found, now: await cluster.now(), parts })
}

interface Served {
  readonly chain: readonly X509Certificate[]
  readonly roots: readonly X509Certificate[]
  readonly hash: string
  readonly key: string
  readonly certificate: string
}

/** The SuperLink's Secret; undefined if something is missing in it. */
function servedBy(kept: KeptSecret): Served | undefined {
  const [certificate, key] = [kept.text("tls.crt"), kept.text("tls.key")]
  const [chain, roots] = [certificatesIn(certificate), certificatesIn(kept.text("ca.crt"))]
  const own = privateKeyIn(key)
  if (chain.length === 0 || roots.length === 0 || own === undefined || !chain[0]!.checkPrivateKey(own))
    return undefined
  return { chain, roots, key, certificate, hash: contentHash(kept.data["tls.crt"]!) }
}

interface Case {
  readonly name: string
  readonly hosts: readonly string[]
  readonly served: Served
  readonly authority: Authority
  readonly now: number
  readonly parts: Parts
}

async function judge(context: Context, one: Case): Promise<Situation> {
  const { name, hosts, served, authority, now, parts } = one
  const { inputs } = context
  const [certificate] = served.chain as [X509Certificate]
  const { root } = authority
  const roots = bundle(...served.roots)
  const publish = (...trusted: X509Certificate[]) => writeServed(context, name, served, trusted)
  const issue = () => issueInto(context, name, authority, served.roots)
  const soon = inputs.renewBefore / DAY_S
  const said = (more = "") =>
    `Secret ${name}: the certificate ${expiry(certificate, now)}, its CA ${expiry(root, now)}${more}`

  if (!hasRoot(served.roots, root)) {
    const wanted = `${rootNames(served.roots)} and ${shortFingerprint(root)}`
    return change(
      context,
      roots,
      { field: "roots", found: rootNames(served.roots), wanted },
      () => publish(root, ...served.roots),
      [
        "begins to replace the CA: SuperNodes are restarted to trust both roots; the SuperLink's certificate stays",
      ],
    )
  }
  if (rootOf(served.chain, [root]) === undefined) {
    const waiting = await parts.untrusting(root)
    if (waiting.length > 0) {
      return {
        result: ready(
          said(
            `; ${REPLACED} (1 of 3), ${GO_ON}: not every SuperNode trusts the new root ${shortFingerprint(root)} yet (${waiting.join("; ")})`,
          ),
        ),
        roots,
      }
    }
    return change(
      context,
      roots,
      {
        field: "issuer",
        found: "the former CA",
        wanted: `the new CA, whose root ${shortFingerprint(root)} every SuperNode trusts`,
      },
      issue,
      [RESTART],
    )
  }
  const lacking = uncovered(certificate, hosts)
  if (lacking.length > 0) {
    const found = `${(certificate.subjectAltName ?? "none").split(", ").length} names`
    return change(context, roots, { field: "names", found, wanted: `also ${lacking.join(", ")}` }, issue, [
      RESTART,
    ])
  }
  const left = daysLeft(certificate, now)
  if (left < soon) {
    const wanted = `at least ${days(Math.ceil(soon))} (renew-before)`
    const found = left < 0 ? expiry(certificate, now) : days(left)
    return change(context, roots, { field: "validity", found, wanted }, issue, [RESTART])
  }
  // A certificate that ends with its CA cannot be renewed for longer.
  if (inputs.ca === "secret" && daysLeft(root, now) < 2 * soon) {
    return change(
      context,
      roots,
      { field: "CA", found: expiry(root, now), wanted: "a new CA" },
      () => createAuthority(context),
      ["begins to replace the CA: SuperNodes are restarted to trust both roots"],
    )
  }
  if (served.roots.length > 1) {
    if (!(await parts.presents(served.hash)))
      return {
        result: ready(
          said(`; ${REPLACED} (2 of 3), ${GO_ON}: the SuperLink does not present the new certificate yet`),
        ),
        roots,
      }
    return change(
      context,
      roots,
      { field: "roots", found: rootNames(served.roots), wanted: rootNames([root]) },
      () => publish(root),
      ["SuperNodes are restarted to trust the new root only"],
    )
  }
  return { result: ready(said()), roots }
}

/** Said while SuperNodes trust two roots. */
export const REPLACED = "the CA is being replaced"
const DAY_S = 24 * 3600
const GO_ON = "each further run goes on with it"
const RESTART = "restarts the SuperLink, which reads its certificate when it starts"

const rootNames = (roots: readonly X509Certificate[]): string => roots.map(shortFingerprint).join(", ")

const change = (
  { site, inputs }: Context,
  roots: string,
  field: Difference,
  act: () => Promise<void>,
  effects: readonly string[] = [],
): Situation => ({
  result: drifted([field], {
    effects,
    object: { kind: "Secret", name: tlsSecretOf(site, inputs)!, namespace: site.project },
  }),
  roots,
  act,
})

/** A new certificate of the CA; the roots that were trusted stay. */
async function issueInto(
  context: Context,
  name: string,
  authority: Authority,
  roots: readonly X509Certificate[],
): Promise<void> {
  const { certificate, key } = await authority.issue()
  const content = { "tls.crt": certificate, "tls.key": key, "ca.crt": bundle(authority.root, ...roots) }
  await writeSecret(context, name, content, "kubernetes.io/tls")
}

/** Other roots; the certificate stays. */
const writeServed = (
  context: Context,
  name: string,
  { certificate, key }: Served,
  roots: readonly X509Certificate[],
): Promise<void> =>
  writeSecret(
    context,
    name,
    { "tls.crt": certificate, "tls.key": key, "ca.crt": bundle(...roots) },
    "kubernetes.io/tls",
  )

function foreign(name: string, project: string): Situation {
  const { result } = stop(`Secret ${name} in ${project} was not created by this federation`, {
    fix: `use it: --tls-secret ${name}; or rename it`,
    next: `oc describe secret ${name} -n ${project}`,
  })
  return { result, roots: "" }
}
