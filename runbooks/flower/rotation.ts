/**
 * Replaces a SuperNode's key. The new one is registered before the SuperNode uses it, and the old one is unregistered once the SuperNode is
 * online with the new one: it is away for as long as its restart takes. The new key waits in a Secret of its own, so that a rotation
 * that was interrupted is completed.
 */
import { type ClusterReader, type KubeObject, RunbookError } from "../../lib/index.ts"
import type { Context } from "../context.ts"
import { incomplete } from "../openshift/rollout.ts"
import { currentPods } from "../openshift/trouble.ts"
import { containerOf, type Deployment } from "../openshift/workload.ts"
import { createNodeKey, findNodeKey, nodeKeyRef } from "../security/node-key.ts"
import { keepRegistered } from "../security/registry.ts"
import { fingerprintOf } from "../security/ssh-key.ts"
import { isOwn } from "../shared/labels.ts"
import { untilSeen } from "../shared/reading.ts"
import { restart } from "./deploy.ts"
import { readSupernodeLog } from "./flower-logs.ts"
import { findFlwr, installFlwr } from "./flwr.ts"
import { registeredHere, registerKey, unregister } from "./registration.ts"
import type { Running } from "./running.ts"
import { refuseDuringRuns } from "./runs-in-progress.ts"
import { deploymentRef } from "./superlink.ts"
import { findSupernode } from "./supernode.ts"
import { runningHop } from "./verify-hops.ts"

/** @returns the new public key, with which the SuperNode is online */
export async function rotateNodeKey(context: Context): Promise<string> {
  const { site, note } = context
  const superlink = await runningHop(context, "superlink", context.the("superlink").superlinkWorkload)
  if ("state" in superlink) {
    throw new RunbookError("the key cannot be rotated while the SuperLink does not run", {
      why: superlink.reason,
      next: "flower-runbook step deploy-superlink",
    })
  }
  await refuseDuringRuns(context, "node-key")
  const flwr = await readyFlwr(context, superlink)
  const next = await nextKey(context)
  const entry = await registerKey(context, superlink, flwr, next)
  note(`registered the new key ${fingerprintOf(next)} as node ${entry.id ?? "of unknown id"}`)
  await replaceKey(context)
  const supernode = await findSupernode(context)
  if (supernode !== undefined) {
    await restart(context, supernode)
    await untilAccepted(context, supernode.metadata.name, entry.id)
  }
  await dropOthers(context, superlink, flwr, next)
  await context.cluster.remove(nodeKeyRef(site, "next"))
  return next
}

/** The `flwr` beside this SuperLink; installed if it is missing. */
export async function readyFlwr(context: Context, superlink: Running): Promise<string> {
  const found = await findFlwr(context, superlink)
  if (!("state" in found)) return found.flwr
  if (found.state === "missing") await installFlwr(context, superlink)
  const again = await findFlwr(context, superlink)
  if (!("state" in again)) return again.flwr
  throw new RunbookError(again.reason, {
    ...("fix" in again && again.fix !== undefined && { fix: again.fix }),
    ...("next" in again && again.next !== undefined && { next: again.next }),
  })
}

/** The key of an interrupted rotation, or a new one. */
async function nextKey(context: Context): Promise<string> {
  const found = await findNodeKey(context, "next")
  if (found?.publicKey !== undefined && isOwn(found.secret, context)) return found.publicKey
  if (found !== undefined) await context.cluster.remove(nodeKeyRef(context.site, "next"))
  return createNodeKey(context, "next")
}

/** From now on, the SuperNode uses the new key when it is started. */
async function replaceKey({ cluster, site }: Context): Promise<void> {
  const [current, next] = await Promise.all([
    cluster.get<KubeObject>(nodeKeyRef(site)),
    cluster.get<KubeObject>(nodeKeyRef(site, "next")),
  ])
  const { resourceVersion } = current!.metadata
  await cluster.merge(nodeKeyRef(site), { metadata: { resourceVersion }, data: next!.data })
}

/**
 * Until the SuperLink has accepted the SuperNode under its new id.
 * @throws RunbookError otherwise: the old key stays registered
 */
async function untilAccepted(context: Context, name: string, id: string | undefined): Promise<void> {
  const { cluster, site, signal } = context
  const accepted = await untilSeen(cluster, signal, async (reader) => {
    const found = await reader.get<Deployment>(deploymentRef(site.project, name))
    if (found === undefined) return "no SuperNode"
    if (incomplete(found) !== undefined) return undefined
    const shown = await loggedId(reader, site, found)
    return shown !== undefined && (id === undefined || shown === id) ? shown : undefined
  })
  signal.throwIfAborted()
  if (accepted !== undefined) return
  throw new RunbookError("the SuperNode could not be watched until it uses its new key", {
    why: "its cluster did not answer; the old key is still registered",
    fix: "run again: the rotation is completed",
    next: `flower-runbook step node-key --site ${site.name}`,
  })
}

/** The id that the log of a SuperNode's current pod shows, if it has not been refused since. */
export async function loggedId(
  cluster: ClusterReader,
  { project }: { readonly project: string },
  deployment: Deployment,
): Promise<string | undefined> {
  const pod = (await currentPods(cluster, deployment))[0]
  if (pod?.status?.phase !== "Running") return undefined
  const container = containerOf(deployment, "supernode").name
  const found = readSupernodeLog(await cluster.log({ namespace: project, pod: pod.metadata.name, container }))
  return found.is === "registered" ? found.id : undefined
}

/** Unregisters every other key of this site. */
export async function dropOthers(
  context: Context,
  superlink: Running,
  flwr: string,
  key: string,
): Promise<void> {
  const { site, note } = context
  const all = await registeredHere(context)
  const old = all.flatMap((one) => (one.key !== key && one.id !== undefined ? [one.id] : []))
  if (old.length > 0) {
    await unregister(context, superlink, flwr, old)
    note(`unregistered the key before, node ${old.join(", ")}: it cannot come back`)
  }
  await keepRegistered(
    context,
    site.name,
    all.filter((one) => one.key === key),
  )
}
