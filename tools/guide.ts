/**
 * `docs/guide.md`: the notebook as a page. Its prose, inputs and commands by hand are the steps' own, and the outputs are
 * those of a run on practice clusters: the page says what the program does, because it is the program that says it.
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

/** The page as it must be. */
export async function guide(): Promise<string> {
  const { cells, mask } = await runExample(EXAMPLE.name, EXAMPLE.sites)
  const federation = await federate(notebook, EXAMPLE)
  const parts: string[] = []
  for (const [index, step] of notebook.steps.entries()) {
    const places = cells.find((cell) => cell.step === step.id)!.places
    parts.push(
      `## ${index + 1}. ${step.title}`,
      `\`${step.id}\` · ${WHERE[step.on] ?? `at the ${step.on}`}${inputsOf(step)}`,
      step.prose.trim(),
      ...(step.readyWhen === undefined ? [] : [`**What is looked at.** ${step.readyWhen}`]),
      ...places.flatMap((place) => ranAt(place, mask, places.length > 1)),
      ...promised(step),
      await manual(step, federation),
      ...(step.docs === undefined ? [] : [`Read on: ${step.docs.map((url) => `<${url}>`).join(" · ")}`]),
    )
  }
  return `${[INTRODUCTION, contents(), ...parts].join("\n\n")}\n`
}

const INTRODUCTION = `<!-- Made by \`npm run docs\` from the steps in runbooks/ and a run on practice clusters. Do not edit. -->

# ${notebook.title}

The notebook step by step: what each is for, what ran, what was seen then, and the same by hand. The outputs are of a run on
practice clusters with one SuperNode; ports, ids and times stand as words.

\`flower-runbook run\` does all of it. By hand, each site has a kubeconfig of its own; \`flower-runbook report --format sh\`
makes a script of those commands with your values.`

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

/** What ran at a place, and what its read-only command shows in the end. */
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
    ...(outcome?.kind === "unchanged" ? [`*Seen:* ${mask(outcome.reason)}.`] : []),
  ]
}

const promised = ({ expect }: Step): string[] =>
  expect === undefined ? [] : ["What to look for, `<…>` being yours:", fenced("text", expect.trimEnd())]

/** A place a role: the lines differ by names alone between sites of one. */
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

/** What is in it never ends the fence: no output of ours has one. */
const fenced = (language: string, text: string): string => `\`\`\`${language}\n${text}\n\`\`\``

/** The README's federation with the guide's own login. */
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
