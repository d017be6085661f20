/** What a volume's files come from: Secrets, ConfigMaps, fields of the pod, and tokens of its ServiceAccount. */
import type { Cluster, KubeObject } from "../../../cluster/types.ts"

interface Item {
  key: string
  path: string
}

interface Named {
  name: string
  items?: Item[]
  optional?: boolean
}

/** One source of a projected volume; a Secret's or ConfigMap's own volume is one alone. */
export interface Source {
  secret?: Named
  configMap?: Named
  downwardAPI?: { items?: { path: string; fieldRef?: { fieldPath: string } }[] }
  serviceAccountToken?: { path: string; expirationSeconds?: number; audience?: string }
}

export type Files = Map<string, Buffer>

/** The files of a Secret or ConfigMap. @throws Error as the kubelet words it */
function filesOf(what: string, name: string, object: KubeObject, items?: readonly Item[]): Files {
  const base64 = (data: Record<string, string> = {}) =>
    Object.entries(data).map(([key, value]) => [key, Buffer.from(value, "base64")] as const)
  const all: Files = new Map(
    object.kind === "Secret"
      ? base64(object.data)
      : [
          ...Object.entries((object.data ?? {}) as Record<string, string>).map(
            ([key, value]) => [key, Buffer.from(value)] as const,
          ),
          ...base64(object.binaryData),
        ],
  )
  if (items === undefined) return all
  return new Map(
    items.map(({ key, path }) => {
      const bytes = all.get(key)
      if (bytes === undefined) throw new Error(`references non-existent ${what} key: ${key} in ${name}`)
      return [path, bytes]
    }),
  )
}

async function ofObject(cluster: Cluster, pod: KubeObject, { secret, configMap }: Source): Promise<Files> {
  const source = secret ?? configMap
  if (source === undefined) return new Map()
  const [kind, what] = secret === undefined ? ["ConfigMap", "configmap"] : ["Secret", "secret"]
  const { name, items, optional } = source
  const { namespace } = pod.metadata
  const object = await cluster.get({ apiVersion: "v1", kind, name, namespace: namespace! })
  if (object !== undefined) return filesOf(what, `${namespace}/${name}`, { ...object, kind }, items)
  if (optional) return new Map()
  throw new Error(`${what} "${name}" not found`)
}

/** A token as the pod is given it. It is not renewed: practice pods that use one live shorter than it does. */
async function tokenOf(
  cluster: Cluster,
  pod: KubeObject,
  { expirationSeconds, audience }: NonNullable<Source["serviceAccountToken"]>,
): Promise<string> {
  const { name, namespace, uid } = pod.metadata
  const account = pod.spec.serviceAccountName ?? "default"
  const request = {
    apiVersion: "authentication.k8s.io/v1",
    kind: "TokenRequest",
    spec: {
      audiences: audience === undefined ? [] : [audience],
      expirationSeconds: expirationSeconds ?? 3600,
      boundObjectRef: { apiVersion: "v1", kind: "Pod", name, uid },
    },
  }
  const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${account}/token`
  const { status } = (await cluster.post(path, request)) as { status: { token: string } }
  return status.token
}

/** The files of one source. @throws Error as the kubelet's FailedMount */
export async function filesOfSource(cluster: Cluster, pod: KubeObject, source: Source): Promise<Files> {
  const { serviceAccountToken: token, downwardAPI } = source
  if (token !== undefined) return new Map([[token.path, Buffer.from(await tokenOf(cluster, pod, token))]])
  if (downwardAPI === undefined) return ofObject(cluster, pod, source)
  const field = (path = ""): string => String(fieldOf(pod, path) ?? "")
  return new Map(
    (downwardAPI.items ?? []).map(({ path, fieldRef }) => [path, Buffer.from(field(fieldRef?.fieldPath))]),
  )
}

/** A field of a pod as the downward API names it. */
export const fieldOf = (pod: KubeObject, path: string): string | undefined =>
  ({
    "metadata.name": pod.metadata.name,
    "metadata.namespace": pod.metadata.namespace,
    "metadata.uid": pod.metadata.uid,
    "spec.nodeName": pod.spec.nodeName,
    "spec.serviceAccountName": pod.spec.serviceAccountName,
  })[path]
