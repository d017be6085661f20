/** The walk as one page: no network, no script, light and dark, for screen and paper. */
import { duration, moment } from "../notebook/format.ts"
import { barsOf, criticalPath, laneOf, pathWords, secondsOf } from "./critical-path.ts"
import { cellHtml, signHtml } from "./html-cells.ts"
import { changesHtml, runsHtml } from "./html-runs.ts"
import { STYLE } from "./html-style.ts"
import { inputsHtml, joinedHtml, messagesHtml, sitesHtml, stepsHtml, summaryHtml } from "./html-tables.ts"
import { html, Markup, type Part } from "./markup.ts"
import { sectionHtml } from "./sections.ts"
import { placeSign, runSeconds, together } from "./signs.ts"
import { timeline } from "./timeline.ts"
import { topology } from "./topology.ts"
import type { Report } from "./types.ts"

/** The HTML report of a walk. */
export function htmlReport(walk: Report): string {
  const { notebook, federation, program } = walk
  const when = timelineHtml(walk)
  const parts: [id: string, title: string, content: Part][] = [
    ["summary", "Summary", summaryHtml(walk)],
    ["what", "Topology", topologyHtml(walk)],
    ...(when === undefined ? [] : ([["when", "Timeline", when]] as [string, string, Part][])),
    ["sites", "Sites", sitesHtml(walk)],
    ["steps", "Steps", [stepsHtml(walk), walk.cells.map((cell) => cellHtml(walk, cell))]],
    ...(walk.others.length === 0
      ? []
      : ([["others", "Other steps", [OTHERS, walk.others.map((cell) => cellHtml(walk, cell))]]] as [
          string,
          string,
          Part,
        ][])),
    ...(walk.messages === undefined
      ? []
      : ([["parties", "Other parties", messagesHtml(walk.messages)]] as [string, string, Part][])),
    ...(walk.joined === undefined
      ? []
      : ([["joined", "Joined with other parties", joinedHtml(walk.joined)]] as [string, string, Part][])),
    ...(walk.sections ?? []).map((one): [string, string, Part] => [one.id, one.title, sectionHtml(one)]),
    ["inputs", "Inputs", [inputsHtml(walk), changesHtml(walk)]],
    ["runs", "Runs", runsHtml(walk)],
  ]
  const sign = together(walk.cells.flatMap(({ places }) => places).map(placeSign))
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="color-scheme" content="light dark">
<title>${federation.name}: ${notebook.title}</title>
<style>${new Markup(STYLE)}</style>
</head>
<body>
<a class="skip" href="#steps">Skip to the steps</a>
<header>
<h1>${notebook.title}</h1>
<p>Federation <strong>${federation.name}</strong>: ${signHtml(sign)}</p>
</header>
<nav aria-label="Parts of this report"><ul>${parts.map(([id, title]) => html`<li><a href="#${id}">${title}</a></li>`)}</ul></nav>
<main>
${parts.map(([id, title, content]) => html`<section id="${id}" aria-labelledby="${id}-heading">\n<h2 id="${id}-heading">${title}</h2>\n${content}\n</section>\n`)}</main>
<footer><p>Created ${moment(walk.made)} by ${program.name} ${program.version} from the journal. Times are UTC.</p></footer>
</body>
</html>
`.text
}

const OTHERS = html`<p>The journal also has these steps, of the teardown or of an earlier notebook.</p>`

const topologyHtml = (walk: Report): Markup =>
  html`<figure>${scrolled("Topology", topology(walk))}
<figcaption>A dashed frame is a cluster. A box in it is a site with the objects that its steps found. An arrow is a link, dashed while it is not up.
✓ done · ✗ failed, blocked or interrupted · … partly done · – pending, skipped or deleted.</figcaption></figure>`

function timelineHtml(walk: Report): Markup | undefined {
  const picture = timeline(walk)
  if (picture === undefined) return undefined
  return html`<figure>${scrolled("Timeline", picture)}
<figcaption>One lane per site, one bar per step: thin while it checked, full while it applied, hatched while it waited, ✗ where it failed.
The critical path is underlined. Idle time is folded (//).</figcaption></figure>
${criticalHtml(walk)}`
}

/** Wider than a phone, so it scrolls in its own frame, with the keyboard too. */
const scrolled = (name: string, content: Markup): Markup =>
  html`<div class="wide" role="region" aria-label="${name}" tabindex="0">${content}</div>`

/** The critical path of the last run in which a step ran, and of earlier ones, in words. */
function criticalHtml(walk: Report): Markup {
  const bars = barsOf(walk)
  const paths = walk.runs.flatMap((run) => {
    const path = criticalPath(walk, bars, run.number)
    if (path.length === 0) return []
    const longest = path.reduce((a, b) => (secondsOf(b) > secondsOf(a) ? b : a))
    const took = duration(runSeconds(run))
    return [
      html`<p><strong>Run ${run.number} took ${took}.</strong> The longest on its critical path: ${longest.cell.step} at ${laneOf(walk.notebook, longest)}, ${duration(secondsOf(longest))}.</p>
<p class="dim">${pathWords(walk.notebook, path)}</p>`,
    ]
  })
  const last = paths.pop()
  if (last === undefined || paths.length === 0) return html`${last}`
  return html`${last}<details><summary>Critical paths of earlier runs</summary>${paths}</details>`
}
