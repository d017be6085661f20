/** How a run reaches a site's server: with which trust, through which proxy. */
import { homedir } from "node:os"
import { join } from "node:path"
import { RunbookError } from "../notebook/errors.ts"
import { sameServer } from "../notebook/server-url.ts"
import { readRegularText } from "../regular-file.ts"
import { currentContext, type Fields, textOf } from "./kubeconfig-file.ts"
import { mergeKubeconfigs } from "./merge-kubeconfigs.ts"
import type { Address } from "./pooled-kubeconfig.ts"
import { proxyFor } from "./proxy.ts"
import { readContext } from "./read-context.ts"
import { pemOf } from "./usable-context.ts"

/** The per-site inputs that notebooks with clusters share by convention. */
export interface RouteInputs {
  readonly server: string
  readonly certificateAuthority?: string | undefined
  /** `none` for none. */
  readonly proxy?: string | undefined
  readonly login?: string | undefined
  readonly tokenFile?: string | undefined
  readonly context?: string | undefined
  readonly kubeconfig?: string | undefined
}

/** The kubeconfig that holds a site's context. */
export const contextSources = ({ kubeconfig }: Pick<RouteInputs, "kubeconfig">): string =>
  kubeconfig ?? (process.env.KUBECONFIG || join(homedir(), ".kube", "config"))

/**
 * The address of a site's server without credentials. Each part comes from the inputs, else from what the kind of login
 * brings along (a context, or what `oc` asked in a browser login), else from the environment.
 * @param own the site's own kubeconfig, which may not exist
 * @throws RunbookError where the site's context or authority cannot be used
 */
export async function routeOf(
  inputs: RouteInputs,
  own: string | undefined,
  env: Readonly<NodeJS.ProcessEnv>,
): Promise<Address> {
  const { server, certificateAuthority, proxy: given } = inputs
  const cluster = (await clusterOf(inputs, own)) ?? {}
  const ca =
    certificateAuthority === undefined
      ? pemOf(cluster, "certificate-authority")
      : authorityIn(certificateAuthority)
  const proxy =
    given === "none" ? undefined : (given ?? textOf(cluster, "proxy-url") ?? proxyFor(server, env))
  const name = textOf(cluster, "tls-server-name")
  const insecure = cluster["insecure-skip-tls-verify"] === true && certificateAuthority === undefined
  return {
    server,
    ...(ca !== undefined && { ca }),
    ...(proxy !== undefined && { proxy }),
    ...(name !== undefined && { serverName: name }),
    ...(insecure && { insecure }),
  }
}

function authorityIn(file: string): string {
  try {
    return readRegularText(file)
  } catch (error) {
    throw new RunbookError(`the file given as certificate-authority cannot be read: ${file}`, {
      why: (error as Error).message,
      fix: "name the file of the certificate authority that signed the server's certificate (PEM)",
    })
  }
}

async function clusterOf(inputs: RouteInputs, own: string | undefined): Promise<Fields | undefined> {
  // Without a choice of methods, a token file comes before the user's current context.
  const method = inputs.login ?? (inputs.tokenFile === undefined ? "context" : "token")
  if (method === "context") {
    try {
      return (await siteContext(inputs)).cluster
    } catch (error) {
      // The copy outlives its source.
      const copied = await ownCluster(own, inputs.server)
      // The user's current context may be about something else: only a login with it has to report that.
      if (copied === undefined && (inputs.login ?? inputs.context) !== undefined) throw error
      return copied
    }
  }
  return method === "web" ? withoutProxy(await ownCluster(own, inputs.server)) : undefined
}

/** The context that a site's login copies. @throws RunbookError where it cannot be used, or is for another cluster */
export async function siteContext(inputs: RouteInputs): ReturnType<typeof readContext> {
  const found = await readContext(contextSources(inputs), inputs.context)
  const server = String(found.cluster.server)
  if (sameServer(server, inputs.server)) return found
  throw new RunbookError(`${contextName(inputs)} is for ${server}, not for ${inputs.server}`, {
    fix: "give another context, or the server that is meant",
    next: "oc config get-contexts",
  })
}

/** For messages. */
export const contextName = ({ context }: Pick<RouteInputs, "context">): string =>
  context === undefined ? "the current context of your kubeconfig" : `context ${context}`

/** Of the site's own kubeconfig, where it is for this server. */
async function ownCluster(own: string | undefined, server: string): Promise<Fields | undefined> {
  if (own === undefined) return undefined
  const config = await mergeKubeconfigs(own).catch(() => undefined)
  const cluster = config && currentContext(config)?.cluster
  return cluster !== undefined && sameServer(String(cluster.server), server) ? cluster : undefined
}

const withoutProxy = (cluster: Fields | undefined): Fields | undefined =>
  cluster && { ...cluster, "proxy-url": undefined }
