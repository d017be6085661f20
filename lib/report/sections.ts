/** The sections that the notebook itself adds to a report. */
import type { ReportSection } from "../notebook/report-section.ts"
import { table as tableHtml } from "./html-tables.ts"
import { inline, table } from "./markdown-text.ts"
import { html, type Part } from "./markup.ts"

export const sectionLines = ({ title, text, head, rows, notes = [] }: ReportSection): string[] => [
  `## ${inline(title)}`,
  "",
  ...text.flatMap((one) => [inline(one), ""]),
  ...table(
    [...head],
    rows.map((row) => row.map(inline)),
  ),
  ...notes.flatMap((one) => ["", inline(one)]),
]

export const sectionHtml = ({ title, text, head, rows, notes = [] }: ReportSection): Part => [
  text.map((one) => html`<p>${one}</p>`),
  tableHtml(title, head, rows),
  notes.map((one) => html`<p class="dim">${one}</p>`),
]
