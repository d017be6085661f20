/** Small helpers for checks that read Kubernetes objects. */
import {
  CheckError,
  type CheckedObject,
  type Cluster,
  type ClusterReader,
  type KubeObject,
} from "../../lib/index.ts"
import { isForbiddenError } from "../../lib/kit.ts"

export interface Condition {
  type: string
  status: string
  reason?: string
  message?: string
  lastTransitionTime?: string
  observedGeneration?: number
}

/** A condition by its type: the order of the array has no meaning. */
export const condition = (
  object: KubeObject | { status?: { conditions?: unknown } } | undefined,
  type: string,
): Condition | undefined =>
  (object?.status?.conditions as Condition[] | undefined)?.find((one) => one.type === type)

export const isTrue = (object: KubeObject | undefined, type: string): boolean =>
  condition(object, type)?.status === "True"

/** OpenShift has projects; plain Kubernetes has only namespaces. */
export const hasProjects = (cluster: Pick<ClusterReader, "serves">): Promise<boolean> =>
  cluster.serves("project.openshift.io/v1", "Project")

/** The object that a check result is about. */
export const objectRef = ({ kind, metadata }: KubeObject): CheckedObject => ({
  kind,
  name: metadata.name,
  ...(metadata.namespace !== undefined && { namespace: metadata.namespace }),
  ...(metadata.uid !== undefined && { uid: metadata.uid }),
})

/** The result of a read; undefined if this user is not allowed to read it. */
export async function ifAllowed<T>(read: Promise<T>): Promise<T | undefined> {
  try {
    return await read
  } catch (error) {
    if (isForbiddenError(error)) return undefined
    throw error
  }
}

/** The result of a read; undefined if the server does not have the kind. */
export async function ifServed<T>(read: Promise<T>): Promise<T | undefined> {
  try {
    return await read
  } catch (error) {
    if (error instanceof CheckError && error.result.state === "unknown" && error.result.because === "missing")
      return undefined
    throw error
  }
}

/**
 * Reads, and reads again whenever something that was read has changed, until there is an answer.
 * @returns undefined if the signal ends it first, or the cluster cannot be read
 */
export async function untilSeen<T>(
  cluster: Cluster,
  signal: AbortSignal,
  read: (reader: ClusterReader) => Promise<T | undefined>,
): Promise<T | undefined> {
  const observed = cluster.observe()
  try {
    while (!signal.aborted) {
      const answer = await read(observed.reader)
      if (answer !== undefined) return answer
      await observed.changed(signal)
    }
    return undefined
  } catch {
    return undefined
  } finally {
    observed.close()
  }
}

/** Whether the server has the kind that is read. */
export const isServed = async (read: Promise<unknown>): Promise<boolean> =>
  (await ifServed(ifAllowed(read).then(() => true))) === true

/** `a, b, c and 4 more` */
export function some(names: readonly string[], most = 10): string {
  if (names.length <= most) return names.join(", ")
  return `${names.slice(0, most).join(", ")} and ${names.length - most} more`
}

/** `1 network`, `2 networks` */
export const counted = (n: number, one: string): string => `${n} ${n === 1 ? one : `${one}s`}`
