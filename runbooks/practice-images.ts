/**
 * Simulates the pods of Flower's images on practice clusters: log lines, exit codes and behaviour after restarts are those
 * of the real programs (measured with 1.28, 1.34, 1.38, 1.41 and 1.42; test/real/flower runs them). Omitted: the line for each poll of a
 * SuperNode, every three seconds, and the pauses of up to twenty seconds before a SuperNode retries.
 */
import type { X509Certificate } from "node:crypto"
import { readFile } from "node:fs/promises"
import type { PracticeContainer, PracticeImage, SimulatedPort } from "../lib/index.ts"
import { argumentMistake } from "./flower/command-flags.ts"
import { argumentOf, isLoopback } from "./flower/command-line.ts"
import { FLEET_PORT, since, versionOfImage } from "./flower/flower-versions.ts"
import {
  authWithoutTls,
  type Node,
  PracticeNodes,
  type Refusal,
  refusedLines,
  unusableKey,
} from "./flower/practice-nodes.ts"
import { certificatesOf, distrust, sameCertificates, withCertificates } from "./flower/practice-tls.ts"
import { PROBE } from "./flower/probe-pod.ts"
import { STRANGER } from "./flower/refused.ts"
import { NodeDatabase } from "./practice-database.ts"
import { startGate } from "./practice-gate.ts"
import { GATE_IMAGE } from "./security/gate.ts"
import { KEY_FLAG, ONLY_REGISTERED } from "./security/node-auth.ts"
import { readPrivateKey } from "./security/ssh-key.ts"

/** What a SuperLink offers to SuperNodes that connect to its Fleet API. Its memory ends with its process, unless it has a database. */
interface Fleet extends SimulatedPort {
  /** gRPC up to 1.39, HTTP from 1.40 on: the two are incompatible. */
  readonly http: boolean
  readonly tls: boolean
  /** Of Flower's own TLS. */
  readonly chain: readonly X509Certificate[]
  say(lines: readonly string[]): void
  /** Called by a SuperNode with another protocol. */
  stranger(): void
  /** A call of a node; false if the node is unknown. */
  call(id: string): boolean
  /** As {@link PracticeNodes.join}. */
  join(key: string | undefined, evict: () => void): { readonly id: string } | Refusal
  leave(id: string): void
}

/** The first frame of a gRPC server: empty SETTINGS (RFC 9113, 6.5). */
const GRPC_GREETING = Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0])

const coloured = (colour: number, level: string) => (text: string) =>
  `\u001b[${colour}m${level} \u001b[0m:      ${text}`
const info = coloured(92, "INFO")
const warning = coloured(93, "WARNING")
const error = coloured(91, "ERROR")

const versionOf = (container: PracticeContainer): string => versionOfImage(container.image) ?? "1.34.0"
function refusesArguments(container: PracticeContainer, command: "superlink" | "supernode"): boolean {
  const mistake = argumentMistake(command, versionOf(container), container.args)
  if (mistake === undefined) return false
  for (const line of mistake) container.log(line)
  container.exit(2)
  return true
}

