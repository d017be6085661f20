/** Projects: whether one can be used, why not, and how it is created. On plain Kubernetes they are namespaces. */
import {
  blocked,
  type CheckResult,
  type ClusterReader,
  type KubeObject,
  missing,
  progressing,
  type Ref,
  RunbookError,
} from "../../lib/index.ts"
import type { Context } from "../context.ts"
import { labels, ownsProject, projectDescription, recordOwn } from "../shared/labels.ts"
import { type Condition, hasProjects, ifAllowed, ifServed, objectRef, some } from "../shared/reading.ts"
import { alreadyExists, viaApi } from "../shared/via.ts"

const PROJECT = "project.openshift.io/v1"
/** How long the rights in a new project may take to reach every API server, in milliseconds. */
const SETTLING = 10_000

const refOf = (projects: boolean, name: string): Ref =>
  projects ? { apiVersion: PROJECT, kind: "Project", name } : { apiVersion: "v1", kind: "Namespace", name }

/** A project that exists and can be used, or the result that says why not. `found`: undefined if it cannot be read itself. */
export type Usable = { readonly word: string; readonly found: KubeObject | undefined } | CheckResult

/** Whether the user can create Deployments in a project. */
export async function usableProject(
  { cluster, federation }: Pick<Context, "cluster" | "federation">,
  name: string,
): Promise<Usable> {
  const read = (projects: boolean) =>
    ifAllowed(cluster.get(refOf(projects, name)).then((object) => object ?? ("none" as const)))
  // Asked for first: the answer also says whether there are projects.
  const asProject = await ifServed(read(true).then((answer) => ({ answer })))
  const projects = asProject !== undefined
  const answer = projects ? asProject.answer : await read(false)
  const found = answer === "none" ? undefined : answer
  const mayDeploy = () =>
    cluster.allowed({ verb: "create", group: "apps", resource: "deployments", namespace: name })
  // On OpenShift, 403 means that the project does not exist or belongs to others. A namespace may be unreadable, yet usable.
  const hidden = answer === undefined && !projects && (await mayDeploy())
  if (found === undefined && !hidden) return missingProject(cluster, name, projects)
  if (found?.metadata.deletionTimestamp !== undefined || found?.status?.phase === "Terminating") {
    const holds = await whatHolds(cluster, name)
    return progressing(
      `${word(projects)} ${name} is being deleted; waiting until it is gone${holds}`,
      objectRef(found),
    )
  }
  if (found !== undefined && !(await mayDeploy())) {
    const age = (await cluster.now()) - Date.parse(found.metadata.creationTimestamp ?? "")
    if (ownsProject(found, federation) && age < SETTLING)
      return progressing(
        `${word(projects)} ${name} is new: your rights in it are not effective yet`,
        objectRef(found),
      )
    return notAllowed(await cluster.whoami(), name, found)
  }
  return { word: word(projects), found }
}

/** Why a deletion does not end, by the conditions of the Namespace: objects with finalizers, or an API that does not answer. */
async function whatHolds(cluster: ClusterReader, name: string): Promise<string> {
  const found = await ifAllowed(cluster.get({ apiVersion: "v1", kind: "Namespace", name }))
  const held = ((found?.status?.conditions ?? []) as Condition[]).filter(
    ({ type, status }) => HOLDS.has(type) && status === "True",
  )
  return held.length === 0 ? "" : `: ${held.map(({ message, type }) => message ?? type).join("; ")}`
}

/** Read in kubernetes/pkg/controller/namespace/deletion/status_condition_utils.go. */
const HOLDS: ReadonlySet<string> = new Set([
  "NamespaceDeletionDiscoveryFailure",
  "NamespaceDeletionGroupVersionParsingFailure",
  "NamespaceDeletionContentFailure",
  "NamespaceContentRemaining",
  "NamespaceFinalizersRemaining",
])

