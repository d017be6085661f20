/** Kubeconfigs of the sites: each a file of its own, whole, private, with one context. */
import { RunbookError } from "../notebook/errors.ts"
import { hostPort, normalServer } from "../notebook/server-url.ts"
import { currentContext, readKubeconfig, saveKubeconfig } from "./kubeconfig-file.ts"
import { flatContext } from "./read-context.ts"

export { kubeconfigPower } from "./kubeconfig-power.ts"

export interface NewKubeconfig {
  readonly server: string
  /** PEM, written into the file. */
  readonly ca?: string
  readonly token?: string
  /** For the names in the file: who logged in. Default `user`. */
  readonly user?: string
  readonly namespace?: string
  /** `http://proxy.example:3128`; clients take it from here, whatever their environment says. */
  readonly proxy?: string
}

/** Writes a kubeconfig with one context, named as `oc login` names it: `namespace/host:port/user`. 0600. */
export async function writeKubeconfig(path: string, settings: NewKubeconfig): Promise<void> {
  const { server, ca, token, user = "user", namespace, proxy } = settings
  const cluster = hostPort(server).replaceAll(".", "-")
  const name = `${namespace ?? ""}/${cluster}/${user}`
  await saveKubeconfig(path, {
    clusters: [
      {
        name: cluster,
        cluster: {
          server: normalServer(server),
          ...(ca !== undefined && { "certificate-authority-data": Buffer.from(ca).toString("base64") }),
          ...(proxy !== undefined && { "proxy-url": proxy }),
        },
      },
    ],
    users: [{ name: `${user}/${cluster}`, user: token === undefined ? {} : { token } }],
    contexts: [
      {
        name,
        context: { cluster, user: `${user}/${cluster}`, ...(namespace !== undefined && { namespace }) },
      },
    ],
    "current-context": name,
  })
}

/**
 * Copies one context into a file of its own, minified and flattened: certificates inlined, `exec`, `proxy-url`,
 * `tls-server-name` and everything else kept.
 * @param sources a path, or several as KUBECONFIG lists them; the first one that defines a name wins, missing
 *   files are skipped, as kubectl does
 * @param context its name; default the sources' current one
 * @param more what wins over the context's own; `proxy`: `none` for no proxy; `authority`: PEM
 * @returns the context's server
 * @throws RunbookError naming what is missing, or why kubectl would refuse it
 */
export async function copyContext(
  sources: string,
  context: string | undefined,
  target: string,
  more: { readonly proxy?: string; readonly authority?: string; readonly namespace?: string } = {},
): Promise<{ server: string }> {
  const { name, cluster, user, found } = await flatContext(sources, context, more)
  const namespace = more.namespace ?? found.namespace
  const { cluster: clusterName = "", user: userName = "" } = found
  await saveKubeconfig(target, {
    clusters: [{ name: clusterName, cluster }],
    users: [{ name: userName, user }],
    contexts: [{ name, context: { ...found, user: userName, ...(namespace && { namespace }) } }],
    "current-context": name,
  })
  return { server: String(cluster.server) }
}

/** The namespace of the current context; nothing where there is no file or none is set. */
export async function readNamespace(path: string): Promise<string | undefined> {
  const config = await readKubeconfig(path)
  return config && currentContext(config)?.context.namespace
}

/** The name of the current context's user, as `oc` gives it: `name/host:port`; nothing where there is none. */
export async function readUser(path: string): Promise<string | undefined> {
  const config = await readKubeconfig(path)
  return config && currentContext(config)?.context.user
}

/** The token of the current context's user; nothing where there is no file, or it logs in another way. */
export async function readToken(path: string): Promise<string | undefined> {
  const config = await readKubeconfig(path)
  const token = config && currentContext(config)?.user?.token
  return typeof token === "string" && token !== "" ? token : undefined
}

/** The server of the current context; nothing where there is no file or none is set. */
export async function readServer(path: string): Promise<string | undefined> {
  const config = await readKubeconfig(path)
  const server = config && currentContext(config)?.cluster?.server
  return server === undefined ? undefined : String(server)
}

/**
 * Sets the namespace of the current context. A context name as `oc` gives it (`namespace/host:port/user`) changes with it.
 * @throws RunbookError when the file does not exist or has no current context
 */
export async function setNamespace(path: string, namespace: string): Promise<void> {
  const config = await readKubeconfig(path)
  const current = config && currentContext(config)
  if (config === undefined || current === undefined) {
    throw new RunbookError(`${path} has no current context`, { fix: "log in first" })
  }
  const before = `${current.context.namespace ?? ""}/`
  const name =
    current.name.startsWith(before) && current.name.split("/").length === 3
      ? `${namespace}/${current.name.slice(before.length)}`
      : current.name
  const renamed = { name, context: { ...current.context, namespace } }
  const others = (config.contexts ?? []).filter((entry) => entry.name !== current.name && entry.name !== name)
  await saveKubeconfig(path, { ...config, contexts: [...others, renamed], "current-context": name })
}
