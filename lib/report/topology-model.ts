/** The objects that the checks found: sites by cluster with their objects, and the links between them. */

import { linkRoles } from "../notebook/roles.ts"
import { placeSign, type Sign, together } from "./signs.ts"
import type { Report, ReportCell, ReportPlace, ReportSite } from "./types.ts"

export interface SiteView {
  readonly site: ReportSite
  /** The state of all its steps as one. */
  readonly sign: Sign
  readonly objects: readonly ObjectView[]
  /** To the site at the other end; only where the notebook has link steps. */
  readonly link?: LinkView
}

/** An object that a step created or found. Before it is found it has its step's name. */
export interface ObjectView {
  readonly sign: Sign
  readonly kind?: string
  readonly name: string
  readonly steps: readonly string[]
}

export interface LinkView {
  readonly sign: Sign
  readonly kind: string
  /** The step of the sign, or what else there is to say, where it is not good. */
  readonly step?: string
}

export interface Topology {
  /** The sites that others link to; without links those of the roles that have one site. */
  readonly hubs: readonly SiteView[]
  readonly leaves: readonly SiteView[]
  /** The step whose object at both ends a link joins. */
  readonly joint?: string
}

/** The topology of a walk. Sites that left the federation are not in it. */
export function topologyOf(walk: Report): Topology {
  const { notebook } = walk
  const here = walk.sites.filter(({ gone }) => gone !== true)
  const linkSteps = notebook.steps.filter(({ on, side }) => on === "link" && side === undefined)
  const linked = linkSteps.length > 0 ? linkRoles(notebook.roles)?.to : undefined
  const isHub = ({ role }: ReportSite): boolean =>
    linked === undefined ? notebook.roles[role] === "one" : role === linked
  const links = linkCells(
    walk,
    linkSteps.map(({ id }) => id),
  )
  const joint = linkSteps
    .flatMap(({ needs }) => needs ?? [])
    .findLast((id) => notebook.steps.some((step) => step.id === id && step.on === "every site"))
  const ended = endedParties(walk.messages)
  const isCut = ({ party }: ReportSite): boolean =>
    [party, ...here.filter(isHub).map((hub) => hub.party)].some((one) => one !== undefined && ended.has(one))
  const view = (site: ReportSite): SiteView => ({
    site,
    sign: together(walk.cells.flatMap((cell) => placesAt(cell, site)).map(placeSign)),
    objects: objectsOf(
      walk.cells.filter((cell) => !links.includes(cell)),
      site,
      notebook,
    ),
    ...(links.length > 0 && !isHub(site) && { link: isCut(site) ? cutLink(links) : linkOf(links, site) }),
  })
  return {
    hubs: here.filter(isHub).map(view),
    leaves: here.filter((site) => !isHub(site)).map(view),
    ...(joint !== undefined && { joint }),
  }
}

/** Whose part has ended, by the messages in the journal's order. */
function endedParties(messages: Report["messages"] = []): ReadonlySet<string> {
  const ended = new Set<string>()
  for (const message of messages) {
    if ("approved" in message) continue
    if (message.kind === "revocation") ended.add(message.party)
    if (message.kind === "request") ended.delete(message.party)
  }
  return ended
}

/** The link steps, and others that checked objects of those. */
function linkCells({ cells }: Report, ids: readonly string[]): ReportCell[] {
  const isOwn = ({ step }: ReportCell): boolean => ids.includes(step)
  const linked = new Set(cells.filter(isOwn).flatMap(uids))
  return cells.filter((cell) => isOwn(cell) || uids(cell).some((uid) => linked.has(uid)))
}

/** What identifies the objects that a step found. */
const uids = (cell: ReportCell): string[] =>
  cell.places.flatMap((place) => {
    const object = objectAt(place)
    return object === undefined ? [] : [object.uid ?? `${place.site} ${object.kind} ${object.name}`]
  })

const placesAt = (cell: ReportCell, { name }: ReportSite): readonly ReportPlace[] =>
  cell.places.filter(({ site }) => site === name)

/** The object of the last check that found one. */
const objectAt = (place: ReportPlace) =>
  place.executions
    .flatMap(({ before, after }) => [before, after])
    .flatMap((checked) =>
      checked !== undefined && "object" in checked.result ? [checked.result.object] : [],
    )
    .findLast((object) => object !== undefined)

/** The kind of its object, here or at another site. */
const kindOf = (cell: ReportCell): string | undefined =>
  cell.places.map((place) => objectAt(place)?.kind).find((kind) => kind !== undefined)

/** The places at which a step has worked on a site: a step with a side works at the site of that role, whichever lane it is in. */
function placesOn(cell: ReportCell, site: ReportSite, { steps }: Report["notebook"]): readonly ReportPlace[] {
  const side = steps.find(({ id }) => id === cell.step)?.side
  if (side === undefined) return placesAt(cell, site)
  return site.role === side ? cell.places : []
}

function objectsOf(
  cells: readonly ReportCell[],
  site: ReportSite,
  notebook: Report["notebook"],
): ObjectView[] {
  const found = new Map<string, ObjectView>()
  for (const cell of cells) {
    for (const place of placesOn(cell, site, notebook)) {
      const object = objectAt(place)
      const kind = object?.kind ?? kindOf(cell)
      const sign = placeSign(place)
      // A step that succeeded without an object (a login, a verification) is not shown.
      const isShown =
        kind !== undefined || (sign.tone !== "good" && (sign.tone !== "quiet" || place.outcome === undefined))
      if (!isShown) continue
      const name = object?.name ?? cell.step
      const key = `${kind} ${name}`
      const before = found.get(key)
      found.set(key, {
        sign: before === undefined ? sign : together([before.sign, sign]),
        ...(kind !== undefined && { kind }),
        name,
        steps: [...(before?.steps ?? []), cell.step],
      })
    }
  }
  return [...found.values()]
}

/** What the link steps have seen before a revocation holds no longer. */
const cutLink = (cells: readonly ReportCell[]): LinkView => ({
  sign: { symbol: "–", word: "cut", tone: "quiet" },
  kind: linkKind(cells),
  step: "revoked",
})

const linkKind = (cells: readonly ReportCell[]): string =>
  cells.map(kindOf).findLast((kind) => kind !== undefined) ?? "link"

function linkOf(cells: readonly ReportCell[], site: ReportSite): LinkView {
  const places = cells.flatMap((cell) =>
    placesAt(cell, site).map((place) => ({ cell, sign: placeSign(place) })),
  )
  const sign = together(places.map((place) => place.sign))
  const step = places.find((place) => place.sign === sign)?.cell.step
  return {
    sign,
    kind: linkKind(cells),
    ...(sign.tone !== "good" && step !== undefined && { step }),
  }
}
