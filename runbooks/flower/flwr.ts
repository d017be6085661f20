/** Calls a SuperLink's Control API with Flower's `flwr`: which `flwr` is used, where the API is, and what it answers. */
import { X509Certificate } from "node:crypto"
import { mkdir, mkdtemp, readdir, rm } from "node:fs/promises"
import { join } from "node:path"
import {
  type Blocked,
  blocked,
  CheckError,
  type Forward,
  type ForwardOptions,
  type Missing,
  missing,
  RunbookError,
  unknown,
} from "../../lib/index.ts"
import { writeWhole } from "../../lib/kit.ts"
import type { Context } from "../context.ts"
import { readSecret } from "../security/secrets.ts"
import { tlsSecretOf } from "../security/tls.ts"
import { atSite } from "../shared/at-site.ts"
import { ensureEnvironment, findEnvironment, findPython, lives, QUIET } from "./environment.ts"
import type { Running } from "./running.ts"
import { controlPort, runningVersion, superlinkFlags } from "./superlink.ts"

/** The name of the connection in Flower's configuration: without a name, `flwr` starts a SuperLink of its own. */
export const CONNECTION = "runbook"

/** Seconds for one call. Most calls take two, mainly for Python's start. */
const PATIENCE = 90

/** A connection to a Control API. */
export interface ControlApi {
  /** Runs `flwr ARGUMENTS --format json` and parses its answer. The exit code is 0 even if the call failed. */
  query<T>(args: readonly string[]): Promise<T>
  /** Runs `flwr ARGUMENTS` and returns what it printed. */
  run(args: readonly string[]): Promise<string>
}

/** What the `flwr` of practice clusters says that it is: it talks to simulated SuperLinks, and only to those. */
const STAND_IN = "0.0.0"

const versions = new Map<string, Promise<string | undefined>>()

/** The version that `flwr` must have for this SuperLink. */
export const versionBeside = ({ inputs }: Pick<Context, "inputs">, { deployment }: Running): string =>
  runningVersion(deployment, "superlink") ?? inputs.flowerVersion

/**
 * The `flwr` to use: the given one, or one on PATH with the SuperLink's version, otherwise the one that was installed from
 * PyPI. If there is none: a result, which is *missing* if {@link installFlwr} can install it.
 */
export async function findFlwr(
  context: Context,
  superlink: Running,
): Promise<{ flwr: string } | Missing | Blocked> {
  const { inputs } = context
  if (inputs.flwr !== undefined) return { flwr: inputs.flwr }
  const version = versionBeside(context, superlink)
  const { $ } = context.at(context.the("superlink"))
  const onPath = await $.which("flwr")
  if (onPath !== undefined) {
    const known = versions.get(onPath) ?? askVersion($, onPath)
    versions.set(onPath, known)
    const wanted = isPractice(superlink) ? STAND_IN : version
    if ((await known) === wanted) return { flwr: onPath }
  }
  const bin = await findEnvironment(version)
  if (bin !== undefined) return { flwr: join(bin, "flwr") }
  try {
    await findPython()
  } catch (error) {
    const { why } = error as RunbookError
    return blocked(`flwr ${version}, needed to query the SuperLink, is not available: ${why}`, {
      code: "flwr",
      fix: `install Python 3.11 or newer with venv, or install flwr==${version} and give it with --flwr; or use the logs as proof`,
      next: "flower-runbook step verify --proof log",
    })
  }
  return missing(
    `flwr ${version}, needed to query the SuperLink, is not installed; it comes from PyPI into the user's cache`,
  )
}

async function askVersion($: Context["$"], flwr: string): Promise<string | undefined> {
  const { stdout } = await $.with({ nothrow: true, timeout: PATIENCE, env: QUIET })`${flwr} --version`
  return /\d+\.\d+\.\d+/.exec(stdout)?.[0]
}

/** Installs the `flwr` that {@link findFlwr} did not find. */
export async function installFlwr(context: Context, superlink: Running): Promise<void> {
  const version = versionBeside(context, superlink)
  context.note(`installing flwr ${version} from PyPI into the user's cache (only once)`)
  await ensureEnvironment(version, { signal: context.signal })
}

