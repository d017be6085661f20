/** Login with a context of the user's kubeconfig, which is copied. */
import { rm } from "node:fs/promises"
import { homedir } from "node:os"
import { join } from "node:path"
import { RunbookError } from "../notebook/errors.ts"
import { sameServer } from "../notebook/server-url.ts"
import { shellWord } from "../notebook/shell-word.ts"
import { keptSettings } from "./files.ts"
import type { LoginContext, LoginManual, LoginMethod, LoginSite } from "./method.ts"

const kubeconfigs = () => import("../cluster/kubeconfig.ts")

export const contextLogin: LoginMethod = {
  name: "context",
  inputs: ["context"],
  isGiven: ({ context }) => context !== undefined,
  refused: "check that the context is valid, and that the server is the right one",
  login: copy,
  manual,
}

const nameOf = ({ context }: LoginSite): string =>
  context === undefined ? "the current context of your kubeconfig" : `context ${context}`

/** A context of another cluster is refused: it is never meant. */
async function copy(context: LoginContext): Promise<string> {
  const { site, kubeconfig } = context
  // Whoever chooses this method among others names the context too.
  if (site.login !== undefined && site.context === undefined) {
    throw new RunbookError(`login context of ${site.name} needs context`, {
      fix: "give the name of a context with --context",
      next: "oc config get-contexts",
    })
  }
  const { copyContext } = await kubeconfigs()
  const sources = site.kubeconfig ?? (process.env.KUBECONFIG || join(homedir(), ".kube", "config"))
  const draft = `${kubeconfig}.context`
  try {
    const { server } = await copyContext(sources, site.context, draft, await keptSettings(context))
    if (!sameServer(server, site.server)) {
      throw new RunbookError(`${nameOf(site)} is for ${server}, not for ${site.server}`, {
        fix: "give another context, or the server that is meant",
        next: "oc config get-contexts",
      })
    }
    await copyContext(draft, undefined, kubeconfig)
  } finally {
    await rm(draft, { force: true })
  }
  return nameOf(site)
}

/** What was copied may be for another cluster: the last line shows the server, or fails. */
function manual({ site }: LoginManual): string {
  const { login, context = login === undefined ? undefined : "CONTEXT", kubeconfig, server, proxy } = site
  const from = kubeconfig === undefined ? '"$HOME/.kube/config"' : shellWord(kubeconfig)
  const chosen = context === undefined ? "" : ` --context=${shellWord(context)}`
  return [
    `(umask 077 && oc config view --kubeconfig=${from}${chosen} --minify --flatten --raw >"$KUBECONFIG")`,
    ...keepProxy(proxy),
    "oc whoami",
    `oc whoami --show-server | grep -F ${shellWord(server.replace(/^\w+:/, ""))}`,
  ].join("\n")
}

/** Keeps the proxy in the kubeconfig, for every later command. */
export function keepProxy(proxy: string | undefined): string[] {
  if (proxy === undefined || proxy === "none") return []
  const cluster = `"$(oc config view -o jsonpath='{.clusters[0].name}')"`
  return [`oc config set-cluster ${cluster} --proxy-url=${shellWord(proxy)}`]
}
