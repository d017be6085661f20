import { dirname, relative, resolve } from "node:path"
import type { Document, LineCounter, Node, Pair, Scalar } from "yaml"
import { UsageError } from "../notebook/errors.ts"
import type { Input } from "../notebook/inputs.ts"
import { didYouMean } from "../notebook/nearest.ts"
import type { Notebook } from "../notebook/notebook.ts"
import { defaultSiteName, fileKey } from "../notebook/roles.ts"
import { readRegularText } from "../regular-file.ts"
import { checked, type Parsed, parseText } from "./input-values.ts"
import { emptyLayer, type Given, type LayerData, type SiteName, siteInputs } from "./layers.ts"
import { type ContextServer, contextsNamed, parseCsv, siteNameOf } from "./many-sites.ts"
import { readName } from "./names.ts"

type Yaml = typeof import("yaml")

/** The contexts of a kubeconfig: the file may name many by a pattern. */
export type FindContexts = (kubeconfig: string | undefined) => Promise<readonly ContextServer[]>

/**
 * Reads a federation file (`version: 1`). Relative paths in it are relative to its folder.
 * @throws UsageError with every mistake of the file, each with line, column and key
 */
export async function readFederationFile(
  notebook: Notebook,
  file: string,
  cwd: string,
  findContexts: FindContexts = async () => [],
): Promise<LayerData> {
  let text: string
  try {
    text = readRegularText(file)
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    throw new UsageError(
      code === "ENOENT"
        ? `The federation file ${file} does not exist`
        : `The federation file ${file} cannot be read (${code ?? message})`,
      {
        fix: "check the path of --federation; without --federation the program asks for the values on a terminal",
      },
    )
  }
  const inside = relative(cwd, file)
  const shown = inside.startsWith("..") || inside === "" ? file : inside
  const reader = new FileReader(await import("yaml"), notebook, text, file, shown)
  await reader.prepare(findContexts)
  const layer = reader.read()
  if (reader.problems.length > 0) {
    throw new UsageError(reader.problems.join("\n"), { fix: `correct ${shown}; --help lists its keys` })
  }
  // Whoever trusts the file trusts the rows that it takes in, too.
  return { ...layer, text: [text, ...reader.tables].join("\n") }
}

/** A key of a map with its value, and the position of the key. */
interface Entry {
  readonly key: Node
  readonly name: string
  readonly value: Node | null
  readonly offset: number
}

/** What is said of one of the many sites of an entry: by a row of a table, or by a context. */
interface Row {
  readonly where: string
  readonly fields: readonly (readonly [key: string, text: string])[]
  /** Where the context leads to: for notebooks that ask for it. */
  readonly server?: string
}

/** An entry that is one site. */
const ONE: Row = { where: "", fields: [] }

class FileReader {
  readonly #found: { message: string; offset: number }[] = []
  readonly #yaml: Yaml
  readonly #notebook: Notebook
  readonly #lines: LineCounter
  readonly #document: Document.Parsed
  readonly #folder: string
  readonly #shown: string
  readonly #layer = emptyLayer()
  /** By the path of the kubeconfig; none for the one that kubectl would find. */
  readonly #contexts = new Map<string | undefined, readonly ContextServer[]>()
  /** The texts of CSV files. */
  readonly tables: string[] = []

  constructor(yaml: Yaml, notebook: Notebook, text: string, file: string, shown: string) {
    this.#yaml = yaml
    this.#notebook = notebook
    this.#lines = new yaml.LineCounter()
    this.#document = yaml.parseDocument(text, { lineCounter: this.#lines, prettyErrors: false })
    this.#folder = dirname(resolve(file))
    this.#shown = shown
  }

  /** In the order of the file. */
  get problems(): string[] {
    return this.#found
      .toSorted((a, b) => a.offset - b.offset)
      .map(({ message, offset }) => `${this.#place(offset)}: ${message}`)
  }

