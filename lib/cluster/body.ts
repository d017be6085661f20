/** The body of an answer as text, of limited length: whoever answers may send for ever. */
import { StringDecoder } from "node:string_decoder"
import { LONGEST_ANSWER_BYTES, LONGEST_REFUSAL_BYTES } from "../limits.ts"
import { blocked, CheckError } from "../notebook/check-result.ts"
import { hostPort } from "../notebook/server-url.ts"

interface Received {
  readonly status: number
  readonly body: AsyncIterable<unknown>
  /** What it answers: `GET /version`. */
  readonly about: string
}

/** @throws CheckError for an answer that is too long; of a refusal only the beginning is read */
export async function bodyText(server: string, { status, body, about }: Received): Promise<string> {
  const isRefusal = status >= 300
  const most = isRefusal ? LONGEST_REFUSAL_BYTES : LONGEST_ANSWER_BYTES
  const decoder = new StringDecoder("utf8")
  const parts: string[] = []
  let length = 0
  for await (const chunk of body as AsyncIterable<Buffer>) {
    length += chunk.length
    parts.push(decoder.write(chunk))
    if (length <= most) continue
    // Leaving the loop ends the connection.
    if (isRefusal) break
    throw tooLong(server, about, most)
  }
  return parts.join("") + decoder.end()
}

export const tooLong = (server: string, about: string, most: number): CheckError =>
  new CheckError(
    blocked(`${hostPort(server)} answered ${about} with more than ${most / 1024 / 1024} MB`, {
      code: "too-long",
      fix: "nothing that this program asks for is so large: check what answers at this address, and what fills the project",
    }),
  )

/** The object in an answer; otherwise what it is instead. */
export function objectIn(text: string): { readonly object: object } | { readonly instead: string } {
  if (text.trim() === "") return { instead: "nothing" }
  if (/^\s*</.test(text)) return { instead: "a web page" }
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return { instead: "text that is not JSON" }
  }
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? { object: value }
    : { instead: "JSON that is no object" }
}
