/**
 * A command line and its output as readable text: `$ command line`, what it printed, and the exit code if that is not 0.
 * Ports, ids, paths, times and durations are replaced by words, so that the text is the same every time.
 */
import { shellWord } from "../../lib/notebook/shell-word.ts"
import type { Ended } from "./harness.ts"

/** `$ flower-runbook …` with what it printed; what came on stderr is separate. */
export function transcript(argv: readonly string[], { code, stdout, stderr }: Ended): string {
  return [
    `$ ${["flower-runbook", ...argv.map(shellWord)].join(" ")}`,
    stdout,
    ...(stderr === "" ? [] : [...(stdout === "" ? [] : ["[stderr]"]), stderr]),
    ...(code === 0 ? [] : [`[exit ${code}]`]),
  ]
    .map((part) => part.replace(/\n?$/, "\n"))
    .filter((part) => part !== "\n")
    .join("")
}

const LANES = ["approved", "here", "superlink", "supernode", "federation"]

/**
 * The lines of a run, lane after lane: lanes run in parallel, and their lines come in any order. What depends on timing is
 * removed: lines that only report waiting, and whether the connector has matched its listener already.
 */
export function byLane(text: string): string {
  const lines = text.split("\n")
  const lane = (line: string): string | undefined =>
    /^approved/.test(line)
      ? "approved"
      : /^[✓✗–·…] ((?:here|federation|superlink|supernode)(?:-\d+)?) /.exec(line)?.[1]
  const first = lines.findIndex((line) => lane(line) !== undefined)
  const last = lines.findLastIndex((line) => lane(line) !== undefined)
  if (first === -1) return text
  const kept = lines.slice(first, last + 1).filter((line) => !line.startsWith("…"))
  const lanes = Map.groupBy(kept, (line) => lane(line) ?? "")
  const order = [...lanes.keys()].sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1))
  const grouped = order.flatMap((name) => (name === "approved" ? lanes.get(name)!.sort() : lanes.get(name)!))
  return [...lines.slice(0, first), ...grouped, ...lines.slice(last + 1)]
    .join("\n")
    .replaceAll("is configured, not matched yet", "is configured, matched")
}

const rank = (lane: string): number => LANES.indexOf(lane.replace(/-\d+$/, ""))
