import { basename, dirname, join } from "node:path"
import { writeWhole } from "../../cluster/whole-file.ts"
import { sha256 } from "../../notebook/fingerprint.ts"
import { shellWord } from "../../notebook/shell-word.ts"
import type { Preview } from "../../runner/preview.ts"
import type { Edit } from "../../runner/toolbox.ts"
import type { RunOptions } from "../../runner/types.ts"
import { refusedEdit } from "./edited-command.ts"

export type Edits = NonNullable<RunOptions["edits"]>

/** What a step would run at a place, with the manifests that it would apply. */
export interface Section {
  /** `supernode-1/deploy-supernode`. */
  readonly place: string
  readonly commands: Preview["commands"]
  /** Text by path, of those that may be edited. */
  readonly manifests: ReadonlyMap<string, string>
}

const placeMark = (place: string): string => `# --- ${place} ---`
const beginMark = (path: string): string => `# >>> ${basename(path)}, which the command above applies`
const endMark = (path: string): string => `# <<< ${basename(path)}`

/** The text to edit: the commands of each place, each followed by its manifests. */
export function draftText(title: string, sections: readonly Section[]): string {
  const lines = [
    `# ${title}: the commands that it would run now.`,
    "# Edit arguments and manifests, then save and close: this run uses what you wrote.",
    "# Do not change the number of commands, programs and subcommands, projects, files,",
    "# or apiVersion, kind, name and namespace of manifests.",
    "# If you change nothing, nothing runs.",
  ]
  for (const { place, commands, manifests } of sections) {
    lines.push("", placeMark(place))
    for (const { line, files } of editable(commands)) {
      lines.push(line)
      for (const path of files.filter((one) => manifests.has(one))) {
        lines.push(beginMark(path), manifests.get(path)!.trimEnd(), endMark(path))
      }
    }
  }
  return `${lines.join("\n")}\n`
}

/** A command of several lines cannot be edited. */
const editable = (commands: Section["commands"]): Section["commands"] =>
  commands.filter(({ line }) => !line.includes("\n"))

/** The edited text is not accepted. */
export class InvalidDraft extends Error {}

/**
 * Reads a draft back. Edited manifests are written beside their originals: `manifests/NAME.edited.yaml`.
 * @throws InvalidDraft naming the line and what is wrong with it: nothing is written then
 */
export async function readDraft(text: string, sections: readonly Section[]): Promise<Edits> {
  const lines = new DraftLines(text)
  const found = []
  for (const section of sections) {
    lines.skipTo(placeMark(section.place))
    for (const { line, files } of editable(section.commands)) {
      const typed = lines.command(section.place)
      const wrong = refusedEdit(line, typed)
      if (wrong !== undefined) throw new InvalidDraft(`line ${lines.number}: ${wrong}`)
      const manifests = []
      for (const path of files.filter((one) => section.manifests.has(one))) {
        const before = section.manifests.get(path)!
        const after = lines.between(beginMark(path), endMark(path))
        if (after.trimEnd() === before.trimEnd()) continue
        await checkManifest(basename(path), before, after)
        manifests.push({ path, before, text: after })
      }
      found.push({ place: section.place, line, typed, manifests })
    }
    lines.end(section.place)
  }
  const edits = new Map<string, Map<string, Edit>>()
  for (const { place, line, typed, manifests } of found) {
    if (typed === line && manifests.length === 0) continue
    const edit = await writeEdit(line, typed, manifests)
    edits.set(place, (edits.get(place) ?? new Map<string, Edit>()).set(line, edit))
  }
  return edits
}

