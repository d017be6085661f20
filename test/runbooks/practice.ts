/** The guide on practice clusters: the real runner over played clusters, without delays. */
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { openCluster } from "../../lib/cluster/index.ts"
import type { Cluster, KubeObject } from "../../lib/cluster/types.ts"
import { type LibraryOptions, plan, run } from "../../lib/library.ts"
import type { Notebook } from "../../lib/notebook/notebook.ts"
import { startPractice } from "../../lib/practice/practice.ts"
import type { Fault, Practice } from "../../lib/practice/types.ts"
import { placeName, type Recorded } from "../../lib/runner/events.ts"
import type { PlanEntry } from "../../lib/runner/types.ts"
import guide, { program } from "../../runbooks/index.ts"
import { practiceImages, practiceValues } from "../../runbooks/practice-images.ts"

export interface Played {
  readonly practice: Practice
  /** The federation's folder. */
  readonly state: string
  /** A site's cluster, as its administrator. */
  cluster(site: string): Cluster
  project(site: string): string
  /** Runs the notebook; the outcomes by place (`supernode-1/verify`) as `kind: reason`. */
  run(more?: Call): Promise<Record<string, string>>
  /** What a run would do, by place as `would: reason`. */
  plan(more?: Call): Promise<Record<string, string>>
  /** The outcomes of the last run, whole. */
  readonly ended: Map<string, Extract<Recorded, { type: "step ended" }>["outcome"]>
  /** Everything that happened in the last run. */
  readonly events: Recorded[]
  close(): Promise<void>
}

export interface Call extends Partial<LibraryOptions> {
  /** Federation-wide inputs. */
  values?: Record<string, unknown>
  /** More inputs of sites, by their names. */
  sites?: Record<string, Record<string, unknown>>
  notebook?: Notebook
}

export async function play(
  options: { supernodes?: number; faults?: Fault[]; openshift?: boolean } = {},
): Promise<Played> {
  const folder = await mkdtemp(join(tmpdir(), "guide_on practice-"))
  const sites = [
    { name: "superlink", role: "superlink" },
    ...Array.from({ length: options.supernodes ?? 1 }, (_, index) => ({
      name: `supernode-${index + 1}`,
      role: "supernode",
    })),
  ]
  const practice = await startPractice({
    sites,
    values: practiceValues,
    federation: "trial",
    folder: join(folder, "practice"),
    delays: "none",
    images: practiceImages,
    ...(options.faults && { faults: options.faults }),
    ...(options.openshift !== undefined && { openshift: options.openshift }),
  })
  const state = join(folder, "state")
  const clusters = new Map(
    practice.clusters.map(({ name, server, admin }) => [
      name,
      openCluster({ server: server.url, ca: server.ca.certificate, token: admin.token }),
    ]),
  )
  const events: Recorded[] = []
  const ended: Played["ended"] = new Map()
  const inputs = ({ values, sites: more }: Call) => ({
    name: "trial",
    ...(values && { values }),
    sites: practice.clusters.map(({ name, role, server }) => ({
      name,
      role,
      server: server.url,
      "certificate-authority": join(practice.folder, "ca", `${name}.crt`),
      "token-file": join(practice.folder, "tokens", name),
      ...practiceValues({ name, role }),
      ...more?.[name],
    })),
  })
  const optionsOf = ({ values, sites: _, notebook, ...more }: Call): LibraryOptions => ({
    folder: state,
    commands: practice.commands,
    consent: "all",
    timeout: 20,
    ...more,
  })
  return {
    practice,
    state,
    events,
    ended,
    cluster: (site) => clusters.get(site)!,
    project: (site) => String(practiceValues(sites.find(({ name }) => name === site)!).project),
    async run(more = {}) {
      events.length = 0
      ended.clear()
      const listener = (event: Recorded): void => {
        events.push(event)
        if (event.type === "step ended") ended.set(placeName(event), event.outcome)
      }
      await run(more.notebook ?? guide, inputs(more), { ...optionsOf(more), listeners: [listener] })
      return Object.fromEntries([...ended].map(([place, { kind, reason }]) => [place, `${kind}: ${reason}`]))
    },
    async plan(more = {}) {
      const entries = await plan(more.notebook ?? guide, inputs(more), optionsOf(more))
      return Object.fromEntries(entries.map((entry) => [placeOf(entry), `${entry.would}: ${entry.reason}`]))
    },
    async close() {
      await Promise.all([...clusters.values()].map((cluster) => cluster.close()))
      await practice.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

const placeOf = ({ step, site }: PlanEntry): string =>
  placeName(site === undefined ? { step } : { step, site })

export const teardown = program.notebook.teardown!

/** A Deployment of somebody else. */
export const foreign = (
  namespace: string,
  name: string,
  container: { name: string; image: string; args?: string[]; ports?: object[] },
): KubeObject => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name, namespace },
  spec: {
    replicas: 1,
    selector: { matchLabels: { app: name } },
    template: { metadata: { labels: { app: name } }, spec: { containers: [container] } },
  },
})

/** The guide with these steps alone, in their order: what stands between them is not needed. */
export const only = (...ids: string[]): Notebook => {
  const kept = new Set(["login", "project", ...ids])
  const steps = guide.steps
    .filter(({ id }) => kept.has(id))
    .map((step) => ({ ...step, needs: (step.needs ?? []).filter((id) => kept.has(id)) }))
  return { ...guide, steps }
}

/** Makes the projects of all sites. */
export const makeProjects = (played: Played): Promise<unknown> =>
  Promise.all(
    played.practice.clusters.map(({ name }) =>
      played
        .cluster(name)
        .create({ apiVersion: "v1", kind: "Namespace", metadata: { name: played.project(name) } }),
    ),
  )
