/** The tables of the page: summary, sites, steps at a glance, inputs. */

import { count, duration, moment } from "../notebook/format.ts"
import { signHtml } from "./html-cells.ts"
import { html, type Markup, type Part } from "./markup.ts"
import { type Joined, MESSAGE_HEAD, messageRows, type ReportMessage } from "./messages.ts"
import { personOf } from "./run-rows.ts"
import { isDone, PRACTICE, placeSign, runSeconds, type Sign, together } from "./signs.ts"
import type { Report, ReportInput, ReportPlace } from "./types.ts"

/** A table with headings, in a frame that scrolls if it is too wide. */
export const table = (
  caption: string,
  heads: readonly string[],
  rows: readonly (readonly Part[])[],
): Markup =>
  html`<div class="wide"><table><caption>${caption}</caption><thead><tr>${heads.map((head) => html`<th scope="col">${head}</th>`)}</tr></thead>
<tbody>${rows.map(([first, ...rest]) => html`<tr><th scope="row">${first}</th>${rest.map((cell) => html`<td>${cell}</td>`)}</tr>\n`)}</tbody></table></div>`

const facts = (entries: readonly (readonly [string, Part] | undefined)[]): Markup =>
  html`<dl class="facts">${entries.map((entry) => entry && html`<dt>${entry[0]}</dt><dd>${entry[1]}</dd>\n`)}</dl>`

export function summaryHtml(walk: Report): Markup {
  const { runs, notebook, federation, cells } = walk
  const [first, last] = [runs[0], runs.at(-1)]
  const places = cells.flatMap(({ places: each }) => each).filter(({ gone }) => gone !== true)
  const stale = places.filter((place) => place.stale.length > 0).length
  const done = places.filter(isDone).length
  const wrong = cells.flatMap(({ step, places: each }) =>
    each.filter((place) => placeSign(place).tone === "bad").map((place) => ({ step, place })),
  )
  const practice = walk.practice && html`<p class="warn">${PRACTICE}</p>`
  if (first === undefined || last === undefined)
    return html`${practice}<p>Nothing has run yet: this is what the notebook would do.</p>`
  const seconds = runs.reduce((sum, run) => sum + runSeconds(run), 0)
  const people = [...new Set(runs.flatMap(({ by }) => (by === undefined ? [] : [personOf(by)])))]
  const versions = [...new Set(runs.map(({ version }) => version))]
  const nodes = [
    ...new Set(runs.flatMap(({ by }) => (by === undefined ? [] : [`Node ${by.node}, ${by.platform}`]))),
  ]
  return html`${practice}${facts([
    ["Federation", federation.name],
    [
      "State",
      html`${signHtml(together(places.map(placeSign)))}, ${done} of ${count(places.length, "step")} at ${count(walk.sites.filter(({ gone }) => gone !== true).length, "site")}${stale > 0 && html`, <span class="warn">${stale} stale</span>`}`,
    ],
    ["When", [...new Set([first.started, last.ended ?? last.last].map(moment))].join(" to ")],
    [
      "How long",
      runs.length === 1 ? duration(seconds) : `${duration(seconds)} in ${count(runs.length, "run")}`,
    ],
    ["Who", people.length === 0 ? "not in the journal" : people.join(", ")],
    [
      "Program",
      `${notebook.name} ${versions.join(", ")}${nodes.length === 0 ? "" : ` (${nodes.join("; ")})`}`,
    ],
  ])}${walk.running === true && html`<p class="warn">A run was in progress when this report was created.</p>`}${
    wrong.length > 0 &&
    html`<div class="trouble"><ul>${wrong.map(
      ({ step, place }) =>
        html`<li>${signHtml(placeSign(place))} <a href="#step-${step}">${step}</a>${place.site !== undefined && ` at ${place.site}`}: ${place.outcome?.reason}${
          place.outcome?.fix !== undefined && html`<br>Fix: ${place.outcome.fix}`
        }</li>`,
    )}</ul></div>`
  }`
}

export function sitesHtml(walk: Report): Markup {
  return table(
    "Each site with its role, its cluster and the cluster user of its steps",
    ["Site", "Role", "Cluster", "User", "State"],
    walk.sites.map((site) => {
      const places = walk.cells.flatMap((cell) => cell.places.filter((place) => place.site === site.name))
      const good = places.filter(isDone).length
      return [
        site.name,
        site.role,
        site.identity ?? (site.party === undefined ? "–" : `of ${site.party}`),
        site.user ?? "–",
        html`${signHtml(together(places.map(placeSign)))} <span class="dim">${good} of ${places.length}</span>${site.gone === true && " · no longer in the federation"}`,
      ]
    }),
  )
}

/** What was exchanged with other parties. */
export const messagesHtml = (messages: readonly ReportMessage[]): Markup =>
  table("What was exchanged with other parties", [...MESSAGE_HEAD], messageRows(messages))

/** Whether the records of the parties are the same, and one timeline of all. */
export const joinedHtml = ({ checks, timeline }: Joined): Markup =>
  html`${table(
    "Whether both sides have the same messages",
    ["Message", "Same", "Why"],
    checks.map(({ what, ok, why }) => [what, ok ? "✓ yes" : "✗ no", why]),
  )}${table(
    "Who did what, in time",
    ["When", "Who", "What"],
    timeline.map(({ t, who, what }) => [t, who, what]),
  )}`

/** The steps at a glance: how many places are in which state. */
export function stepsHtml(walk: Report): Markup {
  return table(
    "All steps at a glance",
    ["Step", "State", "Longest"],
    walk.cells.map(({ step, title, number, places }) => {
      const longest = Math.max(0, ...places.map(({ outcome }) => outcome?.seconds ?? 0))
      return [
        html`${number} <a href="#step-${step}">${title}</a>`,
        statesHtml(places),
        longest >= 0.05 ? duration(longest) : "–",
      ]
    }),
  )
}

function statesHtml(places: readonly ReportPlace[]): Part {
  const groups = Map.groupBy(places, (place) => placeSign(place).word)
  return [...groups.values()].map((group, index) => {
    const sign: Sign = placeSign(group[0]!)
    const where = group.map(({ site }) => site).filter((site) => site !== undefined)
    const names =
      where.length === 0 || groups.size === 1 || sign.tone === "good" ? "" : `: ${where.join(", ")}`
    return html`${index > 0 && html`<br>`}${signHtml(sign)}${group.length > 1 && ` × ${group.length}`}${names}`
  })
}

export function inputsHtml(walk: Report): Markup {
  const isGiven = ({ origin, value, secret }: ReportInput): boolean =>
    origin !== undefined && origin !== "default" && (value !== undefined || secret === true)
  const given = walk.inputs.filter(isGiven)
  const plain = walk.inputs.filter((input) => !isGiven(input))
  const heads = ["Input", "Site", "Value", "From"]
  return html`${
    given.length === 0 ? html`<p>No input was given.</p>` : table("Given inputs", heads, given.map(inputRow))
  }${plain.length > 0 && html`<details><summary>${count(plain.length, "default")}</summary>${table("Defaults and unset inputs", heads, plain.map(inputRow))}</details>`}`
}

const inputRow = ({ name, site, value, origin, secret }: ReportInput): Part[] => [
  html`<code>${name}</code>`,
  site ?? "all",
  secret === true
    ? html`<span class="dim">secret, not kept</span>`
    : value === undefined
      ? html`<span class="dim">unset</span>`
      : html`<code>${value}</code>`,
  origin ?? "–",
]
