/** Login with the token that a file holds. */
import { LONGEST_SECRET_BYTES } from "../limits.ts"
import { jsonText } from "../notebook/hidden-characters.ts"
import { shellWord } from "../notebook/shell-word.ts"
import { readRegularFile } from "../regular-file.ts"
import { readTokenFile, writeSession } from "./files.ts"
import type { LoginManual, LoginMethod, LoginSite } from "./method.ts"
import { tokenIn } from "./secret-text.ts"

const kubeconfigs = () => import("../cluster/kubeconfig.ts")

export const tokenLogin: LoginMethod = {
  name: "token",
  inputs: ["token-file"],
  isGiven: ({ tokenFile }) => tokenFile !== undefined,
  sends: ({ tokenFile }) => `the token in ${tokenFile ?? "a file"}`,
  refused: "put a new token into the file: a token expires, and it is for one cluster",
  async login(context) {
    const { site } = context
    await writeSession(context, await readTokenFile(site.tokenFile, context))
    return `the token in ${site.tokenFile}`
  },
  async otherThan({ site, kubeconfig }) {
    if (!(await isAnother(site, kubeconfig))) return undefined
    return { field: "token", found: "another one", wanted: `the one in ${site.tokenFile}` }
  },
  manual,
}

/** Somebody has put another user's token into the file. A file that has been deleted since says nothing. */
async function isAnother({ tokenFile, server }: LoginSite, kubeconfig: string): Promise<boolean> {
  const found = tokenFile === undefined ? undefined : foundIn(tokenFile, server)
  if (found === undefined || "wrong" in found) return false
  const { readToken } = await kubeconfigs()
  return (await readToken(kubeconfig)) !== found.secret
}

function foundIn(tokenFile: string, server: string): ReturnType<typeof tokenIn> | undefined {
  try {
    return tokenIn(readRegularFile(tokenFile, LONGEST_SECRET_BYTES), server)
  } catch {
    return undefined
  }
}

/** `oc login --token` would show the token to everybody on this machine: its file is written here instead. */
function manual({ site }: LoginManual): string {
  const { name, server, certificateAuthority, tokenFile = "TOKEN_FILE", proxy } = site
  const cluster = {
    server,
    ...(certificateAuthority !== undefined && { "certificate-authority": certificateAuthority }),
    ...(proxy !== undefined && proxy !== "none" && { "proxy-url": proxy }),
  }
  const entries = Object.entries(cluster).map(([key, value]) => `${key}: ${inside(jsonText(value))}`)
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
