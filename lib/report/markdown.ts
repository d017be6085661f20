/** The walk as Markdown for a change ticket: one page that reads well raw. */
import { adoption } from "./executions.ts"
import { approvalLines, changeLines, runLines } from "./markdown-runs.ts"
import { stepLines } from "./markdown-step.ts"
import { summaryOf, troubleLines } from "./markdown-summary.ts"
import { atMost, code, codeCell, inline, table } from "./markdown-text.ts"
import { MESSAGE_HEAD, messageRows } from "./messages.ts"
import { sectionLines } from "./sections.ts"
import { placeSign } from "./signs.ts"
import type { Report, ReportCell, ReportPlace } from "./types.ts"

/** With more sites than this, they have no columns of their own. */
const MOST_COLUMNS = 5
const MOST_ROWS = 40

/** The walk as one Markdown text. */
export function markdownReport(walk: Report): string {
  const { notebook, federation } = walk
  const sections = [
    [`# ${inline(notebook.title)}: ${federation.name}`, "", summaryOf(walk)],
    section("Sites", sitesTable(walk)),
    section("Steps", stepsTable(walk)),
    troubleLines(walk),
    ...(walk.sections ?? []).map(sectionLines),
    section("Inputs", inputLines(walk)),
    section("Changed inputs", changeLines(walk)),
    section("Runs", runLines(walk)),
    section("Approvals", approvalLines(walk)),
    section("Other parties", messageLines(walk)),
    section("Joined with the reports of other parties", joinedLines(walk)),
    section("What was done", cellLines(walk, walk.cells)),
    section("Teardown and other steps", cellLines(walk, walk.others)),
  ]
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n")}\n`
}

const section = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : [`## ${title}`, "", ...lines]

/** What crossed, who compared which fingerprint, and until when it is valid. */
function messageLines({ messages = [] }: Report): string[] {
  return messages.length === 0
    ? []
    : table(
        [...MESSAGE_HEAD],
        messageRows(messages).map((row) => row.map(inline)),
      )
}

/** Whether both sides have the same records, and one timeline of all. */
function joinedLines({ joined }: Report): string[] {
  if (joined === undefined) return []
  return [
    ...joined.checks
      .map(({ what, ok, why }) => inline(`${ok ? "✓" : "✗"} ${what}: ${why}`))
      .map((line) => `- ${line}`),
    "",
    ...table(
      ["when", "who", "what"],
      joined.timeline.map(({ t, who, what }) => [t, inline(who), inline(what)]),
    ),
  ]
}

function sitesTable({ sites, notebook }: Report): string[] {
  const identity = Object.keys(notebook.inputs).find((name) => notebook.inputs[name]!.identity) ?? "identity"
  return table(
    ["site", "role", identity, "user"],
    sites.map(({ name, role, identity: value, user, gone, party }) => [
      gone === true ? `${name} (left)` : name,
      role,
      inline(value ?? (party === undefined ? "" : `of ${party}`)),
      inline(user ?? ""),
    ]),
  )
}

function stepsTable(walk: Report): string[] {
  const { cells, sites } = walk
  const once = cells.some(({ places }) => places.some(({ site }) => site === undefined))
  if (sites.length > MOST_COLUMNS) {
    return table(
      ["#", "step", "state"],
      cells.map(({ number, step, places }) => [String(number), step, folded(places)]),
    )
  }
  const columns = [...(once ? [undefined] : []), ...sites.map(({ name }) => name)]
  return table(
    ["#", "step", ...columns.map((site) => site ?? "federation")],
    cells.map(({ number, step, places }) => [
      String(number),
      step,
      ...columns.map((site) => {
        const place = places.find((one) => one.site === site)
        return place === undefined ? "" : stateOf(place)
      }),
    ]),
  )
}

function stateOf(place: ReportPlace): string {
  const { symbol, word } = placeSign(place)
  const adopted = adoption(place)
  const more = [
    ...(adopted === undefined || word === "applied manually" ? [] : [adopted]),
    ...(place.stale.length > 0 ? ["stale"] : []),
  ]
  return `${symbol} ${word}${more.length === 0 ? "" : ` (${more.join(", ")})`}`
}

/** `✓ applied: 49; ✗ failed: supernode-7` */
function folded(places: readonly ReportPlace[]): string {
  const groups = [...Map.groupBy(places, stateOf)]
  if (groups.length === 1) return groups[0]![0]
  return groups
    .map(([state, mine]) => {
      const names = mine.map(({ site }) => site ?? "federation")
      return `${state}: ${names.length > 3 ? names.length : names.join(", ")}`
    })
    .join("; ")
}

function inputLines({ inputs, notebook }: Report): string[] {
  const isIdentity = (name: string) => notebook.inputs[name]?.identity === true
  const given = inputs.filter(
    ({ name, value, origin, secret }) =>
      !isIdentity(name) && origin !== undefined && origin !== "default" && (value !== undefined || secret),
  )
  const rows = given.map(({ site, name, value, origin, secret }) => [
    site ?? "federation",
    name,
    secret === true ? "(secret)" : codeCell(value!),
    origin!,
  ])
  const defaults = inputs.filter(({ value, origin }) => origin === "default" && value !== undefined)
  const texts = [...new Set(defaults.map(({ name, value }) => `${name} ${code(value!)}`))]
  return [
    ...(rows.length === 0
      ? []
      : table(
          ["for", "input", "value", "from"],
          atMost(rows, MOST_ROWS, (more) => ["…", `${more} more`, "in `report --format json`", ""]),
        )),
    ...(rows.length > 0 && texts.length > 0 ? [""] : []),
    ...(texts.length === 0 ? [] : [`By default: ${atMost(texts, 30, (more) => `${more} more`).join(", ")}.`]),
  ]
}

const cellLines = (walk: Report, cells: readonly ReportCell[]): string[] =>
  cells
    .map((cell) => stepLines(walk, cell))
    .filter((lines) => lines.length > 0)
    .flatMap((lines, index) => (index === 0 ? lines : ["", ...lines]))
