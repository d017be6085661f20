import { type Stats, statSync } from "node:fs"
import { writeFile } from "node:fs/promises"
import { dirname, extname } from "node:path"
import { writeWhole } from "../../cluster/whole-file.ts"
import { formatValue } from "../../inputs/input-values.ts"
import { missingError } from "../../inputs/missing.ts"
import { valueRows } from "../../inputs/value-rows.ts"
import { RunbookError, UsageError } from "../../notebook/errors.ts"
import { EXIT } from "../../notebook/exit-codes.ts"
import type { ValueRow } from "../../notebook/federation.ts"
import { clean } from "../../notebook/format.ts"
import { shellWord } from "../../notebook/shell-word.ts"
import { readReport } from "../../report/read-report.ts"
import type { Report, ReportInput } from "../../report/types.ts"
import { staleness } from "../../runner/checkpoints.ts"
import { MemoryReader } from "../../runner/journal.ts"
import { readLines } from "../../runner/journal-file.ts"
import { holderOf } from "../../runner/lock.ts"
import { type Call, federationFlags } from "../call.ts"
import { FORMATS } from "../commands-table.ts"
import { chosenSites, type OpenedFederation, openFederation } from "../open-federation.ts"

type Format = (typeof FORMATS)[number]

/** `report`: the walk of a federation as a document, from its journal and the notebook; looks at no cluster. */
export async function report(call: Call): Promise<number> {
  const { flags, io } = call
  const out = flags.path("out")
  const format = (flags.choice("format") as Format | undefined) ?? formatOf(out)
  if (out !== undefined) refuseUnwritable(out)
  const opened = await openFederation(call, { complete: false })
  const walk = walkOf(call, opened)
  if (format === "sh") refuseMissing(call, opened)
  else if (walk.runs.length === 0) throw nothingYet(call, opened.folder)
  const write = await writerOf(format)
  const text = call.redactor.text(await write(walk))
  if (out === undefined) io.stdout.write(text)
  else await put(out, text)
  return EXIT.done
}

async function writerOf(format: Format): Promise<(walk: Report) => string | Promise<string>> {
  switch (format) {
    case "md":
      return (await import("../../report/markdown.ts")).markdownReport
    case "html":
      return (await import("../../report/html.ts")).htmlReport
    case "json":
      return (await import("../../report/json.ts")).jsonReport
    case "ipynb":
      return (await import("../../report/notebook-file.ts")).notebookFile
    case "sh":
      return (await import("../../report/shell-script.ts")).shellScript
  }
}

function walkOf(call: Call, { federation, folder }: OpenedFederation): Report {
  const { notebook, flags, io, redactor } = call
  const rows = valueRows(notebook, federation, chosenSites(call, federation))
  for (const { secret, value } of rows) if (secret === true) redactor.add(value)
  // What clusters and commands said may hold what does things to a terminal.
  const lines = readLines(folder).map((line) => cleaned(line))
  const memory = new MemoryReader()
  for (const line of lines) memory.take(line)
  return readReport({
    lines,
    notebook,
    federation,
    memory,
    made: new Date().toISOString(),
    program: { name: io.program, version: io.version },
    inputs: rows.map(withoutSecret),
    textOf: (name, value) => formatValue(notebook.inputs[name]!, value),
    stale: staleness(notebook, federation, memory),
    sites: flags.list("site"),
    running: holderOf(folder) !== undefined,
  })
}

const withoutSecret = ({ value, ...row }: ValueRow): ReportInput =>
  value === undefined || row.secret === true ? row : { ...row, value }

function cleaned<T>(value: T): T {
  if (typeof value === "string") return clean(value) as T
  if (Array.isArray(value)) return value.map(cleaned) as T
  if (value === null || typeof value !== "object") return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, cleaned(item)])) as T
}

/** A script names every value: one that is missing would be a hole in it. Nothing is asked: stdout is the script's. */
function refuseMissing({ notebook, command }: Call, { missing }: OpenedFederation): void {
  if (missing.length === 0) return
  throw new UsageError(missingError(notebook, missing, command).message, {
    fix: "give each by its flag, its variable or its key in the federation file",
    next: command,
  })
}

const nothingYet = (call: Call, folder: string): RunbookError =>
  new RunbookError("There is nothing to report yet", {
    why: `nothing was run: there is no journal in ${folder}`,
    fix: "run it first; only the script (--format sh) is made from the values alone",
    next: `${call.io.program} run${federationFlags(call)}`,
  })

/** As the file ends; Markdown where that says nothing. */
function formatOf(out: string | undefined): Format {
  const ending = out === undefined ? "" : extname(out).slice(1).toLowerCase()
  if (ending === "") return "md"
  const found = FORMATS.find((format) => format === ending)
  if (found !== undefined) return found
  throw new UsageError(`No report ends with .${ending}: ${out}`, {
    fix: `end the file with one of ${FORMATS.map((format) => `.${format}`).join(", ")}, or say --format`,
  })
}

/** Before anything is read: the file's folder must be there. Whether it may be written, writing tells. */
function refuseUnwritable(out: string): void {
  const folder = dirname(out)
  if (found(folder)?.isDirectory() !== true) {
    throw new UsageError(`--out ${out}: the folder ${folder} is not there`, {
      fix: "make it, or take another",
      next: `mkdir -p ${shellWord(folder)}`,
    })
  }
  if (found(out)?.isDirectory() === true) {
    throw new UsageError(`--out ${out} is a folder`, { fix: "name a file in it" })
  }
}

/** Whole or not at all; into what is no file (a pipe, a device) as it comes. */
async function put(out: string, text: string): Promise<void> {
  const there = found(out)
  try {
    await (there === undefined || there.isFile() ? writeWhole(out, text) : writeFile(out, text))
  } catch (error) {
    throw new UsageError(`--out ${out} cannot be written (${(error as NodeJS.ErrnoException).code})`, {
      fix: "take a file in a folder that you may write to",
    })
  }
}

function found(path: string): Stats | undefined {
  try {
    return statSync(path)
  } catch {
    return undefined
  }
}
