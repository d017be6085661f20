import type { Cluster, ClusterWriter, KubeObject, Ref } from "./types.ts"

/** Told before each write: `patch Site skupper-site`, and what is written. */
export type OnWrite = (what: string, written?: object) => void

/** A cluster that tells what is written to it. */
export function reportingWrites(cluster: Cluster, tell: OnWrite): Cluster {
  return written(cluster, tell, cluster)
}

/** A cluster whose reads are real and whose writes are told and not sent. */
export function previewingWrites(cluster: Cluster, tell: OnWrite): Cluster {
  const merged = async (ref: Ref) => {
    const { apiVersion, kind, name, namespace } = ref
    return (await cluster.get(ref)) ?? { apiVersion, kind, metadata: { name, namespace } }
  }
  const nothing = {
    create: async (object: KubeObject) => object,
    apply: async (object: KubeObject) => object,
    replace: async (object: KubeObject) => object,
    merge: merged,
    remove: async (ref: Ref) => (await cluster.get(ref)) !== undefined,
    post: async () => ({}),
  } as ClusterWriter
  return written(cluster, tell, nothing)
}

/** A cluster with some of its parts in the place of others; its server is asked for each time. */
export const withParts = (cluster: Cluster, parts: Partial<Cluster>): Cluster => ({
  ...cluster,
  ...parts,
  get server() {
    return cluster.server
  },
})

function written(cluster: Cluster, tell: OnWrite, writer: ClusterWriter): Cluster {
  const say = (verb: string, { kind, metadata }: KubeObject, object: object): void =>
    tell(`${verb} ${kind} ${metadata.name}`, object)
  return withParts(cluster, {
    create: (object) => {
      say("create", object, object)
      return writer.create(object)
    },
    apply: (object, manager) => {
      say("apply", object, object)
      return writer.apply(object, manager)
    },
    merge: (ref, patch, more) => {
      tell(`patch ${ref.kind} ${ref.name}`, patch)
      return writer.merge(ref, patch, more)
    },
    replace: (object, more) => {
      say("replace", object, object)
      return writer.replace(object, more)
    },
    async remove(ref, more) {
      const was = await writer.remove(ref, more)
      if (was) tell(`remove ${ref.kind} ${ref.name}`)
      return was
    },
    post: (path, body) => writer.post(path, body),
  })
}
