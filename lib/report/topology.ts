/** The topology: clusters as frames, in them sites with their objects, links as arrows. */
import { count } from "../notebook/format.ts"
import { html, type Markup } from "./markup.ts"
import { picture, round, text, textWidth } from "./picture.ts"
import type { Sign } from "./signs.ts"
import { type LinkView, type SiteView, type Topology, topologyOf } from "./topology-model.ts"
import type { Report } from "./types.ts"

const BOX = 392
const GAP = 176
const PAD = 10
const ROW = 18
const HEAD = 26
/** Its first line of text, from the top of a frame. */
const CAPTION = 16
/** With more sites than this, their objects are in one line. */
const FULL = 4
/** With more than this, each is a name with its sign, and their links are one arrow. */
const SINGLE = 24

/** A site's box, or a cluster's frame around several, from a top edge; its height is known before it is drawn. */
interface Block {
  readonly height: number
  /** Where the site's links begin or end, from the top edge; by site name. */
  readonly joints: ReadonlyMap<string, number>
  draw(x: number, y: number): Markup
}

/** The topology of a walk. */
export function topology(walk: Report): Markup {
  const model = topologyOf(walk)
  const { hubs, leaves } = model
  const folded = leaves.length > SINGLE
  const compact = leaves.length > FULL
  const isNear = (leaf: SiteView): boolean =>
    !folded &&
    leaf.site.identity !== undefined &&
    hubs.some(({ site }) => site.identity === leaf.site.identity)
  const near = leaves.filter(isNear)
  const far = leaves.filter((leaf) => !isNear(leaf))
  const block = (view: SiteView): Block =>
    compact && !hubs.includes(view) ? shortSite(view) : fullSite(view, model.joint)
  const left = column(framed([...hubs, ...near], block))
  const right = column(folded ? [grid(leaves)] : framed(far, block))

  const height = Math.max(left.height, right.height) + 2
  const both = left.height > 0 && right.height > 0
  const farX = both ? 1 + BOX + GAP : 1
  const tops = [(height - left.height) / 2, (height - right.height) / 2] as const
  const hubEnd = hubs.length === 1 ? tops[0] + left.joints.get(hubs[0]!.site.name)! : undefined
  const arrow = (y: number, side: "left" | "right", link: LinkView | undefined, words?: string) =>
    hubEnd !== undefined && link !== undefined && linkArrow(y, side, hubEnd, link, words)
  const arrows = folded
    ? [arrow(height / 2, "right", gridLink(leaves), linkCount(leaves))]
    : [
        ...near.map(({ site, link }) => arrow(tops[0] + left.joints.get(site.name)!, "left", link)),
        ...far.map(({ site, link }) => arrow(tops[1] + right.joints.get(site.name)!, "right", link)),
      ]
  return picture(
    "topology",
    { width: widthOf(both, near.length > 0), height },
    { title: "Topology", description: described(model) },
    HEADS,
    arrows,
    left.height > 0 && left.draw(1, tops[0]),
    right.height > 0 && right.draw(farX, tops[1]),
  )
}

/** Two columns and the links between them, or one with its links beside it. */
const widthOf = (both: boolean, hasNear: boolean): number =>
  (both ? BOX + GAP : hasNear ? GAP * 0.6 : 0) + BOX + 2

const HEADS = html`<defs><marker id="to-hub" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="8" markerHeight="8" orient="auto"><path d="M0 0L10 5L0 10z" class="head"/></marker></defs>`

/** Blocks below each other. */
function column(blocks: readonly Block[]): Block {
  let height = 0
  const joints = new Map<string, number>()
  const tops = blocks.map((block) => {
    const top = height
    for (const [name, y] of block.joints) joints.set(name, top + y)
    height += block.height + PAD
    return top
  })
  return {
    height: Math.max(0, height - PAD),
    joints,
    draw: (x, y) => html`${blocks.map((block, index) => block.draw(x, y + tops[index]!))}`,
  }
}

/** One frame per cluster, or per party whose clusters are not known here, with its sites; a site without either has no frame. */
function framed(views: readonly SiteView[], block: (view: SiteView) => Block): Block[] {
  const groups = Map.groupBy(
    views,
    ({ site }) => site.identity ?? (site.party === undefined ? site : `belongs to ${site.party}`),
  )
  return [...groups].map(([identity, members]) => {
    const inner = column(members.map(block))
    return typeof identity === "string" ? frame(identity, inner) : inner
  })
}

function frame(title: string, inner: Block): Block {
  const top = CAPTION + 8
  return {
    height: top + inner.height + PAD,
    joints: new Map([...inner.joints].map(([name, y]) => [name, top + y])),
    draw: (x, y) =>
      html`<rect class="cluster" x="${x}" y="${round(y)}" width="${BOX}" height="${top + inner.height + PAD}" rx="8"/>${text(x + PAD, y + CAPTION, title, { size: 11, dim: true, room: BOX - 2 * PAD })}${inner.draw(x, y + top)}`,
  }
}

const INNER = BOX - 2 * PAD

/** The box of a site with its name, role and state; `inside` is drawn below. */
const siteBox = (
  { site, sign }: SiteView,
  size: { readonly height: number; readonly joint: number },
  inside: (x: number, y: number) => Markup,
): Block => ({
  height: size.height,
  joints: new Map([[site.name, size.joint]]),
  draw(x, y) {
    const role = site.role === site.name ? "" : site.role
    const state = `${sign.symbol} ${sign.word}`
    const stateRoom = textWidth(state, 12) + 12
    const roleRoom = role === "" ? 0 : textWidth(role, 11) + 12
    const inset = x + PAD
    return html`<rect class="site" x="${inset}" y="${round(y)}" width="${INNER}" height="${size.height}" rx="5"/>${text(
      inset + 8,
      y + 18,
      site.name,
      { bold: true, size: 13, room: INNER - 16 - stateRoom - roleRoom },
    )}${text(inset + INNER - 8 - stateRoom, y + 18, role, { size: 11, dim: true, anchor: "end" })}${text(
      inset + INNER - 8,
      y + 18,
      state,
      { tone: sign.tone, anchor: "end" },
    )}${inside(inset + 8, y + HEAD)}`
  },
})

