/**
 * What certificates do to Flower's simulated pods: they are read from the volumes when a container starts, as the real programs do, and
 * a SuperNode that does not trust its SuperLink fails in the same ways (measured with 1.34.0, 1.38.0 and 1.42.0).
 */
import type { X509Certificate } from "node:crypto"
import { readFile } from "node:fs/promises"
import type { PracticeContainer, PracticeImage } from "../../lib/index.ts"
import { certificatesIn, covers, rootOf } from "../security/certificate.ts"
import { argumentOf } from "./command-line.ts"
import { since } from "./flower-versions.ts"
import { error } from "./practice-program.ts"

/** `tls.crt` of a SuperLink, `ca.crt` of a SuperNode. */
type Certificates = readonly X509Certificate[]

const started = new WeakMap<PracticeContainer, Certificates>()

/** Starts a simulated program once its certificates are read; at once where it has none. */
export const withCertificates =
  (flag: string, start: PracticeImage["start"]): PracticeImage["start"] =>
  (container) => {
    const path = argumentOf(container.args, flag)
    if (path === undefined) return start(container)
    let ended = false
    let end: (() => void) | void
    void read(container, path).then((certificates) => {
      started.set(container, certificates)
      if (!ended) end = start(container)
    })
    return () => {
      ended = true
      end?.()
    }
  }

/** A file that is not there is a certificate that nobody trusts: the kubelet does not start a pod without its Secret. */
async function read(container: PracticeContainer, path: string): Promise<Certificates> {
  try {
    return certificatesIn(await readFile(await container.path(path), "utf8"))
  } catch {
    return []
  }
}

/** The same container with other arguments has the same certificates. */
export function sameCertificates(container: PracticeContainer, copy: PracticeContainer): void {
  started.set(copy, certificatesOf(container))
}

/** What a SuperLink presents, or a SuperNode trusts. */
export const certificatesOf = (container: PracticeContainer): Certificates => started.get(container) ?? []

export interface Distrust {
  /** What the SuperNode logs. */
  readonly lines: readonly string[]
  /** It ends with exit code 1; otherwise it tries again for ever. */
  readonly ends: boolean
  /** What the SuperLink logs about it. */
  readonly atSuperlink?: string
}

/** Why a SuperNode does not talk to a SuperLink with this chain; undefined if it does. */
export function distrust(
  container: PracticeContainer,
  chain: Certificates,
  { address, version }: { address: string; version: string },
): Distrust | undefined {
  const http = since(version, "1.40.0")
  const host = address.replace(/:\d+$/, "")
  const [certificate] = chain
  if (certificate === undefined || rootOf(chain, certificatesOf(container)) === undefined)
    return refusal(
      version,
      "unable to get local issuer certificate",
      "unable to get local issuer certificate",
    )
  if (Date.parse(certificate.validTo) <= Date.now())
    return refusal(version, "certificate has expired", "certificate has expired")
  if (covers(certificate, host)) return undefined
  // gRPC does not end: it takes the mismatch for a failure of the connection.
  if (!http) {
    const at = `E0000 ssl_transport_security.cc:3238] No match found for server name: ${host}`
    return { lines: [], ends: false, atSuperlink: at }
  }
  return refusal(version, `Hostname mismatch, certificate is not valid for '${host}'.`, "")
}

/** @param python what Python's TLS says; @param boring what gRPC's says */
function refusal(version: string, python: string, boring: string): Distrust {
  const failed = error("SSL/TLS handshake error detected.")
  const ssl = `SSL_ERROR_SSL: error:1000007d:SSL routines:OPENSSL_internal:CERTIFICATE_VERIFY_FAILED: ${boring}`
  const grpc = `I0000 ssl_transport_security.cc:2563] Handshake failed with error ${ssl}`
  const coded = (cause: string): string[] => [
    failed,
    error("Exit Code: 305"),
    "Failed to initialize the connection to the SuperLink.",
    cause,
    "The SuperNode could not establish a connection to the SuperLink.",
    "INFO:     Shutting down",
    "INFO:     Finished server process [1]",
  ]
  if (since(version, "1.40.0"))
    return {
      lines: coded(`[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: ${python} (_ssl.c:1006)`),
      ends: true,
    }
  const connection = `failed to connect to all addresses; last error: UNKNOWN: Tls handshake failed (TSI_PROTOCOL_FAILURE): ${ssl}: OK`
  if (since(version, "1.35.0")) return { lines: [grpc, ...coded(connection)], ends: true }
  const traceback = [
    error("<_InactiveRpcError of RPC that terminated with:"),
    "\tstatus = StatusCode.UNAVAILABLE",
    `\tdetails = "${connection}"`,
    ">",
    "Traceback (most recent call last):",
    "RuntimeError: generator didn't yield",
  ]
  return { lines: [grpc, failed, ...traceback], ends: true }
}
