import { mergeKubeconfigs } from "./merge-kubeconfigs.ts"
import { contextSources } from "./route.ts"

/** The contexts of a kubeconfig with the server that each leads to. @param kubeconfig default: as kubectl finds it */
export async function contextServers(
  kubeconfig: string | undefined,
): Promise<{ name: string; server: string }[]> {
  const { contexts, clusters } = await mergeKubeconfigs(contextSources({ kubeconfig }))
  const servers = new Map((clusters ?? []).map(({ name, cluster }) => [name, cluster?.server]))
  return (contexts ?? []).flatMap(({ name, context }) => {
    const server = servers.get(context?.cluster ?? "")
    return typeof server === "string" ? [{ name, server }] : []
  })
}
