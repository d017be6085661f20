/** JSON from somebody else: read only where it says one thing, in one way. */

/** @throws Error in words where the text is not JSON, or has a key twice */
export function strictJson(text: string): unknown {
  if (depthOf(text) > DEEPEST) throw new Error("it is nested too deeply")
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

/** No message of ours is nested deeper; what is read with it later need not fear for its stack. */
const DEEPEST = 40

/** The deepest nesting of a text of JSON, outside its strings. */
function depthOf(text: string): number {
  let depth = 0
  let deepest = 0
  let inside = false
  // Character by character: a pattern would take the square of the time for a text that was written to that end.
  for (let index = 0; index < text.length; index++) {
    const found = text[index]
    if (inside) {
      if (found === "\\") index++
      else if (found === '"') inside = false
    } else if (found === '"') inside = true
    else if (found === "[" || found === "{") deepest = Math.max(deepest, ++depth)
    else if (found === "]" || found === "}") depth--
  }
  return deepest
}

const bare = (text: string): string => text.replaceAll(/\s+/g, "")

/** Bytes of standard base64, and nothing else. */
export function strictBase64(text: string): Buffer {
  const bytes = Buffer.from(text, "base64")
  if (bytes.toString("base64") !== text) throw new Error("it is not base64")
  return bytes
}
