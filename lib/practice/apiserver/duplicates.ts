/** Fields that a JSON body says twice: the last one counts, and a strict server says so. */
import { isMap } from "./lists.ts"

const repeated = new WeakMap<object, readonly string[]>()

/** Notes the fields that a body's text repeats, for {@link duplicatesOf}. */
export function noteDuplicates(body: unknown, text: string): void {
  if (isMap(body)) repeated.set(body, scan(text))
}

/** What a strict server says of the fields that were repeated in a body. */
export const duplicatesOf = (body: object): string[] =>
  (repeated.get(body) ?? []).map((path) => `duplicate field ${JSON.stringify(path)}`)

/** A token that matters: a text, or a sign of structure. */
const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]/g

/** @param text JSON that was read without an error */
function scan(text: string): string[] {
  const found = new Set<string>()
  const open: { keys?: Set<string>; path: string; at: number; key: string }[] = []
  const pathOf = ({ keys, path, at, key }: (typeof open)[number]): string =>
    keys === undefined ? `${path}[${at}]` : path === "" ? key : `${path}.${key}`
  let last = ""
  for (const [token] of text.matchAll(TOKEN)) {
    const here = open.at(-1)
    if (token === "{" || token === "[") {
      const path = here === undefined ? "" : pathOf(here)
      open.push({ ...(token === "{" && { keys: new Set<string>() }), path, at: 0, key: "" })
    } else if (token === "}" || token === "]") open.pop()
    else if (token === "," && here !== undefined) here.at += 1
    else if (token === ":" && here?.keys !== undefined) {
      here.key = JSON.parse(last) as string
      if (here.keys.has(here.key)) found.add(pathOf(here))
      here.keys.add(here.key)
    }
    last = token
  }
  return [...found]
}
