/** Kubeconfigs of the sites: each a file of its own, whole, private, with one context. */
import { readFile } from "node:fs/promises"
import { delimiter, dirname, isAbsolute, resolve, sep } from "node:path"
import { RunbookError } from "../notebook/errors.ts"
import { hostPort } from "./errors.ts"
import {
  currentContext,
  type Fields,
  type Kubeconfig,
  readKubeconfig,
  saveKubeconfig,
} from "./kubeconfig-file.ts"

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
          server: server.replace(/\/+$/, ""),
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
 * @returns the context's server
 * @throws RunbookError naming what is missing
 */
export async function copyContext(
  sources: string,
  context: string | undefined,
  target: string,
  more: { readonly proxy?: string; readonly namespace?: string } = {},
): Promise<{ server: string }> {
  const merged = await mergeKubeconfigs(sources.split(delimiter).filter((path) => path !== ""))
  const found = currentContext(merged, context)
  if (found?.cluster === undefined) {
    const names = (merged.contexts ?? []).map((entry) => entry.name)
    throw new RunbookError(`${sources} has no context ${context ?? merged["current-context"] ?? "set"}`, {
      why: names.length === 0 ? "it has no contexts" : `it has ${names.join(", ")}`,
      fix: "give one of these as context, or another kubeconfig",
    })
  }
  const cluster: Fields = { ...found.cluster, ...(more.proxy !== undefined && { "proxy-url": more.proxy }) }
  const namespace = more.namespace ?? found.context.namespace
  const { cluster: clusterName = "", user: userName = "" } = found.context
  await saveKubeconfig(target, {
    clusters: [{ name: clusterName, cluster: await inlined(cluster) }],
    users: [{ name: userName, user: await inlined(found.user ?? {}) }],
    contexts: [
      { name: found.name, context: { ...found.context, user: userName, ...(namespace && { namespace }) } },
    ],
    "current-context": found.name,
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

/** Whether two URLs are one API server: default ports, trailing slashes and upper case do not matter. */
export function sameServer(a: string, b: string): boolean {
  const plain = (server: string): string => {
    const url = URL.parse(server)
    return url === null
      ? server
      : `${url.protocol}//${hostPort(server).toLowerCase()}${url.pathname.replace(/\/+$/, "")}`
  }
  return plain(a) === plain(b)
}

/** Merged as kubectl merges a KUBECONFIG list; relative paths are made absolute against their own file. */
async function mergeKubeconfigs(paths: string[]): Promise<Kubeconfig> {
  const merged = { clusters: [], users: [], contexts: [] } as Required<
    Pick<Kubeconfig, "clusters" | "users" | "contexts">
  > &
    Kubeconfig
  for (const path of paths) {
    const config = await readKubeconfig(path)
    if (config === undefined) continue
    const folder = dirname(resolve(path))
    for (const key of ["clusters", "users", "contexts"] as const) {
      const known: { name: string }[] = merged[key]!
      for (const entry of config[key] ?? []) {
        if (known.some(({ name }) => name === entry.name)) continue
        known.push("context" in entry ? entry : absolute(entry, folder))
      }
    }
    merged["current-context"] ||= config["current-context"]
  }
  return merged
}

/** File fields of a cluster or user, and the field that holds the same as data. */
const FILES: Readonly<Record<string, string>> = {
  "certificate-authority": "certificate-authority-data",
  "client-certificate": "client-certificate-data",
  "client-key": "client-key-data",
  tokenFile: "token",
}

function absolute<T extends { name: string; cluster?: Fields; user?: Fields }>(entry: T, folder: string): T {
  const key = entry.cluster === undefined ? "user" : "cluster"
  const fields: Fields = { ...entry[key] }
  for (const file of Object.keys(FILES)) {
    const path = fields[file]
    if (typeof path === "string" && path !== "") fields[file] = resolve(folder, path)
  }
  const exec = fields.exec as { command?: string } | undefined
  // A bare name is searched on PATH, a path is relative to the kubeconfig's folder.
  if (exec?.command?.includes(sep) && !isAbsolute(exec.command)) {
    fields.exec = { ...exec, command: resolve(folder, exec.command) }
  }
  return { ...entry, [key]: fields }
}

/** The files' contents in place of their paths. client-node does not know `tokenFile` at all. */
async function inlined(fields: Fields): Promise<Fields> {
  const result = { ...fields }
  for (const [file, data] of Object.entries(FILES)) {
    const path = result[file]
    delete result[file]
    if (typeof path !== "string" || path === "" || result[data] !== undefined) continue
    try {
      result[data] = data === "token" ? (await readFile(path, "utf8")).trim() : await readFile(path, "base64")
    } catch (error) {
      throw new RunbookError(`${path}, which the context's ${file} names, cannot be read`, {
        why: (error as Error).message,
      })
    }
  }
  return result
}
