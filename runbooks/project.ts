import {
  blocked,
  type CheckResult,
  type ClusterReader,
  drifted,
  type KubeObject,
  main,
  missing,
  progressing,
  RunbookError,
  ready,
} from "../lib/index.ts"
import { kubeconfigs } from "../lib/kit.ts"
import { type Context, guideStep, type Manual } from "./context.ts"
import { labels, projectDescription, projectIsOurs } from "./shared/labels.ts"
import { hasProjects, ifAllowed, objectRef, some } from "./shared/reading.ts"
import { snippet } from "./shared/snippet.ts"

const PROJECT = "project.openshift.io/v1"
/** The rights in a project that we have just made reach every API server a moment later; in milliseconds. */
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
  // On OpenShift, 403 means: not there, or not yours. A namespace may be closed to the eye and open for work.
  const hidden = answer === undefined && !projects && (await mayDeploy())
  if (found === undefined && !hidden) return missingProject(cluster, site.project, projects)
  if (found?.metadata.deletionTimestamp !== undefined || found?.status?.phase === "Terminating") {
    return progressing(
      `${word(projects)} ${site.project} is being deleted: waiting until it is gone`,
      objectRef(found),
    )
  }
  if (found !== undefined && !(await mayDeploy())) {
    const age = (await cluster.now()) - Date.parse(found.metadata.creationTimestamp ?? "")
    if (projectIsOurs(found, federation) && age < SETTLING)
      return progressing(
        `${word(projects)} ${site.project} is new: your rights in it are not there yet`,
        objectRef(found),
      )
    return mayNot(await cluster.whoami(), site.project, found)
  }
  const { readNamespace } = await kubeconfigs()
  const current = await readNamespace(kubeconfig)
  const more = found && { object: objectRef(found) }
  if (current !== site.project) {
    return drifted([{ field: "current project", found: current ?? "none", wanted: site.project }], more)
  }
  return ready(`${word(projects)} ${site.project} is there and is the current one`, more)
}

async function missingProject(cluster: ClusterReader, name: string, projects: boolean) {
  const kind = projects ? { apiVersion: PROJECT, kind: "Project" } : { apiVersion: "v1", kind: "Namespace" }
  const mayCreate = await cluster.allowed(
    projects
      ? { verb: "create", group: "project.openshift.io", resource: "projectrequests" }
      : { verb: "create", resource: "namespaces" },
  )
  // The cluster's own are not what a person has mistyped.
  const known = ((await ifAllowed(cluster.list(kind))) ?? [])
    .map(({ metadata }) => metadata.name)
    .filter((one) => !/^(?:kube|openshift)(?:-|$)/.test(one))
  const yours = known.length === 0 ? "you have none there" : `yours are ${some(known)}`
  const reason = `${word(projects)} ${name} is not on ${cluster.server}, or you are not a member of it; ${yours}`
  if (mayCreate)
    return missing(reason, { approval: `creates ${word(projects)} ${name} on ${cluster.server}` })
  return blocked(reason, {
    code: "no project",
    fix: `name one of yours as project, or ask the cluster's administrator to make ${name} and to let you in`,
    next: "oc projects",
  })
}

function mayNot(user: string, project: string, found: KubeObject): CheckResult {
  return blocked(`${user} may not create Deployments in ${project}`, {
    code: "forbidden",
    fix: `ask an administrator of ${project} for the role edit: oc adm policy add-role-to-user edit ${user} -n ${project}`,
    object: objectRef(found),
  })
}

const word = (projects: boolean): string => (projects ? "project" : "namespace")

async function apply({ $, cluster, site, federation }: Context): Promise<void> {
  if (await hasProjects(cluster)) {
    const made = await $.with({
      nothrow: true,
    })`oc new-project ${site.project} --skip-config-write --description ${projectDescription(federation)}`
    if (made.exitCode === 0) return
    const words = made.stderr.trim() || made.stdout.trim()
    if (!words.includes("AlreadyExists"))
      throw new RunbookError(`project ${site.project} could not be made`, { why: words })
    throw new RunbookError(
      `project ${site.project} exists on ${site.server}, and you are not a member of it`,
      {
        why: words,
        fix: "ask its owner to let you in, or name another project",
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

/** The guide's `oc project`. Where that needs rights that work in the project does not, the kubeconfig is set by us. */
async function update({ $, site, kubeconfig, note }: Context): Promise<void> {
  const result = await $.with({ nothrow: true })`oc project ${site.project}`
  if (result.exitCode === 0) return
  const { setNamespace } = await kubeconfigs()
  await setNamespace(kubeconfig, site.project)
  note(`oc project was refused, so the kubeconfig was set to ${site.project} directly`)
}

export default guideStep({
  id: "project",
  title: "Switch to the project",
  on: "every site",
  needs: ["login"],
  inputs: ["server", "project"],
  prose: `
A login leaves you in a project called \`default\`, or in whichever comes first. What follows belongs into the project of
this site: the one where the SuperLink runs (the guide calls it \`flower-openshift-demo\`), or the one where a SuperNode
will run.

    oc project flower-openshift-demo

**Tip.** \`oc projects\` lists the projects that you can work in; \`oc whoami --show-context\` tells where you are. A
project that is missing is made, once you have agreed to it. Every later command names the project itself, so nothing
ends up in \`default\` by accident.
`,
  readyWhen:
    "Whether the project is there, whether you may make Deployments in it, and whether it is the current one of the site's kubeconfig.",
  docs: [
    "https://docs.openshift.com/container-platform/latest/applications/projects/working-with-projects.html",
  ],
  check,
  apply,
  update,
  manual: ({ site }: Manual) => `oc project ${site.project} || oc new-project ${site.project}`,
  show: ({ $ }) => $`oc whoami --show-context`,
  get expect() {
    return snippet("project.txt")
  },
})

if (import.meta.main) void main(import.meta.url)
