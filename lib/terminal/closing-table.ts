import { EXIT } from "../notebook/exit-codes.ts"
import { clean, clipped, count, duration, LONGEST_SHOWN } from "../notebook/format.ts"
import { isHeldBack, type OutcomeKind, placeName } from "../runner/events.ts"
import type { RunResult } from "../runner/types.ts"
import { colours } from "./colours.ts"
import { fixLines, type TextOptions } from "./error-text.ts"
import { screenWidth, wrap } from "./width.ts"

export interface ClosingOptions extends TextOptions {
  readonly federation: string
  /** How long the run took, in seconds. */
  readonly seconds?: number
  /** The command that resumes the run, shown when not everything is done. */
  readonly resume?: string
  /** Messages for other parties that the run has written: they are sent before anything of theirs is waited for. */
  readonly written?: readonly string[]
  /** What is no longer in the federation, and still there. */
  readonly facts?: readonly string[]
  /** The command to type once everything is done. */
  readonly after?: string
}

type Ended = RunResult["outcomes"][number]

/** How many steps are done, what failed and why, what was skipped, and what to type next. */
export function closingTable(result: RunResult, options: ClosingOptions): string {
  const { bold, green, red, yellow } = options.colours ?? colours(false)
  const { outcomes } = result
  const broken = outcomes.filter(({ outcome }) => ["failed", "blocked", "interrupted"].includes(outcome.kind))
  const awaited = outcomes.filter(({ outcome }) => outcome.kind === "waiting")
  const stopped = outcomes.filter(
    ({ outcome }) => isHeldBack(outcome) && !awaited.some((one) => placeName(one) === outcome.root),
  )
  const mark = result.code === EXIT.waiting ? yellow("◷") : red("✗")
  const well = result.code === 0 && broken.length === 0
  const time = options.seconds === undefined ? "" : `, in ${duration(options.seconds)}`
  const headLines = (text: string) =>
    wrap(text, screenWidth(options.columns) - 2).map(
      (line, index) => `${index > 0 ? " " : well ? green("✓") : mark} ${bold(line)}`,
    )
  const lines = [
    ...headLines(`${options.federation}: ${sum(outcomes)}${time}.`),
    ...alike(broken).flatMap((ended) => ["", ...brokenLines(ended, options)]),
    ...paragraph(options.written, options),
    ...awaitedLines(awaited, options),
    ...(stopped.length === 0 ? [] : ["", ...stoppedLines(stopped, broken, options)]),
  ]
  lines.push(...paragraph(options.facts, options))
  const next = well ? options.after : options.resume
  if (next !== undefined) {
    // A fix above has a command of its own to type first.
    const first = [...broken, ...awaited].some(
      ({ outcome }) => outcome.next !== undefined && outcome.next !== next,
    )
    lines.push("", `${bold(first ? "Then:" : "Next:")} ${next}`)
    if (!well && broken.length > 0) {
      const when = wrap("(once the cause is fixed; it resumes from here)", screenWidth(options.columns) - 6)
      lines.push(...when.map((line) => `      ${line}`))
    }
  }
  return `${lines.join("\n")}\n`
}

const paragraph = (texts: readonly string[] = [], { columns }: ClosingOptions): string[] =>
  texts.length === 0 ? [] : ["", ...texts.flatMap((text) => wrap(text, screenWidth(columns)))]

function sum(outcomes: readonly Ended[]): string {
  const number = (...kinds: OutcomeKind[]) =>
    outcomes.filter(({ outcome }) => kinds.includes(outcome.kind)).length
  const kinds: readonly OutcomeKind[] = ["applied", "updated", "deleted", "unchanged"]
  const succeeded = kinds.flatMap((kind) => (number(kind) > 0 ? [`${number(kind)} ${kind}`] : []))
  const done = number(...kinds)
  return [
    `${count(done, "step")} done${succeeded.length > 0 ? ` (${succeeded.join(", ")})` : ""}`,
    ...(
      [
        [number("failed"), "failed"],
        [number("blocked"), "blocked"],
        [number("interrupted"), "interrupted"],
        [number("waiting"), "waiting for another party"],
        [outcomes.filter(({ outcome }) => isHeldBack(outcome)).length, "skipped"],
      ] as const
    ).flatMap(([n, word]) => (n > 0 ? [`${n} ${word}`] : [])),
  ].join(", ")
}

