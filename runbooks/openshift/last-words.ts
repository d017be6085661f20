/** Why a container ended, by the last lines of its log. Knows the messages of Flower, argparse and OpenSSL. */
import { stripVTControlCharacters } from "node:util"

/** A line without colours and level. */
export const plainLine = (line: string): string =>
  stripVTControlCharacters(line)
    .replace(/^\s*(?:DEBUG|INFO|WARNING|ERROR)\s*:\s*/, "")
    .trim()

/** Lines that say why a program ended, the most specific first. Later lines only say how it shut down. */
const CAUSES = [
  // Only one of Flower's two sides has TLS, or they have different CAs.
  /CERTIFICATE_VERIFY_FAILED|WRONG_VERSION_NUMBER/,
  // argparse, and missing certificates.
  /^flower-\w+: error: |^Certificates are required/,
  /\[code: \d+\]|public_message/,
  /No space left on device|Disk quota exceeded/i,
  /^Exit Code: \d+/,
]

/** The line of a log that names why the program ended, otherwise the last line that is not empty. */
export function lastWords(log: string): string | undefined {
  const lines = log.split("\n").map(plainLine).filter(Boolean)
  for (const cause of CAUSES) {
    const found = lines.findLastIndex((line) => cause.test(line))
    if (found === -1) continue
    // Flower prints an exit code above its meaning.
    const words = /^Exit Code/.test(lines[found]!) ? lines.slice(found, found + 3).join(" ") : lines[found]!
    return words.length > LONGEST ? `${words.slice(0, LONGEST)}…` : words
  }
  return lines.at(-1)
}

/** gRPC prints everything twice. */
const LONGEST = 300
