/** The guide on practice clusters: the real runner, without delays. */
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { openCluster } from "../../lib/cluster/index.ts"
import { writeKubeconfig } from "../../lib/cluster/kubeconfig.ts"
import type { Cluster, ClusterReader, KubeObject } from "../../lib/cluster/types.ts"
import { federate } from "../../lib/library.ts"
import type { Notebook } from "../../lib/notebook/notebook.ts"
import { startPractice } from "../../lib/practice/practice.ts"
import type { Fault } from "../../lib/practice/types/faults.ts"
import type { Practice } from "../../lib/practice/types/practice.ts"
import { placeName, type Recorded } from "../../lib/runner/events.ts"
import { openState, readState } from "../../lib/runner/open-state.ts"
import { plan } from "../../lib/runner/plan.ts"
import { run } from "../../lib/runner/run.ts"
import type { State } from "../../lib/runner/state.ts"
import type { PlanEntry, RunOptions } from "../../lib/runner/types.ts"
import guide, { program } from "../../runbooks/index.ts"
import { practiceImages, practiceValues } from "../../runbooks/practice-images.ts"
import { untilSeen } from "../../runbooks/shared/reading.ts"
import { siteInputs, withRunOptions } from "../e2e/options.ts"

export interface World {
  readonly practice: Practice
  /** Fresh projects and a fresh folder, with sessions at all sites: the clusters are shared by a file's tests. */
  begin(): Promise<void>
  /** The federation's folder. */
  readonly state: string
  /** A site's cluster, as its administrator. */
  cluster(site: string): Cluster
  project(site: string): string
  /** Runs the notebook; the outcomes by place (`supernode-1/verify`) as `kind: reason`. */
  run(more?: Call): Promise<Record<string, string>>
  /** What a run would do, by place as `action: reason`. */
  plan(more?: Call): Promise<Record<string, string>>
  /** The outcomes of the last run, whole. */
  readonly ended: Map<string, Extract<Recorded, { type: "step ended" }>["outcome"]>
  /** Everything that happened in the last run. */
  readonly events: Recorded[]
  close(): Promise<void>
}

export interface Call
  extends Partial<Pick<RunOptions, "selection" | "rerun" | "timeout" | "parallel" | "quiet">> {
  /** Federation-wide inputs. */
  values?: Record<string, unknown>
  /** More inputs of sites, by their names. */
  sites?: Record<string, Record<string, unknown>>
  notebook?: Notebook
}