  read(): LayerData {
    for (const error of this.#document.errors) this.#wrong(error.pos[0], error.message)
    const root = this.#document.contents as Node | null
    if (this.#found.length > 0) return this.#layer
    if (!this.#yaml.isMap(root)) {
      this.#wrong(0, "the file contains no keys; it must start with version: 1")
      return this.#layer
    }
    this.#readTop(root.items as Pair<Node, Node | null>[])
    return this.#layer
  }

  /** Reads the kubeconfigs whose contexts the file names by a pattern. */
  async prepare(find: FindContexts): Promise<void> {
    const { roles } = this.#notebook
    for (const [role, many] of Object.entries(roles)) {
      const list = this.#document.get(fileKey(role, many), true) as Node | undefined
      if (many === "one" || !this.#yaml.isSeq(list)) continue
      for (const item of list.items) {
        const entry = this.#resolved(item as Node)
        if (!this.#yaml.isMap(entry) || !entry.has("contexts")) continue
        const path = this.#kubeconfigOf(entry.get("kubeconfig", true) as Node | null)
        if (!this.#contexts.has(path)) this.#contexts.set(path, await find(path))
      }
    }
  }

  #kubeconfigOf(own: Node | null | undefined): string | undefined {
    const text = this.#text(own ?? (this.#document.getIn(["defaults", "kubeconfig"], true) as Node | null))
    const input = this.#input("kubeconfig")
    if (text === undefined || input === undefined) return undefined
    const parsed = parseText(input, text, this.#folder)
    return "wrong" in parsed ? undefined : String(parsed.value)
  }

  #readTop(items: readonly Pair<Node, Node | null>[]): void {
    const { inputs, roles } = this.#notebook
    const inputAt = new Map<string, string>()
    const groups = new Set<string>()
    for (const [name, input] of Object.entries(inputs)) {
      if (input.per !== "federation") continue
      const path = input.file ?? name
      inputAt.set(path, name)
      if (path.includes(".")) groups.add(path.split(".")[0]!)
    }
    const roleAt = new Map(Object.entries(roles).map(([role, many]) => [fileKey(role, many), role]))
    const known = ["version", "federation", "defaults", ...roleAt.keys(), ...groups, ...inputAt.keys()]
    let versioned = false
    for (const { key, value, name, offset } of this.#pairs(items)) {
      if (name === "version") {
        versioned = true
        const version = this.#text(value)
        if (version !== "1")
          this.#wrong(offset, `version ${version} is not supported; this program reads version 1`)
      } else if (name === "federation") this.#readName(value, offset)
      else if (name === "defaults") this.#readDefaults(value, offset)
      else if (roleAt.has(name)) this.#readRole(roleAt.get(name)!, name, value, offset)
      else if (inputAt.has(name)) this.#take(inputAt.get(name)!, name, value, offset, this.#layer.values)
      else if (groups.has(name)) this.#readGroup(name, inputAt, value, offset)
      else {
        const perSite = this.#input(name)?.per === "site"
        const hint = perSite ? "; it belongs under a site, or under defaults:" : didYouMean(name, known)
        this.#wrong(this.#offset(key) ?? offset, `${name}: unknown key${hint}`)
      }
    }
    if (!versioned) this.#wrong(0, "version: missing; the file must start with version: 1")
  }

  #readName(value: Node | null, offset: number): void {
    const text = this.#text(value) ?? ""
    const parsed = readName(text)
    if ("wrong" in parsed) this.#wrong(this.#offset(value) ?? offset, `federation: ${parsed.wrong}`)
    else this.#layer.federation = text
  }

  #readGroup(group: string, inputAt: ReadonlyMap<string, string>, value: Node | null, offset: number): void {
    const known = [...inputAt.keys()].filter((path) => path.startsWith(`${group}.`))
    for (const pair of this.#map(value, group, offset)) {
      const path = `${group}.${pair.name}`
      const input = inputAt.get(path)
      if (input === undefined) this.#wrong(pair.offset, `${path}: unknown key${didYouMean(path, known)}`)
      else this.#take(input, path, pair.value, pair.offset, this.#layer.values)
    }
  }

  #readDefaults(value: Node | null, offset: number): void {
    const { inputs } = this.#notebook
    const known = Object.keys(inputs).filter((name) => inputs[name]!.per === "site")
    for (const { name, value: node, offset: at } of this.#map(value, "defaults", offset)) {
      if (known.includes(name)) this.#take(name, `defaults.${name}`, node, at, this.#layer.defaults)
      else {
        const wide = this.#input(name)
        const hint = wide ? `; it belongs at the top level: ${wide.file ?? name}` : didYouMean(name, known)
        this.#wrong(at, `defaults.${name}: unknown key${hint}`)
      }
    }
  }

  #readRole(role: string, key: string, value: Node | null, offset: number): void {
    const cardinality = this.#notebook.roles[role]!
    const node = this.#resolved(value)
    if (cardinality === "one") {
      this.#readSite({ role, name: defaultSiteName(role, cardinality, 1) }, key, node, offset)
      return
    }
    if (!this.#yaml.isSeq(node)) {
      this.#wrong(
        this.#offset(node) ?? offset,
        `${key}: must be a list with one entry per site: - { name: ${role}-1, … }`,
      )
      return
    }
    for (const [index, item] of node.items.entries()) {
      const path = `${key}[${index}]`
      const entry = this.#resolved(item as Node | null)
      const many = ["contexts", "csv"].find((one) => this.#yaml.isMap(entry) && entry.has(one))
      if (many === "contexts") this.#readContexts(role, path, entry, offset)
      else if (many === "csv") this.#readCsv(role, path, entry, offset)
      else this.#readSite({ role, name: this.#nextName(role) }, path, item as Node | null, offset)
    }
  }

