/**
 * Proves that a closed SuperLink refuses strangers (`--proof refused`): SuperNodes without a registered key, and one that trusts another root,
 * are started for a few seconds in the SuperNode's own project, by its own image. A key of another site cannot be tried: it never
 * leaves that site.
 */
import { readFileSync } from "node:fs"
import { rm } from "node:fs/promises"
import { join } from "node:path"
import { type ClusterReader, type KubeObject, RunbookError } from "../../lib/index.ts"
import { writeWhole } from "../../lib/kit.ts"
import type { Context } from "../context.ts"
import { lastWords } from "../openshift/last-words.ts"
import { type Container, containerOf, type PodSpec } from "../openshift/workload.ts"
import { KEY_FLAG, KEY_VOLUME } from "../security/node-auth.ts"
import { labels, PROGRAM } from "../shared/labels.ts"
import { untilSeen } from "../shared/reading.ts"
import { snippet } from "../shared/snippet.ts"
import { commandLine, withoutFlags } from "./command-line.ts"
import { readSupernodeLog } from "./flower-logs.ts"
import { PROBE } from "./probe-pod.ts"
import type { Running } from "./running.ts"

/** Label of such a pod: the SuperNode's site. */
export const STRANGER = `${PROGRAM}/stranger`
/** Its limit in seconds: a cluster ends it also if this program was killed. */
const LIVES = 120
/** Where it writes its key or root. */
const FOLDER = "/tmp/stranger"

const ROOTS_FLAG = "--root-certificates"

/** A SuperNode that has to be refused. */
export interface Stranger {
  /** The first argument of the script. */
  readonly how: "no-key" | "unregistered-key" | "other-root"
  readonly is: string
  /** What the refusal looks like in its log (measured with 1.34, 1.38 and 1.42). */
  readonly refusal: RegExp
}

const NO_KEY: Stranger = {
  how: "no-key",
  is: "a SuperNode without a key",
  refusal: /\[code: 2001\]|"code": 2001/,
}
const UNREGISTERED: Stranger = {
  how: "unregistered-key",
  is: "one with an unregistered key",
  refusal: /\[code: 2004\]|"code": 2004/,
}
const OTHER_ROOT: Stranger = {
  how: "other-root",
  is: "one that trusts another root",
  refusal: /CERTIFICATE_VERIFY_FAILED/,
}

/** Those that this federation has to refuse; the last one refuses the SuperLink. */
const strangersOf = ({ inputs }: Context): readonly Stranger[] =>
  inputs.nodeAuth === "on" ? [NO_KEY, UNREGISTERED, OTHER_ROOT] : [OTHER_ROOT]

interface Record {
  readonly version: 1
  /** The SuperLink's process and the SuperNode's pod for which it was proven. */
  readonly superlink: string
  readonly supernode: string
  readonly refused: readonly string[]
}

const fileOf = ({ folder, site }: Context): string => join(folder, `refused-${site.name}.json`)
const runOf = ({ uid, restarts }: Running): string => `${uid} ${restarts}`

/** What was refused by this process of the SuperLink; undefined if that was not tried yet. */
export function lastRefusals(context: Context, superlink: Running, supernode: Running): string | undefined {
  try {
    const record = JSON.parse(readFileSync(fileOf(context), "utf8")) as Record
    const isWhole = strangersOf(context).every(({ is }) => record.refused.includes(is))
    const isNow = record.superlink === runOf(superlink) && record.supernode === supernode.uid
    return record.version === 1 && isWhole && isNow ? `refused: ${record.refused.join(", ")}` : undefined
  } catch {
    return undefined
  }
}

export const forgetRefusals = (context: Context): Promise<void> => rm(fileOf(context), { force: true })

/**
 * Starts each of them, and records what was refused.
 * @throws RunbookError if one is let in, or ends for another reason
 */
export async function tryStrangers(context: Context, superlink: Running, supernode: Running): Promise<void> {
  const refused: string[] = []
  for (const stranger of strangersOf(context)) {
    const said = await tryStranger(context, supernode, stranger)
    context.note(`${stranger.is} is refused: ${said}`)
    refused.push(stranger.is)
  }
  if (context.inputs.nodeAuth === "on")
    context.note("a key of another site was not tried: it never leaves that site")
  const record: Record = { version: 1, superlink: runOf(superlink), supernode: supernode.uid, refused }
  await writeWhole(fileOf(context), `${JSON.stringify(record)}\n`)
}

