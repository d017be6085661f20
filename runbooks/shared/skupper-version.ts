import type { Shell } from "../../lib/index.ts"

/** What `skupper version` reports. */
export interface SkupperVersion {
  /** `2.2.1`, `2.2.1-rh-1`; undefined for a build without a version. */
  readonly version: string | undefined
  /** 2 if the version is unknown: only 1.x prints a transport and a controller. */
  readonly major: number
  /** Its error if it cannot run at all (a binary for another machine, a missing library). */
  readonly broken?: string
}

/**
 * Reads the answer of `skupper version`: 2.2 and later print one line, 2.0 and 2.1 a table `COMPONENT VERSION`, 1.x
 * lines `client version 1.9.2`.
 */
export function readSkupperVersion(text: string): SkupperVersion {
  const old = /^client version\s+v?(\d+\S*)/m.exec(text)
  const table = /^\s*(?:skupper-)?cli\s+v?(\d+\.\d+\S*)/im.exec(text)
  const line = /^v?(\d+\.\d+\.\d+\S*)\s*$/m.exec(text.trim())
  const version = (old ?? table ?? line)?.[1]
  return { version, major: version === undefined ? (old ? 1 : 2) : Number.parseInt(version, 10) }
}

/** Runs `skupper version` with the `skupper` on PATH. Needs no cluster. */
export async function skupperVersion($: Shell): Promise<SkupperVersion> {
  const { stdout, stderr, exitCode } = await $.with({ nothrow: true, timeout: 20 })`skupper version`
  const found = readSkupperVersion(stdout)
  if (exitCode === 0 || found.version !== undefined) return found
  return { ...found, broken: (stderr.trim() || stdout.trim() || `exit code ${exitCode}`).split("\n")[0]! }
}