  #nextName(role: string): string {
    const before = this.#layer.sites.filter((one) => one.role === role).length
    return defaultSiteName(role, this.#notebook.roles[role]!, before + 1)
  }

  /** One site for each context that the pattern names; what else the entry has applies to all of them. */
  #readContexts(role: string, key: string, entry: Node | null, offset: number): void {
    const given = this.#map(entry, key, offset).find(({ name }) => name === "contexts")!
    const at = this.#offset(given.value) ?? given.offset
    const pattern = this.#text(given.value)
    const own = this.#yaml.isMap(entry) ? (entry.get("kubeconfig", true) as Node | null) : null
    const known = this.#contexts.get(this.#kubeconfigOf(own)) ?? []
    const found =
      pattern === undefined ? { wrong: "must be a pattern: hospital-*" } : contextsNamed(pattern, known)
    if ("wrong" in found) {
      this.#wrong(at, `${key}.contexts: ${found.wrong}`)
      return
    }
    const servers = new Map(known.map(({ name, server }) => [name, server]))
    for (const context of found.names) {
      const server = servers.get(context)
      this.#readSite({ role, name: siteNameOf(context) || this.#nextName(role) }, key, entry, offset, {
        where: `${this.#place(at)} (${key}.contexts: ${context})`,
        fields: [["context", context]],
        ...(server !== undefined && { server }),
      })
    }
  }

  /** One site for each row of a CSV file; its columns are the keys of a site. */
  #readCsv(role: string, key: string, entry: Node | null, offset: number): void {
    const given = this.#map(entry, key, offset).find(({ name }) => name === "csv")!
    const at = this.#offset(given.value) ?? given.offset
    const name = this.#text(given.value) ?? ""
    const file = resolve(this.#folder, name)
    let text: string
    try {
      text = readRegularText(file)
    } catch (error) {
      this.#wrong(
        at,
        `${key}.csv: ${name} cannot be read (${(error as NodeJS.ErrnoException).code ?? (error as Error).message})`,
      )
      return
    }
    this.tables.push(text)
    const parsed = parseCsv(text)
    if ("wrong" in parsed) {
      this.#wrong(at, `${key}.csv: ${name} ${parsed.wrong}`)
      return
    }
    for (const { line, fields } of parsed.rows) {
      const where = `${name}:${line}`
      this.#readSite({ role, name: this.#nextName(role) }, key, entry, offset, { where, fields })
    }
  }

  /** @param row what the entry's own keys do not say of this one of its sites */
  #readSite(site: SiteName, key: string, node: Node | null, offset: number, row: Row = ONE): void {
    const many = row.fields.length > 0
    const known = siteInputs(this.#notebook, site.role)
    const values = new Map<string, Given>()
    let { name: siteName } = site
    let party: string | undefined
    for (const { name, value, offset: at } of this.#map(node, key, offset)) {
      const path = `${key}.${name}`
      const input = this.#input(name)
      if (many && (name === "contexts" || name === "csv")) continue
      if (many && name === "name") this.#wrong(at, `${path}: an entry with many sites has no name of its own`)
      else if (name === "name") {
        const parsed = readName(this.#text(value) ?? "")
        if ("wrong" in parsed) this.#wrong(this.#offset(value) ?? at, `${path}: ${parsed.wrong}`)
        else siteName = parsed.value
      } else if (name === "party" && this.#notebook.hasParties === true) {
        const parsed = readName(this.#text(value) ?? "")
        if ("wrong" in parsed) this.#wrong(this.#offset(value) ?? at, `${path}: ${parsed.wrong}`)
        else party = parsed.value
      } else if (known.includes(name)) this.#take(name, path, value, at, values)
      else if (input?.per === "federation") {
        this.#wrong(
          at,
          `${path}: applies to the whole federation; it belongs at the top level: ${input.file ?? name}`,
        )
      } else if (input !== undefined) {
        this.#wrong(at, `${path}: applies only to sites with the role ${input.roles!.join(" or ")}`)
      } else this.#wrong(at, `${path}: unknown key${didYouMean(name, [...known, "name"])}`)
    }
    const place = this.#offset(node) ?? offset
    for (const [name, text] of row.fields) {
      const parsed = name === "name" ? readName(text) : this.#field(name, text, known)
      if ("wrong" in parsed) this.#wrong(place, `${row.where}: ${name}: ${parsed.wrong}`)
      else if (name === "name") siteName = String(parsed.value)
      else values.set(name, { value: parsed.value, where: `${row.where} (${name})` })
    }
    if (row.server !== undefined && known.includes("server") && !values.has("server"))
      values.set("server", { value: row.server, where: row.where })
    if (this.#layer.bySite.has(siteName)) {
      this.#wrong(this.#offset(node) ?? offset, `${key}: another site is also named ${siteName}`)
    }
    this.#layer.sites.push({ name: siteName, role: site.role, ...(party !== undefined && { party }) })
    this.#layer.bySite.set(siteName, values)
  }

  /** A field of a row. */
  #field(name: string, text: string, known: readonly string[]): Parsed {
    const input = known.includes(name) ? this.#input(name) : undefined
    if (input === undefined) return { wrong: `not a key of a site${didYouMean(name, [...known, "name"])}` }
    return input.secret === true
      ? { wrong: "is secret and does not belong in a file that others can read; remove it" }
      : parseText(input, text, this.#folder)
  }

  /** A declared input: `constructor` is none. */
  #input(name: string): Input | undefined {
    return Object.hasOwn(this.#notebook.inputs, name) ? this.#notebook.inputs[name] : undefined
  }

  #take(name: string, path: string, node: Node | null, offset: number, into: Map<string, Given>): void {
    const input = this.#notebook.inputs[name]!
    const at = this.#offset(node) ?? offset
    if (input.secret === true) {
      this.#wrong(at, `${path}: is secret and does not belong in a file that others can read; remove it`)
      return
    }
    const parsed = this.#value(input, node)
    if ("wrong" in parsed) this.#wrong(at, `${path}: ${parsed.wrong}`)
    else into.set(name, { value: parsed.value, where: `${this.#place(at)} (${path})` })
  }

  #value(input: Input, given: Node | null): Parsed {
    const node = this.#resolved(given)
    if (this.#yaml.isSeq(node)) {
      const items = node.items.map((item) => this.#text(item as Node))
      if (input.type !== "list" || items.includes(undefined))
        return { wrong: `must be a ${input.type}, not a list` }
      return checked(input, items)
    }
    if (this.#yaml.isMap(node)) {
      const pairs = node.items.map((pair) => [this.#text(pair.key as Node), this.#text(pair.value as Node)])
      if (input.type !== "map" || pairs.flat().includes(undefined)) {
        return {
          wrong:
            input.type === "map"
              ? "must contain plain values"
              : `must be a ${input.type}, not keys and values`,
        }
      }
      return checked(input, Object.fromEntries(pairs))
    }
    const text = this.#text(node)
    return text === undefined ? { wrong: "has no value" } : parseText(input, text, this.#folder)
  }

  /** A scalar as it was written: `1.40` is a version, not the number 1.4. Nothing for null and collections. */
  #text(given: Node | null): string | undefined {
    const node = this.#resolved(given)
    if (!this.#yaml.isScalar(node) || node.value === null) return undefined
    const { source, value } = node as Scalar
    return typeof value === "string" ? value : (source ?? String(value))
  }

  #map(given: Node | null, path: string, offset: number): Entry[] {
    const node = this.#resolved(given)
    if (this.#yaml.isMap(node)) return this.#pairs(node.items as Pair<Node, Node | null>[])
    this.#wrong(this.#offset(node) ?? offset, `${path}: must contain keys and values`)
    return []
  }

  #pairs(items: readonly Pair<Node, Node | null>[]): Entry[] {
    return items.map(({ key, value }) => ({
      key,
      value,
      name: this.#text(key) ?? String(key),
      offset: this.#offset(key) ?? 0,
    }))
  }

  #resolved(node: Node | null | undefined): Node | null {
    if (this.#yaml.isAlias(node)) return (node.resolve(this.#document) as Node | undefined) ?? null
    return node ?? null
  }

  #offset(node: Node | null | undefined): number | undefined {
    return node?.range?.[0]
  }

  #place(offset: number): string {
    const { line, col } = this.#lines.linePos(offset)
    return `${this.#shown}:${Math.max(1, line)}:${Math.max(1, col)}`
  }

  #wrong(offset: number, message: string): void {
    this.#found.push({ message, offset })
  }
}