/** @returns the words of the refusal */
async function tryStranger(context: Context, supernode: Running, stranger: Stranger): Promise<string> {
  const { cluster, site, signal, note } = context
  const namespace = site.project
  const pods = { apiVersion: "v1", kind: "Pod", namespace }
  // Left by a run that was killed.
  for (const { metadata } of await cluster.list({ ...pods, labels: `${STRANGER}=${site.name}` }))
    await cluster.remove({ ...pods, name: metadata.name }, { grace: 0 })
  const made = await cluster.create(podOf(context, supernode, stranger))
  const ref = { ...pods, name: made.metadata.name }
  note(`pod ${ref.name} tries ${stranger.is} and is deleted then`)
  try {
    const within = AbortSignal.any([signal, AbortSignal.timeout(LIVES * 1000)])
    let seen = false
    const log = await untilSeen(cluster, within, async (reader) => {
      const pod = await reader.get(ref)
      seen ||= pod !== undefined
      // It was deleted by somebody else; a watch may also be a moment behind.
      if (pod === undefined) return seen ? "" : undefined
      return lastLog(cluster, reader, pod)
    })
    signal.throwIfAborted()
    return judged(context, stranger, log)
  } finally {
    await cluster.remove(ref, { grace: 0 })
  }
}

/** The log of a pod that has ended, or was let in. A log that is followed may be a moment behind: of an ended pod, it is read as a whole. */
async function lastLog(
  cluster: ClusterReader,
  following: ClusterReader,
  { metadata, status }: KubeObject,
): Promise<string | undefined> {
  const of = { namespace: metadata.namespace!, pod: metadata.name }
  const phase: unknown = status?.phase
  if (phase === "Succeeded" || phase === "Failed") return cluster.log(of)
  if (phase !== "Running") return undefined
  const log = await following.log(of)
  return readSupernodeLog(log).is === "registered" ? log : undefined
}

function judged({ site }: Context, { is, refusal }: Stranger, log: string | undefined): string {
  const words = lastWords(log ?? "")
  if (log !== undefined && refusal.test(log) && readSupernodeLog(log).is !== "registered")
    return words ?? "refused"
  const isIn = readSupernodeLog(log ?? "").is === "registered"
  throw new RunbookError(
    isIn ? `${is} was let in: the SuperLink is open` : `${is} was neither refused nor let in`,
    {
      why: isIn ? "its log shows a node id" : (words ?? "its pod did not run to its end"),
      fix: isIn
        ? "close the SuperLink: --tls on, --node-auth on; an adopted one needs --allow-restart"
        : "check that the SuperNode's image has python and flower-supernode, and that its project may run one more pod",
      next: isIn
        ? "flower-runbook step deploy-superlink"
        : `flower-runbook step verify --proof log --site ${site.name}`,
    },
  )
}

/** The pod of the SuperNode with other arguments, without its key and without volumes that only one pod may have. */
function podOf({ site, federation }: Context, { deployment }: Running, stranger: Stranger): KubeObject {
  const { name, uid = "" } = deployment.metadata
  const { securityContext, imagePullSecrets, volumes = [] } = deployment.spec.template.spec as PodSpec
  const container = containerOf(deployment, "supernode") as Container & { securityContext?: object }
  const own = volumes.filter(
    (volume) =>
      volume.name !== KEY_VOLUME && (volume.secret ?? volume.emptyDir ?? volume.configMap) !== undefined,
  )
  const mounts = (container.volumeMounts ?? []).filter((one) =>
    own.some((volume) => volume.name === one.name),
  )
  const hasTmp = mounts.some(({ mountPath }) => mountPath === "/tmp")
  const line = commandLine(container)
  const flags = withoutFlags(line[0]?.startsWith("-") ? line : line.slice(1), [
    KEY_FLAG,
    ...(stranger.how === "other-root" ? [ROOTS_FLAG] : []),
  ])
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: `${name}-${stranger.how}`,
      namespace: site.project,
      // A NetworkPolicy of this federation lets pods that try the listener's port reach the router.
      labels: { ...labels(federation), [STRANGER]: site.name, [PROBE]: site.name },
      // It goes with the SuperNode in any case.
      ownerReferences: [{ apiVersion: "apps/v1", kind: "Deployment", name, uid }],
    },
    spec: {
      restartPolicy: "Never",
      activeDeadlineSeconds: LIVES,
      automountServiceAccountToken: false,
      ...(securityContext && { securityContext }),
      ...(imagePullSecrets && { imagePullSecrets }),
      containers: [
        {
          name: "supernode",
          image: container.image,
          command: ["python", "-c", snippet("refused.py")],
          args: [stranger.how, FOLDER, ...flags, "--max-retries", "2"],
          ...(container.env && { env: container.env }),
          ...(container.resources && { resources: container.resources }),
          ...(container.securityContext && { securityContext: container.securityContext }),
          volumeMounts: [...mounts, ...(hasTmp ? [] : [{ name: "stranger", mountPath: "/tmp" }])],
        },
      ],
      volumes: [...own, ...(hasTmp ? [] : [{ name: "stranger", emptyDir: { sizeLimit: "10Mi" } }])],
    },
  }
}