function startSuperlink(container: PracticeContainer): void | (() => void) {
  if (refusesArguments(container, "superlink")) return
  const { args } = container
  const version = versionOf(container)
  const http = since(version, "1.40.0")
  const insecure = args.includes("--insecure")
  const say = (lines: readonly string[]): void => {
    for (const line of lines) container.log(line)
  }
  const starting = info("Starting Flower SuperLink")
  // From 1.33 on, it reads its arguments before it prints this line.
  const hereDocument = since(version, "1.33.0")
  if (!hereDocument) say([starting])
  if (!insecure && argumentOf(args, "--ssl-certfile") === undefined) {
    say([
      error(
        "Certificates are required unless running in insecure mode. Please provide certificate paths to `--ssl-certfile`, `--ssl-keyfile`, and `—-ssl-ca-certfile` or run the server in insecure mode using '--insecure' if you understand the risks.",
      ),
    ])
    container.exit(1)
    return
  }
  if (insecure) {
    say([
      warning(
        "Option `--insecure` was set. Starting insecure HTTP server with unencrypted communication (TLS disabled). Proceed only if you understand the risks.",
      ),
    ])
  }
  const auth = args.includes(ONLY_REGISTERED)
  if (auth && insecure) {
    const [first = "", ...more] = authWithoutTls(version)
    say([error(first), ...more])
    container.exit(1)
    return
  }
  if (!auth) {
    say([
      warning(
        "SuperNode authentication is disabled. The SuperLink will accept connections from any SuperNode.",
      ),
    ])
  }
  if (hereDocument) say([starting])
  const { host, port } = fleetAddress(args, http)
  const nodes = new PracticeNodes({
    auth,
    tls: !insecure,
    http,
    log: (line) => say([info(line)]),
    error: (line) => say([error(line)]),
  })
  const health = { tls: !insecure, http: healthPath }
  const control: SimulatedPort = { answer: (bytes) => nodes.answer(bytes) }
  const fleet: Fleet = {
    ...(!http && insecure && { greeting: GRPC_GREETING }),
    ...(http && control),
    ...(http && { health }),
    http,
    tls: !insecure,
    chain: certificatesOf(container),
    say,
    stranger: () => http && say([uvicorn("WARNING", "Invalid HTTP request received.")]),
    call(id) {
      const known = nodes.knows(id)
      if (http && !known) say([access("pull-messages", 401)])
      if (!http && known) say([info(`[Fleet.PullMessages] node_id=${id}`)])
      return known
    },
    join(key, evict) {
      const joined = nodes.join(key, evict)
      if ("id" in joined) fleet.call(joined.id)
      return joined
    },
    leave: (id) => nodes.leave(id),
  }
  const serve = (): void => {
    say(startLines(version, args, { scheme: insecure ? "http" : "https", host, port }))
    container.ready()
    // A process that listens on its pod's loopback runs, and only its pod reaches it.
    container.listen(port, fleet, isLoopback(host) ? "loopback" : "pod")
    if (!http) serveControl(container, version, { ...control, ...(since(version, "1.37.0") && { health }) })
    serveHealth(container)
  }
  const database = argumentOf(args, "--database")
  if (database === undefined) serve()
  else
    NodeDatabase.open<Node>(container, database)
      .then((kept) => kept && nodes.keepIn(kept))
      .then(serve)
      .catch((why: Error) => {
        say([error(why.message)])
        container.exit(1)
      })
  return () => say(endLines(version))
}

const healthPath = (path: string): number => (path === "/health" ? 200 : 404)

/** gRPC's health service, which every version of both programs has, without TLS. */
function serveHealth(container: PracticeContainer): void {
  const [, host, port] =
    /^(.*):(\d+)$/.exec(argumentOf(container.args, "--health-server-address") ?? "") ?? []
  if (host !== undefined && !isLoopback(host))
    container.listen(Number(port), { health: { grpc: () => true } })
}

function fleetAddress(args: readonly string[], http: boolean): { host: string; port: number } {
  if (http)
    return {
      host: argumentOf(args, "--host") ?? "127.0.0.1",
      port: Number(argumentOf(args, "--port") ?? 8000),
    }
  const [, host = "0.0.0.0", port = FLEET_PORT] =
    /^(.*):(\d+)$/.exec(argumentOf(args, "--fleet-api-address") ?? "") ?? []
  return { host, port: Number(port) }
}

/** A port forward reaches it at any address of the pod; a kubelet does not reach it on the pod's loopback. */
function serveControl(container: PracticeContainer, version: string, control: SimulatedPort): void {
  const { args } = container
  const host = since(version, "1.37.0") ? (argumentOf(args, "--host") ?? "127.0.0.1") : "0.0.0.0"
  container.listen(controlPortOf(version, args), control, isLoopback(host) ? "loopback" : "pod")
}

function controlPortOf(version: string, args: readonly string[]): number {
  if (since(version, "1.37.0")) return Number(argumentOf(args, "--port") ?? 8000)
  return Number(/:(\d+)$/.exec(argumentOf(args, "--control-api-address") ?? "")?.[1] ?? 9093)
}

/** Its HTTP server has its own log format. */
const uvicorn = (level: string, text: string): string =>
  `${new Date().toISOString()} ${level} [uvicorn.error] ${text}`
const access = (call: string, status: number): string =>
  `${new Date().toISOString()} INFO [uvicorn.access] 127.0.0.1:40916 - "POST /v1/fleet/${call} HTTP/1.1" ${status}`