async function missingProject(cluster: ClusterReader, name: string, projects: boolean) {
  const { apiVersion, kind } = refOf(projects, name)
  const mayCreate = await cluster.allowed(
    projects
      ? { verb: "create", group: "project.openshift.io", resource: "projectrequests" }
      : { verb: "create", resource: "namespaces" },
  )
  // Without the cluster's own projects: the user has not mistyped one of them.
  const known = ((await ifAllowed(cluster.list({ apiVersion, kind }))) ?? [])
    .map(({ metadata }) => metadata.name)
    .filter((one) => !/^(?:kube|openshift)(?:-|$)/.test(one))
  const yours =
    known.length === 0 ? `you have no ${word(projects)}s there` : `your ${word(projects)}s: ${some(known)}`
  const reason = `${word(projects)} ${name} does not exist on ${cluster.server}, or you are not a member of it; ${yours}`
  if (mayCreate) return missing(reason, { approval: creation(word(projects), name, cluster.server) })
  return blocked(reason, {
    code: "no project",
    fix: `give one of your ${word(projects)}s as project, or ask the cluster's administrator to create ${name} and to add you`,
    next: "oc projects",
  })
}

function notAllowed(user: string, project: string, found: KubeObject): CheckResult {
  return blocked(`${user} is not allowed to create Deployments in ${project}`, {
    code: "forbidden",
    fix: `ask an administrator of ${project} for the role edit: oc adm policy add-role-to-user edit ${user} -n ${project}`,
    object: objectRef(found),
  })
}

/** What creating it changes outside the site. */
export const creation = (kind: string, name: string, server: string): string =>
  `creates ${kind} ${name} on ${server}`

const word = (projects: boolean): string => (projects ? "project" : "namespace")

export async function createProject(
  context: Pick<Context, "$" | "cluster" | "federation" | "inputs">,
  name: string,
): Promise<void> {
  const { $, cluster, federation } = context
  const projects = await hasProjects(cluster)
  if (viaApi(context)) return requestProject(context, name, projects)
  if (projects) {
    const created = await $.with({
      nothrow: true,
    })`oc new-project ${name} --skip-config-write --description ${projectDescription(federation)}`
    if (created.exitCode === 0) return
    const words = created.stderr.trim() || created.stdout.trim()
    if (!words.includes("AlreadyExists"))
      throw new RunbookError(`project ${name} could not be created`, { why: words })
    throw notAMember(name, cluster.server, words)
  }
  await $`oc create namespace ${name}`
  await cluster.merge(
    { apiVersion: "v1", kind: "Namespace", name: name },
    { metadata: { labels: labels(federation) } },
  )
}

/** The same by a request. */
async function requestProject(
  { cluster, federation }: Pick<Context, "cluster" | "federation">,
  name: string,
  projects: boolean,
): Promise<void> {
  try {
    if (!projects) {
      const metadata = { name, labels: labels(federation) }
      await cluster.create({ apiVersion: "v1", kind: "Namespace", metadata })
      return
    }
    const description = projectDescription(federation)
    await cluster.create({ apiVersion: PROJECT, kind: "ProjectRequest", metadata: { name }, description })
  } catch (error) {
    if (!projects || !alreadyExists(error)) throw error
    throw notAMember(name, cluster.server, (error as Error).message)
  }
}

const notAMember = (name: string, server: string, why: string): RunbookError =>
  new RunbookError(`project ${name} exists on ${server}, and you are not a member of it`, {
    why,
    fix: "ask its owner to add you, or give another project",
    next: "oc projects",
  })

/** Records a project that this federation has created. */
export async function recordProject(
  context: Pick<Context, "cluster" | "federation" | "recordCreated">,
  name: string,
): Promise<void> {
  const ref = refOf(await hasProjects(context.cluster), name)
  // The rights in a new project may not be effective yet: then its description alone says whose it is.
  await ifAllowed(recordOwn(context, [ref]))
}
