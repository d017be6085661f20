import { main, missing, progressing, ready, step } from "flower-runbook"

export const project = step({
  id: "project",
  title: "Create the project",
  on: "every site",
  needs: ["login"],
  inputs: ["project"],
  prose: `
What this notebook creates lives in a separate project at every site.
`,

  // Only reads, and returns the state. What it reads is watched: a change runs the check again.
  check: async ({ cluster, site }) => {
    const projects = await cluster.list({ apiVersion: "project.openshift.io/v1", kind: "Project" })
    const found = projects.find(({ metadata }) => metadata.name === site.project)
    if (found === undefined) {
      return missing(`you have no project ${site.project}`, {
        approval: `creates project ${site.project} on ${site.server}`,
      })
    }
    const { phase } = found.status
    return phase === "Active" ? ready("the project exists") : progressing(`the project is ${phase}`)
  },

  // Called on "missing". Each ${} is one argument, quoted.
  apply: async ({ $, site }) => {
    await $`oc new-project ${site.project} --skip-config-write`
  },
})

if (import.meta.main) void main(import.meta.url)
