/**
 * A login plugin (`exec` of a kubeconfig's user): a command that prints credentials. Refusals are in the words of client-go
 * 1.32, in one line. What a plugin prints to stdout is never shown: it may be a token.
 */
import { spawn } from "node:child_process"
import { PLUGIN_TIMEOUT_S } from "../limits.ts"
import { type Fields, textOf } from "./kubeconfig-file.ts"

export interface PluginCredentials {
  readonly token?: string
  /** PEM. */
  readonly certificate?: string
  readonly key?: string
  /** Milliseconds since the epoch. */
  readonly expires?: number
}

const GROUP = "client.authentication.k8s.io"
/** Where a cluster carries the configuration of its plugin. */
const EXTENSION = `${GROUP}/exec`
/** No credentials are longer, in characters. */
const MAX_OUTPUT = 1024 * 1024

/**
 * @param exec of the user, its command absolute or to be found on PATH
 * @param cluster handed to the plugin if it asks for it (`provideClusterInfo`)
 * @param authority PEM of the cluster's authority
 * @throws Error in one line
 */
export async function runPlugin(
  exec: Fields,
  cluster: Fields,
  options: { authority?: string; signal?: AbortSignal; seconds?: number; env?: NodeJS.ProcessEnv } = {},
): Promise<PluginCredentials> {
  const apiVersion = textOf(exec, "apiVersion") ?? ""
  if (exec.interactiveMode === "Always") {
    throw new Error("exec plugin cannot support interactive mode: standard input is not a terminal")
  }
  const info = {
    kind: "ExecCredential",
    apiVersion,
    spec: {
      ...(exec.provideClusterInfo === true && { cluster: clusterInfo(cluster, options.authority) }),
      interactive: false,
    },
  }
  const more = ((exec.env ?? []) as { name: string; value?: string }[]).map(({ name, value = "" }) => [
    name,
    value,
  ])
  const stdout = await run(exec, {
    ...options,
    env: {
      ...(options.env ?? process.env),
      ...Object.fromEntries(more),
      KUBERNETES_EXEC_INFO: JSON.stringify(info),
    },
  })
  return credentialsOf(stdout, apiVersion)
}

function clusterInfo(cluster: Fields, authority: string | undefined): object {
  const extension = ((cluster.extensions ?? []) as { name?: string; extension?: unknown }[]).find(
    ({ name }) => name === EXTENSION,
  )?.extension
  return {
    server: cluster.server,
    ...(textOf(cluster, "tls-server-name") && { "tls-server-name": cluster["tls-server-name"] }),
    ...(cluster["insecure-skip-tls-verify"] === true && { "insecure-skip-tls-verify": true }),
    ...(authority !== undefined && {
      "certificate-authority-data": Buffer.from(authority).toString("base64"),
    }),
    ...(textOf(cluster, "proxy-url") && { "proxy-url": cluster["proxy-url"] }),
    ...(cluster["disable-compression"] === true && { "disable-compression": true }),
    ...(extension !== undefined && { config: extension }),
  }
}

function run(
  exec: Fields,
  {
    env,
    signal,
    seconds = PLUGIN_TIMEOUT_S,
  }: { env: NodeJS.ProcessEnv; signal?: AbortSignal; seconds?: number },
): Promise<string> {
  const command = textOf(exec, "command") ?? ""
  return new Promise((resolve, reject) => {
    // A group of its own: what the plugin has started ends with it.
    const child = spawn(command, (exec.args ?? []) as string[], {
      env,
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    })
    if (child.pid !== undefined) remember(child.pid)
    let stdout = ""
    let stderr = ""
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text
      if (stdout.length > MAX_OUTPUT)
        end(new Error(`exec: executable ${command} prints more than credentials`))
    })
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr = (stderr + text).slice(-MAX_OUTPUT)
    })
    const end = (why: Error): void => {
      if (child.pid !== undefined) endGroup(child.pid)
      done(why)
    }
    const timer = setTimeout(() => {
      end(new Error(`exec: executable ${command} has printed no credentials for ${seconds} s${said(stderr)}`))
    }, seconds * 1000)
    const aborted = (): void => end(signal?.reason instanceof Error ? signal.reason : new Error("aborted"))
    signal?.addEventListener("abort", aborted, { once: true })
    if (signal?.aborted) aborted()
    const done = (why: Error | undefined): void => {
      clearTimeout(timer)
      if (child.pid !== undefined) forget(child.pid)
      signal?.removeEventListener("abort", aborted)
      if (why === undefined) resolve(stdout)
      else reject(why)
    }
    child.on("error", (error: NodeJS.ErrnoException) => done(notStarted(exec, command, error)))
    child.on("close", (code, killed) => {
      if (code === 0) return done(undefined)
      const how = code === null ? `ended by ${killed}` : `failed with exit code ${code}`
      done(new Error(`exec: executable ${command} ${how}${said(stderr)}`))
    })
  })
}

