import type { Federation, Origin } from "../notebook/federation.ts"
import { camel, type Input } from "../notebook/inputs.ts"
import type { Notebook } from "../notebook/notebook.ts"
import { defaultSiteName, type Site } from "../notebook/roles.ts"
import { checked, unreadable } from "./input-values.ts"
import { type Given, type Layer, type SiteName, siteInputs } from "./layers.ts"
import { readSiteName } from "./names.ts"
import { strongestFirst } from "./precedence.ts"

/** A required value that no source has. `count`: there is no site of this role at all. */
export type Missing =
  | { readonly kind: "input"; readonly input: string; readonly site?: SiteName; readonly why?: string }
  | { readonly kind: "count"; readonly role: string }

export interface Resolved {
  readonly federation: Federation
  /** In the notebook's order, the federation's own first. */
  readonly missing: readonly Missing[]
  /** Invalid values: one sentence each, which names the place of the value. */
  readonly problems: readonly string[]
}

export interface ResolveOptions {
  readonly name: string
  /** Report files that cannot be read (before a run); not for commands that do not read them (status). */
  readonly files: boolean
}

/**
 * Resolves the sources: each value comes from the strongest layer that has it, else from its default.
 * @param layers in any order; of several that override, the first is the strongest
 */
export function resolveInputs(
  notebook: Notebook,
  layers: readonly Layer[],
  options: ResolveOptions,
): Resolved {
  return new Resolver(notebook, layers, options).resolve()
}

class Resolver {
  readonly #notebook: Notebook
  readonly #layers: readonly Layer[]
  readonly #options: ResolveOptions
  readonly #origins: Record<string, Origin> = {}
  readonly #places: Record<string, string> = {}
  readonly #missing: Missing[] = []
  readonly #problems = new Set<string>()

  constructor(notebook: Notebook, layers: readonly Layer[], options: ResolveOptions) {
    this.#notebook = notebook
    this.#layers = strongestFirst(layers)
    this.#options = options
  }

