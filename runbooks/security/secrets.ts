/** Secrets that hold certificates: read as PEM, written by the cluster's API so that no key is ever in a file or a command. */
import type { ClusterReader, KubeObject } from "../../lib/index.ts"
import type { Context } from "../context.ts"
import { isOwn, labels, type Owner } from "../shared/labels.ts"
import { CERTIFICATES_PART, secretRef } from "./tls.ts"

/** A Secret as it is in the cluster. */
export interface KeptSecret {
  readonly object: KubeObject
  /** Base64, as it is stored. */
  readonly data: Readonly<Record<string, string>>
  text(key: string): string
}

export async function readSecret(
  cluster: Pick<ClusterReader, "get">,
  namespace: string,
  name: string,
): Promise<KeptSecret | undefined> {
  const object = await cluster.get(secretRef(namespace, name))
  if (object === undefined) return undefined
  const data = (object.data ?? {}) as Record<string, string>
  return { object, data, text: (key) => Buffer.from(data[key] ?? "", "base64").toString() }
}

export const isOwnSecret = ({ object }: KeptSecret, owner: Owner): boolean => isOwn(object, owner)

/** Applies a Secret of this federation. Its private keys appear in no output. */
export async function writeSecret(
  { cluster, site, federation, secret }: Pick<Context, "cluster" | "site" | "federation" | "secret">,
  name: string,
  content: Readonly<Record<string, string>>,
  type = "Opaque",
): Promise<void> {
  for (const [key, text] of Object.entries(content)) if (key.endsWith(".key")) secret(text)
  await cluster.apply({
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name, namespace: site.project, labels: { ...labels(federation), ...CERTIFICATES_PART } },
    type,
    data: Object.fromEntries(
      Object.entries(content).map(([key, text]) => [key, Buffer.from(text).toString("base64")]),
    ),
  })
}
