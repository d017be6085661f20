/** Login with the token that a file holds. */
import { readFile } from "node:fs/promises"
import { shellWord } from "../notebook/shell-word.ts"
import { readSecretFile, writeSession } from "./files.ts"
import type { LoginManual, LoginMethod } from "./method.ts"

export const tokenLogin: LoginMethod = {
  name: "token",
  inputs: ["token-file"],
  isGiven: ({ tokenFile }) => tokenFile !== undefined,
  refused: "put a new token into the file: a token expires, and it is for one cluster",
  async login(context) {
    const { site } = context
    await writeSession(context, (await readSecretFile(site.tokenFile, "token-file", context)).trim())
    return `the token in ${site.tokenFile}`
  },
  async otherThan({ site, kubeconfig }) {
    if (!(await isAnother(site.tokenFile, kubeconfig))) return undefined
    return { field: "token", found: "another one", wanted: `the one in ${site.tokenFile}` }
  },
  manual,
}

/** Somebody has put another user's token into the file. A file that has been deleted since says nothing. */
async function isAnother(tokenFile: string | undefined, kubeconfig: string): Promise<boolean> {
  const token = tokenFile && (await readFile(tokenFile, "utf8").catch(() => "")).trim()
  return token ? !(await readFile(kubeconfig, "utf8")).includes(token) : false
}

/** `oc login --token` would show the token to everybody on this machine: its file is written here instead. */
function manual({ site }: LoginManual): string {
  const { name, server, certificateAuthority, tokenFile = "TOKEN_FILE", proxy } = site
  const cluster = {
    server,
    ...(certificateAuthority !== undefined && { "certificate-authority": certificateAuthority }),
    ...(proxy !== undefined && proxy !== "none" && { "proxy-url": proxy }),
  }
  const entries = Object.entries(cluster).map(([key, value]) => `${key}: ${inside(JSON.stringify(value))}`)
  return `(umask 077 && cat >"$KUBECONFIG") <<EOF
apiVersion: v1
kind: Config
clusters: [{ name: ${name}, cluster: { ${entries.join(", ")} } }]
users: [{ name: ${name}, user: { token: "$(cat ${shellWord(tokenFile)})" } }]
contexts: [{ name: ${name}, context: { cluster: ${name}, user: ${name} } }]
current-context: ${name}
EOF
oc whoami`
}

/** A text in a here-document in which the shell still puts what commands print. */
const inside = (text: string): string => text.replace(/[\\$`]/g, "\\$&")
