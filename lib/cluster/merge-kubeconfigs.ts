/** Several kubeconfigs as one, as kubectl merges a KUBECONFIG list. */
import { delimiter, dirname, isAbsolute, resolve, sep } from "node:path"
import { type Fields, type Kubeconfig, readKubeconfig } from "./kubeconfig-file.ts"

/**
 * The first file that defines a name wins, missing files are skipped; relative paths are made absolute against their own file.
 * @param sources a path, or several as KUBECONFIG lists them
 * @throws RunbookError naming the file that cannot be read
 */
export async function mergeKubeconfigs(sources: string): Promise<Kubeconfig> {
  const merged = { clusters: [], users: [], contexts: [] } as Required<
    Pick<Kubeconfig, "clusters" | "users" | "contexts">
  > &
    Kubeconfig
  for (const path of sources.split(delimiter).filter((one) => one !== "")) {
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

/** Fields of a cluster or user that name a file. */
const FILES = ["certificate-authority", "client-certificate", "client-key", "tokenFile"]

function absolute<T extends { name: string; cluster?: Fields; user?: Fields }>(entry: T, folder: string): T {
  const key = entry.cluster === undefined ? "user" : "cluster"
  const fields: Fields = { ...entry[key] }
  for (const file of FILES) {
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
