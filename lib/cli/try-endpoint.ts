import type { Address as Route } from "../cluster/pooled-kubeconfig.ts"
import { TRY_SERVER_S } from "../limits.ts"
import type { RunbookError } from "../notebook/errors.ts"
import { readRegularText } from "../regular-file.ts"
import type { Call } from "./call.ts"

/** An API server, and how to reach it, from the inputs that notebooks with clusters share by convention. */
export interface Address {
  readonly server: string
  readonly certificateAuthority?: string | undefined
  /** `none` for none; without it the kubeconfig, HTTPS_PROXY and NO_PROXY decide. */
  readonly proxy?: string | undefined
}

export type EndpointAnswer =
  | { readonly ok: true; readonly said: string; readonly now: number }
  | { readonly ok: false; readonly said: string; readonly fix?: string; readonly certificate: boolean }

/** Another file is easily named by mistake: a token often lies beside the certificate. */
function withoutCertificate({ certificateAuthority: file }: Address): EndpointAnswer | undefined {
  if (file === undefined) return undefined
  let why = "contains no certificate"
  try {
    if (readRegularText(file).includes("BEGIN CERTIFICATE")) return undefined
  } catch (error) {
    why = `cannot be read: ${(error as Error).message}`
  }
  return {
    ok: false,
    said: `${file} ${why}`,
    fix: "name the file of the certificate authority that signed the server's certificate (PEM)",
    certificate: true,
  }
}

/** The way to a server for messages. The address of a proxy may contain a password, so only its host is shown. */
export async function wayOf({ proxy }: Route): Promise<string> {
  if (proxy === undefined) return "directly"
  const { plainProxy } = await import("../cluster/proxy.ts")
  return `through the proxy ${URL.parse(plainProxy(proxy))?.host ?? "given"}`
}

/**
 * Whether a Kubernetes API server answers at an address: its name, the connection, the certificate, its version. By the
 * same route (proxy, authority, context) as a run.
 * @param own the site's own kubeconfig, where there is a site
 */
export async function tryEndpoint(
  call: Call,
  address: Address,
  { seconds = TRY_SERVER_S, own }: { seconds?: number; own?: string } = {},
): Promise<EndpointAnswer> {
  const { server } = address
  if (server.startsWith("http:")) {
    const said = `${server} starts with http:, but an API server needs https:`
    return { ok: false, said, fix: "start the address with https:", certificate: false }
  }
  const wrongFile = withoutCertificate(address)
  if (wrongFile !== undefined) return wrongFile
  const { routeOf } = await import("../cluster/route.ts")
  const { tryServer } = await import("../cluster/try-server.ts")
  let route: Route
  try {
    // Without a site, nothing is known of its login: only the inputs count.
    const inputs = own === undefined ? { ...address, login: "token" } : address
    route = await routeOf(inputs, own, call.io.env as NodeJS.ProcessEnv)
  } catch (error) {
    const { message, why, fix } = error as RunbookError
    return {
      ok: false,
      said: why === undefined ? message : `${message}: ${why}`,
      ...(fix !== undefined && { fix }),
      certificate: false,
    }
  }
  const way = await wayOf(route)
  const secret = (value: string): void => call.redactor.add(value)
  const answer = await tryServer(route, { agent: call.notebook.name, seconds, signal: call.signal, secret })
  if (answer.ok) {
    const { version, now } = answer
    const trusted = route.insecure === true ? "its certificate is not checked" : "its certificate is trusted"
    if (version === undefined) return { ok: true, now, said: `an API server answers, ${way}` }
    return { ok: true, now, said: `Kubernetes ${version}, ${way}, ${trusted}` }
  }
  const { reason, fix } = answer.result
  return {
    ok: false,
    said: reason,
    ...(fix !== undefined && { fix }),
    certificate: answer.result.state === "blocked" && answer.result.code === "certificate",
  }
}