/** One line per object: sign, kind, name. */
function fullSite(view: SiteView, joint: string | undefined): Block {
  const { objects } = view
  const kinds = Math.min(156, 10 + Math.max(0, ...objects.map(({ kind = "" }) => textWidth(kind, 11))))
  const at = objects.findIndex(({ steps }) => joint !== undefined && steps.includes(joint))
  const height = HEAD + objects.length * ROW + 6
  return siteBox(view, { height, joint: at === -1 ? 14 : HEAD + at * ROW + 9 }, (x, y) => {
    return html`${objects.map(({ sign, kind, name }, index) => {
      const baseline = y + index * ROW + 13
      const words = sign.tone === "good" ? name : `${name} · ${sign.word}`
      return html`${text(x, baseline, sign.symbol, { tone: sign.tone, bold: true })}${
        kind !== undefined && text(x + 16, baseline, kind, { size: 11, dim: true, room: kinds - 6 })
      }${text(x + 16 + (kind === undefined ? 0 : kinds), baseline, words, { size: 11, room: INNER - 32 - (kind === undefined ? 0 : kinds) })}`
    })}`
  })
}

/** One line for all objects: those that are not good, else all. */
function shortSite(view: SiteView): Block {
  const wrong = view.objects.filter(({ sign }) => sign.tone !== "good")
  const words =
    wrong.length === 0
      ? view.objects.map(({ kind, name }) => kind ?? name).join(", ")
      : wrong.map(({ sign, kind, name }) => `${sign.symbol} ${kind ?? name}`).join("  ")
  const state = wrong.length === 0 ? {} : { tone: view.sign.tone }
  return siteBox(view, { height: HEAD + ROW + 4, joint: 14 }, (x, y) =>
    text(x, y + 12, words, { size: 10, room: INNER - 16, ...state, dim: wrong.length === 0 }),
  )
}

/** Many sites as names with their signs, in columns. */
function grid(views: readonly SiteView[]): Block {
  const columns = 3
  const wide = INNER / columns
  const rows = Math.ceil(views.length / columns)
  const clusters = new Set(views.map(({ site }) => site.identity ?? site.name)).size
  const inner: Block = {
    height: rows * ROW + 4,
    joints: new Map(),
    draw: (x, y) =>
      html`${views.map(({ site, sign }, index) => {
        const left = x + PAD + Math.floor(index / rows) * wide
        const baseline = y + (index % rows) * ROW + 13
        return html`${text(left + 4, baseline, sign.symbol, { tone: sign.tone, bold: true })}${text(left + 20, baseline, site.name, { size: 11, room: wide - 26 })}`
      })}`,
  }
  return frame(`${count(views.length, "site")} on ${count(clusters, "cluster")}`, inner)
}

/** All their links as one; undefined where the notebook links no sites. */
const gridLink = (views: readonly SiteView[]): LinkView | undefined => {
  const links = views.flatMap(({ link }) => (link === undefined ? [] : [link]))
  return links.find(({ sign }) => sign.tone !== "good") ?? links[0]
}

const linkCount = (views: readonly SiteView[]): string =>
  `${views.filter(({ link }) => link?.sign.tone === "good").length} of ${views.length}`

/** From a site to the one that its link leads to, on a shared line; dashed while it is not up. */
function linkArrow(
  y: number,
  side: "left" | "right",
  hubEnd: number,
  link: LinkView,
  words?: string,
): Markup {
  const [hub, leaf] = [1 + BOX - PAD, side === "left" ? 1 + BOX - PAD : 1 + BOX + GAP + PAD]
  const way = 1 + BOX + GAP * 0.44
  const { sign, kind, step } = link
  const room = (side === "left" ? way - hub - PAD : leaf - PAD - way) - 12
  const at = side === "left" ? 1 + BOX + 6 : way + 8
  const below = words ?? step
  return html`<path class="link ${sign.tone}" d="M${round(leaf)} ${round(y)}H${round(way)}V${round(hubEnd)}H${hub}" marker-end="url(#to-hub)"/>${text(at, y - 5, `${sign.symbol} ${kind}`, { size: 11, tone: sign.tone, room })}${
    below !== undefined && text(at, y + 14, below, { size: 10, dim: true, room })
  }`
}

const stateOf = ({ site, sign, link }: SiteView): string => {
  const words = link === undefined ? "" : `, its link ${linkWords(link.sign)}`
  return `${site.name} (${site.role}${site.identity === undefined ? "" : ` at ${site.identity}`}) ${sign.word}${words}`
}
const linkWords = ({ tone, word }: Sign): string => (tone === "good" ? "up" : word)

const manySites = (leaves: readonly SiteView[]): string =>
  gridLink(leaves) === undefined
    ? count(leaves.length, "site")
    : `${count(leaves.length, "site")} linked to it, ${linkCount(leaves)} links up`

const described = ({ hubs, leaves }: Topology): string =>
  leaves.length > SINGLE
    ? `${[...hubs.map(stateOf), manySites(leaves)].join("; ")}.`
    : `${[...hubs, ...leaves].map(stateOf).join("; ")}.`
