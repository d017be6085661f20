/**
 * What pods of Flower's images do on practice clusters: the log lines, exit codes and restart traps of the real ones
 * (measured with 1.28, 1.34 and 1.41).
 */
import { randomBytes } from "node:crypto"
import type { PracticeContainer, PracticeImage } from "../lib/index.ts"
import { argumentOf, compareVersions, FLEET_PORT, versionOfImage } from "./flower/flower-versions.ts"

/** What a SuperLink offers to whoever dials its Fleet API. Its memory ends with its process. */
interface Fleet {
  /** gRPC up to 1.39, HTTP from 1.40: they do not talk to each other. */
  readonly http: boolean
  readonly tls: boolean
  activate(id: string): void
  knows(id: string): boolean
  deactivate(id: string): void
}

const coloured = (colour: number, level: string) => (text: string) =>
  `\u001b[${colour}m${level} \u001b[0m:      ${text}`
const info = coloured(92, "INFO")
const warning = coloured(93, "WARNING")
const error = coloured(91, "ERROR")

const versionOf = (container: PracticeContainer): string => versionOfImage(container.image) ?? "1.34.0"
const since = (version: string, first: string): boolean => compareVersions(version, first) >= 0

/** Flags that take no value. */
const SWITCHES = new Set([
  "--insecure",
  "--enable-supernode-auth",
  "--simulation",
  "--grpc-rere",
  "--grpc-adapter",
  "--rest",
  "--disable-runtime-dependency-installation",
  "--allow-runtime-dependency-installation",
])
const SUPERLINK_FLAGS = [
  "--insecure --ssl-certfile --ssl-keyfile --ssl-ca-certfile --isolation --database --enable-supernode-auth",
  "--auth-list-public-keys --log-file --log-rotation-interval-hours --log-rotation-backup-count --fleet-api-type",
  "--fleet-api-address --control-api-address --simulation --health-server-address",
]
const SUPERNODE_FLAGS = [
  "--insecure --root-certificates --superlink --max-retries --max-wait-time --auth-supernode-private-key",
  "--node-config --isolation --trusted-entities --health-server-address",
]
const words = (lines: readonly string[]): string[] => lines.join(" ").split(" ")

/** Which flags a version of a command takes, and which it refuses by name. */
function flagsOf(
  command: "superlink" | "supernode",
  version: string,
): { known: Set<string>; retired: string[] } {
  const [flags, address] =
    command === "superlink"
      ? [words(SUPERLINK_FLAGS), "--serverappio-api-address"]
      : [words(SUPERNODE_FLAGS), "--clientappio-api-address"]
  if (!since(version, "1.35.0")) {
    const old =
      command === "superlink" ? ["--storage-dir", "--fleet-api-num-workers"] : ["--grpc-rere", "--rest"]
    return { known: new Set([...flags, address, ...old]), retired: [] }
  }
  const newer = [
    "--host",
    "--port",
    "--ssl-certfile",
    "--ssl-keyfile",
    "--ssl-ca-certfile",
    "--superexec-auth-secret-file",
  ]
  const install =
    command === "superlink"
      ? "--disable-runtime-dependency-installation"
      : "--allow-runtime-dependency-installation"
  return { known: new Set([...flags, ...newer, install]), retired: [address] }
}

/** As argparse: usage and the first mistake, and the process ends with 2. */
function refusesArguments(container: PracticeContainer, command: "superlink" | "supernode"): boolean {
  const { known, retired } = flagsOf(command, versionOf(container))
  const unknown: string[] = []
  let mistake: string | undefined
  for (let i = 0; i < container.args.length; i++) {
    const flag = container.args[i]!.split("=")[0]!
    if (i === 0 && flag === `flower-${command}`) continue
    if (retired.includes(flag)) {
      mistake ??= `argument ${flag}: this option is no longer supported; use \`--host\` and \`--port\` instead`
    }
    if (known.has(flag) || retired.includes(flag)) {
      if (!SWITCHES.has(flag) && !container.args[i]!.includes("=")) i++
    } else unknown.push(container.args[i]!)
  }
  if (unknown.length > 0) mistake ??= `unrecognized arguments: ${unknown.join(" ")}`
  if (mistake === undefined) return false
  container.log(`usage: flower-${command} [-h] ${[...known].map((flag) => `[${flag}]`).join(" ")}`)
  container.log(`flower-${command}: error: ${mistake}`)
  container.exit(2)
  return true
}

