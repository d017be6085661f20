/** What a file with a token or a password really holds. No message contains any of it. */
import { sameServer } from "../notebook/server-url.ts"

/** The secret, or why it is not certain which part of the file it is. */
export type Found = { readonly secret: string } | { readonly wrong: string; readonly fix: string }

const ALONE = "put the token alone into the file, in one line"

/** Text as editors of all systems save it: UTF-8 or UTF-16, with or without a byte order mark. */
export function textOfBytes(bytes: Buffer): string | undefined {
  const encoding = encodingOf(bytes)
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes)
  } catch {
    return undefined
  }
}

function encodingOf(bytes: Buffer): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return "utf-16le"
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return "utf-16be"
  // Without a mark: in ASCII text every second byte is zero.
  if (bytes.length >= 2 && bytes.length % 2 === 0 && bytes.includes(0)) {
    const zero = (odd: number): boolean => bytes.every((byte, index) => index % 2 !== odd || byte === 0)
    if (zero(1)) return "utf-16le"
    if (zero(0)) return "utf-16be"
  }
  return "utf-8"
}

const NOT_TEXT: Found = {
  wrong: "is not text in UTF-8 or UTF-16",
  fix: "save it as plain text in UTF-8",
}

/**
 * The token of a file: alone, with `Bearer`, or in what the web console shows under *Copy login command*.
 * @param server of the site: a line that logs in to another one is refused
 */
export function tokenIn(bytes: Buffer, server: string): Found {
  const text = textOfBytes(bytes)?.trim()
  if (text === undefined) return NOT_TEXT
  if (text === "") return { wrong: "is empty", fix: ALONE }
  const other = otherKind(text)
  if (other !== undefined) return other
  const elsewhere = [...text.matchAll(/\boc\s+login\b.*?--server[=\s]\s*["']?(https?:[^\s"']+)/g)]
    .map(([, found]) => found!)
    .find((found) => !sameServer(found, server))
  if (elsewhere !== undefined) {
    return {
      wrong: `logs in to ${elsewhere}, and the site is on ${server}`,
      fix: "put a token of the site's own cluster into the file, or correct server",
    }
  }
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== "")
  const tokens = new Set(
    [...text.matchAll(/--token[=\s]\s*["']?([^\s"']+)|\bBearer\s+["']?([^\s"']+)|\b(sha256~[\w-]+)/g)].map(
      ([, flag, bearer, plain]) => flag ?? bearer ?? plain!,
    ),
  )
  if (tokens.size === 1) return sendable([...tokens][0]!)
  if (tokens.size > 1) return { wrong: `holds ${tokens.size} different tokens`, fix: ALONE }
  if (lines.length > 1)
    return { wrong: `has ${lines.length} lines, and none of them is known as a token`, fix: ALONE }
  const [, plain] = /^(["']?)(.*)\1$/.exec(text)?.slice(1) ?? []
  if (plain === undefined || /\s/.test(plain)) {
    return { wrong: "holds more than one word, and none of them is known as a token", fix: ALONE }
  }
  return sendable(plain)
}

/** A file of another kind is easily named by mistake. */
function otherKind(text: string): Found | undefined {
  if (/^-----BEGIN /.test(text)) return { wrong: "holds a certificate or a key, not a token", fix: ALONE }
  if (/^(?:apiVersion|kind|clusters|current-context):/m.test(text) || /^\{\s*"/.test(text)) {
    return {
      wrong: "holds a kubeconfig or a manifest, not a token",
      fix: "for a kubeconfig, give its context with --context and the file with --kubeconfig; otherwise put the token alone into the file",
    }
  }
  return undefined
}

/** A header takes no other characters. */
function sendable(token: string): Found {
  if (/^[\x21-\x7e]+$/.test(token)) return { secret: token }
  return { wrong: "holds a token with characters that no token has", fix: ALONE }
}

/** The password of a file: its one line, whose spaces belong to it. */
export function passwordIn(bytes: Buffer): Found {
  const text = textOfBytes(bytes)
  if (text === undefined) return NOT_TEXT
  const lines = text.split(/\r?\n/).filter((line) => line !== "")
  const fix = "put the password alone into the file, in one line"
  if (lines.every((line) => line.trim() === "")) return { wrong: "is empty", fix }
  if (lines.length > 1)
    return { wrong: `has ${lines.length} lines, so it is not certain which is the password`, fix }
  return { secret: lines[0]! }
}
