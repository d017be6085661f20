import { blocked, type CheckResult, main, missing, progressing, ready } from "../lib/index.ts"
import { type Context, guideStep } from "./context.ts"
import { linkState } from "./interconnect/link-up.ts"
import { sortLinks } from "./interconnect/links.ts"
import { linkUpManual } from "./interconnect/manual.ts"
import { hubSite, hubValue } from "./interconnect/other-side.ts"
import { resolved } from "./interconnect/resolved.ts"
import { linkFailure } from "./interconnect/router-log.ts"
import { interRouter, linkRef, listLinks, type SkupperLink } from "./interconnect/skupper.ts"
import { condition, isTrue, objectRef, some, untilSeen } from "./shared/reading.ts"
import { snippet } from "./shared/snippet.ts"

/** Annotation of a Link that this step has touched, and when. */
const NUDGED = "flower-runbook/nudged"
/** How long this step waits for a Link's first status before it touches the Link, in milliseconds. */
const FIRST_STATUS = 1000

/** The Links to the SuperLink's Site, those that are up first. */
async function linksOf(context: Context): Promise<readonly SkupperLink[]> {
  const { cluster, site } = context
  const to = await hubSite(context)
  const links = await listLinks(cluster, site.project)
  return to === undefined ? [] : sortLinks(links, to, context).current
}

async function check(context: Context): Promise<CheckResult> {
  const { site, cluster } = context
  const [link, ...others] = await linksOf(context)
  if (link === undefined) {
    return blocked(`${site.name} has no Link to the SuperLink's Site`, {
      code: "no link",
      fix: "create it first",
      next: `flower-runbook step token-redeem --site ${site.name}`,
    })
  }
  const { name, annotations } = link.metadata
  const state = await linkState(cluster, site.project, link)
  if ("to" in state) {
    // A token for a Site with two addresses makes two Links; one stays dead if its router is gone (skupper#2278).
    const dead = others.filter((one) => !isTrue(one, "Operational")).map(({ metadata }) => metadata.name)
    const beside = dead.length === 0 ? "" : `; ${some(dead)} beside it is not up, which does no harm`
    return ready(`Link ${name} to ${state.to} is up${beside}`, { object: objectRef(link) })
  }
  if (link.status?.conditions === undefined) {
    const nudged = annotations?.[NUDGED] !== undefined
    const words = `Link ${name}: the controller has not processed it yet`
    return nudged ? progressing(words, objectRef(link)) : missing(words, { object: objectRef(link) })
  }
  const where = await Promise.all(interRouter(link.spec.endpoints).map(resolved))
  const target =
    condition(link, "Configured")?.status === "True" ? `; it connects to ${where.join(", ")}` : ""
  const failure = target && (await linkFailure(cluster, site.project, link))
  const said = failure ? `; its router says: ${failure}` : ""
  return progressing(`Link ${name}: ${state.down}${target}${said}`, objectRef(link))
}

/**
 * Skupper 2.2 only stores a new Link at its first event and configures it at the next one. That comes up to 30 s later,
 * unless the Link is touched before (measured; 2.1 configures it at once).
 */
async function apply(context: Context): Promise<void> {
  const { cluster, site, signal, note } = context
  const [link] = await linksOf(context)
  if (link === undefined || link.status?.conditions !== undefined) return
  const ref = linkRef(site.project, link.metadata.name)
  const within = AbortSignal.any([signal, AbortSignal.timeout(FIRST_STATUS)])
  const answered = await untilSeen(cluster, within, async (reader) => {
    const now = await reader.get<SkupperLink>(ref)
    return now === undefined || now.status?.conditions !== undefined ? true : undefined
  })
  if (answered || signal.aborted) return
  await cluster.merge(ref, { metadata: { annotations: { [NUDGED]: new Date().toISOString() } } })
  note(
    `Link ${ref.name} had no status after ${FIRST_STATUS / 1000} s, so an annotation was set to make the controller process it now`,
  )
}

export default guideStep({
  id: "link-status",
  title: "Wait for the link",
  on: "supernode",
  needs: ["token-redeem", "hand-over"],
  reads: [hubValue],
  inputs: ["server", "project", "network"],
  prose: `
The two routers now connect to each other. The guide repeats this command until the link is ready:

    skupper link status

At first it prints \`Pending  1  Not Operational\`, and finally \`Ready  1  OK\`. This step watches the link, so you do not have
to repeat the command. It can take some minutes until the name of a new Route or load balancer resolves everywhere; until then,
the step shows the address that the link connects to. Why a connection fails (refused, reset, a name that does not resolve, TLS, no
answer) is only in the router's log; this step reads it there:

    oc logs deployment/skupper-router -c router
`,
  readyWhen:
    "Ready when the Link is operational, by its own status and by what the router of its site knows. Until then, the address that it connects to and the reason in the router's log are shown.",
  docs: ["https://skupperproject.github.io/refdog/concepts/link.html"],
  check,
  apply,
  manual: linkUpManual,
  show: ({ $, site }) => $`skupper link status -n ${site.project}`,
  get expect() {
    return snippet("link-status.txt")
  },
  timeout: 600,
})

if (import.meta.main) void main(import.meta.url)
