import { describe, expect, it } from "vitest"
import { topology } from "../../lib/report/topology.ts"
import { topologyOf } from "../../lib/report/topology-model.ts"
import type { Event, OutcomeKind, Recorded } from "../../lib/runner/events.ts"
import { placeOf as at, ended } from "../terminal/scene.ts"
import { drawnIn } from "./drawn.ts"
import { failed, federationOf, killed, manySites, runOf, startOf, undone, walkOf } from "./scene.ts"

/** A step that found an object and ends. */
const found = (place: string, kind: string, name: string, how: OutcomeKind = "applied"): Event[] => [
  { type: "step started", ...at(place) },
  {
    type: "checked",
    ...at(place),
    result: { state: "ready", reason: "", object: { kind, name, uid: name } },
  },
  ended(place, how, "so it is"),
]

/** A finished federation: a Site at each, a Link at each SuperNode. */
const finished = (names: readonly string[]): Recorded[] =>
  runOf("one", "2026-11-22T18:00:00.000Z", [
    startOf(names),
    ...names.flatMap((name) => found(`${name}/site-create`, "Site", `${name}-interconnect`)),
    ...names.slice(1).flatMap((name) => found(`${name}/token-redeem`, "Link", `to-superlink-${name}`)),
    { type: "run ended", code: 0, counts: {}, seconds: 3 },
  ])

const namesOf = (supernodes: number): string[] => manySites(supernodes).names
const finishedWalk = (supernodes: number) => {
  const names = namesOf(supernodes)
  return walkOf(finished(names), { names })
}

describe("what a topology shows", () => {
  it("has the objects that steps found, links apart, and their states", () => {
    const { hubs, leaves, joint } = topologyOf(finishedWalk(2))
    expect(hubs.map(({ site }) => site.name)).toEqual(["superlink"])
    expect(hubs[0]!.objects.filter(({ kind }) => kind !== undefined)).toMatchObject([
      { kind: "Site", name: "superlink-interconnect", sign: { symbol: "✓" }, steps: ["site-create"] },
    ])
    expect(hubs[0]!.link).toBeUndefined()
    expect(leaves.map(({ link }) => link)).toMatchObject([
      { kind: "Link", sign: { word: "done" } },
      { kind: "Link", sign: { word: "done" } },
    ])
    expect(leaves[0]!.objects.filter(({ kind }) => kind === "Link")).toEqual([])
    // No step of this notebook says which objects its links join.
    expect(joint).toBeUndefined()
  })

  it("counts a step that checks the object of a link step as part of the link", () => {
    const names = namesOf(1)
    const checked = found("supernode-1/login", "Link", "to-superlink-supernode-1", "failed")
    const again = runOf("two", "2026-11-22T19:00:00.000Z", [startOf(names), ...checked])
    const [leaf] = topologyOf(walkOf([...finished(names), ...again], { names })).leaves
    expect(leaf!.link).toMatchObject({ sign: { word: "failed" }, step: "login" })
    expect(leaf!.objects.map(({ kind }) => kind)).toEqual(["Site"])
  })

  it("shows what a step works on at the site of its side, whichever lane it is in", () => {
    const walk = finishedWalk(2)
    const steps = walk.notebook.steps.map((step) =>
      step.id === "token-redeem" ? { ...step, side: "superlink" } : step,
    )
    const { hubs, leaves } = topologyOf({ ...walk, notebook: { ...walk.notebook, steps } })
    expect(hubs[0]!.objects.filter(({ kind }) => kind === "Link").map(({ name }) => name)).toEqual([
      "to-superlink-supernode-1",
      "to-superlink-supernode-2",
    ])
    expect(leaves.flatMap(({ objects }) => objects.flatMap(({ kind }) => kind ?? []))).toEqual([
      "Site",
      "Site",
    ])
  })

  it("shows the link of a party whose part has ended as cut, also where the hub is the other's; a new request mends it", () => {
    const walk = finishedWalk(2)
    const owned = (name: string, party: string) =>
      walk.sites.map((site) => (site.name === name ? { ...site, party } : site))
    const message = (kind: "request" | "revocation") => ({
      ...{ t: "2026-11-22T19:00:00.000Z", created: "2026-11-22T19:00:00.000Z", way: "sent" as const },
      ...{
        kind,
        party: "st-marys",
        name: "St. Mary's",
        fingerprint: "",
        trust: "none" as const,
        digest: kind,
      },
    })
    const linkWords = (sites: typeof walk.sites, ...kinds: ("request" | "revocation")[]) =>
      topologyOf({ ...walk, sites, messages: kinds.map(message) }).leaves.map(({ link }) => link?.sign.word)
    expect(linkWords(owned("supernode-2", "st-marys"), "request", "revocation")).toEqual(["done", "cut"])
    expect(linkWords(owned("superlink", "st-marys"), "request", "revocation")).toEqual(["cut", "cut"])
    expect(linkWords(owned("supernode-2", "st-marys"), "revocation", "request")).toEqual(["done", "done"])
    const sites = owned("supernode-2", "st-marys")
    const drawn = topology({ ...walk, sites, messages: [message("revocation")] }).text
    expect(
      drawnIn(drawn)
        .all("path", "link")
        .map(({ class: name }) => name),
    ).toEqual(["link good", "link quiet"])
    expect(drawn).toContain("its link cut")
  })

  it("names failed and pending objects by their step", () => {
    const { leaves } = topologyOf(walkOf([...killed(), ...failed()]))
    expect(leaves).toMatchObject([
      { sign: { word: "failed" }, link: { sign: { word: "failed" }, step: "token-redeem" } },
      { sign: { word: "partly done" }, link: { sign: { word: "pending" } } },
    ])
    expect(topologyOf(walkOf([])).hubs[0]!.objects.map(({ name }) => name)).toEqual(["login", "site-create"])
  })

  it("shows what was deleted, and not a site that left", () => {
    const { hubs, leaves } = topologyOf(walkOf([...killed(), ...failed(), ...undone()]))
    expect(hubs[0]!.objects).toMatchObject([{ name: "superlink-interconnect", sign: { word: "deleted" } }])
    expect(leaves.map(({ site }) => site.name)).toEqual(["supernode-1", "supernode-2"])
  })
})

