/** Files that `--out` never replaces, with `--force` neither: what the program keeps, and what this call reads. */
import { realpathSync } from "node:fs"
import { basename, dirname, join, resolve } from "node:path"
import { UsageError } from "../notebook/errors.ts"
import { camel } from "../notebook/inputs.ts"
import { beginsJournal } from "../runner/journal-reading.ts"
import type { Call } from "./call.ts"
import { stateRoot } from "./folder.ts"
import type { OpenedFederation } from "./open-federation.ts"

/** @throws UsageError where the file is in a folder of the program's, or is read by this call */
export function refuseOwnFile(call: Call, out: string, opened: OpenedFederation): void {
  const { notebook, io } = call
  const kept = [opened.folder, stateRoot(notebook, io.env)].map(real)
  // Of a link, both the link and what it leads to.
  const places = [...new Set([join(real(dirname(out)), basename(out)), real(out)])]
  const folder = places.flatMap(above).find((one) => kept.includes(one) || holdsJournal(one))
  if (folder !== undefined) {
    throw new UsageError(`--out ${out} is in ${folder}, where ${notebook.name} keeps what it needs`, {
      why: "journals, keys and sessions are kept there, so that no other file is written there, with --force neither",
      fix: "name a file in another folder",
    })
  }
  const read = filesOf(call, opened).find(({ path }) => places.includes(real(path)))
  if (read !== undefined) {
    throw new UsageError(`--out ${out} is the file that ${read.as} names`, {
      why: "it would be replaced, with --force too; it was not changed",
      fix: "name another file",
    })
  }
}

/** The files that this call was told to read. */
function filesOf({ notebook, flags, io }: Call, { federation }: OpenedFederation) {
  const paths = Object.keys(notebook.inputs).filter((name) => notebook.inputs[name]!.type === "path")
  const holders: Readonly<Record<string, unknown>>[] = [federation.values, ...federation.sites]
  const named: readonly { as: string; path: unknown }[] = [
    { as: "--federation", path: flags.path("federation") },
    ...flags.list("join").map((file) => ({ as: "--join", path: resolve(io.cwd, file) })),
    ...holders.flatMap((holder) => paths.map((name) => ({ as: name, path: holder[camel(name)] }))),
  ]
  return named.flatMap(({ as, path }) => (typeof path === "string" ? [{ as, path }] : []))
}

/** The folders that a path is in, the nearest first. */
const above = (path: string): string[] =>
  dirname(path) === path ? [] : [dirname(path), ...above(dirname(path))]

function real(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    return path
  }
}

/** The folder of another federation (`--state`). */
function holdsJournal(folder: string): boolean {
  try {
    return beginsJournal(folder)
  } catch {
    return false
  }
}
