/** The cells of the page: what a step is for, and what it did at each place. */

import type { CheckResult } from "../notebook/check-result.ts"
import { promisedLines } from "../notebook/expect.ts"
import { between, count, duration, moment } from "../notebook/format.ts"
import { adoption, checkedIn, executed, writtenIn } from "./executions.ts"
import { html, type Markup } from "./markup.ts"
import { proseHtml } from "./prose.ts"
import { runsNamed } from "./run-rows.ts"
import { executionSign, MANUAL, openEnd, placeSign, type Sign, together, whereOf } from "./signs.ts"
import type { Execution, RanCommand, Report, ReportCell, ReportPlace } from "./types.ts"

const ADOPTED = {
  adopted: "It existed before and is used as it is. Teardown does not delete it.",
  manual: "A person created it. Teardown does not delete it.",
}

export const signHtml = ({ symbol, word, tone }: Sign): Markup =>
  html`<span class="sign ${tone}"><span aria-hidden="true">${symbol}</span> ${word}</span>`

/** A step with its number, prose and places. */
export function cellHtml({ notebook }: Report, cell: ReportCell): Markup {
  const id = `step-${cell.step}`
  const sign = together(cell.places.map(placeSign))
  const isStale = cell.places.some(({ stale }) => stale.length > 0)
  return html`<article class="cell" id="${id}" aria-labelledby="${id}-title">
<header><span class="execution" title="The number of its last execution">[${cell.execution ?? " "}]</span>
<h3 id="${id}-title">${cell.number} ${cell.title}</h3>
<code>${cell.step}</code> <span>${signHtml(sign)}${isStale && html` <span class="warn">stale</span>`}</span></header>
<div class="prose">${proseHtml(cell.prose)}</div>
${cell.places.length === 0 && html`<p class="none">No site in this report has this step.</p>`}
${cell.places.map((place) => placeHtml(cell, place, whereOf(notebook, cell.step, place.site)))}
</article>
`
}

/** Closed unless it needs attention; on paper everything is open. */
function placeHtml(cell: ReportCell, place: ReportPlace, where: string): Markup {
  const sign = placeSign(place)
  const { outcome } = place
  const isOpen = sign.tone === "bad" || sign.tone === "warn" || place.stale.length > 0
  const executions = executed(place)
  const last = executions.at(-1)
  const checked = checkedIn(place)
  return html`<details class="place"${isOpen && html` open`}>
<summary>${signHtml(sign)} <strong>${where}</strong> <span class="reason">${outcome?.reason ?? "not run yet"}${
    outcome !== undefined && outcome.seconds >= 0.05 && ` · ${duration(outcome.seconds)}`
  }${place.stale.length > 0 && " · stale"}</span></summary>
<div class="inside">
${troubleHtml(place)}
${executions.slice(0, -1).map((execution) => html`<details><summary>Before, in run ${execution.run}: ${signHtml(executionSign(execution))} <span class="dim">${moment(execution.started)}</span></summary>${executionHtml(cell, execution)}</details>`)}
${last !== undefined && executionHtml(cell, last)}
${checked.length > 0 && html`<p class="dim">Only checked, for steps that need it, in ${runsNamed(checked)}.</p>`}
</div></details>
`
}

function troubleHtml(place: ReportPlace): Markup {
  const { outcome, stale, undone } = place
  const isBad = outcome !== undefined && !outcome.ok
  const adopted = adoption(place)
  return html`${
    isBad &&
    html`<div class="trouble"><p><strong>${outcome.reason}</strong></p>${outcome.why !== undefined && html`<p>${outcome.why}</p>`}${
      outcome.fix !== undefined && html`<p>Fix: ${outcome.fix}</p>`
    }${outcome.next !== undefined && html`<p>Next: <code>${outcome.next}</code></p>`}${outcome.stack !== undefined && html`<pre>${outcome.stack}</pre>`}</div>`
  }${stale.length > 0 && html`<p class="warn">Stale: ${stale.join("; ")}</p>`}${
    undone !== undefined &&
    html`<p class="dim">Deleted by <code>${undone.step}</code> on ${moment(undone.t)}.</p>`
  }${adopted !== undefined && html`<p>${ADOPTED[adopted]}</p>`}${
    place.interrupted === true &&
    html`<p class="warn">Interrupted while applying; the next run checks the result.</p>`
  }${place.gone === true && html`<p class="dim">This site is no longer in the federation.</p>`}`
}