async function writeEdit(
  was: string,
  typed: string,
  manifests: readonly { readonly path: string; readonly before: string; readonly text: string }[],
): Promise<Edit> {
  let line = typed
  const applied = []
  const changes = typed === was ? [] : [`the command was ${was}`]
  for (const { path, before, text } of manifests) {
    const name = `${basename(path, ".yaml")}.edited.yaml`
    const copy = join(dirname(path), name)
    await writeWhole(copy, text)
    // Whether or not the path is quoted.
    line = line.replace(shellWord(path), () => shellWord(copy)).replace(path, () => copy)
    changes.push(`${basename(path)}: ${difference(before, text)}`)
    applied.push({ what: `manifests/${name}`, sha256: sha256(text) })
  }
  return { line, applied, said: `edited: ${changes.join("; ")}` }
}

/** The removed and added lines: `- memory: 512Mi + memory: 640Mi`. */
function difference(before: string, after: string): string {
  const lines = (text: string) =>
    text
      .split("\n")
      .map((line) => line.trim())
      .filter(Boolean)
  const without = (these: readonly string[], those: readonly string[]) => {
    const left = [...those]
    return these.filter((line) => {
      const at = left.indexOf(line)
      if (at !== -1) left.splice(at, 1)
      return at === -1
    })
  }
  const [was, is] = [lines(before), lines(after)]
  return [
    ...without(was, is).map((line) => `- ${line}`),
    ...without(is, was).map((line) => `+ ${line}`),
  ].join(" ")
}

/** The text must be YAML of the same objects, because the checks read those. */
async function checkManifest(name: string, before: string, after: string): Promise<void> {
  const { parseAllDocuments } = await import("yaml")
  const identities = (text: string): string[] => {
    const documents = parseAllDocuments(text, { logLevel: "error" })
    return (Array.isArray(documents) ? documents : []).flatMap((document) => {
      const [error] = document.errors
      if (error !== undefined) throw new InvalidDraft(`${name} is not YAML: ${error.message.split("\n")[0]}`)
      const object = document.toJS() as {
        apiVersion?: unknown
        kind?: unknown
        metadata?: { name?: unknown; namespace?: unknown }
      } | null
      if (object === null) return []
      const { apiVersion, kind, metadata } = object
      return [
        [apiVersion, kind, metadata?.name, metadata?.namespace]
          .map((part) => String(part ?? "none"))
          .join(" "),
      ]
    })
  }
  const was = identities(before).sort()
  const is = identities(after).sort()
  const other = is.find((one) => !was.includes(one)) ?? was.find((one) => !is.includes(one))
  if (other === undefined && was.length === is.length) return
  throw new InvalidDraft(`${name}: apiVersion, kind, name and namespace must stay: ${was.join("; ")}`)
}

/** Reads a draft line by line. */
class DraftLines {
  readonly #lines: readonly string[]
  #at = 0

  constructor(text: string) {
    this.#lines = text.replace(/\r\n/g, "\n").split("\n")
  }

  /** Number of the line that was read last, from 1. */
  get number(): number {
    return this.#at
  }

  skipTo(mark: string): void {
    const found = this.#lines.indexOf(mark, this.#at)
    if (found === -1)
      throw new InvalidDraft(`the line "${mark}" is missing: it marks where the commands belong`)
    this.#at = found + 1
  }

  command(place: string): string {
    const line = this.#next()
    if (line === undefined)
      throw new InvalidDraft(`a command of ${place} is missing: commands can be changed, but not removed`)
    return line
  }

  between(begin: string, end: string): string {
    this.skipTo(begin)
    const from = this.#at
    this.skipTo(end)
    return `${this.#lines.slice(from, this.#at - 1).join("\n")}\n`
  }

  /** Refuses another command before the next place. */
  end(place: string): void {
    const line = this.#next()
    if (line !== undefined)
      throw new InvalidDraft(`line ${this.#at}: ${place} has one more command: commands cannot be added`)
  }

  /** The next command before the next mark; nothing where there is none. */
  #next(): string | undefined {
    while (this.#at < this.#lines.length) {
      const line = this.#lines[this.#at]!.trim()
      if (/^# (---|>>>|<<<) /.test(line)) return undefined
      this.#at++
      if (line !== "" && !line.startsWith("#")) return line
    }
    return undefined
  }
}
