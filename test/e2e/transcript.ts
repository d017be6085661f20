/**
 * What a person types and what comes back, as a readable text: `$ command line`, what it printed, and how it ended where
 * that is not 0. Ports, ids, paths, times and durations stand as words, so that the text is the same every time.
 */
import type { Ended, World } from "./harness.ts"

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

/** Puts words in place of what is different each time. */
export function steady(world: World, text: string): string {
  const { practice, state, folder } = world
  const places: [string, string][] = [
    [practice.folder, "PRACTICE"],
    [state, "STATE"],
    [folder, "HOME"],
    ...practice.clusters.flatMap(({ name, server, admin }): [string, string][] => [
      [server.url, `https://${name}.example:6443`],
      [`127.0.0.1:${server.port}`, `${name}.example:6443`],
      [admin.token, "A-TOKEN"],
    ]),
  ]
  const placed = places.reduce((so, [what, word]) => so.replaceAll(what, word), text)
  return placed
    .replace(/ \(\d[\d.]* (?:s|min|h)[^()]*\)$/gm, "")
    .replace(/, in \d[\d.]* (?:s|min|h)(?: \d+ (?:s|min))?\./g, ", in TIME.")
    .replace(/\d{4}-\d\d-\d\d \d\d:\d\dZ/g, "DATE TIME")
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "DATETIME")
    .replace(/127\.0\.0\.1:\d+/g, "127.0.0.1:PORT")
    .replace(/^(.*VERIFIED) {2,}CLUSTER$/gm, "$1             CLUSTER")
    .replace(/(?<![.\d])\d{15,20} active {2,}/g, "NODE-ID active  ")
    .replace(/(?<![.\d])\d{15,20}\b/g, "NODE-ID")
    .replace(/v\d+\.\d+\.\d+ on \w+ \w+/g, "VERSION on PLATFORM")
    .replace(/\b[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}\b/g, "UID")
}

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
