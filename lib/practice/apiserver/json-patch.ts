/** JSON patches (RFC 6902), as a Kubernetes API server applies them. */
import { isDeepStrictEqual } from "node:util"

interface Operation {
  readonly op?: unknown
  readonly path?: unknown
  readonly from?: unknown
  readonly value?: unknown
}

type Container = Record<string, unknown> | unknown[]

/**
 * @returns the patched document; the given one stays as it is
 * @throws Error when an operation does not apply
 */
export function jsonPatch(document: unknown, operations: readonly Operation[]): unknown {
  // The whole document is a field too: the path "" names it.
  const holder = { "": structuredClone(document) }
  for (const operation of operations) apply(holder, operation)
  return holder[""]
}

function apply(holder: Container, { op, path, from, value }: Operation): void {
  const needsValue = op === "add" || op === "replace" || op === "test"
  if (needsValue && value === undefined) throw new Error(`${op} has no value`)
  const at = place(holder, path)
  switch (op) {
    case "add":
      at.add(structuredClone(value))
      break
    case "replace":
      at.replace(structuredClone(value))
      break
    case "remove":
      at.remove()
      break
    case "copy":
      at.add(structuredClone(place(holder, from).get()))
      break
    case "move": {
      const source = place(holder, from)
      const moved = source.get()
      source.remove()
      // The containers may have moved with it.
      place(holder, path).add(moved)
      break
    }
    case "test":
      if (!isDeepStrictEqual(at.get(), value)) throw new Error(`${path} is another value`)
      break
    default:
      throw new Error(`${op} is no operation`)
  }
}

/** What a pointer (RFC 6901) names: its container must exist. */
function place(holder: Container, pointer: unknown): Place {
  if (typeof pointer !== "string" || (pointer !== "" && !pointer.startsWith("/")))
    throw new Error(`${pointer} is no pointer`)
  const keys = pointer.split("/").map((key) => key.replaceAll("~1", "/").replaceAll("~0", "~"))
  const last = keys.pop()!
  let container = holder
  for (const key of keys) {
    const next = new Place(container, key).get()
    if (next === null || typeof next !== "object") throw new Error(`${key} holds nothing`)
    container = next as Container
  }
  return new Place(container, last)
}

class Place {
  readonly #container: Container
  readonly #key: string

  constructor(container: Container, key: string) {
    if (key === "__proto__") throw new Error("__proto__ is no field")
    this.#container = container
    this.#key = key
  }

  get(): unknown {
    const container = this.#container
    if (Array.isArray(container)) return container[this.#index(container.length - 1)]
    if (!Object.hasOwn(container, this.#key)) throw new Error(`${this.#key} does not exist`)
    return container[this.#key]
  }

  add(value: unknown): void {
    const container = this.#container
    if (!Array.isArray(container)) container[this.#key] = value
    else if (this.#key === "-") container.push(value)
    else container.splice(this.#index(container.length), 0, value)
  }

  /** A real server adds a field that does not exist, unlike RFC 6902. */
  replace(value: unknown): void {
    const container = this.#container
    if (Array.isArray(container)) container[this.#index(container.length - 1)] = value
    else container[this.#key] = value
  }

  remove(): void {
    const container = this.#container
    this.get()
    if (Array.isArray(container)) container.splice(Number(this.#key), 1)
    else delete container[this.#key]
  }

  #index(last: number): number {
    const index = /^(?:0|[1-9]\d*)$/.test(this.#key) ? Number(this.#key) : -1
    if (index < 0 || index > last) throw new Error(`${this.#key} is no index`)
    return index
  }
}
