import type { Cluster, ClusterWriter, KubeObject, Ref } from "./types.ts"

/** Called before each write: `patch ConfigMap greeting`, and what is written. */
export type OnWrite = (what: string, written?: object) => void

/** A cluster that reports what is written to it. */
export function reportingWrites(cluster: Cluster, report: OnWrite): Cluster {
  return written(cluster, report, cluster)
}

/** A cluster whose reads are real and whose writes are reported and not sent. */
export function previewingWrites(cluster: Cluster, report: OnWrite): Cluster {
  const unchanged = async (ref: Ref) => {
    const { apiVersion, kind, name, namespace } = ref
    return (await cluster.get(ref)) ?? { apiVersion, kind, metadata: { name, namespace } }
  }
  const unsent = {
    create: async (object: KubeObject) => object,
    apply: async (object: KubeObject) => object,
    replace: async (object: KubeObject) => object,
    merge: unchanged,
    remove: async (ref: Ref) => (await cluster.get(ref)) !== undefined,
    post: async () => ({}),
  } as ClusterWriter
  return written(cluster, report, unsent)
}

/** A cluster with some of its parts replaced; its `server` is read each time. */
export const withParts = (cluster: Cluster, parts: Partial<Cluster>): Cluster => ({
  ...cluster,
  ...parts,
  get server() {
    return cluster.server
  },
})

function written(cluster: Cluster, report: OnWrite, writer: ClusterWriter): Cluster {
  const say = (verb: string, { kind, metadata }: KubeObject, object: object): void =>
    report(`${verb} ${kind} ${metadata.name}`, object)
  return withParts(cluster, {
    create: (object) => {
      say("create", object, object)
      return writer.create(object)
    },
    apply: (object, options) => {
      say("apply", object, object)
      return writer.apply(object, options)
    },
    merge: (ref, patch, more) => {
      // A patch does not say that it is one of a Secret: nothing of it is hashed.
      report(`patch ${ref.kind} ${ref.name}`, ref.kind === "Secret" ? undefined : patch)
      return writer.merge(ref, patch, more)
    },
    replace: (object, more) => {
      say("replace", object, object)
      return writer.replace(object, more)
    },
    async remove(ref, more) {
      const was = await writer.remove(ref, more)
      if (was) report(`delete ${ref.kind} ${ref.name}`)
      return was
    },
    post: (path, body) => writer.post(path, body),
  })
}
