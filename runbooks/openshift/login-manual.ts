/** The login as a person types it. No token and no password ever stands on a command line. */
import { shellWord } from "../../lib/index.ts"
import type { Manual } from "../context.ts"

type Site = Manual["site"]

/** Lines that leave a session in the file that KUBECONFIG names. */
export function loginManual({ site }: Manual): string {
  switch (site.login) {
    case "token":
      return withToken(site)
    case "context":
      return withContext(site)
    default:
      return [ocLogin(site), ...proxyLater(site)].join("\n")
  }
}

/** `oc login --token` would show the token to everybody on this machine: its file is written here instead. */
function withToken({ name, server, certificateAuthority, tokenFile = "TOKEN_FILE", proxy }: Site): string {
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

/** What was copied may lead elsewhere: the last line says where, or fails. */
function withContext({ context = "CONTEXT", kubeconfig, server, proxy }: Site): string {
  const from = kubeconfig === undefined ? '"$HOME/.kube/config"' : shellWord(kubeconfig)
  return [
    `(umask 077 && oc config view --kubeconfig=${from} --context=${shellWord(context)} --minify --flatten --raw >"$KUBECONFIG")`,
    ...proxyLater({ proxy }),
    "oc whoami",
    `oc whoami --show-server | grep -F ${shellWord(`//${new URL(server).host}`)}`,
  ].join("\n")
}

const ocLogin = (site: Site): string =>
  [
    ...proxyNow(site),
    `oc login --server=${shellWord(site.server)}`,
    ...(site.certificateAuthority === undefined
      ? []
      : [`--certificate-authority=${shellWord(site.certificateAuthority)}`]),
    ...(site.login === "password" ? asUser(site) : inBrowser(site)),
  ].join(" ")

/** Without a file it asks. */
const asUser = ({ username = "USER", passwordFile }: Site): string[] => [
  `--username=${shellWord(username)}`,
  ...(passwordFile === undefined ? [] : [`<${shellWord(passwordFile)}`]),
]

const inBrowser = ({ callbackPort }: Site): string[] => [
  "--web",
  ...(callbackPort === undefined ? [] : [`--callback-port=${callbackPort}`]),
]

function proxyNow({ proxy, server }: Site): string[] {
  if (proxy === undefined) return []
  return [proxy === "none" ? `NO_PROXY=${new URL(server).hostname}` : `HTTPS_PROXY=${shellWord(proxy)}`]
}

/** Kept in the kubeconfig, for every later command. */
function proxyLater({ proxy }: Pick<Site, "proxy">): string[] {
  if (proxy === undefined || proxy === "none") return []
  const cluster = `"$(oc config view -o jsonpath='{.clusters[0].name}')"`
  return [`oc config set-cluster ${cluster} --proxy-url=${shellWord(proxy)}`]
}
