import { accessSync, constants, existsSync, statSync } from "node:fs"
import { dirname } from "node:path"
import { FIRST_CONTACT_S } from "../limits.ts"
import { CheckError } from "../notebook/check-result.ts"
import type { Diagnosis } from "../notebook/doctor-check.ts"
import type { Federation } from "../notebook/federation.ts"
import type { Site } from "../notebook/roles.ts"
import { readMemory } from "../runner/journal-reading.ts"
import type { Call } from "./call.ts"
import { loginCommand } from "./run-options.ts"
import { tryEndpoint } from "./try-endpoint.ts"

/** A finding under a title, as the table shows it. */
export interface Finding extends Diagnosis {
  readonly title: string
}

/** Clocks apart by more than this break certificates and tokens; in seconds. */
const SKEW = 60

/** What any run needs on this machine: Node, bash, a usable state folder. */
export function examineHere(call: Call, folder: string): Finding[] {
  return [
    { title: "Node", ok: true, said: `${process.version} on ${process.platform} ${process.arch}` },
    bash(call),
    stateFolder(folder),
    journal(folder),
  ]
}

function bash({ io }: Call): Finding {
  const found = (io.env.PATH ?? "")
    .split(":")
    .filter(Boolean)
    .map((entry) => `${entry}/bash`)
    .find(existsSync)
  return found === undefined
    ? {
        title: "bash",
        ok: false,
        said: "is not on PATH",
        fix: "install bash: the commands of the steps run in it",
      }
    : { title: "bash", ok: true, said: found }
}

function stateFolder(folder: string): Finding {
  const title = "state folder"
  if (!existsSync(folder)) {
    let parent = dirname(folder)
    while (!existsSync(parent) && parent !== dirname(parent)) parent = dirname(parent)
    return writable(parent)
      ? { title, ok: true, said: `${folder} does not exist yet; the first run creates it` }
      : {
          title,
          ok: false,
          said: `${folder} cannot be created: ${parent} is not writable`,
          fix: "choose another folder: --state DIR",
        }
  }
  const { mode } = statSync(folder)
  if (!writable(folder)) {
    return {
      title,
      ok: false,
      said: `${folder} is not writable`,
      fix: "fix its permissions, or choose another folder: --state DIR",
    }
  }
  if ((mode & 0o077) !== 0) {
    return { title, ok: "warn", said: `${folder} can be read by other users`, next: `chmod 700 ${folder}` }
  }
  return { title, ok: true, said: folder }
}

function writable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK)
    return true
  } catch {
    return false
  }
}

function journal(folder: string): Finding {
  const title = "journal"
  try {
    const memory = readMemory(folder)
    if (memory?.lastRun === undefined) return { title, ok: true, said: "empty: nothing has run yet" }
    const interrupted = [...memory.interrupted]
    return interrupted.length === 0
      ? { title, ok: true, said: `last run ${memory.lastRun.started}` }
      : {
          title,
          ok: "warn",
          said: `interrupted while applying: ${interrupted.join(", ")}`,
          fix: "run again: the run checks the result and resumes from there",
        }
  } catch (error) {
    return { title, ok: false, said: (error as Error).message, fix: "repair the journal, or move it away" }
  }
}

/**
 * What any run needs of a site: its API server answers (with the client, the CA and the proxy that the run uses, whatever
 * the kind of login), the clocks agree, there is a session.
 */
export async function examineSite(
  call: Call,
  site: Site,
  { kubeconfig, places }: { readonly kubeconfig: string; readonly places: Federation["places"] },
): Promise<Finding[]> {
  const server = serverOf(call, site)
  if (server === undefined) return []
  const { openCluster } = await import("../cluster/index.ts")
  const { siteEnvironment } = await import("../cluster/proxy.ts")
  const own = openCluster({
    kubeconfig,
    fieldManager: call.notebook.name,
    secret: (value) => call.redactor.add(value),
    env: siteEnvironment(call.io.env as NodeJS.ProcessEnv, site),
  })
  try {
    const address = { ...(site as object), server }
    const reached = await tryEndpoint(call, address, { seconds: FIRST_CONTACT_S, own: kubeconfig })
    const title = "API server"
    if (!reached.ok) {
      const { said, fix } = reached
      return [{ title, ok: false, said: `${said}${placed(places, site)}`, ...(fix !== undefined && { fix }) }]
    }
    return [
      { title, ok: true, said: `${server}, ${reached.said.replace(/^Kubernetes /, "")}` },
      { title: "clock", ...skew(reached.now - Date.now()) },
      await finding("session", async () => {
        try {
          return { ok: true, said: `logged in as ${await own.bound(call.signal).whoami()}` }
        } catch (error) {
          if (!(error instanceof CheckError)) throw error
          return { ok: "warn", said: error.result.reason, next: loginCommand(call, site.name) }
        }
      }),
    ]
  } finally {
    await own.close()
  }
}

/** Where the address was given. */
function placed(places: Federation["places"], site: Site): string {
  const place = places?.[`${site.name}.server`]
  return place === undefined ? "" : ` (server: ${place})`
}

/** The server of a site: the value of its URL input that identifies it. */
function serverOf({ notebook }: Call, site: Site): string | undefined {
  const name = Object.keys(notebook.inputs).find((one) => {
    const input = notebook.inputs[one]!
    return input.identity === true && input.type === "url"
  })
  const value = name === undefined ? undefined : (site as Record<string, unknown>)[name]
  return typeof value === "string" ? value : undefined
}

function skew(milliseconds: number): Diagnosis {
  const seconds = Math.round(milliseconds / 1000)
  const said =
    Math.abs(seconds) < 2
      ? "agrees with this machine"
      : `${Math.abs(seconds)} s ${seconds > 0 ? "ahead of" : "behind"} this machine`
  return Math.abs(seconds) > SKEW
    ? { ok: "warn", said, fix: "set this machine's clock (NTP): tokens and certificates depend on it" }
    : { ok: true, said }
}

/** A check that throws is a finding, never a crash. */
export async function finding(title: string, check: () => Promise<Diagnosis>): Promise<Finding> {
  try {
    return { title, ...(await check()) }
  } catch (error) {
    if (error instanceof CheckError) {
      const { reason, fix, next } = error.result
      return { title, ok: false, said: reason, ...(fix && { fix }), ...(next !== undefined && { next }) }
    }
    return { title, ok: false, said: error instanceof Error ? error.message : String(error) }
  }
}
