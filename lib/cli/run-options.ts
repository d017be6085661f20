import { CheckError } from "../notebook/check-result.ts"
import type { Site } from "../notebook/roles.ts"
import { sameServer } from "../notebook/server-url.ts"
import type { State } from "../runner/state.ts"
import type { Toolbox } from "../runner/toolbox.ts"
import type { RunOptions } from "../runner/types.ts"
import { type Call, inputFlags } from "./call.ts"
import { nextLines } from "./next-line.ts"
import { type OpenedFederation, selectionOf } from "./open-federation.ts"
import { isPractice } from "./practice-authority.ts"

/** The tools of the notebook's steps over a federation's folder. */
export async function toolboxFor(
  call: Call,
  { federation }: OpenedFederation,
  state: State,
): Promise<Toolbox> {
  const { createToolbox } = await import("../tools.ts")
  return createToolbox({
    notebook: call.notebook,
    federation,
    state,
    redactor: call.redactor,
    env: call.io.env as NodeJS.ProcessEnv,
    login: (site) => loginCommand(call, site.name),
  })
}

/** The command that logs in at a site: the notebook's step for sessions. */
export function loginCommand(call: Call, site: string): string {
  const { sessionStep, io } = call
  const command = sessionStep === undefined ? "run" : `step ${sessionStep}`
  return `${io.program} ${command} --site ${site}${inputFlags(call)}`
}

/**
 * The options that plans, runs and checks share.
 * @param saved the journal has the inputs of this call
 */
export function runOptions(
  call: Call,
  opened: OpenedFederation,
  state: State,
  toolbox: Toolbox,
  saved = false,
): RunOptions {
  const { flags, notebook, io, interaction, signal, redactor, command } = call
  const parallel = flags.count("parallel")
  const timeout = flags.duration("timeout")
  return {
    notebook,
    federation: opened.federation,
    state,
    toolbox,
    redactor,
    selection: selectionOf(call, opened.federation),
    approval: "named",
    command: redactor.text(command),
    nextLine: nextLines(call, opened.federation, state, saved),
    version: io.version,
    practice: isPractice(opened.federation),
    interactive: interaction.ask,
    ...(parallel !== undefined && { parallel }),
    ...(timeout !== undefined && { timeout }),
    ...(flags.has("trust-checkpoints") && { trustCheckpoints: true }),
    ...(flags.has("rerun") && { rerun: true }),
    ...(flags.has("show") && { show: true }),
    listeners: [],
    signal,
  }
}

/** Whether a site's kubeconfig has a session at that server. True if the server is unreachable: then nobody knows. */
export async function hasSession(call: Call, state: State, site: Site, server: string): Promise<boolean> {
  const { openCluster } = await import("../cluster/index.ts")
  const { readServer } = await import("../cluster/kubeconfig.ts")
  const { siteEnvironment } = await import("../cluster/proxy.ts")
  const kubeconfig = state.kubeconfig(site.name)
  const cluster = openCluster({
    kubeconfig,
    fieldManager: call.notebook.name,
    secret: (value) => call.redactor.add(value),
    env: siteEnvironment(call.io.env as NodeJS.ProcessEnv, site as object),
  })
  try {
    const at = await readServer(kubeconfig)
    if (at === undefined || !sameServer(at, server)) return false
    await cluster.bound(call.signal).whoami()
    return true
  } catch (error) {
    if (error instanceof CheckError)
      return error.result.state === "unknown" && error.result.because === "unreachable"
    throw error
  } finally {
    await cluster.close()
  }
}