  resolve(): Resolved {
    const { inputs } = this.#notebook
    const values: Record<string, unknown> = {}
    const names = Object.keys(inputs).filter((name) => inputs[name]!.per === "federation")
    // Given values first: a default may follow from any of them.
    for (const name of names) this.#takeGiven(name, values)
    const none: string[] = []
    const named = this.#sites(none)
    const given = named.map((site) => this.#given(site))
    const known = named.map((site, index) => ({ ...given[index], ...site }))
    for (const name of names) this.#takeDefault(name, values, { values, sites: known })
    const sites = named.map((site, index) => this.#site(site, values, given[index]))
    for (const role of none) {
      this.#missing.push({ kind: "count", role })
      // The inputs of the first site are listed in the same message.
      this.#site({ role, name: defaultSiteName(role, "many", 1) }, values)
    }
    return {
      federation: { name: this.#options.name, values, sites, origins: this.#origins, places: this.#places },
      missing: this.#missing,
      problems: [...this.#problems],
    }
  }

  #site(site: SiteName, values: Record<string, unknown>, given = this.#given(site)): Site {
    const own = { ...given }
    const names = siteInputs(this.#notebook, site.role)
    const { name, role, party } = site
    if (party !== undefined) {
      // Its own values are its owner's: none is asked for here, and no default stands in for one.
      for (const input of names.filter(
        (one) => this.#notebook.inputs[one]!.identity && own[camel(one)] !== undefined,
      ))
        this.#problems.add(
          `${this.#places[originKey(input, site)]}: ${name} belongs to the party ${party} and is never logged in to: remove ${input}`,
        )
      return { ...own, name, role, party }
    }
    for (const input of names)
      this.#takeDefault(input, own, { values: { ...values, ...own }, sites: [] }, site)
    return { ...own, name, role }
  }

  #given(site: SiteName): Record<string, unknown> {
    const own: Record<string, unknown> = {}
    for (const name of siteInputs(this.#notebook, site.role)) this.#takeGiven(name, own, site)
    return own
  }

  #takeGiven(name: string, into: Record<string, unknown>, site?: SiteName): void {
    for (const layer of this.#layers) {
      const given = site === undefined ? layer.value(name) : layer.siteValue(name, site)
      if (given === undefined) continue
      into[camel(name)] = given.value
      this.#origins[originKey(name, site)] = layer.origin
      this.#places[originKey(name, site)] = given.where
      this.#checkFile(this.#notebook.inputs[name]!, given)
      return
    }
  }

  #takeDefault(
    name: string,
    into: Record<string, unknown>,
    { values, sites }: { values: Record<string, unknown>; sites: readonly Record<string, unknown>[] },
    site?: SiteName,
  ): void {
    const key = camel(name)
    if (into[key] !== undefined) return
    const input = this.#notebook.inputs[name]!
    const value: unknown =
      typeof input.default === "function"
        ? input.default(site ?? { name: "", role: "" }, values, sites)
        : input.default
    if (value !== undefined) {
      into[key] = value
      this.#origins[originKey(name, site)] = "default"
      const parsed = checked(input, value)
      if ("wrong" in parsed) this.#problems.add(`${originKey(name, site)} (default): ${parsed.wrong}`)
    } else if (input.required === true) {
      this.#missing.push({ kind: "input", input: name, ...(site && { site }) })
    }
  }

  #checkFile(input: Input, given: Given): void {
    if (!this.#options.files || input.type !== "path") return
    const wrong = unreadable(input, String(given.value))
    if (wrong !== undefined) this.#problems.add(`${given.where}: ${wrong}`)
  }

  /** Every site that a layer names: stronger layers do not hide the sites of weaker ones. Roles without any: `none`. */
  #sites(none: string[]): SiteName[] {
    const sites: SiteName[] = []
    for (const [role, cardinality] of Object.entries(this.#notebook.roles)) {
      const named = new Set(
        this.#layers.flatMap((layer) =>
          layer.sites.filter((site) => site.role === role).map(({ name }) => name),
        ),
      )
      if (cardinality === "one") {
        sites.push(this.#owned({ role, name: [...named][0] ?? role }))
        this.#refuseSeveral(role)
        continue
      }
      const count = this.#layers.find((layer) => layer.counts.has(role))?.counts.get(role) ?? 0
      for (let n = 1; named.size < count; n++) named.add(defaultSiteName(role, cardinality, n))
      if (named.size === 0) {
        none.push(role)
      }
      // The weakest layer (file, memory) has the usual order of the sites.
      const order = this.#layers.toReversed().flatMap((layer) => layer.sites.map(({ name }) => name))
      const place = (name: string): number => (order.includes(name) ? order.indexOf(name) : order.length)
      sites.push(...[...named].sort((a, b) => place(a) - place(b)).map((name) => this.#owned({ name, role })))
    }
    this.#checkNames(sites)
    return sites
  }

  /** The site with the party that it belongs to, by the strongest source that names it. */
  #owned({ name, role }: SiteName): SiteName {
    const found = this.#layers.flatMap(({ sites }) =>
      sites.filter((site) => site.name === name && site.party),
    )[0]
    return { name, role, ...(found?.party !== undefined && { party: found.party }) }
  }

  #refuseSeveral(role: string): void {
    for (const layer of this.#layers) {
      const names = layer.sites.filter((site) => site.role === role).map(({ name }) => name)
      if (names.length > 1)
        this.#problems.add(
          `there can be only one ${role}, but the ${layer.origin} names ${names.join(" and ")}`,
        )
    }
  }

  #checkNames(sites: readonly SiteName[]): void {
    const roles = new Map<string, string>()
    for (const { name, role } of sites) {
      const parsed = readSiteName(name)
      if ("wrong" in parsed) this.#problems.add(`site ${name}: ${parsed.wrong}`)
      const other = roles.get(name)
      if (other !== undefined) this.#problems.add(`site ${name}: has two roles, ${other} and ${role}`)
      roles.set(name, role)
    }
  }
}

/** `greeting`, or `spoke-1.server`. */
export const originKey = (input: string, site?: { readonly name: string }): string =>
  site === undefined ? input : `${site.name}.${input}`
