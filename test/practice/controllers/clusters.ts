/** Real API servers with the practice controllers, for their tests. */
import { afterAll } from "vitest"
import { openCluster } from "../../../lib/cluster/index.ts"
import type { Cluster, KubeObject, Query, Ref } from "../../../lib/cluster/types.ts"
import { startApiServer } from "../../../lib/practice/apiserver/index.ts"
import { createAuthority } from "../../../lib/practice/certificates.ts"
import { startControllers } from "../../../lib/practice/controllers/index.ts"
import { createFaultTable } from "../../../lib/practice/faults.ts"
import { createNetwork } from "../../../lib/practice/network.ts"
import type { ApiServer } from "../../../lib/practice/types/apiserver.ts"
import type { Fault, FaultTable } from "../../../lib/practice/types/faults.ts"
import type { PracticeImage } from "../../../lib/practice/types/images.ts"
import type { Network } from "../../../lib/practice/types/network.ts"
import type { Delays } from "../../../lib/practice/types/practice.ts"

export const SKUPPER = "skupper.io/v2alpha1"
export const OLM = "operators.coreos.com/v1alpha1"

export interface World {
  readonly name: string
  readonly server: ApiServer
  readonly cluster: Cluster
  stop(): Promise<void>
}

export interface Setting {
  readonly names: readonly string[]
  readonly delays?: Delays
  readonly faults?: readonly Fault[]
  readonly images?: readonly PracticeImage[]
  readonly openshift?: boolean
  /** Where pods' files lie. */
  readonly folder?: string
}

export interface Started {
  readonly worlds: readonly World[]
  readonly faults: FaultTable
  readonly network: Network
}

const running: World[] = []
afterAll(() => Promise.all(running.map((it) => it.stop())))

/** Starts clusters in one network; they end with the file's tests. */
export const start = async (setting: Setting): Promise<Started> => {
  const faults = createFaultTable(setting.faults ?? [])
  const network = createNetwork(setting.delays ?? "none")
  const worlds = await Promise.all(
    setting.names.map(async (name): Promise<World> => {
      const ca = await createAuthority(name)
      const token = `sha256~test-${name}`
      const users = [{ name: "system:practice", token, groups: ["system:masters"], admin: true }]
      const server = await startApiServer({ name, users, ca, faults, openshift: setting.openshift })
      const open = () => openCluster({ server: server.url, ca: ca.certificate, token, fieldManager: "test" })
      const inner = open()
      const controllers = await startControllers(
        {
          name,
          cluster: inner,
          delays: setting.delays ?? "none",
          faults,
          network,
          images: setting.images ?? [],
          ...(setting.folder !== undefined && { folder: setting.folder }),
        },
        { openshift: setting.openshift },
      )
      const cluster = open()
      return {
        name,
        server,
        cluster,
        async stop() {
          await controllers.stop()
          await Promise.all([inner.close(), cluster.close()])
          await server.close()
        },
      }
    }),
  )
  running.push(...worlds)
  return { worlds, faults, network }
}

/** Waits by watch until an object is as wanted, and returns it. `undefined` in: it is not there. */
export const until = async (
  cluster: Cluster,
  ref: Ref,
  wanted: (object: KubeObject | undefined) => boolean,
  patience = 10_000,
): Promise<KubeObject> => {
  const ended = new AbortController()
  let last: KubeObject | undefined
  const found = Promise.withResolvers<KubeObject>()
  const see = (object: KubeObject | undefined) => {
    last = object
    if (wanted(object)) found.resolve(object as KubeObject)
  }
  const timer = setTimeout(() => {
    found.reject(
      new Error(
        `${ref.kind} ${ref.name} is not as wanted: ${JSON.stringify(last?.status ?? last, undefined, 1)}`,
      ),
    )
  }, patience)
  const { name, ...query } = ref
  const watching = cluster.watch(
    { ...query, fields: `metadata.name=${name}` },
    {
      list: (items) => see(items[0]),
      event: ({ type, object }) => see(type === "DELETED" ? undefined : object),
    },
    ended.signal,
  )
  try {
    return await found.promise
  } finally {
    clearTimeout(timer)
    ended.abort()
    await watching
  }
}

