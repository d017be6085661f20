/** Clusters without controllers, in which a test writes what the checks read; and contexts of steps for them. */
import { mkdtempSync } from "node:fs"
import { rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { openCluster } from "../../lib/cluster/index.ts"
import { writeKubeconfig } from "../../lib/cluster/kubeconfig.ts"
import type { Cluster, KubeObject } from "../../lib/cluster/types.ts"
import { CheckError, type CheckResult } from "../../lib/notebook/check-result.ts"
import { camel, type InputTable } from "../../lib/notebook/inputs.ts"
import type { Site } from "../../lib/notebook/roles.ts"
import { Redactor } from "../../lib/notebook/secrets.ts"
import type { Step } from "../../lib/notebook/step.ts"
import { startApiServer } from "../../lib/practice/apiserver/index.ts"
import { createAuthority } from "../../lib/practice/certificates.ts"
import { createFaultTable } from "../../lib/practice/faults.ts"
import { skupperCrds } from "../../lib/practice/skupper-crds.ts"
import type { ApiServer } from "../../lib/practice/types/apiserver.ts"
import type { FaultTable } from "../../lib/practice/types/faults.ts"
import { createToolbox } from "../../lib/tools.ts"
import type { Context } from "../../runbooks/context.ts"
import { environment, inputs } from "../../runbooks/inputs.ts"

const FEDERATION = "trial"

/** The user that writes what the checks read. */
const WRITER: ApiServer["users"][number] = {
  name: "system:tests",
  token: "system-token-of-the-tests",
  groups: ["system:masters"],
  admin: true,
}
const users = (): ApiServer["users"][number][] => [
  WRITER,
  { name: "kube:admin", token: "admin-token-of-the-tests", groups: ["system:masters"], admin: true },
  {
    name: "alice",
    token: "alice-token-of-the-tests",
    password: "alice's password",
    groups: [],
    admin: false,
  },
]

export interface ServedSite {
  readonly site: Site
  readonly server: ApiServer
  readonly admin: Cluster
  readonly faults: FaultTable
  /** Creates the site's own kubeconfig for one of the users. */
  login(user?: string): Promise<void>
}

export interface Clusters {
  readonly folder: string
  readonly superlink: ServedSite
  readonly supernode: ServedSite
  readonly notes: string[]
  /** The context of a step at a site; `more` replaces parts of it, values of the site and of the federation included. */
  context(step: Step, at: ServedSite | undefined, more?: More): Context
  check(step: Step, at: ServedSite | undefined, more?: More): Promise<CheckResult>
  close(): Promise<void>
}

export interface More {
  site?: Record<string, unknown>
  inputs?: Record<string, unknown>
  given?: string[]
  applyInterrupted?: boolean
  applyPeriod?: { from: string; to: string }
  interactive?: boolean
  env?: NodeJS.ProcessEnv
  commands?: string
}

export async function startClusters(
  options: { openshift?: boolean; skupper?: boolean } = {},
): Promise<Clusters> {
  const folder = mkdtempSync(join(tmpdir(), "runbook steps_"))
  const state = {
    kubeconfig: (site: string) => join(folder, "kubeconfigs", site),
    privateFile: (site: string, name: string) => join(folder, "private", `${site}.${name}`),
  }
  const redactor = new Redactor()
  const notes: string[] = []
  const serve = async (name: string, role: string, project: string): Promise<ServedSite> => {
    const ca = await createAuthority(name)
    const faults = createFaultTable()
    const known = users()
    const server = await startApiServer({
      name,
      users: known,
      ca,
      faults,
      openshift: options.openshift ?? true,
    })
    const admin = openCluster({
      fieldManager: "test",
      server: server.url,
      ca: ca.certificate,
      token: WRITER.token,
    })
    if (options.skupper !== false) for (const crd of skupperCrds()) await admin.create(crd)
    const site = { ...defaults({ name, role }), name, role, server: server.url, project }
    return {
      site,
      server,
      admin,
      faults,
      login: (user = "kube:admin") =>
        writeKubeconfig(state.kubeconfig(name), {
          server: server.url,
          ca: ca.certificate,
          token: known.find((one) => one.name === user)!.token,
          user,
          namespace: project,
        }),
    }
  }
  const [superlink, supernode] = await Promise.all([
    serve("superlink", "superlink", "flower-openshift-demo"),
    serve("supernode-1", "supernode", "flower-supernode-1"),
  ])
  const toolboxes: ReturnType<typeof createToolbox>[] = []

  const context = (step: Step, at: ServedSite | undefined, more: More = {}): Context => {
    const changed = (site: Site): Site => (site === at?.site ? { ...site, ...more.site } : site)
    const sites = [superlink, supernode].map((one) => changed(one.site))
    const site = sites.find(({ name }) => name === at?.site.name)
    const toolbox = createToolbox({
      notebook: { name: "flower-runbook", environment },
      federation: { values: {} },
      state,
      redactor,
      ...(more.env && { env: more.env }),
      ...(more.commands && { commands: more.commands }),
    })
    toolboxes.push(toolbox)
    const signal = new AbortController().signal
    const tools = toolbox.open({ step, site, signal, emit: () => undefined })
    const base = {
      site,
      peer: sites[0],
      sites,
      the: (role: string) => sites.find((one) => one.role === role)!,
      all: (role: string) => sites.filter((one) => one.role === role),
      inputs: { ...federationDefaults(), ...more.inputs },
      notebook: "flower-runbook",
      federation: FEDERATION,
      folder,
      signal,
      applyInterrupted: more.applyInterrupted ?? false,
      applyPeriod: more.applyPeriod,
      interactive: more.interactive ?? false,
      placeOf: () => undefined,
      given: (input: string) => more.given?.includes(input) ?? false,
      outcome: () => undefined,
      created: new Map(),
      recordCreated: () => undefined,
      provide: () => undefined,
      note: (text: string) => notes.push(text),
      secret: (value: string | undefined) => redactor.add(value),
    }
    return Object.defineProperties(base, Object.getOwnPropertyDescriptors(tools)) as unknown as Context
  }

  return {
    folder,
    superlink,
    supernode,
    notes,
    context,
    check: async (step, at, more) => {
      try {
        return await step.check(context(step, at, more))
      } catch (error) {
        // As the runner does.
        if (error instanceof CheckError) return error.result
        throw error
      }
    },
    close: async () => {
      await Promise.all(toolboxes.map((toolbox) => toolbox.close()))
      for (const { admin, server } of [superlink, supernode]) {
        await admin.close()
        await server.close()
      }
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** The defaults of the per-site inputs of a role. */
function defaults(site: { name: string; role: string }): Record<string, unknown> {
  const values: Record<string, unknown> = {}
  for (const [name, input] of Object.entries(inputs as InputTable)) {
    if (input.per !== "site" || (input.roles && !input.roles.includes(site.role))) continue
    const value = typeof input.default === "function" ? input.default(site, values, []) : input.default
    if (value !== undefined) values[camel(name)] = value
  }
  return values
}

const federationDefaults = (): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(inputs as InputTable)
      .filter(([, input]) => input.per === "federation" && input.default !== undefined)
      .map(([name, input]) => [camel(name), input.default]),
  )

export const namespace = (name: string): KubeObject => ({
  apiVersion: "v1",
  kind: "Namespace",
  metadata: { name },
})

/** Creates an object and then its status, as a controller would. */
export async function put(cluster: Cluster, object: KubeObject): Promise<KubeObject> {
  const made = await cluster.create(object)
  if (object.status === undefined) return made
  return setStatus(cluster, made, object.status)
}

export const setStatus = (cluster: Cluster, object: KubeObject, status: object): Promise<KubeObject> =>
  cluster.merge(
    {
      apiVersion: object.apiVersion,
      kind: object.kind,
      name: object.metadata.name,
      ...(object.metadata.namespace && { namespace: object.metadata.namespace }),
    },
    { status },
    { subresource: "status" },
  )

export const skupper = (kind: string, namespace: string, name: string, more: object = {}): KubeObject => ({
  apiVersion: "skupper.io/v2alpha1",
  kind,
  metadata: { name, namespace },
  spec: {},
  ...more,
})

/** Conditions as `{ Ready: "True", Running: ["False", "Pending", "No router pod is ready"] }`. */
export const conditions = (table: Record<string, string | [string, string, string]>): object[] =>
  Object.entries(table).map(([type, value]) => {
    const [status, reason, message] = typeof value === "string" ? [value, "Ready", "OK"] : value
    return { type, status, reason, message, lastTransitionTime: new Date().toISOString() }
  })

export const endpoints = (host: string): object[] => [
  { name: "edge", host, port: "45671", group: "skupper-router" },
  { name: "inter-router", host, port: "55671", group: "skupper-router" },
]