/** What other parties owe, each once: who, what, until when, what they type, and what is typed here then. */
function awaitedLines(awaited: readonly Ended[], options: ClosingOptions): string[] {
  const { yellow } = options.colours ?? colours(false)
  const room = screenWidth(options.columns) - 2
  const owed = Map.groupBy(awaited, ({ outcome }) => outcome.reason)
  return [...owed.values()].flatMap(([ended]) => {
    const { outcome } = ended!
    const [first = "", ...rest] = wrap(clean(outcome.reason), room)
    return ["", `${yellow("◷")} ${first}`, ...rest.map((line) => `  ${line}`), ...fixLines(outcome, options)]
  })
}

/** Fewer failures than this are told one by one, each with its own next command. */
const MANY = 5

/** By what went wrong, apart from the site's name and numbers: a mistake that was made everywhere is one mistake. */
function alike(broken: readonly Ended[]): [Ended, ...Ended[]][] {
  const causes = Map.groupBy(broken, ({ step, site, outcome: { kind, reason } }) => {
    const general = (site === undefined ? reason : reason.replaceAll(site, "‹›")).replace(/\d+/g, "#")
    return JSON.stringify([step, kind, general])
  })
  return [...causes.values()].flatMap((ended) =>
    ended.length < MANY ? ended.map((one): [Ended] => [one]) : [ended as [Ended, ...Ended[]]],
  )
}

const FAILED = { blocked: "is blocked", interrupted: "was interrupted" } as Partial<
  Record<OutcomeKind, string>
>

function brokenLines(group: readonly [Ended, ...Ended[]], options: ClosingOptions): string[] {
  const { red } = options.colours ?? colours(false)
  const [{ step, site, outcome }, ...others] = group
  const room = screenWidth(options.columns) - 2
  const word = FAILED[outcome.kind] ?? "failed"
  const isSame = others.every((one) => one.outcome.reason === outcome.reason)
  const where =
    others.length === 0
      ? `${placeName({ step, site })} ${word}`
      : `${count(group.length, "site")}: ${step} ${word}${isSame ? "" : `, for example at ${site}`}`
  const [first = "", ...rest] = wrap(clean(clipped(`${where}: ${outcome.reason}`, LONGEST_SHOWN)), room)
  const sites = others.length === 0 ? [] : wrap(`at ${named(group.map((one) => one.site ?? one.step))}`, room)
  // The command of one site fixes that one only; the command below resumes all of them.
  const { next: _, ...fixOnly } = outcome
  const isShared = others.every((one) => one.outcome.next === outcome.next)
  return [
    `${red("✗")} ${first}`,
    ...[...rest, ...sites].map((line) => `  ${line}`),
    ...fixLines(isShared ? outcome : fixOnly, options),
  ]
}

const named = (places: readonly string[]): string =>
  places.length > 6 ? `${places.slice(0, 5).join(", ")} and ${places.length - 5} more` : places.join(", ")

/**
 * Grouped by cause, because the reader fixes causes, not steps. A cause that is not a step of this run (it was not
 * selected) has its fix here, because it appears nowhere else.
 */
function stoppedLines(
  stopped: readonly Ended[],
  broken: readonly Ended[],
  options: ClosingOptions,
): string[] {
  const { yellow } = options.colours ?? colours(false)
  const room = screenWidth(options.columns) - 2
  const causes = Map.groupBy(stopped, ({ outcome }) => outcome.reason)
  return [...causes].flatMap(([cause, ended]) => {
    const places = [...new Set(ended.map(({ site, step }) => site ?? step))]
    const [first = "", ...rest] = wrap(
      clean(`${count(ended.length, "step")} skipped at ${named(places)}: ${cause}`),
      room,
    )
    const [{ outcome }] = ended as [Ended]
    const isShown = broken.some((one) => placeName(one) === outcome.root)
    return [
      `${yellow("–")} ${first}`,
      ...rest.map((line) => `  ${line}`),
      ...(isShown ? [] : fixLines(outcome, options)),
    ]
  })
}