export async function startWorld(
  options: { supernodes?: number; faults?: Fault[]; openshift?: boolean } = {},
): Promise<World> {
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
    ownCommands: program.practiceCommands!,
    ...(options.faults && { faults: options.faults }),
    ...(options.openshift !== undefined && { openshift: options.openshift }),
  })
  let round = 0
  const folderOfState = () => join(folder, `state-${round}`)
  const projectOf = (site: { name: string; role: string }) => `${practiceValues(site).project}-${round}`
  const clusters = new Map(
    practice.clusters.map(({ name, server, admin }) => [
      name,
      openCluster({
        fieldManager: "test",
        server: server.url,
        ca: server.ca.certificate,
        token: admin.token,
      }),
    ]),
  )
  const events: Recorded[] = []
  const ended: World["ended"] = new Map()
  const inputs = ({ values, sites: more }: Call) => ({
    name: "trial",
    ...(values && { values }),
    sites: siteInputs(practice).map((site) => ({
      ...site,
      project: projectOf(site),
      ...more?.[site.name],
    })),
  })
  /** As the command line does. */
  const withOptions = async <T>(
    call: Call,
    state: State,
    work: (options: RunOptions) => Promise<T>,
  ): Promise<T> => {
    const { values: _, sites: __, notebook = guide, ...more } = call
    const federation = await federate(notebook, inputs(call))
    const listener = (event: Recorded): void => {
      events.push(event)
      if (event.type === "step ended") ended.set(placeName(event), event.outcome)
    }
    const runOptions = { notebook, federation, state, quiet: true, listeners: [listener], ...more }
    return withRunOptions(practice, runOptions, work)
  }
  return {
    practice,
    async begin() {
      round++
      practice.faults.set([])
      await Promise.all(
        practice.clusters.map(async ({ name, role, server, admin }) => {
          const project = projectOf({ name, role })
          await clusters
            .get(name)!
            .create({ apiVersion: "v1", kind: "Namespace", metadata: { name: project } })
          await writeKubeconfig(join(folderOfState(), "kubeconfigs", name), {
            server: server.url,
            ca: server.ca.certificate,
            token: admin.token,
            user: admin.name,
            namespace: project,
          })
        }),
      )
    },
    get state() {
      return folderOfState()
    },
    events,
    ended,
    cluster: (site) => clusters.get(site)!,
    project: (site) => projectOf(sites.find(({ name }) => name === site)!),
    async run(more = {}) {
      events.length = 0
      ended.clear()
      const opened = await openState(folderOfState(), { command: "test" })
      try {
        await withOptions(more, opened, run)
      } finally {
        await opened.close()
      }
      return Object.fromEntries([...ended].map(([place, { kind, reason }]) => [place, `${kind}: ${reason}`]))
    },
    async plan(more = {}) {
      const entries = await withOptions(more, readState(folderOfState()), plan)
      return Object.fromEntries(entries.map((entry) => [placeOf(entry), `${entry.action}: ${entry.reason}`]))
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

/** A Deployment that existed before. */
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

/** The guide with only these steps, in their order. */
export const only = (...ids: string[]): Notebook => {
  const kept = new Set(["login", "project", ...ids])
  const steps = guide.steps
    .filter(({ id }) => kept.has(id))
    .map((step) => ({ ...step, needs: (step.needs ?? []).filter((id) => kept.has(id)) }))
  return { ...guide, steps }
}

/** The first answer that a read gives; fails after ten seconds. */
export async function waitFor<T>(
  cluster: Cluster,
  read: (cluster: ClusterReader) => Promise<T | undefined>,
): Promise<T> {
  const answer = await untilSeen(cluster, AbortSignal.timeout(60_000), read)
  if (answer === undefined) throw new Error("not seen within a minute")
  return answer
}

const SKUPPER = "skupper.io/v2alpha1"
const skupper = (kind: string, namespace: string, name: string, spec: object): KubeObject => ({
  apiVersion: SKUPPER,
  kind,
  metadata: { name, namespace },
  spec,
})

/** Installs the operator and links the sites through the API, as another user would have done. */
export async function makeNetwork(world: World): Promise<void> {
  const names = world.practice.clusters.map(({ name }) => name)
  await Promise.all(names.map((name) => makeSite(world, name)))
  const superlink = world.cluster("superlink")
  const west = world.project("superlink")
  for (const name of names.filter((one) => one !== "superlink")) {
    await superlink.create(
      skupper("AccessGrant", west, `for-${name}`, { redemptionsAllowed: 1, expirationWindow: "15m" }),
    )
    const { url, code, ca } = await waitFor(superlink, async (reader) => {
      const grant = await reader.get({
        apiVersion: SKUPPER,
        kind: "AccessGrant",
        namespace: west,
        name: `for-${name}`,
      })
      return grant?.status?.code === undefined ? undefined : grant.status
    })
    const east = world.project(name)
    await world.cluster(name).create(skupper("AccessToken", east, `for-${name}`, { url, code, ca }))
    await waitFor(world.cluster(name), (reader) => ready(reader, "Link", east))
  }
}

async function makeSite(world: World, name: string): Promise<void> {
  const cluster = world.cluster(name)
  const namespace = world.project(name)
  // Once per cluster.
  await cluster.apply({
    apiVersion: "operators.coreos.com/v1alpha1",
    kind: "Subscription",
    metadata: { name: "skupper-operator", namespace: "openshift-operators" },
    spec: {
      name: "skupper-operator",
      channel: "stable-2",
      source: "redhat-operators",
      sourceNamespace: "openshift-marketplace",
    },
  })
  await waitFor(cluster, async (reader) => ((await reader.serves(SKUPPER, "Site")) ? true : undefined))
  await cluster.create(
    skupper("Site", namespace, name, name === "superlink" ? { linkAccess: "default" } : {}),
  )
  await waitFor(cluster, (reader) => ready(reader, "Site", namespace))
}

async function ready(
  reader: ClusterReader,
  kind: string,
  namespace: string,
): Promise<KubeObject | undefined> {
  const objects = await reader.list({ apiVersion: SKUPPER, kind, namespace })
  return objects.find((object) =>
    object.status?.conditions?.some(
      (one: { type: string; status: string }) => one.type === "Ready" && one.status === "True",
    ),
  )
}
