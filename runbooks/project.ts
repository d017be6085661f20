import { type CheckResult, drifted, foresee, main, ready } from "../lib/index.ts"
import { kubeconfigs } from "../lib/kit.ts"
import { type Context, type Foresee, guideStep, type Manual } from "./context.ts"
import { createProject, creation, recordProject, usableProject } from "./openshift/projects.ts"
import { objectRef } from "./shared/reading.ts"
import { snippet } from "./shared/snippet.ts"
import { viaApi } from "./shared/via.ts"

async function check(context: Context): Promise<CheckResult> {
  const { site, kubeconfig } = context
  const usable = await usableProject(context, site.project)
  if ("state" in usable) return usable
  const { word, found } = usable
  const { readNamespace } = await kubeconfigs()
  const current = await readNamespace(kubeconfig)
  const more = found && { object: objectRef(found) }
  if (current !== site.project) {
    return drifted([{ field: "current project", found: current ?? "none", wanted: site.project }], more)
  }
  return ready(`${word} ${site.project} exists and is the current one`, more)
}

/** A project that was created by a request is made the current one at once, which no command has to do. */
async function apply(context: Context): Promise<void> {
  await createProject(context, context.site.project)
  if (viaApi(context)) await makeCurrent(context)
}

async function makeCurrent({ site, kubeconfig }: Context): Promise<void> {
  const { setNamespace } = await kubeconfigs()
  await setNamespace(kubeconfig, site.project)
}

/** The guide's `oc project`. It can require rights that the steps do not need: then the kubeconfig is changed directly. */
async function update(context: Context): Promise<void> {
  const { $, site, note } = context
  if (viaApi(context)) return makeCurrent(context)
  const result = await $.with({ nothrow: true })`oc project ${site.project}`
  if (result.exitCode === 0) return
  await makeCurrent(context)
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
  takeOwnership: (context) => recordProject(context, context.site.project),
  update,
  manual: ({ site }: Manual) => `oc project ${site.project} || oc new-project ${site.project}`,
  show: ({ $ }) => $`oc whoami --show-context`,
  get expect() {
    return snippet("project.txt")
  },
})

if (import.meta.main) void main(import.meta.url)
