import type { Practice } from "../lib/practice/types/practice.ts"

/** Where a run on practice clusters took place. */
export interface RunPlaces {
  readonly practice: Practice
  /** The federation's folder. */
  readonly state: string
  /** The home folder. */
  readonly folder: string
}

/** Replaces what differs from run to run by words: ports, ids, paths, times and durations. */
export function steady({ practice, state, folder }: RunPlaces, text: string): string {
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
  return (
    placed
      .replace(/ \(\d[\d.]* (?:s|min|h)[^()]*\)$/gm, "")
      // A minute may pass between issuing a token and reading it.
      .replace(/redeemed for \d+ minutes/g, "redeemed for 15 minutes")
      .replace(/, in \d[\d.]* (?:s|min|h)(?: \d+ (?:s|min))?\./g, ", in TIME.")
      .replace(/\d{4}-\d\d-\d\d \d\d:\d\dZ/g, "DATE TIME")
      .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "DATETIME")
      .replace(/127\.0\.0\.1:\d+/g, "127.0.0.1:PORT")
      .replace(/^(.*VERIFIED) {2,}CLUSTER$/gm, "$1             CLUSTER")
      .replace(/(?<![.\d])\d{15,20} active {2,}/g, "NODE-ID active  ")
      .replace(/(?<![.\d])\d{15,20}\b/g, "NODE-ID")
      .replace(/v\d+\.\d+\.\d+ on \w+ \w+/g, "VERSION on PLATFORM")
      .replace(/\b[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}\b/g, "UID")
  )
}
