import {
  blocked,
  type CheckResult,
  type ClusterReader,
  drifted,
  foresee,
  type KubeObject,
  main,
  missing,
  progressing,
  RunbookError,
  ready,
} from "../lib/index.ts"
import { kubeconfigs } from "../lib/kit.ts"
import { type Context, type Foresee, guideStep, type Manual } from "./context.ts"
import { labels, ownsProject, projectDescription, recordOwn } from "./shared/labels.ts"
import { type Condition, hasProjects, ifAllowed, objectRef, some } from "./shared/reading.ts"
import { snippet } from "./shared/snippet.ts"

const PROJECT = "project.openshift.io/v1"
/** How long the rights in a new project may take to reach every API server, in milliseconds. */
const SETTLING = 10_000

async function check({ cluster, site, kubeconfig, federation }: Context): Promise<CheckResult> {
  const projects = await hasProjects(cluster)
  const kind = projects ? { apiVersion: PROJECT, kind: "Project" } : { apiVersion: "v1", kind: "Namespace" }
  const answer = await ifAllowed(
    cluster.get({ ...kind, name: site.project }).then((object) => object ?? ("none" as const)),
  )
  const found = answer === "none" ? undefined : answer
  const mayDeploy = () =>
    cluster.allowed({ verb: "create", group: "apps", resource: "deployments", namespace: site.project })
  // On OpenShift, 403 means that the project does not exist or belongs to others. A namespace may be unreadable, yet usable.
  const hidden = answer === undefined && !projects && (await mayDeploy())
  if (found === undefined && !hidden) return missingProject(cluster, site.project, projects)
  if (found?.metadata.deletionTimestamp !== undefined || found?.status?.phase === "Terminating") {
    const holds = await whatHolds(cluster, site.project)
    return progressing(
      `${word(projects)} ${site.project} is being deleted; waiting until it is gone${holds}`,
      objectRef(found),
    )
  }
  if (found !== undefined && !(await mayDeploy())) {
    const age = (await cluster.now()) - Date.parse(found.metadata.creationTimestamp ?? "")
    if (ownsProject(found, federation) && age < SETTLING)
      return progressing(
        `${word(projects)} ${site.project} is new: your rights in it are not effective yet`,
        objectRef(found),
      )
    return notAllowed(await cluster.whoami(), site.project, found)
  }
  const { readNamespace } = await kubeconfigs()
  const current = await readNamespace(kubeconfig)
  const more = found && { object: objectRef(found) }
  if (current !== site.project) {
    return drifted([{ field: "current project", found: current ?? "none", wanted: site.project }], more)
  }
  return ready(`${word(projects)} ${site.project} exists and is the current one`, more)
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
  const kind = projects ? { apiVersion: PROJECT, kind: "Project" } : { apiVersion: "v1", kind: "Namespace" }
  const mayCreate = await cluster.allowed(
    projects
      ? { verb: "create", group: "project.openshift.io", resource: "projectrequests" }
      : { verb: "create", resource: "namespaces" },
  )
  // Without the cluster's own projects: the user has not mistyped one of them.
  const known = ((await ifAllowed(cluster.list(kind))) ?? [])
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

const creation = (kind: string, name: string, server: string): string =>
  `creates ${kind} ${name} on ${server}`

const word = (projects: boolean): string => (projects ? "project" : "namespace")

async function apply({ $, cluster, site, federation }: Context): Promise<void> {
  if (await hasProjects(cluster)) {
    const created = await $.with({
      nothrow: true,
    })`oc new-project ${site.project} --skip-config-write --description ${projectDescription(federation)}`
    if (created.exitCode === 0) return
    const words = created.stderr.trim() || created.stdout.trim()
    if (!words.includes("AlreadyExists"))
      throw new RunbookError(`project ${site.project} could not be created`, { why: words })
    throw new RunbookError(
      `project ${site.project} exists on ${site.server}, and you are not a member of it`,
      {
        why: words,
        fix: "ask its owner to add you, or give another project",
        next: "oc projects",
      },
    )
  }
  await $`oc create namespace ${site.project}`
  await cluster.merge(
    { apiVersion: "v1", kind: "Namespace", name: site.project },
    { metadata: { labels: labels(federation) } },
  )
}

/** The guide's `oc project`. It can require rights that the steps do not need: then the kubeconfig is changed directly. */
async function update({ $, site, kubeconfig, note }: Context): Promise<void> {
  const result = await $.with({ nothrow: true })`oc project ${site.project}`
  if (result.exitCode === 0) return
  const { setNamespace } = await kubeconfigs()
  await setNamespace(kubeconfig, site.project)
  note(`oc project was refused, so the kubeconfig was set to ${site.project} directly`)
}

export default guideStep({
  id: "project",
  foresees: ({ site }: Foresee) => [foresee.outside(creation("project", site.project, site.server))],
  title: "Switch to the project",
  on: "every site",
  needs: ["login"],
  inputs: ["server", "project"],
  prose: `
After a login, the current project is \`default\` or the first of your projects. The next steps belong in the project of this
site: the project of the SuperLink (the guide calls it \`flower-openshift-demo\`), or the project of a SuperNode.

    oc project flower-openshift-demo

**Tip.** \`oc projects\` lists the projects that you can use; \`oc whoami --show-context\` shows the current one. A missing
project is created after your approval. Every later command names the project, so nothing is created in \`default\` by accident.
`,
  readyWhen:
    "Ready when the project exists, you are allowed to create Deployments in it, and it is the current project of the site's kubeconfig.",
  docs: [
    "https://docs.openshift.com/container-platform/latest/applications/projects/working-with-projects.html",
  ],
  check,
  apply,
  async takeOwnership(context) {
    const kind = (await hasProjects(context.cluster))
      ? { apiVersion: PROJECT, kind: "Project" }
      : { apiVersion: "v1", kind: "Namespace" }
    // The rights in a new project may not be effective yet: then its description alone says whose it is.
    await ifAllowed(recordOwn(context, [{ ...kind, name: context.site.project }]))
  },
  update,
  manual: ({ site }: Manual) => `oc project ${site.project} || oc new-project ${site.project}`,
  show: ({ $ }) => $`oc whoami --show-context`,
  get expect() {
    return snippet("project.txt")
  },
})

if (import.meta.main) void main(import.meta.url)