function executionHtml(cell: ReportCell, execution: Execution): Markup {
  const { run, started, ended, running } = execution
  const took = ended === undefined ? openEnd(running) : duration(between(started, ended))
  return html`<p class="label">Run ${run}, ${moment(started)}, ${took}</p>
${checksHtml(execution)}
${execution.notes.length > 0 && html`<ul>${execution.notes.map(({ text }) => html`<li>${text}</li>`)}</ul>`}
${execution.commands.map((command) => commandHtml(command, running))}
${execution.actions.flatMap(({ manual, ok, reason }) => [
  manual === true ? html`<p>It was ${MANUAL}.</p>` : undefined,
  ok === false ? html`<p class="bad">✗ ${reason ?? "The action failed."}</p>` : undefined,
])}
${writtenHtml(execution)}
${waitsHtml(execution)}
${shownHtml(cell, execution)}`
}

const resultWords = (result: CheckResult): string => `${result.state}: ${result.reason}`

function checksHtml({ before, after, actions }: Execution): Markup {
  if (before === undefined || after === undefined) return html``
  // Nothing was changed: one answer is enough.
  if (before.t === after.t || (actions.length === 0 && before.result.state === after.result.state))
    return html`<dl class="facts"><dt>Found</dt><dd>${resultWords(after.result)}</dd></dl>`
  return html`<dl class="facts"><dt>Before</dt><dd>${resultWords(before.result)}</dd><dt>After</dt><dd>${resultWords(after.result)}</dd></dl>`
}

function commandHtml({ line, cwd, exitCode, seconds, output }: RanCommand, running?: boolean): Markup {
  const ended =
    exitCode === undefined
      ? html`<span class="warn">${openEnd(running)}</span>`
      : exitCode === 0
        ? html`${duration(seconds ?? 0)}`
        : html`<span class="bad">✗ exit code ${exitCode}</span>, ${duration(seconds ?? 0)}`
  return html`<pre class="command"><code>$ ${line}</code></pre>${
    output.length > 0 &&
    html`<pre>${output.map(({ stream, text }) => (stream === "stderr" ? html`<span class="stderr">${text}</span>` : text))}</pre>`
  }<p class="label">${ended}${cwd !== undefined && html`, in <code>${cwd}</code>`}${
    output.some(({ stream }) => stream === "stderr") && ", with stderr"
  }</p>
`
}

function writtenHtml(execution: Execution): Markup {
  const { whole, objects } = writtenIn(execution)
  return html`${
    whole.length > 0 &&
    html`<div class="wide"><table><caption>Written</caption><thead><tr><th scope="col">What</th><th scope="col">SHA-256</th></tr></thead><tbody>${whole.map(
      ({ what, sha256 }) => html`<tr><td>${what}</td><td><code>${sha256 ?? "–"}</code></td></tr>`,
    )}</tbody></table></div>`
  }${[...objects].map(([words, names]) => html`<p>${words[0]!.toUpperCase()}${words.slice(1)}: ${names.join(", ")}</p>`)}`
}

const waitsHtml = ({ waits, started }: Execution): Markup | false =>
  waits.length > 0 &&
  html`<details><summary>Waited: ${count(waits.length, "reason")}</summary><ul>${waits.map(
    ({ t, reason }) =>
      html`<li><span class="dim">after ${duration(Math.max(0, between(started, t)))}:</span> ${reason}</li>`,
  )}</ul></details>`

/** Each output beside what the guide promises. */
function shownHtml({ expect }: ReportCell, { shown }: Execution): Markup[] {
  return shown.map(({ line, text, differs }) => {
    const promised = expect === undefined ? [] : promisedLines(expect)
    const lines = promised.length > 0 ? promised : differs
    const printed = html`<div>${line === "" ? html`<p class="label">Output</p>` : html`<pre class="command"><code>$ ${line}</code></pre>`}<pre>${
      text === "" ? html`<span class="dim">(no output)</span>` : text
    }</pre></div>`
    if (lines.length === 0) return printed
    const left = [...differs]
    const marked = lines.map((each) => {
      const at = left.indexOf(each)
      if (at === -1) return html`  ${each}\n`
      left.splice(at, 1)
      return html`<mark>≠ ${each}</mark>\n`
    })
    const verdict =
      differs.length === 0
        ? html`<span class="good">✓ The guide promises (the output matches)</span>`
        : html`<span class="warn">≠ The guide promises (the output lacks ${count(differs.length, "line")})</span>`
    return html`<div class="beside">${printed}<div><p class="label">${verdict}</p><pre>${marked}</pre></div></div>`
  })
}
