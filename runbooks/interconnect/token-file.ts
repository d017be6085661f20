/** What lies in the site's private file `token.yaml`: an access token, or with `--link-with file` a link and its certificate. */
import { existsSync } from "node:fs"
import { mkdir, open, rm } from "node:fs/promises"
import { basename, dirname } from "node:path"
import type { KubeObject } from "../../lib/index.ts"
import { readRegularText, writeWhole } from "../../lib/kit.ts"
import type { Context } from "../context.ts"
import { type AccessToken, type Endpoint, SKUPPER, type SkupperLink } from "./skupper.ts"

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

export type TokenContent = IssuedToken | GeneratedLink

/** The file of one SuperNode's site: what is read or written through it never reaches an output. */
export class TokenFile {
  readonly path: string
  readonly #secret: Context["secret"]

  constructor(context: Pick<Context, "privateFile" | "secret">) {
    this.path = tokenPath(context)
    this.#secret = context.secret
  }

  /** Commands run here and are given only `name`: they refuse a path that contains `_` or a space. */
  get folder(): string {
    return dirname(this.path)
  }

  get name(): string {
    return basename(this.path)
  }

  get exists(): boolean {
    return existsSync(this.path)
  }

  /** As it is; undefined if it does not exist or is incomplete. */
  async text(): Promise<string | undefined> {
    return (await this.read()) === undefined ? undefined : readRegularText(this.path)
  }

  /** Writes what another party has issued. */
  async put(text: string): Promise<void> {
    this.#hide(await parseToken(text))
    await mkdir(this.folder, { recursive: true, mode: 0o700 })
    await writeWhole(this.path, text)
  }

  /** The content; undefined if the file does not exist or is incomplete (the command was killed while writing). */
  async read(): Promise<TokenContent | undefined> {
    try {
      return await this.#parsed(readRegularText(this.path))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined
      throw error
    }
  }

  /**
   * Why the content must not be sent to a cluster; undefined if it is what it should be. Whoever wrote the file could otherwise have
   * anything applied under the user's name, or the code sent in clear.
   */
  async objection(): Promise<string | undefined> {
    return objectionTo(await objectsIn(readRegularText(this.path)))
  }

  /** Creates it empty: `skupper token issue` creates files with mode 0644, but keeps the mode of an existing file. */
  async create(): Promise<void> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 })
    await (await open(this.path, "w", 0o600)).close()
  }

  /** Writes a link file. Only the owner can read it, because it contains a private key. */
  async write(text: string): Promise<GeneratedLink | undefined> {
    const content = await this.#parsed(text)
    if (content?.is !== "file") return undefined
    await mkdir(this.folder, { recursive: true, mode: 0o700 })
    await writeWhole(this.path, text)
    return content
  }

  remove(): Promise<void> {
    return rm(this.path, { force: true })
  }

  async #parsed(text: string): Promise<TokenContent | undefined> {
    const content = await parseToken(text)
    this.#hide(content)
    return content
  }

  /** Keeps codes and keys out of every output. */
  #hide(content: TokenContent | undefined): void {
    if (content?.is === "token") this.#secret(content.code)
    for (const key of content?.is === "file" ? content.keys : []) {
      this.#secret(key)
      this.#secret(Buffer.from(key, "base64").toString())
    }
  }
}

/** undefined if it is not YAML. */
async function objectsIn(text: string): Promise<KubeObject[] | undefined> {
  const { parseAllDocuments } = await import("yaml")
  const documents = parseAllDocuments(text, { logLevel: "error" })
  if (!Array.isArray(documents) || documents.some(({ errors }) => errors.length > 0)) return undefined
  try {
    return documents.flatMap((document) => {
      const object = document.toJS() as KubeObject | null
      return object === null ? [] : [object]
    })
  } catch {
    return undefined // an alias without its anchor
  }
}

/** What a file may hold: one token, or links and their credentials. */
const KINDS: Readonly<Record<string, string>> = {
  AccessToken: SKUPPER,
  Link: SKUPPER,
  Secret: "v1",
}

/** Newer controllers demand the same of a token (skupper#2497). */
function objectionTo(objects: readonly KubeObject[] | undefined): string | undefined {
  if (objects === undefined) return "it is not YAML"
  const stranger = objects.find((one) => !isNamed(one) || KINDS[one.kind] !== one.apiVersion)
  if (stranger !== undefined)
    return isNamed(stranger)
      ? `it holds ${stranger.kind} ${stranger.metadata.name} (${stranger.apiVersion})`
      : "it holds something that is not an object of a cluster"
  const tokens = objects.filter(({ kind }) => kind === "AccessToken")
  if (tokens.length > 0 && objects.length > 1) return "it holds more than one token"
  const links = objects.filter(({ kind }) => kind === "Link")
  const used = new Set(links.map(({ spec }) => spec?.tlsCredentials))
  const unused = objects.find(({ kind, metadata }) => kind === "Secret" && !used.has(metadata?.name))
  if (unused !== undefined) return `it holds Secret ${unused.metadata?.name}, which no Link in it uses`
  const [token] = tokens
  if (token === undefined) return undefined
  const { url, ca } = token.spec ?? {}
  if (URL.parse(String(url))?.protocol !== "https:") return `its address ${hostOf(url)} is not https`
  return /-----BEGIN CERTIFICATE-----/.test(String(ca)) ? undefined : "it has no CA for its address"
}

/** Without the path, which names the grant. */
const hostOf = (url: unknown): string => URL.parse(String(url))?.origin ?? "of the grant server"

export async function parseToken(text: string): Promise<TokenContent | undefined> {
  const objects = await objectsIn(text)
  if (objects === undefined || !objects.every(isNamed)) return undefined
  const token = objects.find((one) => one.kind === "AccessToken") as AccessToken | undefined
  if (token !== undefined) {
    const { url, code, ca } = token.spec ?? {}
    if (!token.metadata?.name || !url || !code || !ca) return undefined
    return { is: "token", name: token.metadata.name, url, code }
  }
  const links = objects.filter((one) => one.kind === "Link") as SkupperLink[]
  const secrets = objects.filter((one) => one.kind === "Secret") as KubeObject[]
  // The Secret comes last: without it the file is incomplete.
  const keys = secrets.map((one) => one.data?.["tls.key"] as string | undefined)
  if (links.length === 0 || secrets.length === 0 || keys.some((key) => !key)) return undefined
  return {
    is: "file",
    links: links.map(({ metadata }) => metadata.name),
    secrets: secrets.map(({ metadata }) => metadata.name),
    endpoints: links.flatMap(({ spec }) => spec?.endpoints ?? []),
    keys: keys as string[],
  }
}

const isNamed = (object: KubeObject): boolean =>
  typeof object === "object" && typeof object.kind === "string" && typeof object.metadata?.name === "string"

/** Whether a Link comes from the file. A token's Link has the token's name; with several endpoints, `name-1`, `name-2`. */
export const isLinkOf = (file: TokenContent | undefined, name: string): boolean =>
  file !== undefined &&
  (file.is === "file"
    ? file.links.includes(name)
    : name === file.name ||
      (name.startsWith(`${file.name}-`) && /^\d+$/.test(name.slice(file.name.length + 1))))
