/** The connection of a site: whether it is the one that the inputs ask for, and whether anything answers there. */
import { dirname, resolve } from "node:path"
import type { Address } from "../cluster/pooled-kubeconfig.ts"
import { plainProxy } from "../cluster/proxy.ts"
import { readConnection } from "../cluster/read-context.ts"
import { routeOf } from "../cluster/route.ts"
import { blocked, type CheckResult, type Difference } from "../notebook/check-result.ts"
import { RunbookError } from "../notebook/errors.ts"
import { readRegularText } from "../regular-file.ts"
import { authorityOf } from "./files.ts"
import type { LoginContext, LoginSite } from "./method.ts"

/** The authority or the proxy that was given differs from that of the site's kubeconfig. */
export async function changedRoute({
  site,
  kubeconfig,
}: {
  readonly site: LoginSite
  readonly kubeconfig: string
}): Promise<Difference | undefined> {
  const cluster = (await readConnection(kubeconfig))?.cluster
  if (cluster === undefined) return undefined
  const authority = await authorityOf(site)
  if (authority !== undefined && authorityIn(cluster, kubeconfig) !== authority) {
    return {
      field: "certificate-authority",
      found: "another one",
      wanted: `that of ${site.certificateAuthority}`,
    }
  }
  const proxy = site.proxy === "none" ? undefined : site.proxy
  const now = cluster["proxy-url"] as string | undefined
  if (proxy === now) return undefined
  const named = (one: string | undefined): string => (one === undefined ? "none" : plainProxy(one))
  return { field: "proxy", found: named(now), wanted: named(proxy) }
}

/** The authority of a kubeconfig's cluster: as data, or in a file, as whoever logs in by hand has it. */
function authorityIn(cluster: Readonly<Record<string, unknown>>, kubeconfig: string): string | undefined {
  const { "certificate-authority-data": data, "certificate-authority": file } = cluster
  if (typeof data === "string" && data !== "") return Buffer.from(data, "base64").toString()
  if (typeof file !== "string") return undefined
  try {
    return readRegularText(resolve(dirname(kubeconfig), file))
  } catch {
    return undefined
  }
}

/**
 * Why a server that this site has not reached before cannot be reached, within seconds: an address that is wrong stays
 * wrong. Nothing where it answers.
 */
export async function firstContact<S extends LoginSite>({
  site,
  notebook,
  placeOf,
  secret,
  signal,
}: LoginContext<S>): Promise<CheckResult | undefined> {
  const { tryServer } = await import("../cluster/try-server.ts")
  let route: Address
  try {
    // Not by the site's own kubeconfig: it is missing, or is about to be written again.
    route = await routeOf(site, undefined, process.env)
  } catch (error) {
    if (!(error instanceof RunbookError)) throw error
    const { message, why, fix = "correct it, or log in another way", next } = error
    return blocked(why === undefined ? message : `${message}: ${why}`, {
      code: "login",
      fix,
      ...(next !== undefined && { next }),
    })
  }
  const options = { agent: notebook, signal, secret, patient: true }
  const answer = await tryServer(route, options)
  if (answer.ok) return undefined
  const { result, lasting } = answer
  if (!lasting) return result
  const isTrust = result.state === "blocked" && result.code === "certificate"
  const places = [
    ...(isTrust ? ["certificate-authority"] : []),
    ...(route.proxy === undefined ? [] : ["proxy"]),
    "server",
  ]
    .map((input) => [input, placeOf(input, site.name)] as const)
    .filter(([, place]) => place !== undefined)
  const given = places.map(([input, place]) => `${input}: ${place}`).join("; ")
  return blocked(`${result.reason}${given === "" ? "" : ` (${given})`}`, {
    code: result.state === "blocked" && result.code !== undefined ? result.code : "unreachable",
    fix: result.fix ?? "correct the server, or connect the VPN or the proxy that it needs",
  })
}
