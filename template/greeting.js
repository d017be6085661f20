import { absent, different, done, main, step } from "flower-runbook"

/** `oc apply` makes it or changes it, so that one function does for both. */
const apply = async ({ $, site, inputs }) => {
  const manifest = {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "greeting", namespace: site.project },
    data: { text: inputs.text },
  }
  await $.with({ input: JSON.stringify(manifest) })`oc apply -f -`
}

export const greeting = step({
  id: "greeting",
  title: "Write the greeting",
  on: "every site",
  needs: ["project"],
  inputs: ["project", "text"],
  prose: `
A ConfigMap \`greeting\` with the text that you give as \`--text\`.
`,

  look: async ({ cluster, site, inputs }) => {
    const found = await cluster.get({
      apiVersion: "v1",
      kind: "ConfigMap",
      name: "greeting",
      namespace: site.project,
    })
    if (found === undefined) return absent("there is no greeting yet")
    const text = found.data?.text ?? ""
    return text === inputs.text
      ? done(`it says ${text}`)
      : different([{ field: "text", found: text, asked: inputs.text }])
  },
  act: apply,
  // Called on "different"; a step without it asks a person instead.
  change: apply,

  // What a person would type to see it. It is kept, and compared with what is promised.
  show: ({ $, site }) => $`oc get configmap greeting -n ${site.project}`,
  expect: `
NAME       DATA   AGE
greeting   1      <age>
`,
})

if (import.meta.main) void main(import.meta.url)
