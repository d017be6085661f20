import { Changes } from "./cluster/changes.ts"
import { type OpenCluster, openCluster } from "./cluster/index.ts"
import { siteEnvironment } from "./cluster/proxy.ts"
import { previewingWrites, reportingWrites, withParts } from "./cluster/reporting-writes.ts"
import { SharedReads } from "./cluster/shared-reads.ts"
import type { Cluster, ClusterWriter, Observed } from "./cluster/types.ts"
import { leaseHold } from "./hold.ts"
import type { Federation } from "./notebook/federation.ts"
import type { Notebook } from "./notebook/notebook.ts"
import type { Site } from "./notebook/roles.ts"
import type { Redactor } from "./notebook/secrets.ts"
import type { BaseContext } from "./notebook/step.ts"
import type { Emit } from "./runner/events.ts"
import type { State } from "./runner/state.ts"
import type { Place, Toolbox } from "./runner/toolbox.ts"
import { commandEnvironment } from "./shell/command-environment.ts"
import { createShell } from "./shell/index.ts"
import { previewShell } from "./shell/preview-shell.ts"
import type { Shell } from "./shell/types.ts"

/** What a step of a notebook with clusters gets beside the base context. */
export interface Tools {
  /** Runs commands with KUBECONFIG set to the site's own kubeconfig and no stdin. */
  readonly $: Shell
  /** The site's cluster, as the identity of the site's own kubeconfig. */
  readonly cluster: Cluster
  /** The path of the site's own kubeconfig; the file may not exist yet. */
  readonly kubeconfig: string
  /**
   * The path of a file that only this site's steps share: `private/<site>.<name>` in the federation's folder, which nobody
   * else may read (0700). It may not exist yet; write it with mode 0600.
   */
  privateFile(name: string): string
  /** The same tools for another site. */
  at(site: Site): Omit<Tools, "at">
}

/** What every step of a notebook with clusters gets. */
export type StepContext<S = Record<string, unknown>, F = Record<string, unknown>> = BaseContext<S, F> & Tools

export interface ToolboxOptions {
  /** Its name is the field manager of what is applied; its variables go to every command. */
  readonly notebook: Pick<Notebook, "name" | "environment" | "lease">
  /** Its input `commands`, where the notebook declares it, is a folder that is searched first for commands. */
  readonly federation: Pick<Federation, "values"> & Partial<Pick<Federation, "name" | "sites">>
  /** Where a site's files are (a `State`, or the part of it that tools need). */
  readonly state: Pick<State, "kubeconfig" | "privateFile">
  readonly redactor: Redactor
  /** The environment that commands start from. Default: the process's. */
  readonly env?: Readonly<NodeJS.ProcessEnv>
  /** In place of the input `commands`. */
  readonly commands?: string
  /** The command that logs a site in, for errors: `my-notebook step login --site NAME`. */
  readonly login?: (site: Site) => string
}

/** Cluster users by site name. */
type Users = Map<string, string>

