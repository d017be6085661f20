/** PersistentVolumeClaims: what kube-controller-manager and a provisioner do for them. A volume is a folder of this machine. */
import { rm } from "node:fs/promises"
import { join } from "node:path"
import type { KubeObject } from "../../cluster/types.ts"
import { numberOf } from "../apiserver/admission/amounts.ts"
import type { Controller, ControllerContext } from "../types/controllers.ts"
import { keyOf, splitKey, startController } from "./controller.ts"
import { note, warn } from "./events.ts"
import { DURATIONS, Patience, paceOf } from "./pace.ts"
import { type Store, storeOf } from "./store.ts"

const STORAGE = "storage.k8s.io/v1"
const PROVISIONER = "practice.test/folders"
const DEFAULT = "storageclass.kubernetes.io/is-default-class"
const PROTECTION = "kubernetes.io/pvc-protection"
const COMPONENT = "persistentvolume-controller"

/** The class of a new practice cluster: as on most clusters, a volume comes with its first pod, and may grow. */
const STORAGE_CLASS: KubeObject = {
  apiVersion: STORAGE,
  kind: "StorageClass",
  metadata: { name: "practice", annotations: { [DEFAULT]: "true" } },
  provisioner: PROVISIONER,
  reclaimPolicy: "Delete",
  volumeBindingMode: "WaitForFirstConsumer",
  allowVolumeExpansion: true,
}

/** Where the files of a volume lie. */
export const volumeFolder = (folder: string, cluster: string, volume: string): string =>
  join(folder, "volumes", cluster, volume)

/** Where the files of a bound claim lie. @throws Error where it is not bound */
export async function claimedFolder(
  { cluster, folder, name: practice }: ControllerContext,
  namespace: string | undefined,
  name: string,
): Promise<string> {
  const ref = { apiVersion: "v1", kind: "PersistentVolumeClaim", name, ...(namespace && { namespace }) }
  const claim = await cluster.get(ref)
  if (claim?.spec.volumeName === undefined) throw new Error(`persistentvolumeclaim "${name}" is not bound`)
  if (folder === undefined) throw new Error("this practice cluster was started without a folder for files")
  return volumeFolder(folder, practice, claim.spec.volumeName)
}

