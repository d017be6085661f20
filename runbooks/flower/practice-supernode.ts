/** The simulated SuperNode: its log lines, exit codes and behaviour after restarts; and the pods that `verify` starts with its image. */
import { readFile } from "node:fs/promises"
import type { PracticeContainer } from "../../lib/index.ts"
import { KEY_FLAG } from "../security/node-auth.ts"
import { readPrivateKey } from "../security/ssh-key.ts"
import { argumentOf } from "./command-line.ts"
import { since } from "./flower-versions.ts"
import { refusedLines, unusableKey } from "./practice-nodes.ts"
import {
  error,
  type Fleet,
  info,
  refusesArguments,
  serveHealth,
  versionOf,
  warning,
} from "./practice-program.ts"
import { distrust, sameCertificates } from "./practice-tls.ts"
import { PROBE } from "./probe-pod.ts"
import { STRANGER } from "./refused.ts"

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

export function startSupernode(container: PracticeContainer): void | (() => void) {
  if (container.pod.labels[STRANGER] !== undefined) return startStranger(container)
  if (container.pod.labels[PROBE] !== undefined) return startProbe(container)
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
  const stranger: PracticeContainer = { ...container, args }
  // Without roots of its own, it trusts nobody.
  if (how !== "other-root") sameCertificates(container, stranger)
  if (refusesArguments(stranger, "supernode")) return
  container.log(info("Starting Flower SuperNode"))
  return beginSupernode(stranger, how === "unregistered-key" ? "a new key" : undefined)
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

function beginSupernode(container: PracticeContainer, key: string | undefined): () => void {
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
  return connect(container, { version, address, key })
}

/** Keeps a SuperNode connected, and fails in the same ways as the real one. */
function connect(
  container: PracticeContainer,
  { version, address, key }: { version: string; address: string; key: string | undefined },
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
      if (tls && !found.tls) return failed(http ? HTTP_HANDSHAKE : GRPC_HANDSHAKE)
      if (found.http !== http || found.tls !== tls) {
        found.stranger()
        return retry()
      }
      const distrusted = tls && distrust(container, found.chain, { address, version })
      if (distrusted) {
        const { lines, ends, atSuperlink } = distrusted
        if (atSuperlink !== undefined) found.say([atSuperlink])
        return ends ? failed(lines) : retry()
      }
      fleet = found
      if (id === undefined) {
        const joined = fleet.join(key, () => forgotten())
        if (!("id" in joined)) {
          const [first = "", ...more] = refusedLines(joined, since(version, "1.35.0"))
          return failed([error(first), ...more])
        }
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
  /** What ends the program. */
  const failed = (lines: readonly string[]): void => {
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
