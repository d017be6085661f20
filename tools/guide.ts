/**
 * `docs/guide.md`: the notebook as a page. Prose, inputs and commands by hand come from the steps, and the outputs from a run
 * on practice clusters, so the page shows what the program really does.
 */

import { federate } from "../lib/index.ts"
import { manualContext } from "../lib/notebook/manual.ts"
import { appliesTo } from "../lib/notebook/notebook.ts"
import type { Site } from "../lib/notebook/roles.ts"
import type { Step } from "../lib/notebook/step.ts"
import type { ReportPlace } from "../lib/report/types.ts"
import { program } from "../runbooks/index.ts"
import { type ExampleRun, runExample } from "./example-run.ts"

const { notebook } = program

/** The text of the page. */
export async function guide(): Promise<string> {
  const { cells, mask } = await runExample(EXAMPLE.name, EXAMPLE.sites)
  const federation = await federate(notebook, EXAMPLE)
  const parts: string[] = []
  for (const [index, step] of notebook.steps.entries()) {
    const places = cells.find((cell) => cell.step === step.id)?.places ?? []
    parts.push(
      `## ${index + 1}. ${step.title}`,
      `\`${step.id}\` · ${WHERE[step.on] ?? `at the ${step.on}`}${inputsOf(step)}`,
      step.prose.trim(),
      ...(step.readyWhen === undefined ? [] : [step.readyWhen]),
      ...places.flatMap((place) => ranAt(place, mask, places.length > 1)),
      ...promised(step),
      await manual(step, federation),
      ...(step.docs === undefined ? [] : [`Read more: ${step.docs.map((url) => `<${url}>`).join(" · ")}`]),
    )
  }
  return `${[INTRODUCTION, contents(), ...parts].join("\n\n")}\n`
}

const INTRODUCTION = `<!-- Made by \`npm run docs\` from the steps in runbooks/ and a run on practice clusters. Do not edit. -->

# ${notebook.title}

The notebook step by step: the purpose of each step, the commands that ran, their output, and the same commands by hand. The outputs
are from a run on practice clusters with one SuperNode; ports, ids and times are replaced by words.

\`flower-runbook run\` runs all steps. By hand, each site has its own kubeconfig; \`flower-runbook report --format sh\` writes a
script of these commands with your values.`

const WHERE: Readonly<Record<string, string>> = {
  here: "on this machine",
  "every site": "at every site",
  link: "once for each link, from the SuperNode's side",
  federation: "once, at the end",
  superlink: "at the SuperLink",
  supernode: "at each SuperNode",
}

const contents = (): string =>
  notebook.steps
    .map(({ title }, index) => {
      const anchor = `${index + 1}-${title
        .toLowerCase()
        .replace(/[^a-z0-9 -]/g, "")
        .replaceAll(" ", "-")}`
      return `${index + 1}. [${title}](#${anchor})`
    })
    .join("\n")

const inputsOf = ({ inputs = [] }: Step): string =>
  inputs.length === 0
    ? ""
    : ` · [inputs](../README.md#inputs): ${inputs.map((name) => `\`${name}\``).join(", ")}`

/** The commands that ran at a place, and the final output of its read-only command. */
function ranAt(
  { site, executions, outcome }: ReportPlace,
  mask: ExampleRun["mask"],
  named: boolean,
): string[] {
  const said = (line: string, output: string): string =>
    mask([...(line === "" ? [] : [`$ ${line}`]), output.trimEnd()].filter(Boolean).join("\n"))
  const ran = (executions[0]?.commands ?? []).map(({ line, output }) =>
    said(line, output.map(({ text }) => text).join("")),
  )
  const shown = (executions.at(-1)?.shown ?? []).map(({ line, text }) => said(line, text))
  const text = [...ran.filter((one) => !shown.includes(one)), ...shown].join("\n")
  return [
    ...(named ? [`At ${site}:`] : []),
    ...(text === "" ? [] : [fenced("console", text)]),
    ...(outcome?.kind === "unchanged" ? [`*Result:* ${mask(outcome.reason)}.`] : []),
  ]
}

const promised = ({ expect }: Step): string[] =>
  expect === undefined
    ? []
    : ["Expected output, with your values for `<…>`:", fenced("text", expect.trimEnd())]

/** One place per role: the lines of sites with the same role differ only in names. */
async function manual(step: Step, federation: Awaited<ReturnType<typeof federate>>): Promise<string> {
  const sites: (Site | undefined)[] =
    step.on === "here" || step.on === "federation"
      ? [undefined]
      : federation.sites.filter((site) => appliesTo(notebook, step, site))
  const parts = await Promise.all(
    sites.map(async (site) => {
      const lines = await step.manual?.(
        manualContext(notebook, federation, step, site, {
          on: (other) => `KUBECONFIG=${other.name}.kubeconfig `,
          kubeconfig: `${site?.name}.kubeconfig`,
          privateFile: (name) => `${site?.name}.${name}`,
        }),
      )
      if (lines === undefined) return ""
      const begin = site === undefined ? "" : `export KUBECONFIG=${site.name}.kubeconfig\n`
      return fenced("sh", begin + lines.trim())
    }),
  )
  return `<details><summary>By hand</summary>\n\n${parts.filter(Boolean).join("\n\n")}\n\n</details>`
}

/** No output contains a fence, so the text cannot end it. */
const fenced = (language: string, text: string): string => `\`\`\`${language}\n${text}\n\`\`\``

/** The README's federation with the login of the guide. */
const EXAMPLE = {
  name: "flower",
  sites: [
    {
      name: "superlink",
      role: "superlink",
      server: "https://superlink.example:6443",
      project: "flower-openshift-demo",
    },
    {
      name: "supernode-1",
      role: "supernode",
      server: "https://supernode-1.example:6443",
      project: "flower-supernode-1",
    },
  ],
} as const