function startSuperlink(container: PracticeContainer): void | (() => void) {
  if (refusesArguments(container, "superlink")) return
  const { args } = container
  const version = versionOf(container)
  const http = since(version, "1.40.0")
  const insecure = args.includes("--insecure")
  container.log(info("Starting Flower SuperLink"))
  if (!insecure && argumentOf(args, "--ssl-certfile") === undefined) {
    container.log(
      error(
        "Certificates are required unless running in insecure mode. Please provide certificate paths to `--ssl-certfile`, `--ssl-keyfile`, and `--ssl-ca-certfile` or run the server in insecure mode using '--insecure' if you understand the risks.",
      ),
    )
    container.exit(1)
    return
  }
  if (insecure) {
    container.log(
      warning(
        "Option `--insecure` was set. Starting insecure HTTP server with unencrypted communication (TLS disabled). Proceed only if you understand the risks.",
      ),
    )
  }
  if (!args.includes("--enable-supernode-auth")) {
    container.log(
      info("SuperNode authentication is disabled. The SuperLink will accept connections from any SuperNode."),
    )
  }
  const nodes = new Set<string>()
  const fleet: Fleet = {
    http,
    tls: !insecure,
    knows: (id) => nodes.has(id),
    activate(id) {
      nodes.add(id)
      container.log(info(`[Fleet.ActivateNode] Activated node_id=${id}`))
    },
    deactivate(id) {
      if (nodes.delete(id)) container.log(info(`[Fleet.DeactivateNode] Deactivated node_id=${id}`))
    },
  }
  const { host, port } = fleetAddress(args, http)
  for (const line of http ? httpLines(host, port) : grpcLines(version, args)) container.log(info(line))
  container.ready()
  // A process that listens on its pod's loopback runs, and nobody reaches it.
  if (!/^(?:127\.|localhost$)/.test(host)) container.listen(port, fleet)
  return () => container.log(info(http ? "FastAPI lifespan: shutdown" : "SuperLink terminated gracefully."))
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

function grpcLines(version: string, args: readonly string[]): string[] {
  const api = since(version, "1.34.0") ? "Runtime" : "ServerAppIo"
  const control = argumentOf(args, "--control-api-address") ?? "0.0.0.0:9093"
  const fleet = argumentOf(args, "--fleet-api-address") ?? `0.0.0.0:${FLEET_PORT}`
  return [
    `Flower Deployment Runtime: Starting Control API on ${control}`,
    `Flower Deployment Runtime: Starting ${api} API on 0.0.0.0:9091`,
    `Flower Deployment Runtime: Starting Fleet API (gRPC-rere) on ${fleet}`,
    "Starting Flower SuperExec",
  ]
}

const httpLines = (host: string, port: number): string[] => [
  ...["Runtime", "Control", "Fleet"].map(
    (api) => `Starting the SuperLink ${api} HTTP API on ${host}:${port}.`,
  ),
  "FastAPI lifespan: startup",
  "SuperLinkLifespan: start",
  `Uvicorn running on http://${host}:${port} (Press CTRL+C to quit)`,
]

function startSupernode(container: PracticeContainer): void | (() => void) {
  if (refusesArguments(container, "supernode")) return
  const { args } = container
  const version = versionOf(container)
  const http = since(version, "1.40.0")
  const address = argumentOf(args, "--superlink") ?? "127.0.0.1:9092"
  container.log(info("Starting Flower SuperNode"))
  if (args.includes("--insecure")) {
    const channel = http ? "insecure channel" : "insecure HTTP channel"
    container.log(warning(`Option \`--insecure\` was set. Starting ${channel} to ${address}.`))
  }
  if (!since(version, "1.35.0")) {
    const local = argumentOf(args, "--clientappio-api-address") ?? "0.0.0.0:9094"
    container.log(info(`Flower Deployment Runtime: Starting ClientAppIo API on ${local}`))
  }
  container.ready()
  return connect(container, { http, tls: !args.includes("--insecure"), address })
}

/** Keeps a SuperNode connected, and falls into the traps that the real one falls into. */
function connect(
  container: PracticeContainer,
  { http, tls, address }: { http: boolean; tls: boolean; address: string },
): () => void {
  let id: string | undefined
  let fleet: Fleet | undefined
  let hung = false
  let lostAt = 0
  const retry = (): void => {
    container.log(
      warning(`Connection attempt failed, retrying in ${(0.5 + Math.random() * 2).toFixed(2)} seconds`),
    )
  }
  // Only what is reachable answers at once; otherwise the first attempt has failed by now.
  const first = setTimeout(() => fleet === undefined && retry(), 500)
  const hangUp = container.dial(address, {
    open(service) {
      if (hung) return
      clearTimeout(first)
      const found = service as Fleet
      if (found.http !== http || found.tls !== tls) return retry()
      fleet = found
      if (id === undefined) {
        // The id is the server's to give: unsigned, 64 bits, more than a JavaScript number holds.
        id = randomBytes(8).readBigUInt64BE().toString()
        fleet.activate(id)
        container.log(info(`SuperNode ID: ${id}`))
      } else if (fleet.knows(id)) {
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
  /** The SuperLink was started anew, its list of nodes is gone. */
  const forgotten = (): void => {
    hung = true
    if (http) {
      container.log(`INFO:     HTTP Request: POST http://${address} "HTTP/1.1 401 Unauthorized"`)
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
    if (!hung && id !== undefined) fleet?.deactivate(id)
  }
}

/** Images whose name ends so, whoever's registry they come from. */
export const practiceImages: readonly PracticeImage[] = [
  { image: /(?:^|\/)superlink(?:[:@]|$)/, start: startSuperlink },
  { image: /(?:^|\/)supernode(?:[:@]|$)/, start: startSupernode },
]

/** What practice writes into its federation file for a site, beside server, token and CA: the guide's own names. */
export const practiceValues = (site: { name: string; role: string }): Record<string, unknown> => ({
  project: site.role === "superlink" ? "flower-openshift-demo" : `flower-${site.name}`,
  "skupper-site": `${site.name}-interconnect`,
})
