/** A kubeconfig as data, read and written whole. */
import type { Document, Tags } from "yaml"
import { RunbookError } from "../notebook/errors.ts"
import { readRegularText } from "../regular-file.ts"
import { assertFields } from "./kubeconfig-fields.ts"
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
 * The file's content, as kubectl reads it; nothing where there is no file.
 * @throws RunbookError naming the file when it cannot be read or is not a kubeconfig
 */
export async function readKubeconfig(path: string): Promise<Kubeconfig | undefined> {
  let text: string
  try {
    text = readRegularText(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined
    throw new RunbookError(`The kubeconfig ${path} cannot be read`, {
      why: (error as Error).message,
      cause: error,
    })
  }
  try {
    return await parseKubeconfig(text)
  } catch (error) {
    throw new RunbookError(`The kubeconfig ${path} cannot be read`, { why: (error as Error).message })
  }
}

/**
 * The first document of a text, as the YAML that kubectl reads: `yes` is a boolean, a key that is given twice has its last
 * value, a tag that is not known is ignored.
 * @throws Error without any of the content, which may hold a token
 */
async function parseKubeconfig(text: string): Promise<Kubeconfig> {
  const { parseAllDocuments } = await import("yaml")
  const documents = parseAllDocuments(text, {
    version: "1.1",
    uniqueKeys: false,
    logLevel: "silent",
    customTags: goTags,
  })
  const [first] = Array.isArray(documents) ? (documents as Document[]) : []
  const [error] = first?.errors ?? []
  // The parser's message contains an excerpt.
  if (error !== undefined) {
    const line = error.linePos?.[0].line
    throw new Error(
      `yaml: ${line === undefined ? "" : `line ${line}: `}${error.code.toLowerCase().replaceAll("_", " ")}`,
    )
  }
  const content: unknown = first?.toJS() ?? {}
  assertFields(content)
  return withoutGaps(content as Kubeconfig)
}

/** Go's YAML leaves dates and numbers to the base 60 as text. */
const goTags = (tags: Tags): Tags =>
  tags.filter(
    (tag) => typeof tag === "string" || (tag.tag !== "tag:yaml.org,2002:timestamp" && tag.format !== "TIME"),
  )

/** An entry whose value is missing has an empty one. */
function withoutGaps(config: Kubeconfig): Kubeconfig {
  const filled = <T extends { name: string }>(
    list: T[] | null | undefined,
    key: string,
  ): T[] | null | undefined =>
    list
      ?.filter(Boolean)
      .map((entry) => ({ ...entry, name: entry.name ?? "", [key]: entry[key as keyof T] ?? {} }))
  return {
    ...config,
    ...(config.clusters && { clusters: filled(config.clusters, "cluster") }),
    ...(config.users && { users: filled(config.users, "user") }),
    ...(config.contexts && { contexts: filled(config.contexts, "context") }),
  } as Kubeconfig
}

/** Writes it whole. */
export async function saveKubeconfig(path: string, config: Kubeconfig): Promise<void> {
  const { stringify } = await import("yaml")
  // Words such as `yes` are quoted, so that YAML 1.1 and 1.2 read the same.
  const options = { lineWidth: 0, version: "1.1", schema: "yaml-1.1" } as const
  await writeWhole(path, stringify({ apiVersion: "v1", kind: "Config", ...config }, options))
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

/** A field that is text; nothing where it is not given, or empty. */
export function textOf(fields: Fields, name: string): string | undefined {
  const value = fields[name]
  return typeof value === "string" && value !== "" ? value : undefined
}
