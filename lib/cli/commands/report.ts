import { constants, openSync, type Stats, statSync } from "node:fs"
import { writeFile } from "node:fs/promises"
import { dirname, extname } from "node:path"
import { pipeline } from "node:stream/promises"
import { writeWhole } from "../../cluster/whole-file.ts"
import { formatValue } from "../../inputs/input-values.ts"
import { missingError } from "../../inputs/missing.ts"
import { valueRows } from "../../inputs/value-rows.ts"
import { LONGEST_OWN_FILE_BYTES } from "../../limits.ts"
import { RunbookError, UsageError } from "../../notebook/errors.ts"
import { EXIT } from "../../notebook/exit-codes.ts"
import type { ValueRow } from "../../notebook/federation.ts"
import { clean } from "../../notebook/format.ts"
import { shellWord } from "../../notebook/shell-word.ts"
import { readRegularText } from "../../regular-file.ts"
import type { Joined } from "../../report/messages.ts"
import { readReport } from "../../report/read-report.ts"
import type { Report, ReportInput } from "../../report/types.ts"
import { staleness } from "../../runner/checkpoints.ts"
import { MemoryReader } from "../../runner/journal-memory.ts"
import { readLines } from "../../runner/journal-reading.ts"
import { holderOf } from "../../runner/lock.ts"
import { type CallOf, inputFlags } from "../call.ts"
import { FORMATS } from "../commands-table.ts"
import { chosenSites, type OpenedFederation, openFederation } from "../open-federation.ts"
import { refuseOwnFile } from "../own-file.ts"
import { isPractice } from "../practice-authority.ts"

type Format = (typeof FORMATS)[number]

/** `report`: the walk of a federation as a document, from its journal and the notebook; reads no cluster. */
export async function report(call: CallOf<"report">): Promise<number> {
  const { flags } = call
  const file = flags.path("out")
  const format = flags.choice("format") ?? formatOf(file)
  if (file !== undefined) refuseUnwritable(file)
  const opened = await openFederation(call, { complete: false })
  if (file !== undefined) refuseOwnFile(call, file, opened)
  if (file !== undefined && !flags.has("force")) await approveReplacing(call, file)
  const files = flags.list("join")
  const alone = reportOf(call, opened)
  const content =
    files.length === 0
      ? alone
      : { ...alone, joined: cleaned(await joinedWith(call, alone, opened.folder, files)) }
  if (format === "sh") refuseMissing(call, opened)
  else if (content.runs.length === 0) throw nothingToReport(call, opened.folder)
  const write = await writerOf(format)
  const text = call.redactor.text(await write(content))
  if (file === undefined) call.out.print(text)
  else await writeReport(file, text, call.signal)
  return EXIT.done
}

async function joinedWith(
  call: CallOf<"report">,
  own: Report,
  folder: string,
  files: readonly string[],
): Promise<Joined> {
  if (own.messages === undefined) {
    throw new UsageError("--join: this federation has exchanged nothing with other parties", {
      fix: "remove --join",
    })
  }
  const { joinReports } = await import("../parties/join-reports.ts")
  return joinReports(call, own, folder, files)
}

