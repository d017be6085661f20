/** `superlink-state: disk`: the SuperLink keeps its nodes and runs on a volume of its own, and knows them after a restart. */
import {
  blocked,
  type CheckResult,
  type ClusterReader,
  type KubeObject,
  progressing,
} from "../../lib/index.ts"
import { amount, type Container, type Deployment } from "../openshift/workload.ts"
import { isOwn, labels, type Owner } from "../shared/labels.ts"
import { ifAllowed, ifServed, objectRef } from "../shared/reading.ts"

const VOLUME = "state"
const FOLDER = "/app/state"
/** Flower creates `-wal` and `-shm` beside it. */
const DATABASE = `${FOLDER}/superlink.db`
export const CLAIM = "PersistentVolumeClaim"

export const claimRef = (namespace: string, workload: string) => ({
  apiVersion: "v1",
  kind: CLAIM,
  name: `${workload}-state`,
  namespace,
})

interface StateSite {
  readonly project: string
  readonly superlinkWorkload: string
  readonly superlinkStateSize: string
  readonly superlinkStateClass?: string | undefined
}

interface StateInputs {
  readonly federation: string
  readonly numericUser: boolean
  /** The claim that exists. */
  readonly claim?: KubeObject | undefined
}

const sizeOf = ({ spec }: KubeObject): string => String(spec?.resources?.requests?.storage ?? "0")

/**
 * Puts the SuperLink's database on a claim.
 * @param apps the flag for the folder of the apps, where this version keeps them beside its database
 * @param group on plain Kubernetes, nothing else lets the image's user write to a new volume; OpenShift assigns a group itself
 */
export function keepState(
  { deployment, others }: { deployment: Deployment; others: KubeObject[] },
  container: Container,
  site: StateSite,
  { federation, numericUser, claim }: StateInputs,
  { apps, group }: { apps: string | undefined; group: number },
): void {
  const pod = deployment.spec.template.spec
  const { name, namespace } = claimRef(site.project, site.superlinkWorkload)
  container.args = [
    ...(container.args ?? []),
    ...["--database", DATABASE],
    ...(apps === undefined ? [] : [apps, `${FOLDER}/apps`]),
  ]
  container.volumeMounts = [...(container.volumeMounts ?? []), { name: VOLUME, mountPath: FOLDER }]
  pod.volumes = [...(pod.volumes ?? []), { name: VOLUME, persistentVolumeClaim: { claimName: name } }]
  if (numericUser)
    pod.securityContext = { ...pod.securityContext, fsGroup: group, fsGroupChangePolicy: "OnRootMismatch" }
  // A claim cannot shrink: what an administrator has enlarged is applied with the size that it has.
  const larger = claim !== undefined && amount(sizeOf(claim)) > amount(site.superlinkStateSize)
  others.push({
    apiVersion: "v1",
    kind: CLAIM,
    metadata: { name, namespace, labels: { app: site.superlinkWorkload, ...labels(federation) } },
    spec: {
      accessModes: ["ReadWriteOnce"],
      ...(site.superlinkStateClass !== undefined && { storageClassName: site.superlinkStateClass }),
      resources: { requests: { storage: larger ? sizeOf(claim) : site.superlinkStateSize } },
    },
  })
}

interface ClaimContext extends Owner {
  readonly cluster: ClusterReader
  readonly site: StateSite & { readonly name: string }
  readonly inputs: { readonly superlinkState: string }
  given(input: string, site?: string): boolean
}

/** What of the existing claim cannot become as it is asked for; undefined if nothing stands against it. */
export async function claimProblem(context: ClaimContext): Promise<CheckResult | undefined> {
  const { cluster, site, inputs } = context
  if (inputs.superlinkState !== "disk") return undefined
  const claim = await ifAllowed(cluster.get(claimRef(site.project, site.superlinkWorkload)))
  if (claim === undefined || !isOwn(claim, context)) return undefined
  const { name, deletionTimestamp } = claim.metadata
  if (deletionTimestamp !== undefined)
    return progressing(`${CLAIM} ${name} is being deleted; waiting until it is gone`, objectRef(claim))
  const [size, wanted] = [sizeOf(claim), site.superlinkStateSize]
  const asked = context.given("superlink-state-size", site.name)
  if (asked && amount(size) > amount(wanted))
    return refused(claim, "size", size, wanted, "superlink-state-size", "a volume cannot shrink")
  const { storageClassName } = claim.spec
  const wantedClass = site.superlinkStateClass
  if (wantedClass !== undefined && storageClassName !== wantedClass) {
    const why = "a claim cannot change its class"
    const was = storageClassName ?? "none"
    return refused(claim, "StorageClass", was, wantedClass, "superlink-state-class", why)
  }
  if (amount(size) >= amount(wanted) || storageClassName === undefined) return undefined
  const ref = { apiVersion: "storage.k8s.io/v1", kind: "StorageClass", name: storageClassName }
  const storageClass = await ifServed(ifAllowed(cluster.get(ref)))
  if (storageClass === undefined || storageClass.allowVolumeExpansion === true) return undefined
  const why = `StorageClass ${storageClassName} does not let volumes grow`
  return refused(claim, "size", size, wanted, "superlink-state-size", why)
}

function refused(
  claim: KubeObject,
  field: string,
  found: string,
  wanted: string,
  input: string,
  why: string,
): CheckResult {
  const { name, namespace } = claim.metadata
  return blocked(`${CLAIM} ${name} has the ${field} ${found}, and ${wanted} is requested: ${why}`, {
    code: "immutable",
    fix: `set ${input} to ${found}; only another claim can be different, and the nodes and runs of the SuperLink are lost with this one`,
    next: `oc get pvc ${name} -n ${namespace}`,
    object: objectRef(claim),
  })
}

/** A claim's size, as text for a difference. */
export const claimText = (claim: KubeObject): string => `size ${sizeOf(claim)}`
/** Sizes are compared as amounts: `1Gi` and `1024Mi` are the same. */
export const claimGrows = (found: KubeObject, wanted: KubeObject): boolean =>
  amount(sizeOf(found)) < amount(sizeOf(wanted))
