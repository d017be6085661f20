import { RunbookError } from "../notebook/errors.ts"
import { readRegularFile } from "../regular-file.ts"
import { type Context, currentContext, type Fields, readKubeconfig, textOf } from "./kubeconfig-file.ts"
import { mergeKubeconfigs } from "./merge-kubeconfigs.ts"
import { assertUsable } from "./usable-context.ts"

/** A context of a user's kubeconfig, with absolute paths. @throws RunbookError as copyContext */
export async function readContext(
  sources: string,
  context: string | undefined,
): Promise<{ name: string; context: Context; cluster: Fields; user: Fields }> {
  const merged = await mergeKubeconfigs(sources)
  const found = currentContext(merged, context)
  const name = context ?? merged["current-context"]
  if (found?.cluster === undefined) {
    const names = (merged.contexts ?? []).map((entry) => entry.name)
    throw new RunbookError(`${sources} has no context ${name || "set"}`, {
      why:
        found !== undefined
          ? `its cluster ${found.context.cluster ?? ""} does not exist`
          : names.length === 0
            ? "it has no contexts"
            : `it has ${names.join(", ")}`,
      fix: "give one of these as context, or another kubeconfig",
    })
  }
  const { cluster, user = {} } = found
  try {
    const names = { cluster: found.context.cluster ?? "", user: found.context.user ?? "" }
    assertUsable({ name: names.cluster, fields: cluster }, { name: names.user, fields: user })
  } catch (error) {
    throw new RunbookError(`context ${found.name} of ${sources} cannot be used`, {
      why: (error as Error).message,
      fix: "correct the kubeconfig: kubectl refuses it too",
    })
  }
  return { name: found.name, context: found.context, cluster, user }
}

/** What wins over the context's own. */
export interface GivenRoute {
  /** `none` for no proxy. */
  readonly proxy?: string
  /** PEM. */
  readonly authority?: string
}

/** The fields that a copy of a context would have. @throws RunbookError as copyContext */
export async function flatContext(
  sources: string,
  context: string | undefined,
  given: GivenRoute = {},
): Promise<{ name: string; found: Context; cluster: Fields; user: Fields }> {
  const { name, context: found, cluster, user } = await readContext(sources, context)
  return { name, found, cluster: withRoute(inlined(cluster), given), user: inlined(user) }
}

function withRoute(cluster: Fields, { proxy, authority }: GivenRoute): Fields {
  const result = { ...cluster }
  if (proxy !== undefined) delete result["proxy-url"]
  if (proxy !== undefined && proxy !== "none") result["proxy-url"] = proxy
  if (authority !== undefined) {
    delete result["insecure-skip-tls-verify"]
    result["certificate-authority-data"] = Buffer.from(authority).toString("base64")
  }
  return result
}

/** Cluster and user of the current context; nothing where there is no file or none is set. */
export async function readConnection(path: string): Promise<{ cluster: Fields; user: Fields } | undefined> {
  const config = await readKubeconfig(path)
  const current = config && currentContext(config)
  return current?.cluster && { cluster: current.cluster, user: current.user ?? {} }
}

/** Fields that name a certificate or key. A `tokenFile` stays one: another program writes fresh tokens into it. */
const FILES = ["certificate-authority", "client-certificate", "client-key"]

/** The files' contents in place of their paths. */
function inlined(fields: Fields): Fields {
  const result = { ...fields }
  for (const file of FILES) {
    const path = textOf(result, file)
    delete result[file]
    if (path !== undefined) result[`${file}-data`] = readRegularFile(path).toString("base64")
  }
  return result
}
