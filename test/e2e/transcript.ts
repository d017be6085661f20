/**
 * What a person types and what comes back, as a readable text: `$ command line`, what it printed, and how it ended where
 * that is not 0. Ports, ids, paths, times and durations stand as words, so that the text is the same every time.
 */
import type { Ended } from "./harness.ts"

/** `$ flower-runbook …` with what it printed; what came on stderr stands apart. */
export function transcript(argv: readonly string[], { code, stdout, stderr }: Ended): string {
  return [
    `$ ${["flower-runbook", ...argv.map(typed)].join(" ")}`,
    stdout,
    ...(stderr === "" ? [] : [...(stdout === "" ? [] : ["[stderr]"]), stderr]),
    ...(code === 0 ? [] : [`[exit ${code}]`]),
  ]
    .map((part) => part.replace(/\n?$/, "\n"))
    .filter((part) => part !== "\n")
    .join("")
}

const typed = (word: string): string => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word}'`)

const LANES = ["agreed", "here", "superlink", "supernode", "federation"]

/**
 * A run's lines lane after lane: lanes run at once, and their lines come as they come. What depends on the moment is left
 * out: lines that only tell of waiting, and whether the connector has met its listener already.
 */
export function byLane(text: string): string {
  const lines = text.split("\n")
  const lane = (line: string): string | undefined =>
    /^agreed /.test(line)
      ? "agreed"
      : /^[✓✗–·…] ((?:here|federation|superlink|supernode)(?:-\d+)?) /.exec(line)?.[1]
  const first = lines.findIndex((line) => lane(line) !== undefined)
  const last = lines.findLastIndex((line) => lane(line) !== undefined)
  if (first === -1) return text
  const told = lines.slice(first, last + 1).filter((line) => !line.startsWith("…"))
  const lanes = Map.groupBy(told, (line) => lane(line) ?? "")
  const order = [...lanes.keys()].sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1))
  const grouped = order.flatMap((name) => (name === "agreed" ? lanes.get(name)!.sort() : lanes.get(name)!))
  return [...lines.slice(0, first), ...grouped, ...lines.slice(last + 1)]
    .join("\n")
    .replaceAll("is configured, not matched yet", "is configured, matched")
}

const rank = (lane: string): number => LANES.indexOf(lane.replace(/-\d+$/, ""))
