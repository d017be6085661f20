import { readFileSync } from "node:fs"
import type { OpenCluster } from "../cluster/index.ts"
import { CheckError } from "../notebook/check-result.ts"
import { TRY_SERVER_S } from "../timing.ts"
import type { Call } from "./call.ts"

/** An API server, and how to get there: by the inputs that notebooks with clusters share by convention. */
export interface Address {
  readonly server: string
  readonly certificateAuthority?: string | undefined
  /** `none` for none; without one HTTPS_PROXY and NO_PROXY say. */
  readonly proxy?: string | undefined
}

/** Opens the way to an API server without a login, as runs go it. */
export async function openAnonymously(
  { io, notebook }: Call,
  { server, certificateAuthority: ca, proxy: given }: Address,
): Promise<{ cluster: OpenCluster; way: string }> {
  const { openCluster } = await import("../cluster/index.ts")
  const { proxyFor } = await import("../cluster/proxy.ts")
  const proxy = given === "none" ? undefined : (given ?? proxyFor(server, io.env as NodeJS.ProcessEnv))
  const cluster = openCluster({
    server,
    fieldManager: notebook.name,
    ...(ca !== undefined && { ca: readFileSync(ca, "utf8") }),
    ...(proxy !== undefined && { proxy }),
  })
  // Its address may hold a password.
  const way = proxy === undefined ? "directly" : `through the proxy ${URL.parse(proxy)?.host ?? "given"}`
  return { cluster, way }
}

export type EndpointAnswer =
  | { readonly ok: true; readonly said: string }
  | { readonly ok: false; readonly said: string; readonly fix?: string; readonly certificate: boolean }

/** Another file than the authority's is an easy slip: a token lies beside it. */
function withoutCertificate({ certificateAuthority: file }: Address): EndpointAnswer | undefined {
  if (file === undefined || readFileSync(file, "utf8").includes("BEGIN CERTIFICATE")) return undefined
  return {
    ok: false,
    said: `${file} holds no certificate`,
    fix: "give the file of the authority that signed the server's certificate (PEM)",
    certificate: true,
  }
}

/** Whether a Kubernetes API server answers there: its name, the connection, the certificate, what it says it is. */
export async function tryEndpoint(
  call: Call,
  address: Address,
  seconds = TRY_SERVER_S,
): Promise<EndpointAnswer> {
  const { server } = address
  if (server.startsWith("http:")) {
    const said = `${server} begins with http:, and an API server is reached by https alone`
    return { ok: false, said, fix: "begin it with https:", certificate: false }
  }
  const empty = withoutCertificate(address)
  if (empty !== undefined) return empty
  const { cluster, way } = await openAnonymously(call, address)
  // Loads what it needs first, which is not the server's fault.
  await import("../cluster/pooled-kubeconfig.ts")
  const clock = AbortSignal.timeout(seconds * 1000)
  try {
    const signal = AbortSignal.any([call.signal, clock])
    // A request that is still connecting does not hear its signal.
    const asked = cluster.bound(signal).version()
    const version: unknown = await Promise.race([asked, aborted(signal)])
    if (typeof version !== "string") return strange(address)
    return { ok: true, said: `Kubernetes ${version}, ${way}, its certificate is trusted` }
  } catch (error) {
    call.signal.throwIfAborted()
    if (clock.aborted) {
      const fix = "is it the right address, and is the VPN on that it may need?"
      return { ok: false, said: `no answer within ${seconds} s`, fix, certificate: false }
    }
    if (!(error instanceof CheckError)) return strange(address)
    const { result } = error
    const code = result.state === "blocked" ? result.code : result.because
    // It is one, and tells its version only to those who are logged in.
    if (code === "login" || code === "forbidden") return { ok: true, said: `an API server, ${way}` }
    return {
      ok: false,
      said: result.reason,
      ...(result.fix !== undefined && { fix: result.fix }),
      certificate: code === "certificate",
    }
  } finally {
    // It would wait for a connection that does not come about.
    void cluster.close()
  }
}

/** Something answers there that knows no `/version`. */
const strange = ({ server }: Address): EndpointAnswer => ({
  ok: false,
  said: `${server} answers, and not as an API server does`,
  fix: "give the API server's address, not the web console's",
  certificate: false,
})

const aborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true })
  })
