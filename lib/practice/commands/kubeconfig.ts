/** The kubeconfig as Go's clients find it: `--kubeconfig`, else the list in KUBECONFIG, else `~/.kube/config`. */
import { existsSync, readFileSync } from "node:fs"
import { mkdir } from "node:fs/promises"
import { delimiter, dirname } from "node:path"
import { type Context, currentContext, type Fields, type Kubeconfig } from "../../cluster/kubeconfig-file.ts"
import { mergeKubeconfigs } from "../../cluster/merge-kubeconfigs.ts"
import { writeWhole } from "../../cluster/whole-file.ts"
import { homeKubeconfig, invocation, located } from "./invocation.ts"
import { toYaml } from "./yaml.ts"

export type { Context, Fields, Kubeconfig }

const byName = <T extends { name: string }>(all: T[] | null | undefined): T[] | null =>
  all?.length ? [...all].sort((a, b) => (a.name < b.name ? -1 : 1)) : null

/** Writes the whole file as Go's clients do, entries and keys in order; 0600. */
export async function saveKubeconfig(path: string, config: Kubeconfig): Promise<void> {
  const { clusters, users, contexts } = config
  const ordered = {
    apiVersion: "v1",
    kind: "Config",
    ...config,
    clusters: byName(clusters),
    users: byName(users),
    contexts: byName(contexts),
  }
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  await writeWhole(path, await toYaml(ordered))
}

/** Where a session stands: the current context with what it points to. */
export interface Session {
  readonly context: string
  readonly namespace: string | undefined
  readonly cluster: Fields | undefined
  readonly user: Fields
}

export interface Loaded {
  /** All files merged, the first that names a thing wins; relative paths made absolute. */
  readonly config: Kubeconfig
  /** Where changes go. */
  readonly file: string
  /** Nothing where there is no context of that name, or no current one. */
  readonly session: Session | undefined
}

function paths(explicit: string): string[] {
  if (explicit !== "") return [located(explicit)]
  const listed = (invocation().env.KUBECONFIG ?? "").split(delimiter).filter((one) => one !== "")
  return listed.length > 0 ? [...new Set(listed.map(located))] : [homeKubeconfig()]
}

/**
 * @param explicit the value of `--kubeconfig`, or ""
 * @param context the value of `--context`, or ""
 * @throws RunbookError for a file that cannot be read
 */
export async function loadKubeconfig(explicit: string, context = ""): Promise<Loaded> {
  const files = paths(explicit)
  const merged = await mergeKubeconfigs(files.join(delimiter))
  const found = currentContext(merged, context || merged["current-context"])
  const file = files.length === 1 ? files[0]! : (files.find((entry) => existsSync(entry)) ?? files.at(-1)!)
  const session = found && {
    context: found.name,
    namespace: found.context.namespace || undefined,
    cluster: found.cluster,
    user: found.user ?? {},
  }
  return { config: merged, file, session }
}

/** What a field says: as data in the kubeconfig, or in the file that it names. */
export function content(fields: Fields, name: string): string | undefined {
  const data = fields[`${name}-data`]
  if (typeof data === "string" && data !== "") return Buffer.from(data, "base64").toString()
  const path = fields[name]
  return typeof path === "string" && path !== "" ? readFileSync(located(path), "utf8") : undefined
}