/** Names of the claims that a pod mounts. */
export const claimsOf = (pod: KubeObject): string[] =>
  ((pod.spec?.volumes ?? []) as { persistentVolumeClaim?: { claimName: string } }[]).flatMap(
    ({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName ?? [],
  )

/** Why a pod cannot be bound to a node yet, by its claims: a scheduler's words, or nothing where it only waits for a volume. */
export function unboundClaims(
  store: Store,
  pod: KubeObject,
): { readonly waits: boolean; readonly why?: string } {
  const { namespace } = pod.metadata
  for (const name of claimsOf(pod)) {
    const claim = store.of("v1", "PersistentVolumeClaim").get(namespace, name)
    if (claim === undefined) return { waits: true, why: `persistentvolumeclaim "${name}" not found` }
    if (claim.status?.phase === "Bound") continue
    const storageClass = store.of(STORAGE, "StorageClass").get(undefined, claim.spec.storageClassName ?? "")
    return storageClass?.volumeBindingMode === "WaitForFirstConsumer"
      ? { waits: true }
      : { waits: true, why: "pod has unbound immediate PersistentVolumeClaims" }
  }
  return { waits: false }
}

export async function startVolumes(context: ControllerContext): Promise<Controller> {
  const store = storeOf(context.cluster)
  const claims = store.of("v1", "PersistentVolumeClaim")
  const volumes = store.of("v1", "PersistentVolume")
  const classes = store.of(STORAGE, "StorageClass")
  const pods = store.of("v1", "Pod")
  const pace = paceOf(context.delays)
  const patience = new Patience()
  await store.ensure(STORAGE_CLASS)

  const usersOf = ({ metadata }: KubeObject): KubeObject[] =>
    pods
      .list(metadata.namespace)
      .filter(
        (pod) =>
          !["Succeeded", "Failed"].includes(pod.status?.phase) && claimsOf(pod).includes(metadata.name),
      )
  const classOf = (claim: KubeObject): KubeObject | undefined => {
    const { storageClassName } = claim.spec
    return storageClassName === undefined ? undefined : classes.get(undefined, storageClassName)
  }
  const defaultClass = (): KubeObject | undefined =>
    classes.list().find(({ metadata }) => metadata.annotations?.[DEFAULT] === "true")
  const sizeOf = ({ spec }: KubeObject): string => spec.resources?.requests?.storage ?? "0"

  /** The volume of a claim that is gone goes with its files. */
  const reclaim = async (namespace: string, name: string, uid: string | undefined): Promise<void> => {
    for (const volume of volumes.list()) {
      const { claimRef } = volume.spec
      if (claimRef?.namespace !== namespace || claimRef.name !== name || claimRef.uid === uid) continue
      await store.remove(volume)
      if (context.folder !== undefined)
        await rm(volumeFolder(context.folder, context.name, volume.metadata.name), {
          recursive: true,
          force: true,
        })
    }
  }
  const bind = async (claim: KubeObject, storageClass: KubeObject): Promise<void> => {
    const { name, namespace, uid } = claim.metadata
    const volume = `pvc-${uid}`
    const capacity = { storage: sizeOf(claim) }
    const { accessModes } = claim.spec
    await store.ensure({
      apiVersion: "v1",
      kind: "PersistentVolume",
      metadata: { name: volume, annotations: { "pv.kubernetes.io/provisioned-by": PROVISIONER } },
      spec: {
        ...{ capacity, accessModes, storageClassName: storageClass.metadata.name },
        persistentVolumeReclaimPolicy: storageClass.reclaimPolicy ?? "Delete",
        claimRef: { apiVersion: "v1", kind: "PersistentVolumeClaim", name, namespace, uid },
        csi: { driver: PROVISIONER, volumeHandle: volume },
      },
    })
    const bound = await store.merge(claim, {
      metadata: { annotations: { "pv.kubernetes.io/bind-completed": "yes" } },
      spec: { volumeName: volume },
    })
    await store.status(bound, { phase: "Bound", accessModes, capacity })
    note(store, claim, COMPONENT, "ProvisioningSucceeded", `Successfully provisioned volume ${volume}`)
  }
  const grow = async (claim: KubeObject): Promise<void> => {
    const size = sizeOf(claim)
    const volume = volumes.get(undefined, claim.spec.volumeName)
    if (numberOf(size) <= numberOf(claim.status.capacity?.storage ?? "0") || volume === undefined) return
    await store.merge(volume, { spec: { capacity: { storage: size } } })
    await store.status(claim, { ...claim.status, capacity: { storage: size } })
  }

  return startController({
    name: "volumes",
    watches: [
      { informer: claims },
      { informer: volumes, keys: () => [] },
      { informer: classes, keys: () => claims.list().map(keyOf) },
      { informer: pods, keys: (pod) => claimsOf(pod).map((name) => `${pod.metadata.namespace}/${name}`) },
    ],
    async reconcile(key) {
      const [namespace, name] = splitKey(key)
      const claim = claims.get(namespace, name)
      await reclaim(namespace, name, claim?.metadata.uid)
      if (claim === undefined) return
      const finalizers: string[] = claim.metadata.finalizers ?? []
      if (claim.metadata.deletionTimestamp !== undefined) {
        if (finalizers.includes(PROTECTION) && usersOf(claim).length === 0)
          await store.merge(claim, {
            metadata: { finalizers: finalizers.filter((one) => one !== PROTECTION) },
          })
        return
      }
      if (!finalizers.includes(PROTECTION)) {
        await store.merge(claim, { metadata: { finalizers: [...finalizers, PROTECTION] } })
        return
      }
      if (claim.status?.phase === "Bound") return grow(claim)
      const wanted = claim.spec.storageClassName
      if (wanted === undefined) {
        const found = defaultClass()
        if (found !== undefined) {
          await store.merge(claim, { spec: { storageClassName: found.metadata.name } })
          return
        }
        const words = "no persistent volumes available for this claim and no storage class is set"
        await warn(store, claim, COMPONENT, "FailedBinding", words)
        return
      }
      const storageClass = classOf(claim)
      if (storageClass === undefined) {
        const words = `storageclass.storage.k8s.io "${wanted}" not found`
        await warn(store, claim, COMPONENT, "ProvisioningFailed", words)
        return
      }
      if (storageClass.provisioner !== PROVISIONER) return
      if (storageClass.volumeBindingMode === "WaitForFirstConsumer" && usersOf(claim).length === 0) {
        const words = "waiting for first consumer to be created before binding"
        note(store, claim, COMPONENT, "WaitForFirstConsumer", words)
        return
      }
      const left = patience.left(key, claim.metadata.uid!, pace(...DURATIONS.volume))
      if (left > 0) return left
      await bind(claim, storageClass)
    },
  })
}
