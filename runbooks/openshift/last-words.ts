/** Why a container ended, by the last lines of its log. Knows the wording of Flower, argparse and OpenSSL. */
import { stripVTControlCharacters } from "node:util"

/** A line without colours and level. */
export const plainLine = (line: string): string =>
  stripVTControlCharacters(line)
    .replace(/^\s*(?:DEBUG|INFO|WARNING|ERROR)\s*:\s*/, "")
    .trim()

/** Lines that say why a program ended, the best first: what follows them is how it shut down. */
const CAUSES = [
  // One of Flower's two sides has TLS, or another CA than the other.
  /CERTIFICATE_VERIFY_FAILED|WRONG_VERSION_NUMBER/,
  // argparse, and missing certificates.
  /^flower-\w+: error: |^Certificates are required/,
  /^Exit Code: \d+|^\[code: \d+\]/,
]

/** Why a program ended, by the last lines of its log: the line that names the cause, else the last that says something. */
export function lastWords(log: string): string | undefined {
  const lines = log.split("\n").map(plainLine).filter(Boolean)
  for (const cause of CAUSES) {
    const found = lines.findLastIndex((line) => cause.test(line))
    if (found === -1) continue
    // Flower's exit codes stand above their meaning.
    const words = /^Exit Code/.test(lines[found]!) ? lines.slice(found, found + 3).join(" ") : lines[found]!
    return words.length > LONGEST ? `${words.slice(0, LONGEST)}…` : words
  }
  return lines.at(-1)
}

/** gRPC says everything twice. */
const LONGEST = 300