/** Plugins that run: they end with this program, however it ends. */
const running = new Set<number>()

function remember(pid: number): void {
  if (running.size === 0) process.on("exit", endAll)
  running.add(pid)
}

function forget(pid: number): void {
  running.delete(pid)
  if (running.size === 0) process.off("exit", endAll)
}

const endAll = (): void => {
  for (const pid of running) endGroup(pid)
}

function endGroup(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL")
  } catch {} // it has just ended
}

/** What it printed to stderr last, which is why it failed. */
function said(stderr: string): string {
  const last = stderr.trim().split("\n").at(-1)?.trim() ?? ""
  return last === "" ? "" : `: ${last.slice(0, 300)}`
}

function notStarted(exec: Fields, command: string, error: NodeJS.ErrnoException): Error {
  const hint = textOf(exec, "installHint")?.trim().replaceAll(/\s+/g, " ")
  const more = hint === undefined ? "" : ` (${hint})`
  if (error.code === "ENOENT" && !command.includes("/")) {
    return new Error(`exec: executable ${command} not found${more}`)
  }
  const words =
    error.code === "ENOENT"
      ? "no such file or directory"
      : error.code === "EACCES"
        ? "permission denied"
        : (error.code ?? error.message)
  return new Error(`exec: fork/exec ${command}: ${words}${more}`)
}

interface ExecCredential {
  apiVersion?: string
  kind?: string
  status?: {
    token?: string
    clientCertificateData?: string
    clientKeyData?: string
    expirationTimestamp?: string
  } | null
}

function credentialsOf(stdout: string, wanted: string): PluginCredentials {
  let answer: ExecCredential
  try {
    answer = stdout.trim() === "" ? {} : (JSON.parse(stdout) as ExecCredential)
    if (answer === null || typeof answer !== "object" || Array.isArray(answer))
      throw new Error("not an object")
  } catch {
    throw new Error("decoding stdout: couldn't get version/kind; json parse error")
  }
  const { apiVersion, kind, status } = answer
  if (kind !== undefined && kind !== "ExecCredential") {
    throw new Error(
      `decoding stdout: no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(apiVersion)}`,
    )
  }
  if (apiVersion !== wanted) {
    const found = apiVersion ?? `${GROUP}/__internal`
    throw new Error(
      `exec plugin is configured to use API version ${wanted}, plugin returned version ${found}`,
    )
  }
  if (status === undefined || status === null) throw new Error("exec plugin didn't return a status field")
  const { token, clientCertificateData: certificate, clientKeyData: key, expirationTimestamp } = status
  if (!token && !certificate && !key) throw new Error("exec plugin didn't return a token or cert/key pair")
  if (!certificate !== !key) throw new Error("exec plugin returned only certificate or key, not both")
  const expires = expirationTimestamp === undefined ? undefined : Date.parse(expirationTimestamp)
  if (Number.isNaN(expires)) {
    throw new Error(`decoding stdout: parsing time ${JSON.stringify(expirationTimestamp)}`)
  }
  return {
    ...(token && { token }),
    ...(certificate && key && { certificate, key }),
    ...(expires !== undefined && { expires }),
  }
}
