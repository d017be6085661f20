/**
 * Reads the logs of SuperLink and SuperNode (texts measured with 1.28, 1.34 and 1.41, see test/real/flower). Lines contain
 * ANSI colours, even in a pipe. Node ids are unsigned 64-bit numbers, so they stay text. Logs are rotated: they can prove
 * that something happened, but not that it did not.
 */
import { stripVTControlCharacters } from "node:util"
import { plainLine } from "../openshift/last-words.ts"

/** What a SuperNode's log says about its connection. */
export type Registration =
  /** Accepted by the SuperLink under this id, and not refused since. */
  | { readonly is: "registered"; readonly id: string }
  /** The SuperLink was restarted and no longer knows it: 1.28 may hang then, newer versions exit and are restarted. */
  | { readonly is: "forgotten"; readonly id: string; readonly line: string }
  /** Not accepted yet. `line`: its last line about connecting. */
  | { readonly is: "connecting"; readonly line: string | undefined }
  /** The log does not reach back to the start of the process. */
  | { readonly is: "unproven" }

const ID = "SuperNode ID: "
/** The details of a refused call. */
const FORGOTTEN = /Invalid node ID/
const TRYING =
  /Connection attempt failed|Giving up reconnection|Exit Code: \d+|Failed to (?:initialize|activate)|\[code: \d+\]/

/** Reads the log of the current container of a SuperNode. */
export function readSupernodeLog(log: string): Registration {
  const at = lastIdAt(log)
  if (at === undefined) {
    if (!log.includes("Starting Flower SuperNode") && log.trim() !== "") return { is: "unproven" }
    return { is: "connecting", line: lastLine(log, TRYING) }
  }
  const line = lastLine(log.slice(at.end), FORGOTTEN)
  return line === undefined ? { is: "registered", id: at.id } : { is: "forgotten", id: at.id, line }
}

function lastIdAt(log: string): { id: string; end: number } | undefined {
  for (let from = log.lastIndexOf(ID); from !== -1; from = from === 0 ? -1 : log.lastIndexOf(ID, from - 1)) {
    const id = /^\d+/.exec(stripVTControlCharacters(log.slice(from + ID.length, from + ID.length + 60)))?.[0]
    if (id !== undefined) return { id, end: from + ID.length + id.length }
  }
  return undefined
}

/** What a SuperLink's log says about one node. */
export type Membership =
  /** `line` is the proof: the node was activated, or has called since, and was not deactivated after that. */
  | { readonly is: "active"; readonly line: string }
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
    const line = lineAt(log, at)
    if (deactivated.test(line)) return { is: "deactivated", line }
    if (active.test(line)) return { is: "active", line }
  }
  return { is: log.includes("Starting Flower SuperLink") ? "unknown" : "unproven" }
}

/** The line at a position in a text, without colours and level. */
function lineAt(text: string, at: number): string {
  const end = text.indexOf("\n", at)
  return plainLine(text.slice(text.lastIndexOf("\n", at) + 1, end === -1 ? text.length : end))
}

function lastLine(text: string, pattern: RegExp): string | undefined {
  return text
    .split("\n")
    .map(plainLine)
    .findLast((line) => pattern.test(line))
}
