/** What a user of a kubeconfig proves itself with, as client-go makes it: headers, and the client certificate. */
import { LONGEST_SECRET_BYTES } from "../limits.ts"
import { readRegularText } from "../regular-file.ts"
import { type PluginCredentials, runPlugin } from "./exec-plugin.ts"
import { type Fields, textOf } from "./kubeconfig-file.ts"
import { pemOf } from "./usable-context.ts"

export type Headers = Record<string, string | string[]>

export interface Proof {
  readonly headers: Headers
  /** PEM. */
  readonly certificate?: string
  readonly key?: string
}

/** One user at one cluster. A plugin is started once for all requests that come before its first answer. */
export class UserCredentials {
  readonly #user: Fields
  readonly #cluster: Fields
  readonly #options: { readonly env?: NodeJS.ProcessEnv; readonly signal?: AbortSignal }
  #plugin: Promise<PluginCredentials> | undefined

  /**
   * Cluster and user have absolute paths.
   * @param options `env` of a plugin, default the process's; `signal` ends one that is running
   */
  constructor(
    cluster: Fields,
    user: Fields,
    options: { readonly env?: NodeJS.ProcessEnv; readonly signal?: AbortSignal } = {},
  ) {
    this.#cluster = cluster
    this.#user = user
    this.#options = options
  }

  /** A plugin makes the credentials: after a refusal it may make fresh ones. */
  get renewable(): boolean {
    return this.#user.exec !== undefined && this.#user.exec !== null
  }

  /** Each time the same. */
  get fixed(): boolean {
    return !this.renewable && textOf(this.#user, "tokenFile") === undefined
  }

  /** @throws Error in one line: the plugin's words, or why the token file cannot be read */
  async prove(): Promise<Proof> {
    const user = this.#user
    const headers: Headers = impersonation(user)
    const certificate = pemOf(user, "client-certificate")
    const key = pemOf(user, "client-key")
    const own = certificate && key ? { certificate, key } : {}
    const token = this.#token()
    const name = textOf(user, "username")
    if (token !== undefined) headers.Authorization = `Bearer ${token}`
    else if (name !== undefined) {
      headers.Authorization = `Basic ${Buffer.from(`${name}:${textOf(user, "password") ?? ""}`).toString("base64")}`
    }
    // As for kubectl, a plugin is not asked where the user has something of its own.
    if (!this.renewable || headers.Authorization !== undefined || "certificate" in own)
      return { headers: sendable(headers), ...own }
    const made = await this.#ask()
    if (made.token !== undefined) headers.Authorization = `Bearer ${made.token}`
    return {
      headers: sendable(headers),
      ...(made.certificate && made.key && { certificate: made.certificate, key: made.key }),
    }
  }

  /** The file wins, and is read each time: another program writes a fresh token into it. */
  #token(): string | undefined {
    const token = textOf(this.#user, "token")
    const path = textOf(this.#user, "tokenFile")
    if (path === undefined) return token
    try {
      const text = readRegularText(path, LONGEST_SECRET_BYTES).trim()
      if (text !== "") return text
      if (token === undefined) throw new Error(`read empty token from file ${JSON.stringify(path)}`)
    } catch (error) {
      if (token === undefined) throw error
    }
    return token
  }

  async #ask(): Promise<PluginCredentials> {
    const before = this.#plugin
    if (before === undefined) return this.#start()
    const known = await before
    if (known.expires === undefined || known.expires > Date.now()) return known
    return this.#plugin === before || this.#plugin === undefined ? this.#start() : this.#plugin
  }

  #start(): Promise<PluginCredentials> {
    const authority = pemOf(this.#cluster, "certificate-authority")
    const asked = runPlugin(this.#user.exec as Fields, this.#cluster, {
      ...(authority !== undefined && { authority }),
      ...this.#options,
    })
    this.#plugin = asked
    asked.catch(() => {
      if (this.#plugin === asked) this.#plugin = undefined
    })
    return asked
  }
}

/**
 * A header with a line break, say of a plugin that prints CRLF, would leave the connection in a state in which no later request ends.
 * @throws Error without any of the value
 */
function sendable(headers: Headers): Headers {
  for (const [name, values] of Object.entries(headers)) {
    if ([values].flat().some((value) => /[^\t\x20-\x7e\x80-\xff]/.test(value))) {
      throw new Error(
        `invalid header field value for "${name}": it has a line break, or what else no header carries`,
      )
    }
  }
  return headers
}

function impersonation(user: Fields): Headers {
  const name = textOf(user, "as")
  if (name === undefined) return {}
  const uid = textOf(user, "as-uid")
  const groups = (user["as-groups"] ?? []) as string[]
  const extras = Object.entries((user["as-user-extra"] ?? {}) as Record<string, string[] | null>)
  return {
    "Impersonate-User": name,
    ...(uid !== undefined && { "Impersonate-Uid": uid }),
    ...(groups.length > 0 && { "Impersonate-Group": groups }),
    ...Object.fromEntries(
      extras.map(([key, values]) => [`Impersonate-Extra-${headerKey(key)}`, values ?? []]),
    ),
  }
}

/** client-go escapes what a header's name cannot hold, and the percent sign. */
const headerKey = (key: string): string =>
  [...Buffer.from(key)]
    .map((byte) => {
      const character = String.fromCharCode(byte)
      return /[!#$&'*+.^_`|~0-9A-Za-z-]/.test(character)
        ? character
        : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`
    })
    .join("")
