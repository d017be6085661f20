/** A pod's volumes and its containers' own files, as folders of this machine that go with the pod. */
import { mkdir, rm, writeFile } from "node:fs/promises"
import { dirname, join, posix } from "node:path"
import type { Cluster, KubeObject } from "../../../cluster/types.ts"

interface Item {
  key: string
  path: string
}

interface Volume {
  name: string
  emptyDir?: object
  secret?: { secretName: string; items?: Item[]; optional?: boolean }
  configMap?: { name: string; items?: Item[]; optional?: boolean }
  [kind: string]: unknown
}

interface Mount {
  name: string
  mountPath: string
  subPath?: string
}

type Files = Map<string, Buffer>

const FOLDER = { recursive: true, mode: 0o700 } as const

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

/** The files of one pod. Nothing is written before a container asks for a path. */
export class PodVolumes {
  readonly #cluster: Cluster
  readonly #pod: KubeObject
  readonly #root: string | undefined
  readonly #contents = new Map<string, Files>()
  readonly #mounted = new Map<string, Promise<string>>()
  #gone = false

  /** @param root the pod's own folder; none: it has no files */
  constructor(cluster: Cluster, pod: KubeObject, root: string | undefined) {
    this.#cluster = cluster
    this.#pod = pod
    this.#root = root
  }

  get #volumes(): Volume[] {
    return this.#pod.spec.volumes ?? []
  }

  /** Whether it must be looked for Secrets and ConfigMaps before the pod can start. */
  get needed(): boolean {
    return this.#volumes.some((one) => one.secret !== undefined || one.configMap !== undefined)
  }

  /** Reads the Secrets and ConfigMaps. @throws Error as the kubelet's FailedMount, the first that cannot be had */
  async read(): Promise<void> {
    for (const volume of this.#volumes) {
      if (this.#contents.has(volume.name)) continue
      try {
        this.#contents.set(volume.name, await this.#contentsOf(volume))
      } catch (error) {
        const why = (error as Error).message
        throw new Error(`MountVolume.SetUp failed for volume "${volume.name}" : ${why}`, { cause: error })
      }
    }
  }

  async #contentsOf({ secret, configMap }: Volume): Promise<Files> {
    const source = secret ?? configMap
    if (source === undefined) return new Map()
    const [kind, what] = secret === undefined ? ["ConfigMap", "configmap"] : ["Secret", "secret"]
    const name = secret?.secretName ?? configMap!.name
    const { namespace } = this.#pod.metadata
    const object = await this.#cluster.get({ apiVersion: "v1", kind, name, namespace: namespace! })
    if (object !== undefined) return filesOf(what, `${namespace}/${name}`, { ...object, kind }, source.items)
    if (source.optional) return new Map()
    throw new Error(`${what} "${name}" not found`)
  }

  /**
   * Where a path of a container lies; the folder that it stands in is there.
   * @param mounts the container's
   * @param own the folder of what no volume holds, see {@link scratch}
   * @throws Error for a volume of a kind that practice does not have
   */
  async path(inside: string, mounts: readonly Mount[], own: () => Promise<string>): Promise<string> {
    const path = posix.normalize(`/${inside}`)
    const under = ({ mountPath }: Mount): boolean => {
      const root = posix.normalize(`/${mountPath}/`)
      return `${path}/`.startsWith(root)
    }
    const [mount] = mounts.filter(under).sort((a, b) => b.mountPath.length - a.mountPath.length)
    const found =
      mount === undefined
        ? join(await own(), path)
        : join(
            await this.#mount(mount.name),
            mount.subPath ?? "",
            posix.relative(posix.normalize(`/${mount.mountPath}`), path),
          )
    await mkdir(dirname(found), FOLDER)
    if (!this.#gone) return found
    // What asked for it goes on although its pod is gone.
    await this.remove()
    throw new Error("the pod is gone")
  }

  /** The empty folder of a container's own files. */
  async scratch(container: string): Promise<string> {
    const folder = join(this.#folder(), "containers", container)
    await rm(folder, { recursive: true, force: true })
    await mkdir(folder, FOLDER)
    return folder
  }

  #folder(): string {
    if (this.#root === undefined)
      throw new Error("this practice cluster was started without a folder for files")
    return this.#root
  }

  #mount(name: string): Promise<string> {
    const known = this.#mounted.get(name)
    if (known !== undefined) return known
    const mounted = this.#write(name)
    this.#mounted.set(name, mounted)
    mounted.catch(() => this.#mounted.delete(name))
    return mounted
  }

  async #write(name: string): Promise<string> {
    const volume = this.#volumes.find((one) => one.name === name)
    const kinds = ["emptyDir", "secret", "configMap"]
    if (volume === undefined || !kinds.some((one) => volume[one] !== undefined)) {
      throw new Error(`volume "${name}": practice has no volumes but ${kinds.join(", ")}`)
    }
    await this.read()
    const folder = join(this.#folder(), "volumes", name)
    await mkdir(folder, FOLDER)
    for (const [path, bytes] of this.#contents.get(name) ?? []) {
      const file = join(folder, posix.normalize(`/${path}`))
      await mkdir(dirname(file), FOLDER)
      await writeFile(file, bytes, { mode: 0o600 })
    }
    return folder
  }

  /** The pod is gone. */
  async remove(): Promise<void> {
    this.#gone = true
    if (this.#root !== undefined) await rm(this.#root, { recursive: true, force: true })
  }
}