/**
 * Connects to the Control API of the SuperLink: at `control-api`, otherwise by a port forward to its pod.
 * @throws CheckError if it does not answer or access is not allowed; RunbookError with Flower's own message
 */
export async function withControlApi<T>(
  context: Context,
  superlink: Running,
  flwr: string,
  work: (api: ControlApi) => Promise<T>,
): Promise<T> {
  const site = context.the("superlink")
  const { $, cluster } = context.at(site)
  const port = controlPort(superlink.deployment, versionBeside(context, superlink))
  const certificates = await certificatesOf(context, superlink)
  const forward =
    site.controlApi === undefined
      ? await openForward(cluster, { namespace: site.project, pod: superlink.pod, port })
      : undefined
  const home = await makeHome(context.folder)
  try {
    const address = site.controlApi ?? `${certificates?.host ?? "127.0.0.1"}:${forward!.port}`
    const security =
      certificates === undefined
        ? "insecure = true"
        : `root-certificates = ${JSON.stringify(join(home, "ca.crt"))}`
    if (certificates !== undefined) await writeWhole(join(home, "ca.crt"), certificates.root)
    const config = `[superlink]\ndefault = "${CONNECTION}"\n\n[superlink.${CONNECTION}]\naddress = "${address}"\n${security}\n`
    await writeWhole(join(home, "config.toml"), config)
    // flwr imports the app to check it. Without this, Python would write files into the app's folder.
    const own = { ...QUIET, FLWR_HOME: home, PYTHONDONTWRITEBYTECODE: "1" }
    const env = { ...own, ...(forward && { NO_PROXY: LOOPBACK, no_proxy: LOOPBACK }) }
    const shell = $.with({ nothrow: true, env })
    return await work({
      async query<T>(args: readonly string[]) {
        const { stdout, stderr, line } = await shell.with({
          timeout: PATIENCE,
        })`${flwr} ${args} --format json`
        const answer = parsed(stdout)
        if (answer?.success === true) return answer as T
        const words = String(answer?.["error-message"] ?? (stderr.trim() || stdout.trim() || "no answer"))
        const { trouble } = forward ?? {}
        const logs = logsOf(context, superlink)
        const standIn = (await versions.get(flwr)) === STAND_IN
        throw refusal(words, { superlink, address, port, line, trouble, logs, standIn })
      },
      async run(args) {
        return (await shell`${flwr} ${args}`).stdout
      },
    })
  } finally {
    await rm(home, { recursive: true, force: true })
    await forward?.close()
  }
}

async function openForward(cluster: Context["cluster"], to: ForwardOptions): Promise<Forward> {
  try {
    return await cluster.forward(to)
  } catch (error) {
    if (!(error instanceof RunbookError)) throw error
    const { message, why, next } = error
    const result = blocked(
      `the SuperLink's Control API cannot be reached: ${message}${why ? `: ${why}` : ""}`,
      {
        code: "forward",
        fix: "ask for the right to create pods/portforward there, or give an address of the Control API: --control-api HOST:PORT",
        ...(next !== undefined && { next }),
      },
    )
    throw new CheckError(result, { cause: error })
  }
}

const LOOPBACK = "127.0.0.1,localhost"

function parsed(text: string): Record<string, unknown> | undefined {
  try {
    // `register` prints the id as a number beyond 2^53, which would be rounded.
    const exact = text.slice(text.indexOf("{")).replace(/("node-id":\s*)(\d+)/g, '$1"$2"')
    return JSON.parse(exact) as Record<string, unknown>
  } catch {
    return undefined
  }
}

interface FailedCall {
  readonly superlink: Running
  readonly address: string
  readonly port: number
  readonly line: string
  /** What the port forward reports about its last connection. */
  readonly trouble: string | undefined
  /** The command that prints the SuperLink's log. */
  readonly logs: string
  /** `flwr` is the one of practice clusters. */
  readonly standIn: boolean
}

