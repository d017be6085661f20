/**
 * The listener's port, tried by a pod of the SuperNode's project that lives a few seconds (`--probe pod`): for users who may create
 * pods and not forward ports. It runs the SuperNode's own image, which is on the node already and has Python.
 */
import { join } from "node:path"
import { type KubeObject, RunbookError } from "../../lib/index.ts"
import { readRegularText, writeWhole } from "../../lib/kit.ts"
import type { Context } from "../context.ts"
import type { Exposure } from "../interconnect/exposure.ts"
import type { RouterPod } from "../interconnect/router-pod.ts"
import { containerOf } from "../openshift/workload.ts"
import { labels, PROGRAM } from "../shared/labels.ts"
import { untilSeen } from "../shared/reading.ts"
import type { Running } from "./running.ts"

/** Label of such a pod: the SuperNode's site. */
export const PROBE = `${PROGRAM}/probe`
/** Its limit in seconds: a cluster ends it also if this program was killed. */
const LIVES = 60
/** How long a refusal counts, in milliseconds. An open port counts until the router is started again. */
const REFUSAL_COUNTS = 20_000
const CLOSED = 3

const SCRIPT = `import socket, sys
try:
    socket.create_connection((sys.argv[1], int(sys.argv[2])), 5).close()
except OSError as error:
    print(error)
    sys.exit(${CLOSED})
`

interface Tried {
  readonly router: string
  readonly at: number
  /** Why it could not connect. */
  readonly refused?: string
}

const fileOf = ({ folder, site }: Context): string => join(folder, `probe-${site.name}.json`)
const runOf = ({ name, startedAt }: RouterPod): string => `${name} ${startedAt}`

/** What a pod last found out about this run of the router; undefined if that is too old, or never happened. */
export function lastTried(context: Context, router: RouterPod): { refused?: string } | undefined {
  try {
    const tried = JSON.parse(readRegularText(fileOf(context))) as Tried
    const counts = tried.refused === undefined || Date.now() - tried.at < REFUSAL_COUNTS
    return tried.router === runOf(router) && counts ? tried : undefined
  } catch {
    return undefined
  }
}

/** Creates the pod, waits for its end, records what it found out, and deletes it. */
export async function tryByPod(
  context: Context,
  supernode: Running,
  router: RouterPod,
  { spec }: Exposure,
): Promise<void> {
  const { cluster, site, signal, note } = context
  const namespace = site.project
  // Left by a run that was killed.
  const pods = { apiVersion: "v1", kind: "Pod", namespace }
  for (const { metadata } of await cluster.list({ ...pods, labels: `${PROBE}=${site.name}` }))
    await cluster.remove({ ...pods, name: metadata.name }, { grace: 0 })
  const target = [spec.host ?? "", String(spec.port ?? "")]
  const made = await cluster.create(podOf(context, supernode, target))
  const ref = { ...pods, name: made.metadata.name }
  note(`pod ${ref.name} tries ${target.join(":")} and is deleted then`)
  try {
    const within = AbortSignal.any([signal, AbortSignal.timeout(LIVES * 1000)])
    const ended = await untilSeen(cluster, within, async (reader) => {
      const pod = await reader.get(ref)
      return pod === undefined || ["Succeeded", "Failed"].includes(pod.status?.phase) ? { pod } : undefined
    })
    signal.throwIfAborted()
    const code = ended?.pod?.status?.containerStatuses?.[0]?.state?.terminated?.exitCode
    if (code !== 0 && code !== CLOSED) {
      throw new RunbookError(`pod ${ref.name} could not try ${target.join(":")}`, {
        why: code === undefined ? "it did not run to its end" : `it ended with exit code ${code}`,
        fix: "check the image of the SuperNode, which has to contain python; or omit --probe pod",
      })
    }
    const words =
      code === 0 ? undefined : (await cluster.log({ namespace, pod: ref.name })).trim() || "refused"
    const tried: Tried = {
      router: runOf(router),
      at: Date.now(),
      ...(words !== undefined && { refused: words }),
    }
    await writeWhole(fileOf(context), `${JSON.stringify(tried)}\n`)
  } finally {
    await cluster.remove(ref, { grace: 0 })
  }
}

function podOf({ site, federation }: Context, { deployment }: Running, target: string[]): KubeObject {
  const { name, uid = "" } = deployment.metadata
  const { securityContext, imagePullSecrets } = deployment.spec.template.spec
  const container = containerOf(deployment, "supernode") as { image: string; securityContext?: object }
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: `${name}-probe`,
      namespace: site.project,
      labels: { ...labels(federation), [PROBE]: site.name },
      // It goes with the SuperNode in any case.
      ownerReferences: [{ apiVersion: "apps/v1", kind: "Deployment", name, uid }],
    },
    spec: {
      restartPolicy: "Never",
      activeDeadlineSeconds: LIVES,
      ...(securityContext && { securityContext }),
      ...(imagePullSecrets && { imagePullSecrets }),
      containers: [
        {
          name: "probe",
          image: container.image,
          command: ["python", "-c", SCRIPT],
          args: target,
          resources: { requests: { cpu: "10m", memory: "64Mi" }, limits: { cpu: "500m", memory: "128Mi" } },
          ...(container.securityContext && { securityContext: container.securityContext }),
        },
      ],
    },
  }
}
