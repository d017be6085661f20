import { absent, done, main, step, underWay } from "flower-runbook"

export const project = step({
  id: "project",
  title: "Make the project",
  on: "every site",
  needs: ["login"],
  inputs: ["project"],
  prose: `
What this notebook makes lives in a project of its own at every site.
`,

  // Only reads, and says how things stand. What it read is watched: when that changes it is asked again.
  look: async ({ cluster, site }) => {
    const mine = await cluster.list({ apiVersion: "project.openshift.io/v1", kind: "Project" })
    const found = mine.find(({ metadata }) => metadata.name === site.project)
    if (found === undefined) {
      return absent(`you have no project ${site.project}`, {
        consent: `creates project ${site.project} on ${site.server}`,
      })
    }
    const { phase } = found.status
    return phase === "Active" ? done("the project is there") : underWay(`the project is ${phase}`)
  },

  // Called on "absent". Each ${} is one argument, quoted.
  act: async ({ $, site }) => {
    await $`oc new-project ${site.project} --skip-config-write`
  },
})

if (import.meta.main) void main(import.meta.url)
