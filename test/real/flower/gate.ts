/** A real SuperLink on this machine with the real proxy before it, in the configuration that the pods get. */
import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { chmodSync, mkdirSync, mkdtempSync, writeFileSync } from "node:fs"
import { rm } from "node:fs/promises"
import { connect, createServer, type Socket } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as pause } from "node:timers/promises"
import { connect as connectTls } from "node:tls"
import { createAuthority } from "../../../lib/practice/certificates.ts"
import { ensureEnvironment, findEnvironment, QUIET } from "../../../runbooks/flower/environment.ts"
import { superlinkArguments } from "../../../runbooks/flower/flower-versions.ts"
import { configHere, findNginx } from "../../../runbooks/practice-flower/gate.ts"
import { gateIn, withGate } from "../../../runbooks/security/gate.ts"
import { cannot, processesIn } from "./world.ts"

const nginx = findNginx()
/** Why nothing of this can run here, or nothing. */
export const cannotGate: string | undefined =
  cannot ?? (nginx === undefined ? "nginx is not on PATH (apt-get install nginx-light)" : undefined)
if (cannotGate !== undefined && cannot === undefined) console.log(`skipped: ${cannotGate}`)

/** Where attacks come from: what the SuperLink's log says of them is theirs, and not what its own processes do. */
export const ATTACKER = "127.0.0.2"
/** The user that nginx runs as where the tests may choose one: nobody knows it, as in a pod of OpenShift. */
const UNKNOWN_USER = 1_000_650_000

export interface GatedSuperlink {
  readonly version: string
  /** Of the gate. */
  readonly port: number
  /** Of the SuperLink itself. */
  readonly inside: number
  readonly folder: string
  /** The environment of Flower's programs. */
  readonly env: NodeJS.ProcessEnv
  /** The flags of a client for this TLS. */
  readonly root: string | undefined
  /** What the SuperLink has logged, without colours. */
  log(): string
  /** What nginx has logged. */
  refusals(): string
  /** A connection to the gate, or to the SuperLink itself. */
  open(port?: number, alpn?: string[]): Promise<Socket>
  /** Starts one of Flower's programs. */
  start(program: string, ...args: string[]): { child: ChildProcess; output(): string }
  close(): Promise<void>
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1")
  await once(server, "listening")
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, "close")
  return port
}

export function keeping(child: ChildProcess): () => string {
  let text = ""
  for (const stream of [child.stdout!, child.stderr!])
    stream.setEncoding("utf8").on("data", (more: string) => {
      text += more
    })
  return () => text
}

/** Waits until a program has printed something; fails if it ends before. */
export async function printed(child: ChildProcess, output: () => string, wanted: RegExp): Promise<void> {
  const until = Date.now() + 90_000
  while (!wanted.test(output())) {
    if (child.exitCode !== null || Date.now() > until) throw new Error(`no ${wanted} in:\n${output()}`)
    await pause(50)
  }
}

/** Waits until a port is open. */
async function listening(child: ChildProcess, output: () => string, port: number): Promise<void> {
  const until = Date.now() + 30_000
  for (;;) {
    const socket = connect(port, "127.0.0.1")
    const open = await new Promise<boolean>((resolve) => {
      socket.once("connect", () => resolve(true)).once("error", () => resolve(false))
    })
    socket.destroy()
    if (open) return
    if (child.exitCode !== null || Date.now() > until) throw new Error(`nothing listens:\n${output()}`)
    await pause(50)
  }
}

interface As {
  readonly uid?: number
  readonly gid?: number
  readonly env?: NodeJS.ProcessEnv
}
type Begin = (command: string, args: string[], as: As) => { child: ChildProcess; output(): string }

/**
 * Starts nginx with the pod's configuration.
 * @param folder holds the certificates, if there is TLS
 * @param superlink the port of what is behind it
 */
export async function startGate(folder: string, superlink: number, tls: boolean, begin: Begin) {
  const file = (name: string) => join(folder, name)
  const port = await freePort()
  // Relative, because whoever nobody knows may not enter the folders above its working folder.
  const scratch = "scratch"
  mkdirSync(file(scratch))
  const own = process.getuid?.() === 0 ? { uid: UNKNOWN_USER, gid: 0 } : {}
  if (own.uid !== undefined) chmodSync(file(scratch), 0o777)
  const container = { name: "superlink", image: "" }
  const deployment = {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "superlink" },
    spec: { selector: {}, template: { spec: { containers: [container] } } },
  }
  // Links in the scratch folder lead to them.
  const certificates = { certificate: "../tls.crt", key: "../tls.key", authority: "../ca.crt" }
  const made = await withGate(deployment, container, {
    federation: "test",
    ...(tls && { tls: certificates }),
  })
  const data = (made.config as unknown as { data: Record<string, string> }).data
  for (const [name, text] of Object.entries(data))
    writeFileSync(file(name), configHere(text, { port, superlink, scratch }))
  // The pod's own start script, with the same changes as the configuration.
  const { command = [], args: [script = ""] = [], env: variables = [] } = gateIn(made.deployment)!
  const start = script
    .replaceAll("-c /etc/gate/nginx.conf", "-p ./ -c nginx.conf")
    .replaceAll("/etc/gate/", "")
    .replaceAll("/tmp/gate", scratch)
    .replaceAll("[::]:9092", `[::1]:${port}`)
    .replaceAll("listen 9092", `listen 127.0.0.1:${port}`)
    .replace("exec nginx", `exec ${nginx}`)
  const env = Object.fromEntries(variables.map(({ name, value = "" }) => [name, value]))
  const { child, output } = begin(command[0]!, [...command.slice(1), start], { ...own, env })
  await listening(child, output, port)
  return { port, child, output }
}