/** What a SuperLink logs about its APIs: gRPC up to 1.34, then HTTP for one API after the other. */
function startLines(
  version: string,
  args: readonly string[],
  { scheme, host, port }: { scheme: string; host: string; port: number },
): string[] {
  const control = `Flower Deployment Runtime: Starting Control API on ${argumentOf(args, "--control-api-address") ?? "0.0.0.0:9093"}`
  const fleet = `Flower Deployment Runtime: Starting Fleet API (gRPC-rere) on ${host}:${port}`
  if (!since(version, "1.35.0")) {
    const api = since(version, "1.34.0") ? "Runtime" : "ServerAppIo"
    return [
      ...(since(version, "1.33.0") ? ["SuperLinkLifespan: start"] : []),
      control,
      `Flower Deployment Runtime: Starting ${api} API on 0.0.0.0:9091`,
      fleet,
      "Starting Flower SuperExec",
    ].map(info)
  }
  const onePort = since(version, "1.40.0")
  const at = onePort
    ? `${host}:${port}`
    : `${argumentOf(args, "--host") ?? "127.0.0.1"}:${argumentOf(args, "--port") ?? 8000}`
  const apis = ["Runtime", ...(since(version, "1.37.0") ? ["Control"] : []), ...(onePort ? ["Fleet"] : [])]
  return [
    ...apis.map((api) => info(`Starting the SuperLink ${api} HTTP API on ${at}.`)),
    uvicorn("INFO", "Started server process [1]"),
    uvicorn("INFO", "Waiting for application startup."),
    info("FastAPI lifespan: startup"),
    info("SuperLinkLifespan: start"),
    ...(since(version, "1.37.0") ? [] : [info(control)]),
    ...(onePort ? [] : [info(fleet)]),
    uvicorn("INFO", "Application startup complete."),
    uvicorn("INFO", `Uvicorn running on ${scheme}://${at} (Press CTRL+C to quit)`),
    info("Starting Flower SuperExec"),
  ]
}

function endLines(version: string): string[] {
  if (!since(version, "1.33.0")) return [info("SuperLink terminated gracefully.")]
  const parts = [info("SuperLinkLifespan: stop"), info("SuperExec terminated gracefully.")]
  if (!since(version, "1.35.0")) return [info("SuperLink terminated gracefully."), ...parts]
  return [
    uvicorn("INFO", "Shutting down"),
    uvicorn("INFO", "Waiting for application shutdown."),
    ...parts,
    info("FastAPI lifespan: shutdown"),
    uvicorn("INFO", "Application shutdown complete."),
    uvicorn("INFO", "Finished server process [1]"),
  ]
}

/** A pod of `verify --probe pod`: it runs Python in the SuperNode's image, connects once and ends. */
function startProbe(container: PracticeContainer): () => void {
  const end = (code: number, line?: string): void => {
    clearTimeout(patience)
    if (line !== undefined) container.log(line)
    container.exit(code)
  }
  const patience = setTimeout(() => end(3, "[Errno 111] Connection refused"), 1000)
  return container.dial(container.args.slice(-2).join(":"), { open: () => end(0), lost: () => undefined })
}

function startSupernode(container: PracticeContainer): void | (() => void) {
  if (container.pod.labels[PROBE] !== undefined) return startProbe(container)
  if (container.pod.labels[STRANGER] !== undefined) return startStranger(container)
  if (refusesArguments(container, "supernode")) return
  const { args } = container
  container.log(info("Starting Flower SuperNode"))
  const path = argumentOf(args, KEY_FLAG)
  if (path === undefined) return beginSupernode(container, undefined)
  let stop: (() => void) | undefined
  let stopped = false
  void readKey(container, path).then((key) => {
    if (key !== undefined && !stopped) stop = beginSupernode(container, key)
  })
  return () => {
    stopped = true
    stop?.()
  }
}

/** A pod of `--proof refused`: a SuperNode without a key, with one that nobody has registered, or with another root. */
function startStranger(container: PracticeContainer): void | (() => void) {
  const [, , , how, , ...args] = container.args
  const stranger = sameCertificates(container, { ...container, args })
  if (refusesArguments(stranger, "supernode")) return
  container.log(info("Starting Flower SuperNode"))
  return beginSupernode(stranger, how === "unregistered-key" ? "a new key" : undefined, how === "other-root")
}

