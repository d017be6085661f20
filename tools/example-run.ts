/** A run of the whole notebook on practice clusters, as `docs/guide.md` shows it. */
import { execFile } from "node:child_process"
import { mkdirSync, mkdtempSync, symlinkSync } from "node:fs"
import { rm } from "node:fs/promises"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { startPractice } from "../lib/practice/practice.ts"
import type { Practice } from "../lib/practice/types/practice.ts"
import type { Report } from "../lib/report/types.ts"
import { program } from "../runbooks/index.ts"
import { steady } from "./steady.ts"

const COMMAND = fileURLToPath(new URL("../runbooks/flower-runbook.js", import.meta.url))

export interface ExampleRun extends Pick<Report, "cells"> {
  /** Replaces what differs from run to run by words, and practice's addresses by those of the example. */
  mask(text: string): string
}

/** Runs the notebook twice: what the first run created shows its final state in the second. */
export async function runExample(
  federation: string,
  sites: readonly { name: string; role: string }[],
): Promise<ExampleRun> {
  // Not in TMPDIR: columns are as wide as the paths in them, before these become words.
  const folder = mkdtempSync("/tmp/flower-")
  let practice: Practice | undefined
  try {
    practice = await startPractice({
      sites,
      values: program.practiceValues!,
      images: program.practiceImages!,
      federation,
      folder: join(folder, "practice"),
      delays: "none",
    })
    const call = commandIn(folder)
    await call("run", "--federation", practice.federationFile, "--yes")
    await call("run", "--yes")
    const report = JSON.parse(await call("report", "--format", "json")) as Pick<Report, "cells">
    const state = join(folder, "state", "flower-runbook", federation)
    const places = { practice, state, folder }
    return { cells: report.cells, mask: (text) => masked(places, text) }
  } finally {
    await practice?.close()
    await rm(folder, { recursive: true, force: true, maxRetries: 3 })
  }
}

/** `flower-runbook` with a home and a PATH of its own; returns what it printed. */
function commandIn(folder: string): (...argv: string[]) => Promise<string> {
  const bin = join(folder, "bin")
  mkdirSync(bin)
  for (const name of ["bash", "sh"]) symlinkSync(`/bin/${name}`, join(bin, name))
  // The federation file names the stand-ins of practice.
  const env = {
    PATH: bin,
    HOME: folder,
    XDG_STATE_HOME: join(folder, "state"),
    FLOWER_RUNBOOK_TRUST_FILE: "true",
  }
  return async (...argv) => {
    const ended = promisify(execFile)(process.execPath, [COMMAND, ...argv], {
      cwd: folder,
      env,
      maxBuffer: 64 * 2 ** 20,
    })
    ended.child.stdin?.end()
    return (await ended).stdout
  }
}

/** What differs from run to run becomes a word, which is as long as it was where columns follow. */
function masked(places: Parameters<typeof steady>[0], text: string): string {
  const ids = text.replace(/\b[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}\b/g, (id) => id.replace(/[^-]/g, "x"))
  return places.practice.clusters
    .reduce(
      (so, { name, server }) => so.replaceAll(`127-0-0-1:${server.port}`, `${name}-example:6443`),
      steady(places, ids),
    )
    .replace(/(?<= )\d+(?:s|m\d*s?)$/gm, "5s")
    .replaceAll("STATE/", "")
}
