/**
 * Which site each registered SuperNode is: a ConfigMap beside the SuperLink. The SuperLink itself only lists ids, and a journal is on one
 * machine. It holds public keys and ids, no secret.
 */
import { ClusterError, type KubeObject, type Ref } from "../../lib/index.ts"
import type { Context } from "../context.ts"
import { labels } from "../shared/labels.ts"
import { publicKeyLine } from "./ssh-key.ts"

/** A key that was registered. */
export interface Registered {
  /** Its id at the SuperLink; undefined for a key that somebody else registered, until its SuperNode's log shows the id. */
  readonly id?: string
  readonly key: string
}

/** The keys of each site by its name, the newest last. */
export type Registry = ReadonlyMap<string, readonly Registered[]>

/** As the ConfigMap has it: `ID KEY`, one line for each key. */
const UNKNOWN = "-"

type Reading = Pick<Context, "the" | "at">
type Superlink = { readonly project: string; readonly superlinkWorkload: string }

export const registryRef = ({ project, superlinkWorkload }: Superlink): Ref => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  name: `${superlinkWorkload}-supernodes`,
  namespace: project,
})

export async function readRegistry(context: Reading): Promise<Registry> {
  const site = context.the("superlink")
  const found = await context.at(site).cluster.get(registryRef(site))
  return registryOf(found)
}

/** Lines that are not of this form are ignored: others can write to the ConfigMap. */
export function registryOf(found: KubeObject | undefined): Registry {
  const entries = Object.entries((found?.data ?? {}) as Record<string, unknown>)
  return new Map(
    entries.map(([name, text]) => [
      name,
      String(text)
        .split("\n")
        .flatMap((line) => {
          const [, id, rest = ""] = /^(-|\d{1,20}) (.+)$/.exec(line) ?? []
          const key = publicKeyLine(rest)
          if (id === undefined || key === undefined) return []
          return [id === UNKNOWN ? { key } : { id, key }]
        }),
    ]),
  )
}

/** Keeps what is registered for a site; nothing removes its entry. Other sites' entries stay as they are. */
export async function keepRegistered(
  context: Reading & Pick<Context, "federation" | "recordCreated">,
  name: string,
  registered: readonly Registered[],
): Promise<void> {
  const superlink = context.the("superlink")
  const { cluster } = context.at(superlink)
  const ref = registryRef(superlink)
  const lines = registered.map(({ id, key }) => `${id ?? UNKNOWN} ${key}`)
  const data = { [name]: lines.length === 0 ? null : lines.join("\n") }
  if ((await cluster.get(ref)) === undefined) {
    if (lines.length === 0) return
    const { apiVersion, kind, name: own, namespace = "" } = ref
    const metadata = { name: own, namespace, labels: labels(context.federation) }
    try {
      const { uid } = (await cluster.create({ apiVersion, kind, metadata, data })).metadata
      context.recordCreated({ kind, name: own, namespace, ...(uid && { uid }) })
      return
    } catch (error) {
      // Another site's lane was faster.
      if (!(error instanceof ClusterError) || error.code !== 409) throw error
    }
  }
  await cluster.merge(ref, { data })
}
