/** The simulated SuperLink: its log lines, exit codes and behaviour after restarts. */
import type { PracticeContainer, SimulatedPort } from "../../lib/index.ts"
import { ONLY_REGISTERED } from "../security/node-auth.ts"
import { argumentOf, isLoopback } from "./command-line.ts"
import { FLEET_PORT, since } from "./flower-versions.ts"
import { NodeDatabase } from "./practice-database.ts"
import { authWithoutTls, type Node, PracticeNodes } from "./practice-nodes.ts"
import {
  error,
  type Fleet,
  info,
  refusesArguments,
  serveHealth,
  versionOf,
  warning,
} from "./practice-program.ts"
import { certificatesOf } from "./practice-tls.ts"

/** The first frame of a gRPC server: empty SETTINGS (RFC 9113, 6.5). */
const GRPC_GREETING = Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0])

export function startSuperlink(container: PracticeContainer): void | (() => void) {
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