async function writerOf(format: Format): Promise<(content: Report) => string | Promise<string>> {
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

function reportOf(call: CallOf<"report">, { federation, folder }: OpenedFederation): Report {
  const { notebook, flags, io, redactor } = call
  const rows = valueRows(notebook, federation, chosenSites(call, federation))
  for (const { secret, value } of rows) if (secret === true) redactor.add(value)
  // The output of clusters and commands may contain control sequences of terminals.
  const lines = readLines(folder).map((line) => cleaned(line))
  const memory = new MemoryReader(folder)
  for (const line of lines) memory.take(line)
  return readReport({
    lines,
    notebook,
    federation,
    memory,
    made: new Date().toISOString(),
    program: { name: notebook.name, version: io.version },
    inputs: rows.map(withoutSecret),
    textOf: (name, value) => formatValue(notebook.inputs[name]!, value),
    stale: staleness(notebook, federation, memory),
    sites: flags.list("site"),
    practice: isPractice(federation),
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

/** A script contains every value, so none may be missing. Nothing is asked: stdout is for the script. */
function refuseMissing({ notebook, command }: CallOf<"report">, { missing }: OpenedFederation): void {
  if (missing.length === 0) return
  throw new UsageError(missingError(notebook, missing, command).message, {
    fix: "set each by its flag, its variable or its key in the federation file",
    next: command,
  })
}

const nothingToReport = (call: CallOf<"report">, folder: string): RunbookError =>
  new RunbookError("There is nothing to report yet", {
    why: `nothing has run yet: there is no journal in ${folder}`,
    fix: "run the notebook first; only the script (--format sh) needs no run",
    next: `${call.io.program} run${inputFlags(call)}`,
  })

/** By the extension of the file; Markdown if it has none. */
function formatOf(out: string | undefined): Format {
  const extension = out === undefined ? "" : extname(out).slice(1).toLowerCase()
  if (extension === "") return "md"
  const found = FORMATS.find((format) => format === extension)
  if (found !== undefined) return found
  throw new UsageError(`--out ${out}: .${extension} is not a report format`, {
    fix: `use one of ${FORMATS.map((format) => `.${format}`).join(", ")}, or set --format`,
  })
}

/** Checked before anything is read: the folder of the file must exist. Whether it is writable shows when it is written. */
function refuseUnwritable(out: string): void {
  const folder = dirname(out)
  if (fileInfo(folder)?.isDirectory() !== true) {
    throw new UsageError(`--out ${out}: the folder ${folder} does not exist`, {
      fix: "create it, or choose another",
      next: `mkdir -p ${shellWord(folder)}`,
    })
  }
  if (fileInfo(out)?.isDirectory() === true) {
    throw new UsageError(`--out ${out} is a folder`, { fix: "name a file in it" })
  }
}

/** A report may be replaced by a newer one; any other file was probably named by mistake. */
async function approveReplacing(call: CallOf<"report">, out: string): Promise<void> {
  const { command, interaction, io, signal } = call
  const info = fileInfo(out)
  if (info?.isFile() !== true || info.size === 0 || isReport(call, out)) return
  const what = `--out ${out} exists, and it is not a report`
  if (interaction.ask) {
    const { askConfirm } = await import("../../terminal/index.ts")
    const question = { message: `${what}. Replace it?`, default: false }
    if (await askConfirm(question, { stdin: io.stdin, stdout: call.out.stdout, signal })) return
  }
  throw new UsageError(what, {
    why: "it would be replaced; it was not changed",
    fix: "choose another file, or replace it with --force",
    next: `${command} --force`,
  })
}

function isReport({ io, notebook }: CallOf<"report">, out: string): boolean {
  const text = textOf(out)
  return [io.program, notebook.name].some(
    (name) =>
      text
        .split(` ${name} `)
        .slice(1)
        .some((rest) => /^\d+\.\d/.test(rest)) || text.includes(`"name": ${JSON.stringify(name)}`),
  )
}

/** Whatever is no report of ours, or none that could be read, is another file. */
function textOf(out: string): string {
  try {
    return readRegularText(out, LONGEST_OWN_FILE_BYTES)
  } catch {
    return ""
  }
}

/** Writes a file completely or not at all; a pipe or a device is written directly. */
async function writeReport(out: string, text: string, signal: AbortSignal): Promise<void> {
  const existing = fileInfo(out)
  try {
    if (existing?.isFIFO()) await writePipe(out, text, signal)
    else if (existing === undefined || existing.isFile()) await writeWhole(out, text)
    else await writeFile(out, text, { signal })
  } catch (error) {
    signal.throwIfAborted()
    const { code } = error as NodeJS.ErrnoException
    throw new UsageError(
      `--out ${out} cannot be written (${code === "ENXIO" ? "it is a pipe that nobody reads" : code})`,
      { fix: "choose a file in a folder that is writable for you" },
    )
  }
}

/** By a socket, whose writes end with a signal: a pipe that is full waits for its reader. */
async function writePipe(out: string, text: string, signal: AbortSignal): Promise<void> {
  const fd = openSync(out, constants.O_WRONLY | constants.O_NONBLOCK)
  const { Socket } = await import("node:net")
  await pipeline([text], new Socket({ fd, readable: false }), { signal })
}

function fileInfo(path: string): Stats | undefined {
  try {
    return statSync(path)
  } catch {
    return undefined
  }
}
