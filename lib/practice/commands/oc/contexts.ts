/** The entries that `oc` writes into a kubeconfig, and their names. */
import { existsSync } from "node:fs"
import { dirname, isAbsolute, relative } from "node:path"
import { readKubeconfig } from "../../../cluster/kubeconfig-file.ts"
import { located } from "../invocation.ts"
import { type Fields, type Kubeconfig, saveKubeconfig } from "../kubeconfig.ts"

/** `127-0-0-1:6443` */
export function clusterName(server: string): string {
  const { hostname, port, protocol } = new URL(server)
  return `${hostname.replaceAll(".", "-")}:${port || (protocol === "https:" ? "443" : "80")}`
}

/** `namespace/host:port/user`; without a project its place stays empty. */
export const contextName = (namespace: string, server: string, user: string): string =>
  `${namespace}/${clusterName(server)}/${user}`

const upsert = <T extends { name: string }>(all: T[] | null | undefined, entry: T): T[] => [
  ...(all ?? []).filter((one) => one.name !== entry.name),
  entry,
]

/** Inside the kubeconfig's folder a path is kept relative, elsewhere absolute. */
function pathFor(file: string, path: string): string {
  const near = relative(dirname(file), located(path))
  return near.startsWith("..") || isAbsolute(near) ? located(path) : near
}

export interface Login {
  readonly server: string
  readonly user: string
  readonly token: string
  readonly namespace: string
  readonly cluster: Fields
}

/** Writes a session and makes it the current one. @returns whether the file was not there before */
export async function saveLogin(file: string, login: Login): Promise<boolean> {
  const isNew = !existsSync(file)
  const config: Kubeconfig = (await readKubeconfig(file)) ?? {}
  const cluster = clusterName(login.server)
  const user = `${login.user}/${cluster}`
  const ca = login.cluster["certificate-authority"]
  const fields: Fields = {
    ...(typeof ca === "string" && { "certificate-authority": pathFor(file, ca) }),
    ...(login.cluster["certificate-authority-data"] !== undefined && {
      "certificate-authority-data": login.cluster["certificate-authority-data"],
    }),
    ...(login.cluster["insecure-skip-tls-verify"] === true && { "insecure-skip-tls-verify": true }),
    server: login.server,
  }
  const context = { cluster, ...(login.namespace && { namespace: login.namespace }), user }
  await saveKubeconfig(file, {
    ...config,
    clusters: upsert(config.clusters, { name: cluster, cluster: fields }),
    users: upsert(config.users, { name: user, user: { token: login.token } }),
    ...current(config, contextName(login.namespace, login.server, login.user), context),
  })
  return isNew
}

/** A context that is the same already is used under its own name. */
function current(config: Kubeconfig, name: string, context: Record<string, string | undefined>) {
  const same = config.contexts?.find(
    (one) =>
      one.context.cluster === context.cluster &&
      one.context.user === context.user &&
      (one.context.namespace ?? "") === (context.namespace ?? ""),
  )
  return {
    contexts: same === undefined ? upsert(config.contexts, { name, context }) : (config.contexts ?? []),
    "current-context": same?.name ?? name,
  }
}

/** Makes a context for another namespace of the same cluster and user the current one. @returns its name */
export async function saveNamespace(
  file: string,
  now: { cluster: string; user: string },
  name: string,
  namespace: string,
): Promise<string> {
  const config: Kubeconfig = (await readKubeconfig(file)) ?? {}
  const context = { cluster: now.cluster, namespace, user: now.user }
  const made = current(config, name, context)
  await saveKubeconfig(file, { ...config, ...made })
  return made["current-context"]
}

/** Makes a context the current one. */
export const saveCurrent = async (file: string, name: string): Promise<void> =>
  saveKubeconfig(file, { ...(await readKubeconfig(file)), "current-context": name })

/** A CA or an insecure flag that a known cluster of this server has is used again. */
export const knownCluster = (config: Kubeconfig, server: string): Fields | undefined =>
  config.clusters?.find((one) => one.cluster.server === server)?.cluster
