/** The tables of runs: each run, what was approved in it, and which inputs changed in between. */
import { duration, moment } from "../notebook/format.ts"
import { table } from "./html-tables.ts"
import { html, type Markup, type Part } from "./markup.ts"
import { howApproved, personOf, type RunRow, runRows, wrongEnds } from "./run-rows.ts"
import { openEnd, ungiven } from "./signs.ts"
import type { Report } from "./types.ts"

/** The table of runs, with one row for the cells of a walk that succeeded, then approvals and warnings. */
export function runsHtml(walk: Report): Markup {
  if (walk.runs.length === 0) return html`<p>No runs yet.</p>`
  const approved = walk.runs.flatMap(({ approvals, number, by }) =>
    approvals.map((approval) => ({ ...approval, run: number, who: personOf(by) })),
  )
  const warnings = walk.runs.flatMap((run) => run.warnings.map((warning) => ({ warning, run: run.number })))
  return html`${table(
    "Each run with its command",
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
<h3>Approvals</h3>
${
  approved.length === 0
    ? html`<p>No changes outside a site were approved.</p>`
    : table(
        "Changes outside a site",
        ["Run", "What", "Approved by", "How", "When"],
        approved.map(({ run, what, who, how, t }) => [run, what, who || "–", howApproved(how), moment(t)]),
      )
}
${warnings.length > 0 && html`<h3>Warnings</h3><ul>${warnings.map(({ warning, run }) => html`<li>Run ${run}: ${warning}</li>`)}</ul>`}`
}

function endHtml({ runs, code, running }: RunRow): Markup {
  const wrong = runs.flatMap(wrongEnds).map((words) => html`<br><span class="bad">${words}</span>`)
  if (code === undefined) return html`<span class="warn">${openEnd(running)}</span>${wrong}`
  const counts = new Map<string, number>()
  for (const run of runs)
    for (const [kind, number] of Object.entries(run.counts ?? {}))
      counts.set(kind, (counts.get(kind) ?? 0) + number)
  const outcomes = [...counts].map(([kind, number]) => `${number} ${kind}`)
  return html`<span class="${code === 0 ? "good" : "bad"}">${code === 0 ? "✓" : "✗"} exit code ${code}</span>${outcomes.length > 0 && html`<br><span class="dim">${outcomes.join(", ")}</span>`}${wrong}`
}

/** Inputs whose values changed between runs; nothing where there are none. */
export function changesHtml({ changes, notebook }: Report): Part {
  if (changes.length === 0) return false
  return html`
<h3>Changed inputs</h3>
${table(
  "Inputs whose values changed between runs",
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
