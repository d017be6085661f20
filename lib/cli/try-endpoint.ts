import { readFileSync } from "node:fs"
import type { OpenCluster } from "../cluster/index.ts"
import { TRY_SERVER_S } from "../limits.ts"
import { CheckError } from "../notebook/check-result.ts"
import type { Call } from "./call.ts"

/** An API server, and how to reach it, from the inputs that notebooks with clusters share by convention. */
export interface Address {
  readonly server: string
  readonly certificateAuthority?: string | undefined
  /** `none` for none; without it HTTPS_PROXY and NO_PROXY decide. */
  readonly proxy?: string | undefined
}

/** Opens an API server without a login, by the same route (proxy, authority) as a run. */
export async function openAnonymously(
  { io, notebook }: Call,
  { server, certificateAuthority: ca, proxy: given }: Address,
): Promise<{ cluster: OpenCluster; route: string }> {
  const { openCluster } = await import("../cluster/index.ts")
  const { proxyFor } = await import("../cluster/proxy.ts")
  const proxy = given === "none" ? undefined : (given ?? proxyFor(server, io.env as NodeJS.ProcessEnv))
  const cluster = openCluster({
    server,
    fieldManager: notebook.name,
    ...(ca !== undefined && { ca: readFileSync(ca, "utf8") }),
    ...(proxy !== undefined && { proxy }),
  })
  // The address of a proxy may contain a password, so only its host is shown.
  const route = proxy === undefined ? "directly" : `through the proxy ${URL.parse(proxy)?.host ?? "given"}`
  return { cluster, route }
}

export type EndpointAnswer =
  | { readonly ok: true; readonly said: string }
  | { readonly ok: false; readonly said: string; readonly fix?: string; readonly certificate: boolean }

/** Another file is easily named by mistake: a token often lies beside the certificate. */
function withoutCertificate({ certificateAuthority: file }: Address): EndpointAnswer | undefined {
  if (file === undefined || readFileSync(file, "utf8").includes("BEGIN CERTIFICATE")) return undefined
  return {
    ok: false,
    said: `${file} contains no certificate`,
    fix: "name the file of the certificate authority that signed the server's certificate (PEM)",
    certificate: true,
  }
}

/** Whether a Kubernetes API server answers at an address: its name, the connection, the certificate, its version. */
export async function tryEndpoint(
  call: Call,
  address: Address,
  seconds = TRY_SERVER_S,
): Promise<EndpointAnswer> {
  const { server } = address
  if (server.startsWith("http:")) {
    const said = `${server} starts with http:, but an API server needs https:`
    return { ok: false, said, fix: "start the address with https:", certificate: false }
  }
  const wrongFile = withoutCertificate(address)
  if (wrongFile !== undefined) return wrongFile
  const { cluster, route } = await openAnonymously(call, address)
  // Loads its modules first: that time is not the server's.
  await import("../cluster/pooled-kubeconfig.ts")
  const timeout = AbortSignal.timeout(seconds * 1000)
  try {
    const signal = AbortSignal.any([call.signal, timeout])
    // A request that is still connecting ignores its signal.
    const asked = cluster.bound(signal).version()
    const version: unknown = await Promise.race([asked, aborted(signal)])
    if (typeof version !== "string") return notAnApiServer(address)
    return { ok: true, said: `Kubernetes ${version}, ${route}, its certificate is trusted` }
  } catch (error) {
    call.signal.throwIfAborted()
    if (timeout.aborted) {
      const fix = "check the address, and connect the VPN if the server needs one"
      return { ok: false, said: `timed out after ${seconds} s`, fix, certificate: false }
    }
    if (!(error instanceof CheckError)) return notAnApiServer(address)
    const { result } = error
    const code = result.state === "blocked" ? result.code : result.because
    // It is an API server that shows its version only after a login.
    if (code === "login" || code === "forbidden") return { ok: true, said: `an API server answers, ${route}` }
    return {
      ok: false,
      said: result.reason,
      ...(result.fix !== undefined && { fix: result.fix }),
      certificate: code === "certificate",
    }
  } finally {
    // Not awaited: it would wait for a connection that is never made.
    void cluster.close()
  }
}

/** Something answers that does not know `/version`. */
const notAnApiServer = ({ server }: Address): EndpointAnswer => ({
  ok: false,
  said: `${server} answers, but not like an API server`,
  fix: "use the address of the API server, not of the web console",
  certificate: false,
})

const aborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true })
  })
