/** JSON from somebody else: read only where it says one thing, in one way. */

/** @throws Error in words where the text is not JSON, or has a key twice */
export function strictJson(text: string): unknown {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new Error("it is not JSON")
  }
  // Written again it is the same, blanks aside: otherwise a key stands twice, and readers differ in which of the two they take.
  if (bare(text) !== bare(JSON.stringify(value)))
    throw new Error("it has a key twice, or is not written as JSON usually is")
  return value
}

const bare = (text: string): string => text.replaceAll(/\s+/g, "")

/** Bytes of standard base64, and nothing else. */
export function strictBase64(text: string): Buffer {
  const bytes = Buffer.from(text, "base64")
  if (bytes.toString("base64") !== text) throw new Error("it is not base64")
  return bytes
}