/** The shell and the cluster as a step's tools. One cluster is opened per site; a `here` or `federation` step has none. */
export function createToolbox(options: ToolboxOptions): Toolbox {
  const { state, redactor } = options
  const ended = new AbortController()
  const clusters = new Map<string, OpenCluster>()
  const reads = new Map<string, SharedReads>()
  /** Where commands were found: looked for once, not at each call. */
  const found = new Map<string, string>()
  /** The cluster user at each site that each run last reported: every run reports it once. */
  const users = new WeakMap<Emit, Users>()
  const env = options.env ?? process.env

  const clusterOf = (site: Site): OpenCluster => {
    assertOwn(site)
    let cluster = clusters.get(site.name)
    if (cluster === undefined) {
      cluster = openCluster({
        kubeconfig: state.kubeconfig(site.name),
        fieldManager: options.notebook.name,
        login: options.login?.(site),
        secret: (value) => redactor.add(value),
        env: siteEnvironment(env, site),
      })
      clusters.set(site.name, cluster)
    }
    return cluster
  }

  const readsOf = (site: Site): SharedReads => {
    const known = reads.get(site.name) ?? new SharedReads()
    reads.set(site.name, known)
    return known
  }

  const shellOf = (place: Place, site: Site | undefined, signal: AbortSignal, ran: () => void): Shell => {
    if (site !== undefined) assertOwn(site)
    const at = { step: place.step.id, ...(place.site !== undefined && { site: place.site.name }) }
    const shell = createShell({
      // Never the user's own kubeconfig: a step without a site has no cluster.
      env: commandEnvironment(
        { ...options, env: siteEnvironment(env, site) },
        site ? state.kubeconfig(site.name) : "/dev/null",
      ),
      found,
      emit: (event) => {
        if (event.type === "command") ran()
        // Whatever a command does, it has done some of it until its end.
        if (event.type !== "output" && site !== undefined) {
          readsOf(site).forget()
          clusters.get(site.name)?.stale()
        }
        place.emit({ ...event, ...at })
      },
      redact: (text) => redactor.text(text),
      signal,
      edited: (line) => editOf(place, line),
    })
    const { recorder } = place
    if (recorder === undefined) return shell
    const redact = (text: string): string => redactor.text(text)
    return previewShell({ record: recorder.command, redact, signal, which: shell.which })
  }

  const written = (cluster: Cluster, place: Place, site: Site): Cluster => {
    const { emit, recorder } = place
    if (recorder !== undefined) return previewingWrites(cluster, recorder.write)
    const known = users.get(emit) ?? new Map<string, string>()
    users.set(emit, known)
    const forgetting = aroundWrites(cluster, () => readsOf(site).forget())
    return reportingSession(forgetting, place, site, known, (text) => redactor.hash(text))
  }

  /** `reader` wraps a site's cluster: as it is, or observed. */
  const toolsOf = (
    place: Place,
    reader: (cluster: Cluster, site: Site) => Cluster,
    ran: () => void,
  ): Tools => {
    const signal = AbortSignal.any([place.signal, ended.signal])
    const own = (site: Site | undefined): Omit<Tools, "at"> => {
      let shell: Shell | undefined
      let cluster: Cluster | undefined
      const present = (): Site => {
        if (site === undefined)
          throw new Error(`step ${place.step.id} is on ${JSON.stringify(place.step.on)}, so it has no site`)
        return site
      }
      return {
        get $() {
          shell ??= shellOf(place, site, signal, ran)
          return shell
        },
        get cluster() {
          cluster ??= written(reader(clusterOf(present()).bound(signal), present()), place, present())
          return cluster
        },
        get kubeconfig() {
          return fileOf(place, state.kubeconfig(present().name))
        },
        privateFile: (name) => fileOf(place, state.privateFile(present().name, name)),
      }
    }
    const tools = own(place.site)
    return Object.defineProperty(tools, "at", { value: own, enumerable: true }) as Tools
  }

  return {
    begin: () => reads.clear(),
    open: (place) =>
      toolsOf(
        place,
        (cluster, site) =>
          place.checks === true ? withParts(cluster, readsOf(site).reader(cluster)) : cluster,
        () => undefined,
      ),
    observe: (place) => {
      const changes = new Changes()
      const observed = new Map<string, Observed>()
      const reader = (cluster: Cluster, site: Site): Cluster => {
        let seen = observed.get(site.name)
        if (seen === undefined) {
          seen = cluster.observe(changes)
          observed.set(site.name, seen)
        }
        // Its reads go through the observer.
        return withParts(cluster, seen.reader)
      }
      return {
        tools: toolsOf(place, reader, () => changes.unwatched()),
        changed: (signal) => changes.changed(signal),
        close: () => {
          // What was waited for is there now, or is not: what was read before the wait says nothing about it.
          for (const name of observed.keys()) reads.get(name)?.forget()
          for (const seen of observed.values()) seen.close()
        },
      }
    },
    ahead: (site) => clusters.get(site.name)?.ahead,
    hold: (emit) => leaseHold(options, clusterOf, emit),
    close: async () => {
      ended.abort()
      await Promise.all([...clusters.values()].map((cluster) => cluster.close()))
    },
  }
}

/** No connection to a site of another party is ever opened, whatever a step asks for. */
function assertOwn({ name, party }: Site): void {
  if (party === undefined) return
  throw new Error(`${name} belongs to the party ${party}: nothing here reads or writes its cluster`)
}

/** A cluster that says before and after each write that it writes. */
function aroundWrites(cluster: Cluster, told: () => void): Cluster {
  const around =
    <A extends unknown[], R>(write: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      told()
      return write(...args).finally(told)
    }
  const { create, apply, merge, replace, remove, post } = cluster
  const writes = {
    create: around(create),
    apply: around(apply),
    merge: around(merge),
    replace: around(replace),
    remove: around(remove),
    post: around(post),
  } as ClusterWriter
  return withParts(cluster, writes)
}

/** A cluster that reports its user and what is written to it. */
function reportingSession(
  cluster: Cluster,
  { step, site: own, emit }: Place,
  site: Site,
  users: Users,
  hash: (text: string) => string | undefined,
): Cluster {
  const at = { step: step.id, ...(own !== undefined && { site: own.name }) }
  const writing = reportingWrites(cluster, (what, written) => {
    const hashed = written && hash(JSON.stringify(written))
    emit({ type: "written", what, ...(hashed !== undefined && { sha256: hashed }), ...at })
  })
  return withParts(writing, {
    async whoami() {
      const user = await cluster.whoami()
      if (users.get(site.name) !== user) {
        users.set(site.name, user)
        emit({ type: "session", user, server: cluster.server, step: step.id, site: site.name })
      }
      return user
    },
  })
}

/** In a preview a step works on a copy of the file. */
const fileOf = ({ recorder }: Place, path: string): string => recorder?.instead(path) ?? path

/** What the user wants to run in place of a command; the journal records the original. */
function editOf({ edits, step, site, emit }: Place, line: string): string | undefined {
  const edit = edits?.get(line)
  if (edit === undefined) return undefined
  const at = { step: step.id, ...(site && { site: site.name }) }
  emit({ type: "note", text: edit.said ?? `edited: was ${line}`, ...at })
  for (const applied of edit.applied) emit({ type: "written", ...applied, ...at })
  return edit.line
}
