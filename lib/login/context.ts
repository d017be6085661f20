/** Login with a context of the user's kubeconfig, which is copied. */
import { isDeepStrictEqual } from "node:util"
import { flatContext, readConnection } from "../cluster/read-context.ts"
import { contextName, contextSources, siteContext } from "../cluster/route.ts"
import type { Difference } from "../notebook/check-result.ts"
import { RunbookError } from "../notebook/errors.ts"
import { sameServer } from "../notebook/server-url.ts"
import { shellWord } from "../notebook/shell-word.ts"
import { authorityOf, keptSettings } from "./files.ts"
import type { LoginContext, LoginManual, LoginMethod } from "./method.ts"

const kubeconfigs = () => import("../cluster/kubeconfig.ts")

export const contextLogin: LoginMethod = {
  name: "context",
  inputs: ["context"],
  isGiven: ({ context }) => context !== undefined,
  sends: (site) => `the session of ${contextName(site)}`,
  refused: "log in to the context first (oc login, or its login plugin): this is the session that is copied",
  login: copy,
  changed,
  manual,
}

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
  await siteContext(site)
  const { copyContext } = await kubeconfigs()
  await copyContext(contextSources(site), site.context, kubeconfig, await keptSettings(context))
  return contextName(site)
}

/** The user has logged in again, or corrected the kubeconfig, since it was copied. */
async function changed({ site, kubeconfig }: LoginContext): Promise<Difference | undefined> {
  const now = await readConnection(kubeconfig)
  const given = { proxy: site.proxy, authority: await authorityOf(site) }
  const source = await flatContext(contextSources(site), site.context, given).catch(() => undefined)
  // A source that is gone, or is for another cluster, says nothing about the copy.
  if (now === undefined || source === undefined || !sameServer(String(source.cluster.server), site.server))
    return
  const { cluster, user } = source
  if (isDeepStrictEqual(now, { cluster, user })) return undefined
  return {
    field: "session",
    found: "a copy of an earlier kubeconfig",
    wanted: `${contextName(site)} as it is now`,
  }
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
