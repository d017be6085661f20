import { drifted, main, missing, ready, step } from "flower-runbook"

export const greeting = step({
  id: "greeting",
  title: "Write the greeting",
  on: "every site",
  needs: ["project"],
  inputs: ["project", "text"],
  prose: `
A ConfigMap \`greeting\` with the text that you give as \`--text\`.
`,

  check: async ({ cluster, site, inputs }) => {
    const found = await cluster.get({
      apiVersion: "v1",
      kind: "ConfigMap",
      name: "greeting",
      namespace: site.project,
    })
    if (found === undefined) return missing("there is no greeting yet")
    const text = found.data?.text ?? ""
    return text === inputs.text
      ? ready(`it says ${text}`)
      : drifted([{ field: "text", found: text, wanted: inputs.text }])
  },
  apply: async ({ $, site, inputs, notebook }) => {
    const manifest = {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "greeting", namespace: site.project },
      data: { text: inputs.text },
    }
    await $.with({ input: JSON.stringify(manifest) })`oc apply --server-side --field-manager=${notebook} -f -`
  },
  // "drifted" calls `apply` too: `oc apply` creates and updates. Without `update` the step is blocked until you fix it.
  update: true,

  // The command that shows the result. Its output is kept, and compared with `expect`.
  show: ({ $, site }) => $`oc get configmap greeting -n ${site.project}`,
  expect: `
NAME       DATA   AGE
greeting   1      <age>
`,
})

if (import.meta.main) void main(import.meta.url)
