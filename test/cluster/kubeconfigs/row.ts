/** One kubeconfig of the table, and how it is written down. */
import { chmodSync, mkdirSync, writeFileSync } from "node:fs"
import { delimiter, dirname, join } from "node:path"
import { ca, carol, type Seen } from "./seen.ts"

export interface Row {
  readonly what: string
  /** `config` is the kubeconfig. Words in capitals stand for what a test makes, see `write`. */
  readonly files: Readonly<Record<string, string>>
  /** In place of `config` alone, as KUBECONFIG lists them. */
  readonly list?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** Chosen by its name, in place of the current one. */
  readonly context?: string
  /** As the server sees it. */
  readonly seen?: string
  /** In the words of both. */
  readonly refused?: RegExp
  /** What differs from kubectl, and why. */
  readonly ours?: { readonly seen?: string; readonly refused?: RegExp; readonly why: string }
}

/** A kubeconfig with one cluster, one user and one context; `more` replaces parts of it. */
export function config(cluster: object, user: object, more: object = {}): string {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": "prod",
    clusters: [
      { name: "prod", cluster: { server: "SERVER", "certificate-authority": "AUTHORITY", ...cluster } },
    ],
    users: [{ name: "jo", user }],
    contexts: [{ name: "prod", context: { cluster: "prod", user: "jo" } }],
    ...more,
  })
}

/** The same as YAML, whose user is given as text. */
export const yaml = (user: string): string => `apiVersion: v1
kind: Config
current-context: prod
clusters: [{ name: prod, cluster: { server: SERVER, certificate-authority: AUTHORITY } }]
users: [{ name: jo, user: ${user} }]
contexts: [{ name: prod, context: { cluster: prod, user: jo } }]
`

/** A user with a plugin. */
export const exec = (more: object = {}): { exec: object } => ({
  exec: {
    apiVersion: "client.authentication.k8s.io/v1",
    command: "./plugin.sh",
    interactiveMode: "Never",
    ...more,
  },
})

/** The plugin, by what its script does. */
export const plugin = (script: string): Record<string, string> => ({ "plugin.sh": `#!/bin/sh\n${script}\n` })

/** A plugin that prints a credential. */
export const prints = (status: object, more: object = {}): Record<string, string> => {
  const credential = {
    apiVersion: "client.authentication.k8s.io/v1",
    kind: "ExecCredential",
    status,
    ...more,
  }
  return plugin(`cat <<'END'\n${JSON.stringify(credential)}\nEND`)
}

/** Without credentials kubectl asks for a user name. */
export const anonymous: Pick<Row, "refused" | "ours"> = {
  refused: /Please enter Username/,
  ours: { seen: "nobody", why: "the login step finds that nobody is logged in, and says what to give" },
}

/** A host that only a proxy finds. */
export const elsewhere = { server: "https://api.cluster.test:6443" }

export const base64 = (text: string): string => Buffer.from(text).toString("base64")

export const carolFiles = { "pki/carol.crt": carol.certificate, "pki/carol.key": carol.key }

/** Writes the files of a row. @returns what KUBECONFIG lists, and the row's variables */
export function write(
  row: Row,
  folder: string,
  seen: Seen,
): { sources: string; env: Record<string, string> } {
  const authority = join(folder, "authority.pem")
  const withUser = (proxy: string): string => proxy.replace("//", "//jo:p%40ss%20w@")
  const words: Readonly<Record<string, string>> = {
    FIRST_AS_JO: withUser(seen.proxies.first),
    SOCKS_AS_JO: withUser(seen.proxies.socks),
    FIRST: seen.proxies.first,
    SECOND: seen.proxies.second,
    SOCKS: seen.proxies.socks,
    SERVER: seen.url,
    PORT: String(seen.port),
    AUTHORITY: JSON.stringify(authority).slice(1, -1),
  }
  const filled = (text: string): string =>
    text.replace(
      /\b(?:FIRST_AS_JO|SOCKS_AS_JO|FIRST|SECOND|SOCKS|SERVER|PORT|AUTHORITY)\b/g,
      (word) => words[word]!,
    )
  mkdirSync(folder, { recursive: true })
  writeFileSync(authority, ca)
  for (const [name, text] of Object.entries(row.files)) {
    const path = join(folder, name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, filled(text))
    if (name.endsWith(".sh")) chmodSync(path, 0o755)
  }
  return {
    sources: (row.list ?? ["config"]).map((name) => join(folder, name)).join(delimiter),
    env: Object.fromEntries(Object.entries(row.env ?? {}).map(([name, value]) => [name, filled(value)])),
  }
}