/** The public half of the mounted key. Without one, the program ends as the real one does. */
async function readKey(container: PracticeContainer, path: string): Promise<string | undefined> {
  const text = await container
    .path(path)
    .then((file) => readFile(file, "utf8"))
    .catch(() => undefined)
  if (text === undefined) {
    container.log("Traceback (most recent call last):")
    container.log(`FileNotFoundError: [Errno 2] No such file or directory: '${path}'`)
    container.exit(1)
    return undefined
  }
  const key = readPrivateKey(text)
  if ("publicKey" in key) return key.publicKey
  const [first = "", ...more] = unusableKey(versionOf(container))
  for (const line of [error(first), ...more]) container.log(line)
  container.exit(1)
  return undefined
}

/** @param otherRoot it does not trust the SuperLink's certificate */
function beginSupernode(
  container: PracticeContainer,
  key: string | undefined,
  otherRoot = false,
): () => void {
  const { args } = container
  const version = versionOf(container)
  const address = argumentOf(args, "--superlink") ?? "127.0.0.1:9092"
  if (args.includes("--insecure")) {
    const channel = since(version, "1.38.0") ? "insecure channel" : "insecure HTTP channel"
    container.log(warning(`Option \`--insecure\` was set. Starting ${channel} to ${address}.`))
  }
  if (since(version, "1.35.0")) {
    const local = `${argumentOf(args, "--host") ?? "127.0.0.1"}:${argumentOf(args, "--port") ?? 9094}`
    container.log("INFO:     Started server process [1]")
    container.log("INFO:     Waiting for application startup.")
    container.log(info("FastAPI lifespan: startup"))
    container.log("INFO:     Application startup complete.")
    container.log(`INFO:     Uvicorn running on http://${local} (Press CTRL+C to quit)`)
  } else {
    const local = argumentOf(args, "--clientappio-api-address") ?? "0.0.0.0:9094"
    const api = since(version, "1.34.0") ? "Runtime" : "ClientAppIo"
    container.log(info(`Flower Deployment Runtime: Starting ${api} API on ${local}`))
  }
  serveHealth(container)
  container.ready()
  return connect(container, { version, address, key, otherRoot })
}

/** Keeps a SuperNode connected, and fails in the same ways as the real one. */
function connect(
  container: PracticeContainer,
  {
    version,
    address,
    key,
    otherRoot,
  }: { version: string; address: string; key: string | undefined; otherRoot: boolean },
): () => void {
  const http = since(version, "1.40.0")
  const tls = !container.args.includes("--insecure")
  let id: string | undefined
  let fleet: Fleet | undefined
  let hung = false
  let lostAt = 0
  const retry = (): void => {
    container.log(
      warning(`Connection attempt failed, retrying in ${(0.5 + Math.random() * 2).toFixed(2)} seconds`),
    )
  }
  // A reachable SuperLink answers at once; otherwise the first attempt has failed by now.
  const first = setTimeout(() => fleet === undefined && retry(), 500)
  const hangUp = container.dial(address, {
    open(service) {
      if (hung) return
      clearTimeout(first)
      const found = service as Fleet
      // A failed TLS handshake ends the SuperNode; an invalid answer is retried.
      if (tls && !found.tls) return noHandshake(http ? HTTP_HANDSHAKE : GRPC_HANDSHAKE)
      if (tls && otherRoot) return noHandshake(untrusted(version))
      if (found.http !== http || found.tls !== tls) {
        found.stranger()
        return retry()
      }
      const distrusted = tls && distrust(container, found.chain, { address, version })
      if (distrusted) {
        const { lines, ends, atSuperlink } = distrusted
        for (const line of lines) container.log(line)
        if (atSuperlink !== undefined) found.say([atSuperlink])
        if (!ends) return retry()
        hung = true
        return container.exit(1)
      }
      fleet = found
      if (id === undefined) {
        const joined = fleet.join(key, () => forgotten())
        if (!("id" in joined)) return refused(joined)
        id = joined.id
        container.log(info(`SuperNode ID: ${id}`))
        container.log(info("Starting Flower SuperExec"))
      } else if (fleet.call(id)) {
        const seconds = ((Date.now() - lostAt) / 1000).toFixed(2)
        container.log(info(`Connection successful after ${seconds} seconds and 2 tries.`))
      } else forgotten()
    },
    lost() {
      if (hung || fleet === undefined) return
      fleet = undefined
      lostAt = Date.now()
      retry()
    },
  })
  const refused = (refusal: Refusal): void => {
    hung = true
    const [first = "", ...more] = refusedLines(refusal, since(version, "1.35.0"))
    for (const line of [error(first), ...more]) container.log(line)
    container.exit(1)
  }
  const noHandshake = (lines: readonly string[]): void => {
    hung = true
    for (const line of lines) container.log(line)
    container.exit(1)
  }
  /** The SuperLink was restarted and has lost its list of nodes. */
  const forgotten = (): void => {
    hung = true
    // 1.28 also exits if a poll is refused first, but hangs if it is a heartbeat. This simulates the hang.
    if (since(version, "1.29.0")) {
      container.log(info("SuperNode terminated gracefully."))
      container.exit(0)
      return
    }
    for (const line of [
      "Traceback (most recent call last):",
      "grpc._channel._InactiveRpcError: <_InactiveRpcError of RPC that terminated with:",
      "\tstatus = StatusCode.UNAUTHENTICATED",
      '\tdetails = "Invalid node ID"',
      ">",
      "RuntimeError: Heartbeat sender is not running.",
    ]) {
      container.log(line)
    }
  }
  return () => {
    clearTimeout(first)
    hangUp()
    container.log(info("SuperNode terminated gracefully."))
    if (!hung && id !== undefined) fleet?.leave(id)
  }
}