describe("the picture of the topology", () => {
  it.each([1, 2, 4, 5, 12, 24, 25, 60])("keeps 1 + %i inside itself, no text over another", (supernodes) => {
    const drawn = drawnIn(topology(finishedWalk(supernodes)).text)
    drawn.expectInside()
    drawn.expectApart()
  })

  it("draws one arrow per link from the site that created it to the one that it leads to; dashed while it is not up", () => {
    const links = drawnIn(topology(finishedWalk(3)).text).all("path", "link")
    expect(links.map(({ class: name }) => name)).toEqual(["link good", "link good", "link good"])
    expect(links.map((link) => link["marker-end"])).toEqual(Array(3).fill("url(#to-hub)"))
    const ends = links.map(({ d }) => /H([\d.]+)$/.exec(d!)![1])
    expect(new Set(ends).size).toBe(1)
    const starts = links.map(({ d }) => Number(/^M([\d.]+)/.exec(d!)![1]))
    expect(Math.min(...starts)).toBeGreaterThan(Number(ends[0]))
    const some = drawnIn(topology(walkOf([...killed(), ...failed()])).text).all("path", "link")
    expect(some.map(({ class: name }) => name)).toEqual(["link bad", "link quiet"])
  })

  it("draws one frame around the sites of one cluster, and their link beside it", () => {
    const federation = federationOf(["superlink", "supernode-1"])
    const one = {
      ...federation,
      sites: federation.sites.map((site) => ({ ...site, server: "https://one.example" })),
    }
    const walk = walkOf(finished(["superlink", "supernode-1"]), { federation: one })
    const drawn = drawnIn(topology(walk).text)
    expect(drawn.all("rect", "cluster")).toHaveLength(1)
    expect(drawn.all("rect", "site")).toHaveLength(2)
    expect(drawn.all("path", "link")).toHaveLength(1)
    drawn.expectInside()
  })

  it("folds many sites into names with signs, and their links into one arrow that counts", () => {
    const { lines, names } = manySites(49)
    const drawn = drawnIn(topology(walkOf(lines, { names })).text)
    expect(drawn.all("rect", "site")).toHaveLength(1)
    expect(drawn.all("path", "link")).toHaveLength(1)
    expect(drawn.texts()).toContain("supernode-49")
    expect(drawn.texts()).toContain("49 sites on 49 clusters")
    expect(drawn.texts()).toContain("0 of 49")
  })

  it("says in words what it shows, and keeps long names whole in a title", () => {
    const name = "a-very-long-name-of-a-hospital-with-a-cluster-of-its-own-and-then-some"
    const svg = topology(walkOf(finished(["superlink", name]), { names: ["superlink", name] })).text
    expect(svg).toContain(`superlink (superlink at https://api.superlink.example:6443) partly done`)
    expect(svg).toContain("its link up")
    expect(svg).toMatch(/a-very-long-name-[\w-]*…<title>a-very-long-name/)
    expect(svg).toMatch(/role="img" aria-labelledby="topology-title" aria-describedby="topology-description"/)
    drawnIn(svg).expectInside()
  })
})
