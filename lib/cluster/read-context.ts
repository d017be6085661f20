import { RunbookError } from "../notebook/errors.ts"
import { type Context, currentContext, type Fields } from "./kubeconfig-file.ts"
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
