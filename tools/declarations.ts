/** Reads the declarations that tsc writes: one statement begins at each line that is not indented. */
import { readFileSync } from "node:fs"
import { dirname, join } from "node:path"

/** A name and the module that declares it. */
export interface Declared {
  readonly module: Module
  readonly name: string
}

/** What a name that a module exports stands for: a declaration, or all exports of another module. */
export type Exported = Declared | { readonly namespace: Module }

export class Module {
  static readonly #known = new Map<string, Module>()
  readonly path: string
  /** Statements by the name that they declare, without comments; overloads together. */
  readonly declarations = new Map<string, string>()
  readonly #exported = new Set<string>()
  /** Local names of what is imported from modules of ours. */
  readonly #imports = new Map<string, { from: string; name: string }>()
  readonly #reexports = new Map<string, { from: string; name: string }>()
  readonly #namespaces = new Map<string, string>()
  readonly #stars: string[] = []

  static at(path: string): Module {
    const known = Module.#known.get(path) ?? new Module(path)
    Module.#known.set(path, known)
    return known
  }

  private constructor(path: string) {
    this.path = path
    for (const statement of statementsOf(readFileSync(path, "utf8"))) this.#read(statement)
  }

  /** Another module, as this one's text names it: `../notebook/step.ts`. */
  module(from: string): Module {
    return Module.at(join(dirname(this.path), from.replace(/\.ts$/, ".d.ts").replace(/\.js$/, ".d.ts")))
  }

  /** Everything that the module exports, by the exported name. */
  exports(): Map<string, Exported> {
    const found = new Map<string, Exported>()
    for (const from of this.#stars)
      for (const [name, one] of this.module(from).exports()) found.set(name, one)
    for (const [name, from] of this.#namespaces) found.set(name, { namespace: this.module(from) })
    for (const [name, it] of this.#reexports) found.set(name, this.module(it.from).export(it.name))
    for (const name of this.#exported) found.set(name, { module: this, name })
    return found
  }

  export(name: string): Exported {
    const found = this.exports().get(name)
    if (found === undefined) throw new Error(`${this.path} exports no ${name}`)
    return found
  }

  /** What the declaration of a name mentions: names of this module, and of modules of ours. */
  mentions(name: string): Declared[] {
    const text = this.declarations
      .get(name)!
      .replace(/"(?:[^"\\]|\\.)*"/g, (word) => (/^"\.{1,2}\//.test(word) ? word : '""'))
    const found: Declared[] = []
    const add = (one: Exported): void => {
      if ("module" in one) found.push(one)
    }
    for (const [, from, inner] of text.matchAll(/import\("(\.[^"]+)"\)\.(\w+)/g))
      add(this.module(from!).export(inner!))
    for (const [word] of text
      .replace(/import\("[^"]+"\)\.\w+/g, "")
      .matchAll(/(?<![.\w])[A-Za-z_]\w*(?!\w|\??:)/g)) {
      const imported = this.#imports.get(word)
      if (imported !== undefined) add(this.module(imported.from).export(imported.name))
      else if (word !== name && this.declarations.has(word)) found.push({ module: this, name: word })
    }
    return found
  }

  /** Modules that the declaration of a name hands out whole: `typeof import("…")`. */
  wholes(name: string): Module[] {
    const found = this.declarations.get(name)!.matchAll(/typeof import\("(\.[^"]+)"\)/g)
    return [...found].map(([, from]) => this.module(from!))
  }

  #read(statement: string): void {
    const [, from] = /from "(\.[^"]+)";$/.exec(statement) ?? []
    const [, list] = /^(?:import|export) (?:type )?\{([^}]*)\}/.exec(statement) ?? []
    const [, star] = /^export (?:type )?\* as (\w+)/.exec(statement) ?? []
    const [, isExported, name] =
      /^(export )?(?:default )?(?:declare )?(?:abstract )?(?:interface|type|const|let|function|class|enum) (\w+)/.exec(
        statement,
      ) ?? []
    if (from !== undefined && star !== undefined) this.#namespaces.set(star, from)
    else if (from !== undefined && list !== undefined) {
      const names = statement.startsWith("import") ? this.#imports : this.#reexports
      for (const [local, original] of pairsOf(list)) names.set(local, { from, name: original })
    } else if (from !== undefined && statement.startsWith("export")) this.#stars.push(from)
    else if (name !== undefined) {
      const before = this.declarations.get(name)
      this.declarations.set(name, before === undefined ? statement : `${before}\n${statement}`)
      if (isExported) this.#exported.add(name)
    } else if (list !== undefined && statement.startsWith("export")) {
      for (const [exported] of pairsOf(list)) this.#exported.add(exported)
    }
  }
}

/** `type A, B as C` as `[["A", "A"], ["C", "B"]]`. */
const pairsOf = (list: string): [local: string, original: string][] =>
  list
    .split(",")
    .map((entry) => entry.trim().replace(/^type /, ""))
    .filter((entry) => entry !== "")
    .map((entry) => {
      const [original = "", local = original] = entry.split(" as ")
      return [local, original]
    })

function statementsOf(text: string): string[] {
  const statements: string[] = []
  for (const line of text
    .replace(/^ *\/\*\*[\s\S]*?\*\/\n/gm, "")
    .replace(/^\/\/.*\n/gm, "")
    .split("\n")) {
    if (line === "") continue
    if (/^[a-z]/.test(line)) statements.push(line)
    else statements.push(`${statements.pop() ?? ""}\n${line}`)
  }
  return statements
}