const logsOf = (context: Context, { pod }: Running): string => {
  const site = context.the("superlink")
  return atSite(context, site, `oc logs pod/${pod} -n ${site.project}`)
}

/** The cluster node that practice clusters run their pods on. */
export const PRACTICE_NODE = "practice-node"

function refusal(
  words: string,
  { superlink, address, port, line, trouble, logs, standIn }: FailedCall,
): Error {
  const said = [words.replace(/\s+/g, " ").trim(), trouble].filter(Boolean).join("; ")
  if (!/unavailable|no answer|timed? ?out|connection (?:refused|reset)/i.test(said)) {
    return new RunbookError(`${line} was refused`, {
      why: said,
      fix: "see the reason above: the Control API answered, but refused this call",
      next: logs,
    })
  }
  if (isPractice(superlink) && !standIn) {
    return new CheckError(
      blocked("the SuperLink of these practice clusters is simulated: it has no Control API", {
        code: "simulated",
        fix: "practice with real Flower: --flower; or use the logs as proof: --proof log",
        next: "flower-runbook run --practice --flower --proof run --yes",
      }),
    )
  }
  return new CheckError(
    unknown(
      "unreachable",
      `the SuperLink's Control API at ${address} (port ${port} of its pod) does not answer: ${said}`,
      {
        fix: "check the SuperLink's log; if port forwards are not allowed, give its address: --control-api HOST:PORT",
        next: logs,
      },
    ),
  )
}

/** A SuperLink that practice simulates. Real programs listen on ports of this machine, and log that before they log that they are up. */
const isPractice = ({ node, log }: Running): boolean =>
  node === PRACTICE_NODE &&
  log.includes("Starting Flower SuperExec") &&
  !/ on 127\.0\.0\.1:[23]\d{4}\b/.test(log)

/** Flower's own TLS: the root certificate, and a name of this machine that the SuperLink's certificate is valid for. */
async function certificatesOf(
  context: Context,
  { deployment }: Running,
): Promise<{ root: string; host: string } | undefined> {
  const site = context.the("superlink")
  const args = superlinkFlags(deployment)
  const name = tlsSecretOf(site, context.inputs)
  if (name === undefined || args.includes("--insecure")) return undefined
  const { cluster } = context.at(site)
  const kept = await readSecret(cluster, site.project, name)
  const [root, own] = [kept?.text("ca.crt"), kept?.text("tls.crt")]
  if (!root || !own) {
    throw new RunbookError(`Secret ${name} in ${site.project} has no ca.crt and tls.crt`, {
      fix: "Flower's own TLS requires both, and tls.key",
      next: atSite(context, site, `oc get secret ${name} -n ${site.project}`),
    })
  }
  if (site.controlApi !== undefined) return { root, host: "" }
  const certificate = new X509Certificate(own)
  if (certificate.checkIP("127.0.0.1")) return { root, host: "127.0.0.1" }
  if (certificate.checkHost("localhost")) return { root, host: "localhost" }
  throw new CheckError(
    blocked(`the SuperLink's certificate is not valid for localhost, which a port forward uses`, {
      code: "certificate",
      fix: `issue it for localhost too (it is valid for ${certificate.subjectAltName ?? certificate.subject}), or give an address that it is valid for: --control-api HOST:PORT`,
      next: "flower-runbook step verify --proof log",
    }),
  )
}

/** A folder for a single use, because its configuration contains the port of the port forward. Folders of killed runs are removed. */
async function makeHome(folder: string): Promise<string> {
  const root = join(folder, "flwr")
  await mkdir(root, { recursive: true, mode: 0o700 })
  for (const name of await readdir(root)) {
    const owner = /^(\d+)-[A-Za-z0-9]{6}$/.exec(name)?.[1]
    if (owner !== undefined && !lives(Number(owner)))
      await rm(join(root, name), { recursive: true, force: true })
  }
  return mkdtemp(join(root, `${process.pid}-`))
}
