import { clean, clipped, count, duration, LONGEST_SHOWN, shortLine } from "../notebook/format.ts"
import { type At, type Event, isHeldBack, placeName, providedText } from "../runner/events.ts"
import type { Colours } from "./colours.ts"
import { showText } from "./show-text.ts"
import { outcomeSign, WORD } from "./signs.ts"
import { pad, width } from "./width.ts"

/** Events as readable lines, for pipes and for what scrolls by above the lanes. */
export class EventLines {
  readonly #colours: Colours
  readonly #show: boolean
  #place = 0
  #step = 0
  readonly #lanes = new Map<string, string>()
  readonly #waiting = new Map<string, string>()
  readonly #applying = new Set<string>()
  /** Output whose line has not ended yet. */
  readonly #open = new Map<string, string>()
  readonly #stopped = new Set<string>()

  /** `show`: commands and kept outputs too. */
  constructor(options: { colours: Colours; show?: boolean }) {
    this.#colours = options.colours
    this.#show = options.show === true
  }

  /** The lines of an event, most often none. */
  of(event: Event): string[] {
    switch (event.type) {
      case "run started":
        return this.#begin(event)
      case "waiting":
        return this.#wait(event, event.reason)
      case "step ended":
        return this.#end(event)
      default:
        return this.asides(event)
    }
  }

  /** The lines beside the steps' progress: notes, warnings and, with `show`, commands and outputs. */
  asides(event: Event): string[] {
    const { yellow, dim } = this.#colours
    switch (event.type) {
      case "note":
        return this.#note(event, event.text)
      case "value":
        return this.#note(event, providedText(event))
      case "warning":
        return [yellow(`warning: ${clean(clipped(event.text, LONGEST_SHOWN))}`)]
      case "approval":
        return [dim(`approved${event.how === "flag" ? " (--yes)" : ""}: ${shortLine(event.what)}`)]
      case "action started":
        this.#applying.add(placeName(event))
        return []
      case "action ended":
        this.#applying.delete(placeName(event))
        return []
      case "command":
        return this.#applied(event) ? [`${this.#at(" ", event)}${dim("$")} ${clean(event.line)}`] : []
      case "output":
        return this.#applied(event) ? this.#output(event, event.stream, event.text) : []
      case "command ended":
        return [...this.#flush(event, "stdout"), ...this.#flush(event, "stderr")]
      case "shown":
        return this.#show
          ? [
              this.#at(" ", event).trimEnd(),
              ...showText(event, { colours: this.#colours }).trimEnd().split("\n"),
            ]
          : []
      default:
        return []
    }
  }

  /** As {@link asides}; takes names from the run's start, whose own line does not appear above lanes. */
  laneAsides(event: Event): string[] {
    if (event.type !== "run started") return this.asides(event)
    this.#begin(event)
    return []
  }

  #begin(event: Extract<Event, { type: "run started" }>): string[] {
    const steps = event.lanes.reduce((sum, lane) => sum + lane.steps.length, 0)
    const names = new Set(event.sites.map((site) => site.name))
    this.#lanes.clear()
    for (const { name, steps } of event.lanes) {
      if (!names.has(name)) for (const step of steps) this.#lanes.set(step, name)
    }
    this.#place = Math.max(4, ...event.lanes.map((lane) => width(lane.name)))
    this.#step = Math.max(4, ...event.lanes.flatMap((lane) => lane.steps.map(width)))
    return [`${event.federation}: ${count(event.sites.length, "site")}, ${count(steps, "step")}`]
  }

  /** `✓ superlink    site-create  `: the beginning of a line about a place. */
  #at(symbol: string, at: At): string {
    const lane = at.site ?? this.#lanes.get(at.step) ?? ""
    return `${symbol} ${pad(lane, this.#place)}  ${pad(at.step, this.#step)}  `
  }

  #wait(at: At, reason: string): string[] {
    const place = placeName(at)
    if (this.#waiting.get(place) === reason) return []
    this.#waiting.set(place, reason)
    return [`${this.#at(this.#colours.cyan("…"), at)}${pad("waiting", WORD)}  ${shortLine(reason)}`]
  }

  #end(event: Extract<Event, { type: "step ended" }>): string[] {
    const { outcome } = event
    this.#waiting.delete(placeName(event))
    this.#applying.delete(placeName(event))
    const heldBack = isHeldBack(outcome)
    if (outcome.kind === "skipped" && !heldBack) return []
    const { symbol, word, paint } = outcomeSign(outcome, this.#colours)
    const start = `${this.#at(paint(symbol), event)}${paint(pad(word, WORD))}  `
    if (heldBack) {
      // One line per lane and cause: the rest of the lane is skipped too.
      const cause = `${event.site} ${outcome.root}`
      if (this.#stopped.has(cause)) return []
      this.#stopped.add(cause)
      return [`${start}${shortLine(outcome.reason)}; the rest of this lane is skipped too`]
    }
    const time = outcome.seconds < 0.05 ? "" : ` (${duration(outcome.seconds)})`
    return [`${start}${shortLine(outcome.reason)}${time}`]
  }

  #note(at: At, text: string): string[] {
    const lines = clean(text).trimEnd().split("\n")
    const start = this.#at("·", at)
    // A note of several lines (a table, a URL to open) starts at the left, so that it can be read and copied.
    return lines.length === 1
      ? [`${start}${lines[0]}`]
      : [start.trimEnd(), ...lines.map((line) => `  ${line}`)]
  }

  #applied(at: At): boolean {
    return this.#show && this.#applying.has(placeName(at))
  }

  #output(at: At, stream: string, text: string): string[] {
    const key = `${placeName(at)} ${stream}`
    const lines = `${this.#open.get(key) ?? ""}${text}`.split("\n")
    this.#open.set(key, lines.pop()!)
    return lines.map((line) => `    ${clean(line)}`)
  }

  #flush(at: At, stream: string): string[] {
    const key = `${placeName(at)} ${stream}`
    const rest = this.#open.get(key)
    this.#open.delete(key)
    return rest === undefined || rest === "" ? [] : [`    ${clean(rest)}`]
  }
}
