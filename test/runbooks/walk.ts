/** Practice clusters and the guide's steps walked over them by the runner, as a run does. */
import { mkdtempSync } from "node:fs"
import { readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { openCluster } from "../../lib/cluster/index.ts"
import type { Cluster } from "../../lib/cluster/types.ts"
import type { Federation, Origin } from "../../lib/notebook/federation.ts"
import { camel, type InputTable } from "../../lib/notebook/inputs.ts"
import { notebook } from "../../lib/notebook/notebook.ts"
import { Redactor } from "../../lib/notebook/secrets.ts"
import type { Step } from "../../lib/notebook/step.ts"
import { startPractice } from "../../lib/practice/practice.ts"
import type { Delays, Fault, Practice } from "../../lib/practice/types.ts"
import type { Outcome, Recorded } from "../../lib/runner/events.ts"
import { openState } from "../../lib/runner/open-state.ts"
import { plan } from "../../lib/runner/plan.ts"
import { run } from "../../lib/runner/run.ts"
import type { PlanEntry, RunOptions } from "../../lib/runner/types.ts"
import { createToolbox } from "../../lib/tools.ts"
import { inputs } from "../../runbooks/inputs.ts"
import installOperator from "../../runbooks/install-operator.ts"
import linkStatus from "../../runbooks/link-status.ts"
import login from "../../runbooks/login.ts"
import prerequisites from "../../runbooks/prerequisites.ts"
import project from "../../runbooks/project.ts"
import siteCreate from "../../runbooks/site-create.ts"
import { tokenIssue, tokenRedeem } from "../../runbooks/token-exchange.ts"

/** From nothing to a link that is up. */
const STEPS: Step[] = [
  prerequisites,
  login,
  project,
  installOperator,
  siteCreate,
  tokenIssue,
  tokenRedeem,
  linkStatus,
]
const guide = notebook({
  name: "flower-runbook",
  title: "To the link",
  roles: { superlink: "one", supernode: "many" },
  inputs,
  steps: STEPS,
})

const SITES = [
  { name: "superlink", role: "superlink", project: "flower-openshift-demo" },
  { name: "supernode-1", role: "supernode", project: "flower-supernode-1" },
]

export interface WalkOptions {
  /** Given per site, by camelCase name, to all sites or to one. */
  site?: Record<string, unknown>
  superlink?: Record<string, unknown>
  inputs?: Record<string, unknown>
  only?: string[]
  sites?: string[]
  again?: boolean
  interactive?: boolean
  timeout?: number
  env?: NodeJS.ProcessEnv
}

export interface Walk {
  readonly code: number
  /** Kind of each place: `supernode-1/site-create` → `acted`. */
  readonly kinds: Readonly<Record<string, string>>
  readonly outcomes: Readonly<Record<string, Outcome>>
  readonly events: readonly Recorded[]
  /** The lines of commands that ran. */
  readonly commands: readonly string[]
  readonly notes: readonly string[]
}

export class Walker {
  readonly practice: Practice
  readonly state: string
  readonly #folder: string
  readonly #admins = new Map<string, Cluster>()

  private constructor(practice: Practice, folder: string) {
    this.practice = practice
    this.#folder = folder
    this.state = join(folder, "state of jane_doe")
  }

  static async start(
    options: { faults?: Fault[]; delays?: Delays; openshift?: boolean } = {},
  ): Promise<Walker> {
    const folder = mkdtempSync(join(tmpdir(), "walk-"))
    const practice = await startPractice({
      sites: SITES,
      values: () => ({}),
      federation: "trial",
      folder: join(folder, "practice"),
      delays: options.delays ?? "none",
      images: [],
      ...(options.faults && { faults: options.faults }),
      ...(options.openshift !== undefined && { openshift: options.openshift }),
    })
    return new Walker(practice, folder)
  }

  /** A site's cluster as its administrator. */
  admin(name: string): Cluster {
    let cluster = this.#admins.get(name)
    if (cluster === undefined) {
      cluster = openCluster({
        kubeconfig: this.practice.clusters.find((one) => one.name === name)!.kubeconfig,
      })
      this.#admins.set(name, cluster)
    }
    return cluster
  }

  async walk(options: WalkOptions = {}): Promise<Walk> {
    const state = await openState(this.state, { command: "test" })
    const events: Recorded[] = []
    const prepared = this.#options(options, state, events)
    try {
      const { code, outcomes } = await run(prepared)
      const by = outcomes.map(
        ({ step, site, outcome }) => [site ? `${site}/${step}` : step, outcome] as const,
      )
      return {
        code,
        outcomes: Object.fromEntries(by),
        kinds: Object.fromEntries(by.map(([place, outcome]) => [place, outcome.kind])),
        events,
        commands: events.flatMap((event) => (event.type === "command" ? [event.line] : [])),
        notes: events.flatMap((event) => (event.type === "note" ? [event.text] : [])),
      }
    } finally {
      await prepared.toolbox.close()
      await state.close()
    }
  }

  async plan(options: WalkOptions = {}): Promise<PlanEntry[]> {
    const state = await openState(this.state, { command: "test" })
    const prepared = this.#options(options, state, [])
    try {
      return await plan(prepared)
    } finally {
      await prepared.toolbox.close()
      await state.close()
    }
  }

  journal(): Promise<string> {
    return readFile(join(this.state, "journal.jsonl"), "utf8")
  }

  /** A file that only its owner can read. */
  async file(name: string, text: string): Promise<string> {
    const path = join(this.#folder, name)
    await writeFile(path, text, { mode: 0o600 })
    return path
  }

  async contextOf(kubeconfig: string): Promise<string> {
    const { parse } = await import("yaml")
    return parse(await readFile(kubeconfig, "utf8"))["current-context"]
  }

  async close(): Promise<void> {
    for (const cluster of this.#admins.values()) await cluster.close()
    await this.practice.close()
    await rm(this.#folder, { recursive: true, force: true })
  }

  #options(
    options: WalkOptions,
    state: Awaited<ReturnType<typeof openState>>,
    events: Recorded[],
  ): RunOptions {
    const redactor = new Redactor()
    return {
      notebook: guide,
      federation: this.#federation(options),
      state,
      redactor,
      toolbox: createToolbox({
        state,
        redactor,
        commands: process.env.RUNBOOK_TEST_COMMANDS ?? this.practice.commands,
        ...(options.env && { env: { ...process.env, ...options.env } }),
        login: (site) => `flower-runbook step login --site ${site.name}`,
      }),
      selection: {
        ...(options.only && { only: options.only }),
        ...(options.sites && { sites: options.sites }),
      },
      consent: "all",
      command: "test",
      version: "0",
      interactive: options.interactive ?? false,
      timeout: options.timeout ?? 30,
      again: options.again ?? false,
      listeners: [(event) => events.push(event)],
      signal: new AbortController().signal,
    }
  }

  #federation(options: WalkOptions): Federation {
    const origins: Record<string, Origin> = {}
    const sites = SITES.map((site) => {
      const { server } = this.practice.clusters.find(({ name }) => name === site.name)!
      const given: Record<string, unknown> = {
        ...site,
        server: server.url,
        certificateAuthority: join(this.practice.folder, "ca", `${site.name}.crt`),
        tokenFile: join(this.practice.folder, "tokens", site.name),
        ...options.site,
        ...(site.role === "superlink" && options.superlink),
      }
      for (const [name, input] of Object.entries(inputs as InputTable)) {
        if (input.per !== "site" || (input.roles && !input.roles.includes(site.role))) continue
        if (given[camel(name)] !== undefined) origins[`${site.name}.${name}`] = "flag"
        else
          given[camel(name)] =
            typeof input.default === "function" ? input.default(site, given) : input.default
      }
      return given as Record<string, unknown> & typeof site
    })
    const values: Record<string, unknown> = { ...options.inputs }
    for (const [name, input] of Object.entries(inputs as InputTable)) {
      if (input.per === "federation") values[camel(name)] ??= input.default
    }
    return { name: "trial", values, sites, origins }
  }
}
