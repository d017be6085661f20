/** A finished federation on practice clusters, made by the program itself, and what its run needed of memory. */
import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

export interface Finished {
  /** Arguments that name the federation and its folder. */
  readonly argv: string[]
  readonly env: NodeJS.ProcessEnv
  /** Peak resident memory of the run's own process (without practice clusters in it), in MB. */
  readonly peak: number
  readonly seconds: number
  /** The process of the practice clusters. */
  readonly practice: number
  close(): Promise<void>
}

/** Prints the process's peak memory in kB into a file when it ends. */
const REPORT = `process.on("exit", () => require("node:fs").writeFileSync(process.env.PEAK_FILE, String(process.resourceUsage().maxRSS)))`

/** @param bin the packed package's command */
export async function finishedFederation(bin: string): Promise<Finished> {
  const folder = mkdtempSync(join(tmpdir(), "bench-"))
  const env = { ...process.env, HOME: folder, XDG_STATE_HOME: join(folder, "state") }
  const practice = spawn(process.execPath, [bin, "practice", "--delays", "none"], {
    env,
    stdio: ["ignore", "pipe", "inherit"],
  })
  const federation = await federationFile(practice)
  const reporter = join(folder, "report.cjs")
  const peakFile = join(folder, "peak")
  writeFileSync(reporter, REPORT)
  const argv = ["--federation", federation, "--state", join(folder, "federation")]
  const started = performance.now()
  const runner = spawn(process.execPath, ["--require", reporter, bin, "run", ...argv, "--yes"], {
    env: { ...env, PEAK_FILE: peakFile },
    stdio: ["ignore", "ignore", "inherit"],
  })
  const [code] = (await once(runner, "exit")) as [number]
  const seconds = (performance.now() - started) / 1000
  if (code !== 0 || !existsSync(peakFile)) throw new Error(`the run ended with ${code}`)
  return {
    argv,
    env,
    peak: Number(readFileSync(peakFile, "utf8")) / 1024,
    seconds,
    practice: practice.pid!,
    close: async () => {
      practice.kill("SIGTERM")
      await once(practice, "exit")
    },
  }
}

async function federationFile(practice: ChildProcess): Promise<string> {
  let text = ""
  for await (const chunk of practice.stdout!) {
    text += String(chunk)
    const found = /run --federation (\S+)/.exec(text)?.[1]
    if (found !== undefined) {
      practice.stdout!.resume()
      return found
    }
  }
  throw new Error(`practice ended: ${text}`)
}
