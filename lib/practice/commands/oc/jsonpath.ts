/** The simple part of kubectl's JSONPath: fields, indexes, `[*]`, `[?(@.type=="Ready")]`, `{range}…{end}`, texts. */
import type { Json } from "../client.ts"
import { fail } from "./call.ts"

type Step = { field: string } | { index: number } | { all: true } | { filter: [string, string] }

const STEP =
  /\.((?:[^.[\]\\]|\\.)+)|\['((?:[^'\\]|\\.)*)'\]|\[(-?\d+)\]|\[\*\]|\[\?\(@\.([\w.-]+)\s*==\s*["']([^"']*)["']\)\]/y

function steps(path: string): Step[] {
  const found: Step[] = []
  STEP.lastIndex = 0
  while (STEP.lastIndex < path.length) {
    const at = STEP.lastIndex
    const match = STEP.exec(path)
    if (match === null)
      throw fail(
        `error parsing jsonpath {${path}}, unrecognized character in action: ${path.slice(at, at + 1)}`,
      )
    const [, dotted, quoted, index, key, value] = match
    const name = dotted ?? quoted
    if (name === "*") found.push({ all: true })
    else if (name !== undefined) found.push({ field: name.replaceAll(/\\(.)/g, "$1") })
    else if (index !== undefined) found.push({ index: Number(index) })
    else if (key !== undefined) found.push({ filter: [key, value ?? ""] })
    else found.push({ all: true })
  }
  return found
}

const take = (values: Json[], step: Step): Json[] =>
  values.flatMap((value) => {
    if (value === null || value === undefined) return []
    if ("field" in step) return value[step.field] === undefined ? [] : [value[step.field]]
    if ("index" in step)
      return Array.isArray(value) ? [value.at(step.index)].filter((one) => one !== undefined) : []
    const inner: Json[] = Array.isArray(value) ? value : Object.values(value)
    if ("all" in step) return inner
    const [key, wanted] = step.filter
    return inner.filter((one) => String(evaluate(one, `.${key}`)[0]) === wanted)
  })

/** All values at a path such as `.status.conditions[?(@.type=="Ready")].status`. */
export function evaluate(object: Json, path: string): Json[] {
  const bare = path.replace(/^[$@]/, "")
  const whole =
    bare === "" || bare === "." ? [] : steps(bare.startsWith(".") || bare.startsWith("[") ? bare : `.${bare}`)
  return whole.reduce(take, [object])
}

const text = (value: Json): string =>
  typeof value === "object" && value !== null ? JSON.stringify(value) : String(value)

/**
 * A template such as `{.metadata.name}{"\n"}`.
 * @throws Exit for what is not known here
 */
export function render(template: string, object: Json): string {
  const parts = template.match(/\{(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^{}"']|"[^"]*")*\}|[^{}]+/g) ?? []
  const write = (from: number, to: number, root: Json): string => {
    let out = ""
    for (let at = from; at < to; at++) {
      const part = parts[at]!
      const action = /^\{([\s\S]*)\}$/.exec(part)?.[1]?.trim()
      if (action === undefined) out += part
      else if (/^["']/.test(action)) out += unquoted(action)
      else if (action.startsWith("range ")) {
        const end = closing(parts, at)
        for (const item of evaluate(root, action.slice(6).trim())) out += write(at + 1, end, item)
        at = end
      } else if (action !== "end") out += evaluate(root, action).map(text).join(" ")
    }
    return out
  }
  return write(0, parts.length, object)
}

const unquoted = (action: string): string =>
  action.slice(1, -1).replaceAll(/\\(.)/g, (_, letter) => ({ n: "\n", t: "\t" })[letter as string] ?? letter)

function closing(parts: readonly string[], from: number): number {
  let depth = 0
  for (let at = from; at < parts.length; at++) {
    if (/^\{\s*range\s/.test(parts[at]!)) depth++
    else if (/^\{\s*end\s*\}$/.test(parts[at]!) && --depth === 0) return at
  }
  throw fail("unclosed range action")
}
