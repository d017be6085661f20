/** A kubeconfig as data, read and written whole. */
import { readFile } from "node:fs/promises"
import { RunbookError } from "../notebook/errors.ts"
import { writeWhole } from "./whole-file.ts"

export type Fields = Record<string, unknown>

export interface Context extends Fields {
  cluster?: string
  user?: string
  namespace?: string
}

export interface Kubeconfig extends Fields {
  clusters?: { name: string; cluster: Fields }[] | null
  users?: { name: string; user: Fields }[] | null
  contexts?: { name: string; context: Context }[] | null
  "current-context"?: string
}

/**
 * The file's content; nothing where there is no file.
 * @throws RunbookError naming the file when it cannot be read or is not a kubeconfig
 */
export async function readKubeconfig(path: string): Promise<Kubeconfig | undefined> {
  try {
    const text = await readFile(path, "utf8")
    const { parse } = await import("yaml")
    const content: unknown = parse(text) ?? {}
    if (typeof content !== "object" || Array.isArray(content)) throw new Error("it is not a kubeconfig")
    return content as Kubeconfig
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined
    // The parser's message continues with an excerpt, which may hold a token.
    const why = (error as Error).message.split("\n")[0]!
    throw new RunbookError(`The kubeconfig ${path} cannot be read`, { why, cause: error })
  }
}

/** Writes it whole. */
export async function saveKubeconfig(path: string, config: Kubeconfig): Promise<void> {
  const { stringify } = await import("yaml")
  await writeWhole(path, stringify({ apiVersion: "v1", kind: "Config", ...config }, { lineWidth: 0 }))
}

/** The current context with what it points to; nothing where the file names none. */
export function currentContext(
  config: Kubeconfig,
  name = config["current-context"],
): { name: string; context: Context; cluster: Fields | undefined; user: Fields | undefined } | undefined {
  const found = config.contexts?.find((entry) => entry.name === name)
  if (found === undefined) return undefined
  return {
    name: found.name,
    context: found.context,
    cluster: config.clusters?.find((entry) => entry.name === found.context.cluster)?.cluster,
    user: config.users?.find((entry) => entry.name === found.context.user)?.user,
  }
}
