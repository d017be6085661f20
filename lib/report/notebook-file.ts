/** The walk as a Jupyter notebook (nbformat 4.5): prose, the commands that ran as cells, what they printed as outputs. */
import { clean, moment } from "../notebook/format.ts"
import { jsonText } from "../notebook/hidden-characters.ts"
import { shellComment } from "../notebook/shell-word.ts"
import { executed, writtenIn } from "./executions.ts"
import { approvalLines, changeLines, runLines } from "./markdown-runs.ts"
import { summaryOf, troubleLines } from "./markdown-summary.ts"
import { code, fence, inline } from "./markdown-text.ts"
import { executionSign, MANUAL, openEnd, placeSign, type Sign, whereOf } from "./signs.ts"
import type { Execution, RanCommand, Report, ReportCell, ReportPlace } from "./types.ts"

interface Stream {
  readonly output_type: "stream"
  readonly name: "stdout" | "stderr"
  readonly text: string
}

interface JupyterCell {
  readonly cell_type: "markdown" | "code"
  readonly id: string
  readonly metadata: { readonly tags?: readonly string[] }
  readonly source: string
  readonly execution_count?: number | null
  readonly outputs?: readonly Stream[]
}

/** A cell without its id. */
type Draft = Omit<JupyterCell, "id">

/** The walk as the text of an `.ipynb` file. */
export function notebookFile(walk: Report): string {
  const drafts: [about: string, draft: Draft][] = [
    ["summary", markdown(opening(walk))],
    ...[...walk.cells, ...walk.others].flatMap((cell) =>
      cellDrafts(walk, cell).map((draft): [string, Draft] => [cell.step, draft]),
    ),
  ]
  const file = {
    cells: drafts.map(([about, draft], index) => ({ id: idOf(about, index), ...draft })),
    metadata: {
      kernelspec: { display_name: "Bash", language: "bash", name: "bash" },
      language_info: {
        name: "bash",
        codemirror_mode: "shell",
        file_extension: ".sh",
        mimetype: "text/x-sh",
      },
      title: walk.notebook.title,
    },
    nbformat: 4,
    nbformat_minor: 5,
  }
  return `${jsonText(file, 1)}\n`
}

/** At most 64 characters of letters, digits, `-` and `_`; no two alike. */
const idOf = (about: string, index: number): string =>
  `${String(index + 1).padStart(3, "0")}-${about.replace(/[^\w-]/g, "-")}`.slice(0, 64)

const markdown = (lines: readonly string[], tags?: readonly string[]): Draft => ({
  cell_type: "markdown",
  metadata: tags === undefined ? {} : { tags },
  source: lines.join("\n").trim(),
})

function opening(walk: Report): string[] {
  const { notebook, federation } = walk
  const trouble = troubleLines(walk)
  return [
    `# ${shown(notebook.title)}: ${shown(federation.name)}`,
    "",
    noMathematics(summaryOf(walk)),
    "",
    ...(trouble.length === 0 ? [] : [...trouble.map(noMathematics), ""]),
    ...sectionOf("Runs", runLines(walk)),
    ...sectionOf("Approvals", approvalLines(walk)),
    ...sectionOf("Changed inputs", changeLines(walk)),
    "This is a record. Each command ran with the kubeconfig and the project of its site; here it would run with yours.",
  ]
}

const sectionOf = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : [`## ${title}`, "", ...lines.map(noMathematics), ""]

