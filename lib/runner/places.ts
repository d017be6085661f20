/** Where sites are and were: which of them have moved, and which have left the federation and still hold what was applied. */
import { copyFileSync, existsSync, readdirSync } from "node:fs"
import { join } from "node:path"
import type { Federation } from "../notebook/federation.ts"
import { camel } from "../notebook/inputs.ts"
import { appliesTo, isWanted, type Notebook } from "../notebook/notebook.ts"
import { sameServer } from "../notebook/server-url.ts"
import type { Moved, SiteSummary } from "./events.ts"
import type { Memory } from "./journal-memory.ts"
import type { State } from "./state.ts"

/** A place that the federation no longer has, where what was applied has not been deleted. */
export interface FormerSite extends SiteSummary {
  /** The site that has moved away from there and is somewhere else now. */
  readonly moved?: string
  /** The site of the federation that is in the same place now: what is there cannot be told apart. */
  readonly takenBy?: string
}

/** Between a site's name and the number of its place: no site of a federation file has it in its name. */
const EARLIER = "@"

/** The name that a site had, for its earlier places: `supernode-1` for `supernode-1@1`. */
export const originalName = (name: string): string => name.split(EARLIER)[0]!

/** The inputs that say where a site is. */
const placeInputs = ({ inputs }: Notebook): string[] =>
  Object.keys(inputs).filter((name) => inputs[name]!.identity === true || inputs[name]!.place === true)

type Values = Readonly<Record<string, unknown>>

/** The values of a site by the names of their inputs, as the journal has them. */
const valuesOf = (notebook: Notebook, site: object): Values =>
  Object.fromEntries(placeInputs(notebook).map((name) => [name, (site as Values)[camel(name)]]))

/** The inputs that say where a site is and differ; a value that is not known does not. */
export function placeDifferences(notebook: Notebook, was: Values, site: object): string[] {
  const is = valuesOf(notebook, site)
  return placeInputs(notebook).filter((name) => {
    const [before, now] = [was[name], is[name]]
    if (before === undefined || now === undefined || before === now) return false
    return notebook.inputs[name]!.type !== "url" || !sameServer(String(before), String(now))
  })
}

/** `in flower-sn2 on https://api.b.example:6443` */
export function placeText(notebook: Notebook, values: Values): string {
  const given = placeInputs(notebook).filter((name) => values[name] !== undefined)
  const isServer = (name: string): boolean => notebook.inputs[name]!.type === "url"
  const inside = given.filter((name) => !isServer(name)).map((name) => String(values[name]))
  const servers = given.filter(isServer).map((name) => String(values[name]))
  return [
    inside.length > 0 ? `in ${inside.join(", ")}` : "",
    servers.length > 0 ? `on ${servers.join(", ")}` : "",
  ]
    .filter((part) => part !== "")
    .join(" ")
}

/** Whether it is the same place, by what is known of both. */
const isSamePlace = (notebook: Notebook, was: Values, site: object): boolean =>
  Object.entries(valuesOf(notebook, site)).some(
    ([name, now]) => now !== undefined && was[name] !== undefined,
  ) && placeDifferences(notebook, was, site).length === 0

/**
 * Whether a run has changed anything at a site that a teardown has not deleted since.
 * @param there the site that is in the same place now: its teardown deletes the same
 */
function holdsSomething(
  notebook: Notebook,
  federation: Federation,
  memory: Memory,
  { name, role }: SiteSummary,
  there?: string,
): boolean {
  const session = notebook.steps.find((step) => step.session === true)?.id
  const touched = [...(memory.touched.get(name) ?? [])].filter(([step]) => step !== session)
  if (touched.length === 0) return false
  const last = touched.map(([, t]) => t).reduce((a, b) => (a > b ? a : b))
  const removals = (notebook.teardown ?? notebook).steps.filter(
    (step) =>
      step.delete !== undefined &&
      appliesTo(notebook, step, { name, role }) &&
      isWanted(step, federation, { name, role }),
  )
  const isDone = (id: string): boolean =>
    [name, there].some((site) => {
      const ended = memory.ended.get(`${site}/${id}`)
      return ended?.outcome.ok === true && ended.t >= last
    })
  return removals.length === 0 || !removals.every(({ id }) => isDone(id))
}

/** The sites whose place is another one now, and the name under which the journal keeps the earlier one. */
export function movedSites(notebook: Notebook, federation: Federation, memory: Memory): Moved[] {
  return federation.sites.flatMap((site) => {
    const before = memory.known.get(site.name)
    if (before === undefined || placeDifferences(notebook, before.given, site).length === 0) return []
    if (!holdsSomething(notebook, federation, memory, before)) return []
    let number = 1
    while (memory.known.has(`${site.name}${EARLIER}${number}`)) number++
    return [{ site: site.name, as: `${site.name}${EARLIER}${number}` }]
  })
}

/** What the earlier place of a site needs to be reached later: its session, and what is kept of it. Before anything replaces it. */
export function keepEarlierPlaces({ folder }: State, moved: readonly Moved[]): void {
  for (const { site, as } of moved) {
    const kubeconfigs = join(folder, "kubeconfigs")
    if (existsSync(join(kubeconfigs, site))) copyFileSync(join(kubeconfigs, site), join(kubeconfigs, as))
    const kept = join(folder, "private")
    for (const name of readdirSync(kept)) {
      if (name.startsWith(`${site}.`))
        copyFileSync(join(kept, name), join(kept, `${as}${name.slice(site.length)}`))
    }
  }
}

/** What is no longer in the federation and was not deleted: sites that left it, and the earlier places of those that moved. */
export function formerSites(
  notebook: Notebook,
  federation: Federation,
  memory: Memory | undefined,
): FormerSite[] {
  if (memory === undefined) return []
  const current = new Map(federation.sites.map((site) => [site.name, site]))
  const moving = new Map(movedSites(notebook, federation, memory).map(({ site, as }) => [site, as]))
  return [...memory.known.values()].flatMap((known) => {
    const as = moving.get(known.name)
    if (as === undefined && current.has(known.name)) return []
    const taken = federation.sites.find((site) => isSamePlace(notebook, known.given, site))
    if (notebook.roles[known.role] === undefined) return []
    if (!holdsSomething(notebook, federation, memory, known, taken?.name)) return []
    const original = originalName(known.name)
    // It has moved back.
    if (taken?.name === original) return []
    return [
      {
        ...known,
        name: as ?? known.name,
        ...(current.has(original) && { moved: original }),
        ...(taken !== undefined && { takenBy: taken.name }),
      },
    ]
  })
}

/** `supernode-2 left the federation: still running in flower-sn2 on https://…` */
export function formerText(notebook: Notebook, { name, given, moved, takenBy }: FormerSite): string {
  const what = moved === undefined ? `${name} left the federation` : `${moved} has moved (${name})`
  const where = placeText(notebook, given)
  const taken =
    takenBy === undefined ? "" : `, where ${takenBy} is now: a teardown of ${takenBy} deletes both`
  return `${what}: still running${where === "" ? "" : ` ${where}`}${taken}`
}