/** What a SuperNode with certificates logs when the SuperLink has none. */
const GRPC_HANDSHAKE = [
  "I0000 ssl_transport_security.cc:2563] Handshake failed with error SSL_ERROR_SSL: error:100000f7:SSL routines:OPENSSL_internal:WRONG_VERSION_NUMBER: Invalid certificate verification context",
  error("SSL/TLS handshake error detected."),
  "Traceback (most recent call last):",
  "RuntimeError: generator didn't yield",
]
const HTTP_HANDSHAKE = [
  error("SSL/TLS handshake error detected."),
  error("Exit Code: 305"),
  "Failed to initialize the connection to the SuperLink.",
  "[SSL: WRONG_VERSION_NUMBER] wrong version number (_ssl.c:1006)",
  "The SuperNode could not establish a connection to the SuperLink.",
  "INFO:     Shutting down",
  "INFO:     Finished server process [1]",
]

/** What a SuperNode logs that does not trust the SuperLink's certificate. */
function untrusted(version: string): string[] {
  const why = "CERTIFICATE_VERIFY_FAILED: unable to get local issuer certificate"
  const grpc = `Handshake failed with error SSL_ERROR_SSL: error:1000007d:SSL routines:OPENSSL_internal:${why}`
  const failed = error("SSL/TLS handshake error detected.")
  if (!since(version, "1.35.0"))
    return [`I0000 ssl_transport_security.cc:2563] ${grpc}`, failed, ...GRPC_HANDSHAKE.slice(2)]
  const http = since(version, "1.40.0")
  return [
    ...(http ? [] : [`I0000 ssl_transport_security.cc:2563] ${grpc}`]),
    failed,
    error("Exit Code: 305"),
    "Failed to initialize the connection to the SuperLink.",
    http
      ? "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: unable to get local issuer certificate (_ssl.c:1006)"
      : `failed to connect to all addresses; last error: UNKNOWN: Tls handshake failed (TSI_PROTOCOL_FAILURE): SSL_ERROR_SSL: error:1000007d:SSL routines:OPENSSL_internal:${why}: OK`,
    ...HTTP_HANDSHAKE.slice(-3),
  ]
}

/** Images with these names, from any registry. */
export const practiceImages: readonly PracticeImage[] = [
  { image: GATE_IMAGE, start: startGate },
  {
    image: /(?:^|\/)superlink(?:[:@]|$)/,
    probed: true,
    start: withCertificates("--ssl-certfile", startSuperlink),
  },
  {
    image: /(?:^|\/)supernode(?:[:@]|$)/,
    probed: true,
    start: withCertificates("--root-certificates", startSupernode),
  },
]

/** What practice adds to a site in its federation file: the names that the guide uses. */
export const practiceValues = (site: { name: string; role: string }): Record<string, unknown> => ({
  project: site.role === "superlink" ? "flower-openshift-demo" : `flower-${site.name}`,
  "skupper-site": `${site.name}-interconnect`,
})
