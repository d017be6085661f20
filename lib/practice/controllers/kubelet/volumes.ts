/** A pod's volumes and its containers' own files, as folders of this machine that go with the pod. */
import { mkdir, rm, writeFile } from "node:fs/promises"
import { dirname, join, posix } from "node:path"
import type { Cluster, KubeObject } from "../../../cluster/types.ts"
import { type Files, filesOfSource, type Source } from "./volume-sources.ts"

interface Volume extends Omit<Source, "secret"> {
  name: string
  emptyDir?: object
  secret?: Omit<NonNullable<Source["secret"]>, "name"> & { secretName: string }
  persistentVolumeClaim?: { claimName: string }
  projected?: { sources?: Source[] }
  [kind: string]: unknown
}

interface Mount {
  name: string
  mountPath: string
  subPath?: string
}

const FOLDER = { recursive: true, mode: 0o700 } as const

/** The files of one pod. Nothing is written before a container asks for a path. */
export class PodVolumes {
  readonly #cluster: Cluster
  readonly #pod: KubeObject
  readonly #root: string | undefined
  readonly #claimed: (claim: string) => Promise<string>
  readonly #contents = new Map<string, Files>()
  readonly #mounted = new Map<string, Promise<string>>()
  #gone = false

  /**
   * @param root the pod's own folder; none: it has no files
   * @param claimed where the volume of a claim lies, which outlives the pod
   */
  constructor(
    cluster: Cluster,
    pod: KubeObject,
    root: string | undefined,
    claimed: (claim: string) => Promise<string>,
  ) {
    this.#cluster = cluster
    this.#pod = pod
    this.#root = root
    this.#claimed = claimed
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
      // What is projected is not asked for before a container looks at it: few do, and tokens cost.
      if (volume.projected === undefined) await this.#readOne(volume)
    }
  }

  async #readOne(volume: Volume): Promise<void> {
    if (this.#contents.has(volume.name)) return
    try {
      this.#contents.set(volume.name, await this.#contentsOf(volume))
    } catch (error) {
      const why = (error as Error).message
      throw new Error(`MountVolume.SetUp failed for volume "${volume.name}" : ${why}`, { cause: error })
    }
  }

  async #contentsOf({ secret, configMap, projected }: Volume): Promise<Files> {
    const sources: readonly Source[] =
      projected?.sources ??
      (secret === undefined ? [{ configMap }] : [{ secret: { ...secret, name: secret.secretName } }])
    const files: Files = new Map()
    for (const source of sources) {
      for (const [path, bytes] of await filesOfSource(this.#cluster, this.#pod, source))
        files.set(path, bytes)
    }
    return files
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
    const kinds = ["emptyDir", "secret", "configMap", "projected", "persistentVolumeClaim"]
    if (volume === undefined || !kinds.some((one) => volume[one] !== undefined)) {
      throw new Error(`volume "${name}": practice has no volumes but ${kinds.join(", ")}`)
    }
    if (volume.persistentVolumeClaim !== undefined) {
      const claimed = await this.#claimed(volume.persistentVolumeClaim.claimName)
      await mkdir(claimed, FOLDER)
      return claimed
    }
    await this.#readOne(volume)
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