/** Notes what a watch sees, until it is ended. */
export const record = <T>(
  cluster: Cluster,
  query: Query,
  note: (object: KubeObject) => T,
): { seen: T[]; end(): void } => {
  const ended = new AbortController()
  const seen: T[] = []
  const add = (object: KubeObject) => {
    const next = note(object)
    if (JSON.stringify(seen.at(-1)) !== JSON.stringify(next)) seen.push(next)
  }
  const handlers = {
    list: (items: KubeObject[]) => items.forEach(add),
    event: ({ object }: { object: KubeObject }) => add(object),
  }
  cluster.watch(query, handlers, ended.signal).catch(() => undefined)
  return { seen, end: () => ended.abort() }
}

/** `Configured=True OK, Ready=False Not Running` */
export const conditionsOf = (object: KubeObject): string =>
  ((object.status?.conditions ?? []) as { type: string; status: string; message: string }[])
    .map((it) => `${it.type}=${it.status} ${it.message}`)
    .join(", ")

export const isTrue = (object: KubeObject | undefined, type: string): boolean =>
  ((object?.status?.conditions ?? []) as { type: string; status: string }[]).some(
    (it) => it.type === type && it.status === "True",
  )
export const is = (type: string) => (object: KubeObject | undefined) => isTrue(object, type)

export const namespace = (cluster: Cluster, name: string) =>
  cluster.create({ apiVersion: "v1", kind: "Namespace", metadata: { name } })

export const subscription = (more: object = {}): KubeObject => ({
  apiVersion: OLM,
  kind: "Subscription",
  metadata: { name: "skupper-operator", namespace: "openshift-operators" },
  spec: {
    name: "skupper-operator",
    channel: "stable-2",
    source: "redhat-operators",
    sourceNamespace: "openshift-marketplace",
    installPlanApproval: "Automatic",
    ...more,
  },
})

export const CSV: Ref = {
  apiVersion: OLM,
  kind: "ClusterServiceVersion",
  namespace: "openshift-operators",
  name: "skupper-operator.v2.2.1-rh-1",
}

/** Installs the operator and waits until it works. */
export const install = async (cluster: Cluster): Promise<void> => {
  await cluster.create(subscription())
  await until(cluster, CSV, (csv) => csv?.status?.phase === "Succeeded")
}

export const deployment = (name: string, where: string, image: string, more: object = {}): KubeObject => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name, namespace: where },
  spec: {
    replicas: 1,
    selector: { matchLabels: { app: name } },
    template: { metadata: { labels: { app: name } }, spec: { containers: [{ name, image, ...more }] } },
  },
})

/** A Skupper object. */
export const skupper = (kind: string, where: string, name: string, spec: object = {}): KubeObject => ({
  apiVersion: SKUPPER,
  kind,
  metadata: { name, namespace: where },
  spec,
})

export const ref = (kind: string, where: string, name: string): Ref => ({
  apiVersion:
    kind === "Deployment" || kind === "ReplicaSet"
      ? "apps/v1"
      : ["Pod", "Service", "Secret"].includes(kind)
        ? "v1"
        : SKUPPER,
  kind,
  namespace: where,
  name,
})

/** A site of its own in a new namespace, ready. */
export const site = async (cluster: Cluster, name: string, spec: object = {}): Promise<KubeObject> => {
  await namespace(cluster, name)
  await cluster.create(skupper("Site", name, name, spec))
  return until(cluster, ref("Site", name, name), is("Ready"))
}

/** Issues a grant at one site. Its answer is what a token holds. */
export const issue = async (
  cluster: Cluster,
  where: string,
  name: string,
  spec: object = {},
): Promise<{ url: string; code: string; ca: string }> => {
  await cluster.create(
    skupper("AccessGrant", where, name, { redemptionsAllowed: 1, expirationWindow: "15m0s", ...spec }),
  )
  const { status } = await until(cluster, ref("AccessGrant", where, name), is("Ready"))
  return { url: status.url, code: status.code, ca: status.ca }
}

/** Links one site to another with a token, and waits until the link is up. */
export const link = async (
  from: Cluster,
  fromSite: string,
  to: Cluster,
  toSite: string,
  name: string,
): Promise<void> => {
  await from.create(skupper("AccessToken", fromSite, name, await issue(to, toSite, name)))
  await until(from, ref("Link", fromSite, name), is("Ready"))
}
