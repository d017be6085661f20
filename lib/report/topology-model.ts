/** What there is, as the looks saw it: sites by cluster with their objects, and the links between them. */
import type { Walk, WalkCell, WalkPlace, WalkSite } from "./types.ts"
import { placeSign, type Sign, together } from "./words.ts"

export interface SiteView {
  readonly site: WalkSite
  /** The state of all its steps as one. */
  readonly sign: Sign
  readonly objects: readonly ObjectView[]
  /** To the site at the other end; only where the notebook has link steps. */
  readonly link?: LinkView
}

/** An object that a step made or found. Not seen yet: it goes by its step's name. */
export interface ObjectView {
  readonly sign: Sign
  readonly kind?: string
  readonly name: string
  readonly steps: readonly string[]
}

export interface LinkView {
  readonly sign: Sign
  readonly kind: string
  /** The step that the sign is of, where it is not good. */
  readonly step?: string
}

export interface Topology {
  /** Sites of the roles that have one, where others link to. */
  readonly hubs: readonly SiteView[]
  readonly leaves: readonly SiteView[]
  /** The step whose object at both ends a link joins. */
  readonly joint?: string
}

/** The topology of a walk. Sites that left the federation are not in it. */
export function topologyOf(walk: Walk): Topology {
  const { notebook } = walk
  const here = walk.sites.filter(({ gone }) => gone !== true)
  const isHub = ({ role }: WalkSite): boolean => notebook.roles[role] === "one"
  const linkSteps = notebook.steps.filter(({ on }) => on === "link")
  const links = linkCells(
    walk,
    linkSteps.map(({ id }) => id),
  )
  const joint = linkSteps
    .flatMap(({ needs }) => needs ?? [])
    .findLast((id) => notebook.steps.some((step) => step.id === id && step.on === "every site"))
  const view = (site: WalkSite): SiteView => ({
    site,
    sign: together(walk.cells.flatMap((cell) => placesAt(cell, site)).map(placeSign)),
    objects: objectsOf(
      walk.cells.filter((cell) => !links.includes(cell)),
      site,
    ),
    ...(links.length > 0 && !isHub(site) && { link: linkOf(links, site) }),
  })
  return {
    hubs: here.filter(isHub).map(view),
    leaves: here.filter((site) => !isHub(site)).map(view),
    ...(joint !== undefined && { joint }),
  }
}

/** The link steps, and others that looked at the objects that those had made. */
function linkCells({ cells }: Walk, ids: readonly string[]): WalkCell[] {
  const isOwn = ({ step }: WalkCell): boolean => ids.includes(step)
  const made = new Set(cells.filter(isOwn).flatMap(uids))
  return cells.filter((cell) => isOwn(cell) || uids(cell).some((uid) => made.has(uid)))
}

/** What identifies the objects that a step saw. */
const uids = (cell: WalkCell): string[] =>
  cell.places.flatMap((place) => {
    const seen = seenAt(place)
    return seen === undefined ? [] : [seen.uid ?? `${place.site} ${seen.kind} ${seen.name}`]
  })

const placesAt = (cell: WalkCell, { name }: WalkSite): readonly WalkPlace[] =>
  cell.places.filter(({ site }) => site === name)

/** What the last look that saw something saw. */
const seenAt = (place: WalkPlace) =>
  place.executions
    .flatMap(({ before, after }) => [before, after])
    .flatMap((looked) => (looked !== undefined && "seen" in looked.look ? [looked.look.seen] : []))
    .findLast((seen) => seen !== undefined)

/** What its kind is called here, or at another site. */
const kindOf = (cell: WalkCell): string | undefined =>
  cell.places.map((place) => seenAt(place)?.kind).find((kind) => kind !== undefined)

function objectsOf(cells: readonly WalkCell[], site: WalkSite): ObjectView[] {
  const found = new Map<string, ObjectView>()
  for (const cell of cells) {
    for (const place of placesAt(cell, site)) {
      const seen = seenAt(place)
      const kind = seen?.kind ?? kindOf(cell)
      const sign = placeSign(place)
      // A step that went well and has no object to show (a login, a check) says nothing here.
      const says =
        kind !== undefined || (sign.tone !== "good" && (sign.tone !== "quiet" || place.outcome === undefined))
      if (!says) continue
      const name = seen?.name ?? cell.step
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

function linkOf(cells: readonly WalkCell[], site: WalkSite): LinkView {
  const places = cells.flatMap((cell) =>
    placesAt(cell, site).map((place) => ({ cell, sign: placeSign(place) })),
  )
  const sign = together(places.map((place) => place.sign))
  const step = places.find((place) => place.sign === sign)?.cell.step
  return {
    sign,
    kind: cells.map(kindOf).findLast((kind) => kind !== undefined) ?? "link",
    ...(sign.tone !== "good" && step !== undefined && { step }),
  }
}
