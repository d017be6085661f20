/**
 * Reads the logs of SuperLink and SuperNode (texts measured with 1.28, 1.34 and 1.41, see test/real/flower). Lines contain
 * ANSI colours, even in a pipe, and may begin with the time that the cluster adds. Node ids are unsigned 64-bit numbers, so they
 * stay text. Logs are rotated: they can prove that something happened, but not that it did not.
 */
import { stripVTControlCharacters } from "node:util"
import { plainLine } from "../openshift/last-words.ts"

/** What a SuperNode's log says about its connection. `at` and `since` are set if the lines have times. */
export type Registration =
  /** Accepted by the SuperLink under this id, and not refused since. `at`: when it last said that it is connected. */
  | { readonly is: "registered"; readonly id: string; readonly at?: number }
  /** It has lost its connection, tries to get it back, and keeps its id. `since`, `until`: its first and last attempt. */
  | {
      readonly is: "reconnecting"
      readonly id: string
      readonly line: string
      readonly since?: number
      readonly until?: number
    }
  /** The SuperLink was restarted and no longer knows it: 1.28 may hang then, newer versions exit and are restarted. */
  | { readonly is: "forgotten"; readonly id: string; readonly line: string }
  /** Not accepted yet. `line`: its last line about connecting. */
  | { readonly is: "connecting"; readonly line: string | undefined }
  /** The log does not reach back to the start of the process. */
  | { readonly is: "unproven" }

const ID = "SuperNode ID: "
/** The details of a refused call. */
const FORGOTTEN = /Invalid node ID/
const LOST = /Connection attempt failed|Giving up reconnection/
const CONNECTED = /Connection successful after/
const TRYING = /Exit Code: \d+|Failed to (?:initialize|activate)|\[code: \d+\]/

/** Reads the log of the current container of a SuperNode. The last line about its connection counts. */
export function readSupernodeLog(log: string): Registration {
  const at = lastIdAt(log)
  if (at === undefined) {
    if (!log.includes("Starting Flower SuperNode") && log.trim() !== "") return { is: "unproven" }
    return {
      is: "connecting",
      line: plainLogLines(log).findLast((line) => LOST.test(line) || TRYING.test(line)),
    }
  }
  const lines = log.slice(log.lastIndexOf("\n", at.start) + 1).split("\n")
  const about = lines.map((line) => ({ text: plain(line), at: timeOf(line) }))
  const refused = about.findLast(({ text }) => FORGOTTEN.test(text))
  if (refused !== undefined) return { is: "forgotten", id: at.id, line: refused.text }
  // The line with the id itself says that it is connected.
  const connected = Math.max(
    0,
    about.findLastIndex(({ text }) => CONNECTED.test(text)),
  )
  const lost = about.slice(connected).filter(({ text }) => LOST.test(text))
  const [first, last] = [lost[0], lost.at(-1)]
  if (first === undefined || last === undefined) {
    const time = about[connected]!.at
    return { is: "registered", id: at.id, ...(time !== undefined && { at: time }) }
  }
  return {
    is: "reconnecting",
    id: at.id,
    line: last.text,
    ...(first.at !== undefined && { since: first.at }),
    ...(last.at !== undefined && { until: last.at }),
  }
}

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z /

/** When a line was written, in milliseconds; undefined if it has no time. */
const timeOf = (line: string): number | undefined => {
  const time = TIME.exec(line)?.[0].trim()
  // Date.parse reads milliseconds, and a cluster writes nanoseconds.
  return time === undefined ? undefined : Date.parse(time.replace(/(\.\d{3})\d*/, "$1"))
}

/** A line without the cluster's time, colours and level. */
const plain = (line: string): string => plainLine(line.replace(TIME, ""))
/** Lines without the cluster's time, colours and level. */
export const plainLogLines = (text: string): string[] => text.split("\n").map(plain)

function lastIdAt(log: string): { id: string; start: number } | undefined {
  for (let from = log.lastIndexOf(ID); from !== -1; from = from === 0 ? -1 : log.lastIndexOf(ID, from - 1)) {
    const id = /^\d+/.exec(stripVTControlCharacters(log.slice(from + ID.length, from + ID.length + 60)))?.[0]
    if (id !== undefined) return { id, start: from }
  }
  return undefined
}

/** What a SuperLink's log says about one node. */
export type Membership =
  /** `line` is the proof: the node was activated, or has called since, and was not deactivated after that. */
  | { readonly is: "active"; readonly line: string; readonly at?: number }
  | { readonly is: "deactivated"; readonly line: string }
  /** The log reaches back to the start and does not contain the node. */
  | { readonly is: "unknown" }
  /** The log does not contain the node, and does not reach back to the start. */
  | { readonly is: "unproven" }

/** Reads the log of the current container of a SuperLink from its end: the last line about the node counts. */
export function readSuperlinkLog(log: string, id: string): Membership {
  const active = new RegExp(
    `\\[Fleet\\.(?:ActivateNode|CreateNode|PullMessages|PushMessages)\\].*\\bnode_id=${id}(?!\\d)`,
  )
  const deactivated = new RegExp(`\\[Fleet\\.(?:DeactivateNode|DeleteNode)\\].*\\bnode_id=${id}(?!\\d)`)
  for (let at = log.lastIndexOf(id); at !== -1; at = at === 0 ? -1 : log.lastIndexOf(id, at - 1)) {
    const whole = lineAt(log, at)
    const line = plain(whole)
    const time = timeOf(whole)
    if (deactivated.test(line)) return { is: "deactivated", line }
    if (active.test(line)) return { is: "active", line, ...(time !== undefined && { at: time }) }
  }
  return { is: log.includes("Starting Flower SuperLink") ? "unknown" : "unproven" }
}

const JOINED = /\[Fleet\.(?:ActivateNode|CreateNode|PullMessages|PushMessages)\].*\bnode_id=(\d+)/
const LEFT = /\[Fleet\.(?:DeactivateNode|DeleteNode)\].*\bnode_id=(\d+)/

/** The nodes that a SuperLink's log shows as activated, or calling, and not deactivated since; in the order of their first line. */
export function activeNodes(log: string): string[] {
  const active = new Set<string>()
  for (const line of log.split("\n")) {
    if (!line.includes("node_id=")) continue
    const text = plain(line)
    const left = LEFT.exec(text)?.[1]
    const joined = JOINED.exec(text)?.[1]
    if (left !== undefined) active.delete(left)
    else if (joined !== undefined) active.add(joined)
  }
  return [...active]
}

/** When a SuperLink logged the last calls of a node, oldest first; empty if the lines have no times. */
export function callTimes(log: string, id: string, most: number): number[] {
  const call = new RegExp(`\\[Fleet\\.PullMessages\\].*\\bnode_id=${id}(?!\\d)`)
  const times: number[] = []
  for (
    let at = log.lastIndexOf(id);
    at !== -1 && times.length < most;
    at = at === 0 ? -1 : log.lastIndexOf(id, at - 1)
  ) {
    const line = lineAt(log, at)
    const time = timeOf(line)
    if (time !== undefined && call.test(line)) times.unshift(time)
  }
  return times
}

/** The line at a position in a text. */
function lineAt(text: string, at: number): string {
  const end = text.indexOf("\n", at)
  return text.slice(text.lastIndexOf("\n", at) + 1, end === -1 ? text.length : end)
}
