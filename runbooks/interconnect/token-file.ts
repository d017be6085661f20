/** What lies in the site's private file `token.yaml`: an access token, or with `--link-with file` a link and its certificate. */
import { readFile } from "node:fs/promises"
import type { KubeObject } from "../../lib/index.ts"
import type { AccessToken, Endpoint, SkupperLink } from "./skupper.ts"

export const tokenPath = ({ privateFile }: { privateFile(name: string): string }): string =>
  privateFile("token.yaml")

/** A token, as `skupper token issue` writes it. */
export interface IssuedToken {
  readonly is: "token"
  /** Also the name of its AccessGrant and of its Link. */
  readonly name: string
  readonly url: string
  readonly code: string
}

/** Links with their Secret, as `skupper link generate` prints them. */
export interface GeneratedLink {
  readonly is: "file"
  readonly links: readonly string[]
  readonly secrets: readonly string[]
  readonly endpoints: readonly Endpoint[]
  /** Private keys, as written in the file. */
  readonly keys: readonly string[]
}

/** The file's content; undefined if it does not exist or is incomplete (the command was killed while writing). */
export async function readTokenFile(path: string): Promise<IssuedToken | GeneratedLink | undefined> {
  let text: string
  try {
    text = await readFile(path, "utf8")
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined
    throw error
  }
  return parseToken(text)
}

export async function parseToken(text: string): Promise<IssuedToken | GeneratedLink | undefined> {
  const { parseAllDocuments } = await import("yaml")
  const documents = parseAllDocuments(text)
  if (!Array.isArray(documents) || documents.some(({ errors }) => errors.length > 0)) return undefined
  const objects = documents
    .map((document) => document.toJS() as KubeObject | null)
    .filter((one) => one?.kind !== undefined)
  const token = objects.find((one) => one!.kind === "AccessToken") as AccessToken | undefined
  if (token !== undefined) {
    const { url, code, ca } = token.spec ?? {}
    if (!token.metadata?.name || !url || !code || !ca) return undefined
    return { is: "token", name: token.metadata.name, url, code }
  }
  const links = objects.filter((one) => one!.kind === "Link") as SkupperLink[]
  const secrets = objects.filter((one) => one!.kind === "Secret") as KubeObject[]
  // The Secret comes last: without it the file is incomplete.
  const keys = secrets.map((one) => one.data?.["tls.key"] as string | undefined)
  if (links.length === 0 || secrets.length === 0 || keys.some((key) => !key)) return undefined
  return {
    is: "file",
    links: links.map(({ metadata }) => metadata.name),
    secrets: secrets.map(({ metadata }) => metadata.name),
    endpoints: links.flatMap(({ spec }) => spec.endpoints),
    keys: keys as string[],
  }
}

/** Whether a Link comes from the file. A token's Link has the token's name; with several endpoints, `name-1`, `name-2`. */
export const isLinkOf = (file: IssuedToken | GeneratedLink | undefined, name: string): boolean =>
  file !== undefined &&
  (file.is === "file"
    ? file.links.includes(name)
    : name === file.name ||
      (name.startsWith(`${file.name}-`) && /^\d+$/.test(name.slice(file.name.length + 1))))