/** In Jupyter `$` starts mathematics, but not in code. */
const noMathematics = (line: string): string =>
  line.replace(/\\.|(`+).*?\1|\$/g, (part) => (part === "$" ? "\\$" : part))

const shown = (text: string): string => noMathematics(inline(text))

function cellDrafts({ notebook }: Report, cell: ReportCell): Draft[] {
  const prose = [`## ${cell.number} ${shown(cell.title)}`, "", cell.prose.trim()]
  return [
    markdown(prose, [cell.step]),
    ...cell.places.flatMap((place) => placeDrafts(cell, place, whereOf(notebook, cell.step, place.site))),
  ]
}

function placeDrafts(cell: ReportCell, place: ReportPlace, where: string): Draft[] {
  const tags = [cell.step, ...(place.site === undefined ? [] : [place.site])]
  const all = executed(place)
  const selected = all.filter(
    (execution, index) =>
      index === all.length - 1 || execution.commands.length > 0 || execution.shown.length > 0,
  )
  if (selected.length === 0) return [markdown([stateLine(where, placeSign(place))], tags)]
  return selected.flatMap((execution, index) => {
    const isLast = index === selected.length - 1
    const sign = isLast ? placeSign(place) : executionSign(execution)
    const words = [
      stateLine(where, sign, execution),
      ...factLines(execution),
      ...promised(execution),
      ...(isLast ? troubleOf(place) : []),
    ]
    const ran = codeDraft(execution, isLast ? cell.execution : undefined, tags)
    return [markdown(words, tags), ...(ran === undefined ? [] : [ran])]
  })
}

function stateLine(where: string, { symbol, word }: Sign, execution?: Execution): string {
  const reason = execution?.outcome?.reason
  const when = execution === undefined ? "" : ` (run ${execution.run}, ${moment(execution.started)})`
  return `**${shown(where)}** ${symbol} ${word}${reason === undefined ? "" : `: ${shown(reason)}`}${when}`
}

function factLines(execution: Execution): string[] {
  const { before, after, actions, notes } = execution
  const { whole, objects } = writtenIn(execution)
  const lines = [
    ...(before !== undefined && after !== undefined && before.result.state !== after.result.state
      ? [`- before: ${before.result.state}, ${shown(before.result.reason)}`, `- after: ${after.result.state}`]
      : []),
    ...(actions.some(({ manual }) => manual === true) ? [`- ${MANUAL}`] : []),
    ...whole.map(
      ({ what, sha256 }) => `- ${shown(what)}${sha256 === undefined ? "" : `, SHA-256 ${code(sha256)}`}`,
    ),
    ...[...objects].map(([words, names]) => `- ${words}: ${names.map(shown).join(", ")}`),
    ...notes.map(({ text }) => `- ${shown(text)}`),
  ]
  return lines.length === 0 ? [] : ["", ...lines]
}

/** The promised lines that are missing from the output; nothing where all are there. */
const promised = ({ shown: shows }: Execution): string[] =>
  shows
    .filter(({ differs }) => differs.length > 0)
    .flatMap(({ line, differs }) => [
      "",
      `The guide promises these lines${line === "" ? "" : ` of ${code(line)}`}, but the output lacks them:`,
      "",
      ...fence(differs),
    ])

function troubleOf({ outcome, stale, undone }: ReportPlace): string[] {
  const lines = [
    ...stale.map((why) => `- stale: ${shown(why)}`),
    ...(undone === undefined ? [] : [`- deleted by ${code(undone.step)}, ${moment(undone.t)}`]),
    ...(outcome === undefined || outcome.ok
      ? []
      : [
          ...(outcome.why === undefined ? [] : [`- why: ${shown(outcome.why)}`]),
          ...(outcome.fix === undefined ? [] : [`- fix: ${shown(outcome.fix)}`]),
          ...(outcome.next === undefined ? [] : [`- next: ${code(outcome.next)}`]),
        ]),
  ]
  return lines.length === 0 ? [] : ["", ...lines]
}

/** The commands of an execution, then its output; undefined where it ran none. */
function codeDraft(
  { commands, shown: shows, running }: Execution,
  number: number | undefined,
  tags: readonly string[],
): Draft | undefined {
  const source = [
    ...commands.flatMap((command) => sourceOf(command, running)),
    ...shows.flatMap(({ line }) => (line === "" ? [] : [line])),
  ]
  const printed = [
    ...commands.flatMap(({ output }) => output),
    ...shows.map(({ text }) => ({ stream: "stdout" as const, text })),
  ]
  if (source.length === 0 && printed.length === 0) return undefined
  return {
    cell_type: "code",
    metadata: { tags },
    source: clean(source.join("\n")),
    execution_count: number ?? null,
    outputs: streams(printed),
  }
}

function sourceOf({ line, cwd, exitCode }: RanCommand, running?: boolean): string[] {
  return [
    ...(cwd === undefined ? [] : [`# in ${shellComment(cwd)}`]),
    line,
    ...(exitCode === undefined
      ? [`# ${openEnd(running)}`]
      : exitCode === 0
        ? []
        : [`# exit code ${exitCode}`]),
  ]
}

/** Consecutive text of the same stream is one output. */
function streams(printed: readonly { stream: "stdout" | "stderr"; text: string }[]): Stream[] {
  const outputs: Stream[] = []
  for (const { stream: name, text: raw } of printed) {
    const text = clean(raw)
    const last = outputs.at(-1)
    if (text === "") continue
    if (last?.name !== name) outputs.push({ output_type: "stream", name, text })
    else
      outputs[outputs.length - 1] = {
        ...last,
        text: `${last.text}${last.text.endsWith("\n") ? "" : "\n"}${text}`,
      }
  }
  return outputs
}