export async function startGatedSuperlink(version: string, tls: boolean): Promise<GatedSuperlink> {
  await ensureEnvironment(version)
  const bin = (await findEnvironment(version))!
  const folder = mkdtempSync(join(tmpdir(), "gate-"))
  chmodSync(folder, 0o755)
  const file = (name: string) => join(folder, name)
  const authority = await createAuthority("flower")
  const { certificate, key } = await authority.issue("fleet-api", {
    hosts: ["fleet-api", "localhost", "127.0.0.1"],
    server: true,
  })
  for (const [name, text] of Object.entries({
    "tls.crt": certificate,
    "tls.key": key,
    "ca.crt": authority.certificate,
  }))
    writeFileSync(file(name), text)
  const env = {
    ...QUIET,
    PATH: `${bin}:/usr/bin:/bin`,
    HOME: folder,
    FLWR_HOME: file("flwr"),
    // Calls that are routine are logged as well.
    FLWR_LOG_LEVEL: "DEBUG",
  }
  const running = new Set<ChildProcess>()
  const begin = (command: string, args: string[], as: As = {}) => {
    const child = spawn(command, args, {
      cwd: folder,
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
      ...as,
      env: { ...env, ...as.env },
    })
    running.add(child)
    return { child, output: keeping(child) }
  }

  const close = async (): Promise<void> => {
    for (const { pid, exitCode, signalCode } of running)
      if (pid !== undefined && exitCode === null && signalCode === null) process.kill(-pid, "SIGKILL")
    // A superexec leads a group of its own, and would notice the end of its parent only after some seconds.
    for (const pid of processesIn(folder)) process.kill(pid, "SIGKILL")
    await Promise.all([...running].map((child) => child.exitCode ?? child.signalCode ?? once(child, "exit")))
    await rm(folder, { recursive: true, force: true, maxRetries: 5 })
  }
  try {
    return await started()
  } catch (error) {
    await close()
    throw error
  }

  async function started(): Promise<GatedSuperlink> {
    const inside = await freePort()
    const flags = superlinkArguments(version, tls ? { folder } : undefined, true)
    const at = flags.indexOf("--port")
    flags[at + 1] = String(inside)
    const superlink = begin(join(bin, "flower-superlink"), [
      ...flags,
      "--disable-runtime-dependency-installation",
    ])
    await printed(superlink.child, superlink.output, /Uvicorn running on/)

    const gate = await startGate(folder, inside, tls, begin)

    return {
      version,
      port: gate.port,
      inside,
      folder,
      env,
      root: tls ? file("ca.crt") : undefined,
      log: () => superlink.output().replaceAll(/\u001b\[\d+m/g, ""),
      refusals: gate.output,
      start: (program, ...args) => begin(join(bin, program), args),
      async open(to = gate.port, alpn = []) {
        const raw = connect({ port: to, host: "127.0.0.1", localAddress: ATTACKER, noDelay: true })
        await once(raw, "connect")
        if (!tls) return raw
        const socket = connectTls({
          socket: raw,
          ca: authority.certificate,
          servername: "fleet-api",
          ...(alpn.length > 0 && { ALPNProtocols: alpn }),
        })
        await once(socket, "secureConnect")
        return socket
      },
      close,
    }
  }
}

/** What comes back for some bytes until the other side hangs up, or is silent for a while. */
export async function exchange(socket: Socket, bytes: string, silence = 1500): Promise<string> {
  let text = ""
  socket.setEncoding("latin1").on("data", (more: string) => {
    text += more
  })
  socket.on("error", () => undefined)
  const over = new Promise<void>((resolve) => {
    socket.setTimeout(silence, resolve).once("close", () => resolve())
  })
  socket.write(Buffer.from(bytes, "latin1"))
  await over
  socket.destroy()
  return text
}

/** The status of each answer in a text. */
export const statusesOf = (text: string): number[] =>
  [...text.matchAll(/(?:^|[^\w/])HTTP\/1\.[01] (\d{3}) /g)].map(([, status]) => Number(status))
