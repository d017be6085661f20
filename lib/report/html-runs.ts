/** The tables of what was run: each run, what was agreed to in it, what was changed in between. */
import { duration, moment } from "../notebook/format.ts"
import { table } from "./html-tables.ts"
import { html, type Markup, type Part } from "./markup.ts"
import { personOf, type RunRow, runRows, wrongEnds } from "./run-rows.ts"
import { ungiven } from "./signs.ts"
import type { Report } from "./types.ts"

/** The table of runs, a row for the cells of a walk that ended well, then what was agreed to, and warnings. */
export function runsHtml(walk: Report): Markup {
  if (walk.runs.length === 0) return html`<p>None yet.</p>`
  const agreed = walk.runs.flatMap(({ approvals, number, by }) =>
    approvals.map((approval) => ({ ...approval, run: number, who: personOf(by) })),
  )
  const warnings = walk.runs.flatMap((run) => run.warnings.map((warning) => ({ warning, run: run.number })))
  return html`${table(
    "Each run, as it was called",
    ["Run", "Started", "Took", "Who", "Command", "Cells", "Ended"],
    runRows(walk).map((row) => [
      row.numbers,
      moment(row.runs[0]!.started),
      duration(row.seconds),
      personOf(row.runs[0]!.by) || "–",
      html`<code>${row.command}</code>`,
      row.cells || "–",
      endHtml(row),
    ]),
  )}
<h3>What was agreed to</h3>
${
  agreed.length === 0
    ? html`<p>Nothing that reaches beyond a site.</p>`
    : table(
        "What reaches beyond a site",
        ["Run", "What", "Agreed by", "How", "When"],
        agreed.map(({ run, what, who, how, t }) => [run, what, who || "–", HOW[how] ?? how, moment(t)]),
      )
}
${warnings.length > 0 && html`<h3>Warnings</h3><ul>${warnings.map(({ warning, run }) => html`<li>Run ${run}: ${warning}</li>`)}</ul>`}`
}

const HOW: Readonly<Record<string, string>> = {
  flag: "by a flag",
  asked: "was asked",
  named: "step called by name",
}

function endHtml({ runs, code }: RunRow): Markup {
  const wrong = runs.flatMap(wrongEnds).map((words) => html`<br><span class="bad">${words}</span>`)
  if (code === undefined) return html`<span class="warn">its end was not seen</span>${wrong}`
  const counts = new Map<string, number>()
  for (const run of runs)
    for (const [kind, number] of Object.entries(run.counts ?? {}))
      counts.set(kind, (counts.get(kind) ?? 0) + number)
  const told = [...counts].map(([kind, number]) => `${number} ${kind}`)
  return html`<span class="${code === 0 ? "good" : "bad"}">${code === 0 ? "✓" : "✗"} exit code ${code}</span>${told.length > 0 && html`<br><span class="dim">${told.join(", ")}</span>`}${wrong}`
}

/** Inputs that were given other values on the way; nothing where there are none. */
export function changesHtml({ changes, notebook }: Report): Part {
  if (changes.length === 0) return false
  return html`
<h3>What was changed</h3>
${table(
  "Inputs that were given other values on the way",
  ["Input", "Site", "From", "To", "When", "By"],
  changes.map(({ name, site, from, to, t, by }) => [
    html`<code>${name}</code>`,
    site ?? "all",
    ...[from, to].map((value) =>
      value === undefined ? ungiven(notebook, name) : html`<code>${value}</code>`,
    ),
    moment(t),
    personOf(by) || "–",
  ]),
)}`
}
